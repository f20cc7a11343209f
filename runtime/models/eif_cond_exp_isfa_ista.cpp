/// EIF_cond_exp_isfa_ista: the adaptive exponential integrate-and-fire neuron (Brette and Gerstner 2005).
///   cm dv/dt = g (v_rest - v) + g delta_T e^((v - v_thresh) / delta_T) - w + I,  g = cm / tau_m
///   tau_w dw/dt = a (v - v_rest) - w;  where v reaches v_spike, v = v_reset and w += b
#include "runtime/models/beyond_board.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

template <class N>
struct AdaptiveExponential {
    static constexpr std::array<ParameterDescription, 12> parameters = {{
        {"v_rest", "mV", -70.6, -1000.0, 1000.0},
        {"v_reset", "mV", -70.6, -1000.0, 1000.0},
        {"v_thresh", "mV", -50.4, -1000.0, 1000.0},
        {"v_spike", "mV", -40.0, -1000.0, 1000.0},
        {"tau_m", "ms", 9.3667, 0.1, longest},
        {"cm", "nF", 0.281, smallest, 1000.0},
        {"tau_refrac", "ms", 0.1, 0.0, longest},
        {"i_offset", "nA", 0.0, lowest, highest},
        {"delta_T", "mV", 2.0, 0.1, 100.0},
        {"a", "nS", 4.0, 0.0, 1000.0},
        {"b", "nA", 0.0805, 0.0, 100.0},
        {"tau_w", "ms", 144.0, 0.1, longest},
    }};
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"v", "mV", -70.6, -1000.0, 1000.0},
        {"w", "nA", 0.0, -1000.0, 1000.0},
    }};
    using V = typename N::Value;

    Column<N> v, v_rest, v_reset, v_thresh, v_spike, i_offset, resistance, rate, delta_t, inverse_delta_t;
    Column<N> adaptation;  ///< R w, mV, 32-fold: what changes in a tick would be lost below 2^-15 otherwise
    Column<N> coupling;    ///< R a, 32-fold
    Column<N> jump;        ///< R b, mV, 32-fold
    Column<N> drive;       ///< scratch: R (I - w) of this tick, mV
    std::vector<typename N::Fraction> decay;
    std::vector<std::int32_t> timer, refractory_steps;
    SubSteps<N> steps;

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        v = source.state("v");
        v_rest = source.parameter("v_rest");
        v_reset = source.parameter("v_reset");
        v_thresh = source.parameter("v_thresh");
        v_spike = source.parameter("v_spike");
        i_offset = source.parameter("i_offset");
        delta_t = source.parameter("delta_T");
        timer = source.refractory_timer();
        steps.load(source, m);
        drive.resize(v.size());
        const V wide = N::whole(32);
        for (std::size_t i = 0; i < v.size(); ++i) {
            const V tau_m = source.parameter("tau_m")[i];
            const V r = m.quotient(tau_m, source.parameter("cm")[i]);
            resistance.push_back(r);
            rate.push_back(m.quotient(N::whole(1), tau_m));
            inverse_delta_t.push_back(m.quotient(N::whole(1), delta_t[i]));
            refractory_steps.push_back(m.steps(source.parameter("tau_refrac")[i], source.timestep));
            decay.push_back(m.decay(source.timestep, source.parameter("tau_w")[i]));
            // a is in nS: a / 1000 in uS, R in MOhm.
            coupling.push_back(m.times(m.quotient(m.times(source.parameter("a")[i], r), N::whole(1000)), wide));
            jump.push_back(m.times(m.times(source.parameter("b")[i], r), wide));
            adaptation.push_back(m.times(m.times(source.state("w")[i], r), wide));
        }
    }
    void save(std::vector<Column<N>>& columns) const {
        columns.push_back(v);
        Column<N> w;
        for (std::size_t i = 0; i < v.size(); ++i)
            w.push_back(N::signed_ratio(N::signed_ratio(adaptation[i], N::whole(32)), resistance[i]));
        columns.push_back(w);
    }
    const std::vector<std::int32_t>& refractory_timer() const { return timer; }

    void update(const N& m, const V* current) {
        const V thirty_second = m.quotient(N::whole(1), N::whole(32)), most = N::whole(6);  // delta_T e^6 fits s16.15
        using product::neuron;
        for (std::size_t i = 0; i < v.size(); ++i) {
            const V w = m.mul(adaptation[i], thirty_second, neuron, i);
            drive[i] = m.sub(m.mul(m.add(current[i], i_offset[i]), resistance[i], product::drive, i), w);
            const V target = m.mul(coupling[i], m.sub(v[i], v_rest[i]), neuron + 1, i);
            adaptation[i] = m.add(target, m.scaled(m.sub(adaptation[i], target), decay[i], neuron + 2, i));
        }
        for (std::size_t i = 0; i < v.size(); ++i) {
            if (timer[i] > 0) {
                --timer[i];
                continue;
            }
            for (std::uint32_t step = 0; step < steps.n && !m.above(v[i], v_spike[i]); ++step) {
                const V exponent = m.mul(m.sub(v[i], v_thresh[i]), inverse_delta_t[i], neuron + 3, i);
                const V upswing =
                    m.mul(delta_t[i], m.exp(m.choose(m.above(exponent, most), most, exponent)), neuron + 4, i);
                const V force = m.add(m.add(m.sub(v_rest[i], v[i]), upswing), drive[i]);
                v[i] = m.add(v[i], m.mul(m.mul(force, rate[i], neuron + 5, i), steps.length, neuron + 6, i));
            }
        }
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        for (std::size_t i = 0; i < v.size(); ++i) {
            if (spiked[i] == 0) continue;
            v[i] = v_reset[i];
            timer[i] = refractory_steps[i];
            adaptation[i] = m.add(adaptation[i], jump[i]);
        }
    }
};

/// A spike where v >= v_spike.
template <class N>
struct SpikePeak {
    static constexpr None parameters{}, state{};
    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    template <class Neuron>
    void test(const N& m, Tick, const Identity&, const Neuron& neuron, std::uint32_t* spiked) const {
        for (std::size_t i = 0; i < neuron.v.size(); ++i) spiked[i] = m.above(neuron.v[i], neuron.v_spike[i]) ? 1 : 0;
    }
};

}  // namespace

constinit const Composition eif_cond_exp_isfa_ista =
    compose<AdaptiveExponential, ExponentialConductance, ConductanceInput80, SpikePeak, NoAdditionalInput>();

}  // namespace spinn::models
