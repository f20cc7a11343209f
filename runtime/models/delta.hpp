/// Inputs that last one step, and non-leaky membranes that go with them.
#pragma once

#include "runtime/models/parts.hpp"

namespace spinn::models {

/// Receptor state is what arrives in this step, and 0 in the next. Source: sPyNNaker, synapse_types_delta_impl.h.
template <class N>
struct Delta {
    static constexpr std::array<std::string_view, 2> receptors{"excitatory", "inhibitory"};
    static constexpr std::size_t n_excitatory = 1;
    static constexpr None parameters{};
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"isyn_exc", "nA", 0.0, lowest, highest},
        {"isyn_inh", "nA", 0.0, lowest, highest},
    }};
    using V = typename N::Value;
    Column<N> value[2];

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        for (std::size_t r = 0; r < 2; ++r) value[r] = source.state(state[r].name);
    }
    void save(std::vector<Column<N>>& columns) const {
        for (const Column<N>& column : value) columns.push_back(column);
    }
    std::size_t n_atoms() const { return value[0].size(); }
    const V* seen(const N&, std::size_t receptor) const { return value[receptor].data(); }

    void add_input(const N& m, std::size_t receptor, const typename N::Arriving* sums, int shift) {
        const std::size_t count = n_atoms();
        V* const x = value[receptor].data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) x[i] = m.add(x[i], m.arriving(sums[i], shift));
    }
    void decay(const N&) {
        for (Column<N>& column : value) std::fill(column.begin(), column.end(), V{});
    }
};

/// Inputs of one step as a current: their charge, weight * 1 ms, arrives within the step, I = weight / timestep.
/// Source: sPyNNaker, input_type_delta.h.
template <class N>
struct DeltaInput {
    static constexpr None parameters{}, state{};
    static constexpr bool conductance = false;
    using V = typename N::Value;
    V per_step{};  ///< 1 ms / timestep

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        per_step = numbers.quotient(N::whole(1), source.timestep);
    }
    void save(std::vector<Column<N>>&) const {}
    template <class Shape>
    void currents(const N& m, Shape& shape, const V*, V* current) {
        const std::size_t count = shape.n_atoms();
        const V *exc = shape.seen(m, 0), *inh = shape.seen(m, 1), scale = per_step;
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i)
            current[i] =
                m.sub(m.mul(exc[i], scale, product::additional, i), m.mul(inh[i], scale, product::additional + 1, i));
    }
    template <class Shape>
    void gsyn(const N& m, Shape& shape, bool inhibitory, V* sum) {
        std::copy_n(shape.seen(m, inhibitory ? 1 : 0), shape.n_atoms(), sum);
    }
};

/// v += I tau_m / cm each step: no leak, and never below v_reset. Source: sPyNNaker, neuron_model_if_trunc.h.
template <class N>
struct TruncatedIf {
    static constexpr std::array<ParameterDescription, 6> parameters = {{
        {"tau_m", "ms", 1.0, smallest, longest},
        {"cm", "nF", 1.0, smallest, highest},
        {"v_reset", "mV", 0.0, lowest, highest},
        {"v_thresh", "mV", 1.0, lowest, highest},
        {"tau_refrac", "ms", 1.0, 0.0, longest},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 1> state = {{{"v", "mV", 0.0, lowest, highest}}};
    using V = typename N::Value;

    Column<N> v, v_reset, i_offset, resistance;
    std::vector<std::int32_t> timer, refractory_steps;

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        v = source.state("v");
        v_reset = source.parameter("v_reset");
        i_offset = source.parameter("i_offset");
        timer = source.refractory_timer();
        const auto &tau_m = source.parameter("tau_m"), &cm = source.parameter("cm");
        for (std::size_t i = 0; i < v.size(); ++i) {
            resistance.push_back(numbers.quotient(tau_m[i], cm[i]));
            refractory_steps.push_back(numbers.steps(source.parameter("tau_refrac")[i], source.timestep));
        }
    }
    void save(std::vector<Column<N>>& columns) const { columns.push_back(v); }
    const std::vector<std::int32_t>& refractory_timer() const { return timer; }

    void update(const N& m, const V* current) {
        const std::size_t count = v.size();
        V* const membrane = v.data();
        const V *floor = v_reset.data(), *offset = i_offset.data(), *r = resistance.data();
        std::int32_t* const silent_steps = timer.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V moved = m.add(m.mul(m.add(current[i], offset[i]), r[i], product::drive, i), membrane[i]);
            const V kept = m.choose(m.above(moved, floor[i]), moved, floor[i]);
            const bool silent = silent_steps[i] > 0;
            membrane[i] = m.choose(silent, membrane[i], kept);
            silent_steps[i] -= silent ? 1 : 0;
        }
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        for (std::size_t i = 0; i < v.size(); ++i) {
            v[i] = m.choose(spiked[i] != 0, v_reset[i], v[i]);
            timer[i] = spiked[i] != 0 ? refractory_steps[i] : timer[i];
        }
    }
};

}  // namespace spinn::models
