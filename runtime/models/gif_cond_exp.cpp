/// GIF_cond_exp: the generalised integrate-and-fire neuron (Mensi et al. 2012, Pozzorini et al. 2015). A leaky
/// membrane; each spike starts a current eta and raises the threshold by gamma, sums of three exponentials each; spikes
/// come at random:
///   intensity = lambda0 e^((v - v_t) / delta_v), v_t = v_t_star + gamma; in a step with 1 - e^(-intensity dt).
/// PyNN's array parameters tau_eta, a_eta, tau_gamma, a_gamma are three parameters each here, numbered from 1.
#include "runtime/models/beyond_board.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"
#include "runtime/random.hpp"

namespace spinn::models {

namespace {

template <class N>
struct LifWithoutThreshold : Lif<N> {
    static constexpr std::array<ParameterDescription, 6> parameters = {{
        {"v_rest", "mV", -65.0, lowest, highest},
        {"v_reset", "mV", -65.0, lowest, highest},
        {"tau_m", "ms", 20.0, smallest, longest},
        {"cm", "nF", 1.0, smallest, highest},
        {"tau_refrac", "ms", 4.0, 0.0, longest},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
};

/// Three traces that jump at a spike and decay by themselves. They are kept 32-fold: what a slow one loses in a tick is
/// little more than 2^-15, and would be cut off otherwise.
template <class N>
struct Traces {
    using V = typename N::Value;
    Column<N> value[3], jump[3];  ///< 32-fold
    std::vector<typename N::Fraction> decay[3];

    template <class SourceOf>
    void load(const SourceOf& source, const N& m, const std::array<ParameterDescription, 6>& names,
              const std::array<ParameterDescription, 3>& states) {
        for (std::size_t k = 0; k < 3; ++k) {
            for (const V start : source.state(states[k].name)) value[k].push_back(m.times(start, N::whole(32)));
            for (const V by : source.parameter(names[3 + k].name)) jump[k].push_back(m.times(by, N::whole(32)));
            for (const V tau : source.parameter(names[k].name)) decay[k].push_back(m.decay(source.timestep, tau));
        }
    }
    void save(std::vector<Column<N>>& columns) const {
        for (const Column<N>& column : value) {
            Column<N> single;
            for (const V trace : column) single.push_back(N::down(trace, 5));
            columns.push_back(single);
        }
    }
    void fall(const N& m, std::uint32_t product) {
        for (std::size_t k = 0; k < 3; ++k)
            for (std::size_t i = 0; i < value[k].size(); ++i)
                value[k][i] = m.scaled(value[k][i], decay[k][i], product + static_cast<std::uint32_t>(k), i);
    }
    void add_jumps(const N& m, std::size_t i) {
        for (std::size_t k = 0; k < 3; ++k) value[k][i] = m.add(value[k][i], jump[k][i]);
    }
    V sum(const N& m, std::size_t i) const { return N::down(m.add(m.add(value[0][i], value[1][i]), value[2][i]), 5); }
};

template <class N>
struct SpikeTriggeredCurrent {
    static constexpr std::array<ParameterDescription, 6> parameters = {{
        {"tau_eta1", "ms", 1.0, 0.01, longest},
        {"tau_eta2", "ms", 10.0, 0.01, longest},
        {"tau_eta3", "ms", 100.0, 0.01, longest},
        {"a_eta1", "nA", 1.0, -1000.0, 1000.0},
        {"a_eta2", "nA", 1.0, -1000.0, 1000.0},
        {"a_eta3", "nA", 1.0, -1000.0, 1000.0},
    }};
    static constexpr std::array<ParameterDescription, 3> state = {{
        {"i_eta1", "nA", 0.0, -1000.0, 1000.0},
        {"i_eta2", "nA", 0.0, -1000.0, 1000.0},
        {"i_eta3", "nA", 0.0, -1000.0, 1000.0},
    }};
    Traces<N> eta;

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        eta.load(source, m, parameters, state);
    }
    void save(std::vector<Column<N>>& columns) const { eta.save(columns); }
    void add_to(const N& m, typename N::Value* current) {
        for (std::size_t i = 0; i < eta.value[0].size(); ++i) current[i] = m.sub(current[i], eta.sum(m, i));
        eta.fall(m, product::neuron);
    }
    void spiked(const N& m, const std::uint32_t* spiked) {
        for (std::size_t i = 0; i < eta.value[0].size(); ++i)
            if (spiked[i] != 0) eta.add_jumps(m, i);
    }
};

template <class N>
struct MovingThreshold {
    static constexpr std::array<ParameterDescription, 6> traces = {{
        {"tau_gamma1", "ms", 1.0, 0.01, longest},
        {"tau_gamma2", "ms", 10.0, 0.01, longest},
        {"tau_gamma3", "ms", 100.0, 0.01, longest},
        {"a_gamma1", "mV", 1.0, -1000.0, 1000.0},
        {"a_gamma2", "mV", 1.0, -1000.0, 1000.0},
        {"a_gamma3", "mV", 1.0, -1000.0, 1000.0},
    }};
    static constexpr std::array<ParameterDescription, 9> parameters = {{
        {"delta_v", "mV", 0.5, 0.01, 1000.0},
        {"v_t_star", "mV", -48.0, lowest, highest},
        {"lambda0", "Hz", 1.0, 0.001, 65000.0},
        traces[0],
        traces[1],
        traces[2],
        traces[3],
        traces[4],
        traces[5],
    }};
    static constexpr std::array<ParameterDescription, 3> state = {{
        {"gamma1", "mV", 0.0, -1000.0, 1000.0},
        {"gamma2", "mV", 0.0, -1000.0, 1000.0},
        {"gamma3", "mV", 0.0, -1000.0, 1000.0},
    }};
    using V = typename N::Value;
    Column<N> v_t_star, inverse_delta_v;
    Column<N> log_rate;  ///< of lambda0 dt
    Traces<N> gamma;

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        v_t_star = source.parameter("v_t_star");
        for (const V delta : source.parameter("delta_v")) inverse_delta_v.push_back(m.quotient(N::whole(1), delta));
        for (const V rate : source.parameter("lambda0"))
            log_rate.push_back(m.logarithm_of_product(rate, source.timestep));
        gamma.load(source, m, traces, state);
    }
    void save(std::vector<Column<N>>& columns) const { gamma.save(columns); }

    template <class Neuron>
    void test(const N& m, Tick tick, const Identity& cells, const Neuron& neuron, std::uint32_t* spiked) {
        for (std::size_t i = 0; i < v_t_star.size(); ++i) {
            const std::uint32_t draw =
                random_block(cells.seed, DrawUse::threshold, value(tick),
                             cells.first_atom + static_cast<std::uint32_t>(i), cells.population, 0)[0];
            const V above = m.sub(neuron.v[i], m.add(v_t_star[i], gamma.sum(m, i)));
            const V log_hazard = m.add(m.mul(above, inverse_delta_v[i], product::neuron + 3, i), log_rate[i]);
            spiked[i] = neuron.timer[i] <= 0 && m.fires(log_hazard, draw) ? 1 : 0;
        }
        gamma.fall(m, product::neuron + 4);
        for (std::size_t i = 0; i < v_t_star.size(); ++i)
            if (spiked[i] != 0) gamma.add_jumps(m, i);
    }
};

}  // namespace

constinit const Composition gif_cond_exp =
    compose<LifWithoutThreshold, ExponentialConductance, ConductanceInput, MovingThreshold, SpikeTriggeredCurrent>();

}  // namespace spinn::models
