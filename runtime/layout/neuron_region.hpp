/// The neuron parameter region of a core: parameters and state of one slice, as PyNN names them, in s16.15.
///
/// Words, little-endian:
///   0 model (ModelKind)   1 n_atoms   2 timestep in ms (s16.15)   3 seed, low word   4 seed, high word
///   5 population   6 first_atom   7 n_parameters   8 n_state   9 reserved, 0
///   then n_parameters x n_atoms parameters, n_state x n_atoms state, n_atoms refractory timers; the atom runs fastest.
/// Names, order and limits of parameters and state are those of describe(model). What the core derives from them (exp,
/// quotients) is computed when it loads the region, as on the board.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

struct NeuronRegion {
    ModelKind model = ModelKind::if_curr_exp;
    std::uint32_t n_atoms = 0;
    Accum timestep_ms = accum_one;
    std::uint64_t seed = 1;                      ///< the network's; used by stochastic rounding
    std::uint32_t population = 0;                ///< index in the network, part of every draw's key
    std::uint32_t first_atom = 0;                ///< the slice's first neuron in the population
    std::vector<std::vector<Accum>> parameters;  ///< [parameter][atom], PyNN's units
    std::vector<std::vector<Accum>> state;       ///< [state][atom]; see state_scale() for isyn of conductance models
    std::vector<std::int32_t> refractory_timer;  ///< [atom] steps still silent; empty means 0 for all
    bool operator==(const NeuronRegion&) const = default;
};

/// What a PyNN initial value is multiplied with to become state: 1024 for synaptic state in uS (the scale of the
/// weights, undone by >> 10 in the neuron), else 1. @param state index in describe(model).state
double state_scale(ModelKind model, std::size_t state);

/// The values of one PyNN parameter or state for the slice, empty when the model has no such name.
std::span<const Accum> parameter(const NeuronRegion& region, std::string_view name);
std::span<const Accum> state(const NeuronRegion& region, std::string_view name);

std::vector<std::uint32_t> encode(const NeuronRegion& region);

/// Any words give a region that load_lif accepts, or the reason why not. Words behind the region are ignored.
std::variant<NeuronRegion, DecodeError> decode_neuron_region(std::span<const std::uint32_t> words);

}  // namespace spinn
