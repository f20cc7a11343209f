/// Leaky integrate-and-fire membranes and the parts that most models share.
#pragma once

#include "runtime/models/parts.hpp"

namespace spinn::models {

/// dv/dt = (v_rest - v + I tau_m / cm) / tau_m, exact for input that is constant over the step; held at v_reset for
/// ceil(tau_refrac / timestep) steps after a spike. Source: sPyNNaker, neuron_model_lif_impl.h (neural runtime, 2.4).
template <class N>
struct Lif {
    // v_thresh is the threshold's (static_threshold), and stands here for the order that images have.
    static constexpr std::array<ParameterDescription, 7> parameters = {{
        {"v_rest", "mV", -65.0, lowest, highest},
        {"v_reset", "mV", -65.0, lowest, highest},
        {"v_thresh", "mV", -50.0, lowest, highest},
        {"tau_m", "ms", 20.0, smallest, longest},
        {"cm", "nF", 1.0, smallest, highest},
        {"tau_refrac", "ms", 0.1, 0.0, longest},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 1> state = {{{"v", "mV", -65.0, lowest, highest}}};
    using V = typename N::Value;

    Column<N> v, v_rest, v_reset, i_offset;
    Column<N> resistance;  ///< tau_m / cm, MOhm
    Column<N> exp_tc;      ///< e^(-timestep / tau_m)
    std::vector<std::int32_t> timer, refractory_steps;

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        v = source.state("v");
        v_rest = source.parameter("v_rest");
        v_reset = source.parameter("v_reset");
        i_offset = source.parameter("i_offset");
        timer = source.refractory_timer();
        const auto &tau_m = source.parameter("tau_m"), &cm = source.parameter("cm");
        const auto& tau_refrac = source.parameter("tau_refrac");
        for (std::size_t i = 0; i < v.size(); ++i) {
            resistance.push_back(numbers.quotient(tau_m[i], cm[i]));
            exp_tc.push_back(numbers.relaxation(source.timestep, tau_m[i]));
            refractory_steps.push_back(numbers.steps(tau_refrac[i], source.timestep));
        }
    }
    void save(std::vector<Column<N>>& columns) const { columns.push_back(v); }
    const std::vector<std::int32_t>& refractory_timer() const { return timer; }

    void update(const N& m, const V* current) {
        V* const membrane = v.data();
        const V *rest = v_rest.data(), *offset = i_offset.data(), *r = resistance.data(), *tc = exp_tc.data();
        std::int32_t* const silent_steps = timer.data();
        const std::size_t count = v.size();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V input = m.add(current[i], offset[i]);
            const V alpha = m.add(m.mul(input, r[i], product::drive, i), rest[i]);
            const V stepped = m.sub(alpha, m.mul(tc[i], m.sub(alpha, membrane[i]), product::relaxation, i));
            const bool silent = silent_steps[i] > 0;
            membrane[i] = m.choose(silent, membrane[i], stepped);
            silent_steps[i] -= silent ? 1 : 0;
        }
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        V* const membrane = v.data();
        const V* const to = v_reset.data();
        std::int32_t* const silent_steps = timer.data();
        const std::int32_t* const steps = refractory_steps.data();
        const std::size_t count = v.size();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V before = membrane[i], after = to[i];
            const std::int32_t timer_before = silent_steps[i], timer_after = steps[i];
            membrane[i] = m.choose(spiked[i] != 0, after, before);
            silent_steps[i] = spiked[i] != 0 ? timer_after : timer_before;
        }
    }
};

/// A spike where v >= v_thresh, tested in refractoriness too.
template <class N>
struct StaticThreshold {
    static constexpr None parameters{}, state{};
    Column<N> v_thresh;

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        v_thresh = source.parameter("v_thresh");
    }
    void save(std::vector<Column<N>>&) const {}
    template <class Neuron>
    void test(const N& m, Tick, const Identity&, const Neuron& neuron, std::uint32_t* spiked) const {
        const auto *v = neuron.v.data(), *thresh = v_thresh.data();
        const std::size_t count = v_thresh.size();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) spiked[i] = m.above(v[i], thresh[i]) ? 1 : 0;
    }
};

template <class N>
struct NoAdditionalInput {
    static constexpr None parameters{}, state{};
    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    void add_to(const N&, typename N::Value*) const {}
    void spiked(const N&, const std::uint32_t*) const {}
};

/// Synaptic state is a current: I = sum of the excitatory receptors - sum of the inhibitory ones, nA.
template <class N>
struct CurrentInput {
    static constexpr None parameters{}, state{};
    static constexpr bool conductance = false;
    using V = typename N::Value;

    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    template <class Shape>
    void currents(const N& m, Shape& shape, const V*, V* current) {
        const std::size_t n = shape.n_atoms();
        const V *exc = shape.seen(m, 0), *inh = shape.seen(m, Shape::n_excitatory);
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < n; ++i) current[i] = m.sub(exc[i], inh[i]);
        for (std::size_t r = 1; r < Shape::n_excitatory; ++r) {
            const V* more = shape.seen(m, r);
            SPINN_EACH_ATOM
            for (std::size_t i = 0; i < n; ++i) current[i] = m.add(current[i], more[i]);
        }
    }
    template <class Shape>
    void gsyn(const N& m, Shape& shape, bool inhibitory, V* sum) {
        const std::size_t first = inhibitory ? Shape::n_excitatory : 0;
        const std::size_t end = inhibitory ? Shape::receptors.size() : Shape::n_excitatory;
        const V* one = shape.seen(m, first);
        std::copy_n(one, shape.n_atoms(), sum);
        for (std::size_t r = first + 1; r < end; ++r) {
            one = shape.seen(m, r);
            for (std::size_t i = 0; i < shape.n_atoms(); ++i) sum[i] = m.add(sum[i], one[i]);
        }
    }
};

/// Synaptic state is a conductance: I = sum of g (E - v), uS and mV. Excitatory and inhibitory differ in E alone: the
/// board's I_inh is negated twice.
/// @tparam inhibitory_mv  PyNN's default of e_rev_I differs from model to model
template <class N, int inhibitory_mv>
struct ConductanceInputTo {
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"e_rev_E", "mV", 0.0, lowest, highest},
        {"e_rev_I", "mV", inhibitory_mv, lowest, highest},
    }};
    static constexpr None state{};
    static constexpr bool conductance = true;
    using V = typename N::Value;
    Column<N> e_rev[2];

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        e_rev[0] = source.parameter("e_rev_E");
        e_rev[1] = source.parameter("e_rev_I");
    }
    void save(std::vector<Column<N>>&) const {}
    template <class Shape>
    void currents(const N& m, Shape& shape, const V* v, V* current) {
        static_assert(Shape::receptors.size() == 2 && Shape::n_excitatory == 1);
        const V *exc = shape.seen(m, 0), *inh = shape.seen(m, 1), *e_exc = e_rev[0].data(), *e_inh = e_rev[1].data();
        const std::size_t count = shape.n_atoms();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V excitation = m.mul(m.conductance(exc[i]), m.sub(e_exc[i], v[i]), product::conductance_exc, i);
            const V inhibition = m.mul(m.conductance(inh[i]), m.sub(e_inh[i], v[i]), product::conductance_inh, i);
            current[i] = m.add(excitation, inhibition);
        }
    }
    template <class Shape>
    void gsyn(const N& m, Shape& shape, bool inhibitory, V* sum) {
        const V* one = shape.seen(m, inhibitory ? 1 : 0);
        for (std::size_t i = 0; i < shape.n_atoms(); ++i) sum[i] = m.conductance(one[i]);
    }
};

template <class N>
using ConductanceInput = ConductanceInputTo<N, -70>;

}  // namespace spinn::models
