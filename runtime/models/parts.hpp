/// What the parts of a model have in common: limits of parameters, and where a part reads its columns from.
///
/// A model is a composition: neuron x synapse shape x input type x threshold x additional input (neural runtime, 2.1).
/// A part is a class template over the numbers it is computed in (runtime/models/numbers.hpp) and has
///   - `parameters` and `state`: arrays of ParameterDescription, PyNN's names; those of the parts, in the order above,
///     are the model's
///   - `load(source, numbers)`: copies its columns and computes what the core computes when it loads them
///   - `save(columns)`: appends its state, in the order of `state`
/// and what composed.hpp calls in a tick. Loops over atoms hold no branch that the compiler cannot turn into a choice.
#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cells.hpp"
#include "runtime/models/numbers.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn::models {

// Limits. s16.15 holds [-65536, 65536 - 2^-15]. Divisors and time constants start at 0.001, where the conversion still
// has five bits; time constants end where tau / timestep still fits s16.15 at a timestep of 0.1 ms.
inline constexpr double lowest = -65536.0;
inline constexpr double highest = 65536.0 - 0x1p-15;
inline constexpr double smallest = 0.001;
inline constexpr double longest = 6553.0;

using None = std::array<ParameterDescription, 0>;

template <class N>
using Column = std::vector<typename N::Value>;  ///< [atom]

/// The columns of a region, by name.
template <class Region, class Value>
struct Source {
    const Region& region;
    Value timestep;
    std::span<const ParameterDescription> parameters, states;  ///< of the region's columns

    std::size_t n_atoms() const { return region.n_atoms; }
    const std::vector<Value>& parameter(std::string_view name) const {
        return column(region.parameters, parameters, name);
    }
    const std::vector<Value>& state(std::string_view name) const { return column(region.state, states, name); }
    std::vector<std::int32_t> refractory_timer() const {
        std::vector<std::int32_t> timer = region.refractory_timer;
        timer.resize(region.n_atoms);
        return timer;
    }

 private:
    const std::vector<Value>& column(const std::vector<std::vector<Value>>& columns,
                                     std::span<const ParameterDescription> descriptions, std::string_view name) const {
        for (std::size_t i = 0; i < descriptions.size(); ++i)
            if (descriptions[i].name == name) return columns.at(i);
        throw std::logic_error("a model without '" + std::string(name) + "'");
    }
};

/// Who the cells are: what random numbers are keyed by.
struct Identity {
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0;
};

}  // namespace spinn::models
