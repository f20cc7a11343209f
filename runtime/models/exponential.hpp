/// Synapses whose state jumps with an input and decays exponentially, at two or three receptors.
#pragma once

#include "runtime/models/parts.hpp"

namespace spinn::models {

/// Receptor r: state += input * init, and after each step state *= e^(-timestep / tau_syn). An input brings weight *
/// tau_syn of charge, so the first step sees less than the weight: (tau / dt) (1 - e^(-dt / tau)) of it.
/// Source: sPyNNaker, exp_synapse_utils.h (neural runtime, 2.6).
/// @tparam Names  has `receptors`, `n_excitatory`, `tau` (names of the time constants), and the descriptions
template <class N, class Names>
struct ExponentialOf {
    static constexpr const auto& receptors = Names::receptors;
    static constexpr std::size_t n_excitatory = Names::n_excitatory;
    static constexpr std::size_t n = receptors.size();
    static constexpr const auto& parameters = Names::parameters;
    static constexpr const auto& state = Names::state;
    using V = typename N::Value;

    Column<N> value[n];
    std::vector<typename N::Fraction> decay_of[n], init[n];

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        for (std::size_t r = 0; r < n; ++r) {
            value[r] = source.state(state[r].name);
            for (const V tau : source.parameter(parameters[r].name)) {
                decay_of[r].push_back(numbers.decay(source.timestep, tau));
                init[r].push_back(numbers.arrival_scale(source.timestep, tau, decay_of[r].back()));
            }
        }
    }
    void save(std::vector<Column<N>>& columns) const {
        for (const Column<N>& column : value) columns.push_back(column);
    }

    std::size_t n_atoms() const { return value[0].size(); }
    const V* seen(const N&, std::size_t receptor) const { return value[receptor].data(); }

    void add_input(const N& m, std::size_t receptor, const typename N::Arriving* sums, int shift) {
        V* const x = value[receptor].data();
        const auto* scale = init[receptor].data();
        const std::size_t count = n_atoms();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i)
            x[i] = m.add(x[i], m.scaled(m.arriving(sums[i], shift), scale[i], product::input(receptor), i));
    }
    void decay(const N& m) {
        for (std::size_t r = 0; r < n; ++r) {
            V* const x = value[r].data();
            const auto* factor = decay_of[r].data();
            const std::size_t count = n_atoms();
            SPINN_EACH_ATOM
            for (std::size_t i = 0; i < count; ++i) x[i] = m.scaled(x[i], factor[i], product::decay(r), i);
        }
    }
};

struct ExponentialCurrentNames {
    static constexpr std::array<std::string_view, 2> receptors{"excitatory", "inhibitory"};
    static constexpr std::size_t n_excitatory = 1;
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau_syn_E", "ms", 5.0, smallest, longest},
        {"tau_syn_I", "ms", 5.0, smallest, longest},
    }};
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"isyn_exc", "nA", 0.0, lowest, highest},
        {"isyn_inh", "nA", 0.0, lowest, highest},
    }};
};
template <class N>
using ExponentialCurrent = ExponentialOf<N, ExponentialCurrentNames>;

/// The synaptic state of a conductance model carries the weights' factor of 1024.
struct ExponentialConductanceNames : ExponentialCurrentNames {
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"isyn_exc", "uS", 0.0, lowest / 1024, highest / 1024},
        {"isyn_inh", "uS", 0.0, lowest / 1024, highest / 1024},
    }};
};
template <class N>
using ExponentialConductance = ExponentialOf<N, ExponentialConductanceNames>;

struct DualExponentialNames {
    static constexpr std::array<std::string_view, 3> receptors{"excitatory", "excitatory2", "inhibitory"};
    static constexpr std::size_t n_excitatory = 2;
    static constexpr std::array<ParameterDescription, 3> parameters = {{
        {"tau_syn_E", "ms", 5.0, smallest, longest},
        {"tau_syn_E2", "ms", 5.0, smallest, longest},
        {"tau_syn_I", "ms", 5.0, smallest, longest},
    }};
    static constexpr std::array<ParameterDescription, 3> state = {{
        {"isyn_exc", "nA", 0.0, lowest, highest},
        {"isyn_exc2", "nA", 0.0, lowest, highest},
        {"isyn_inh", "nA", 0.0, lowest, highest},
    }};
};
template <class N>
using DualExponential = ExponentialOf<N, DualExponentialNames>;

}  // namespace spinn::models
