/// StocExp, StocExpStable and StocSigma: neurons without a membrane that spike at random, more often the larger their
/// input, and in every step of tau_refrac after a spike.
/// Source: sPyNNaker, neuron_impl_stoc_exp.h, neuron_impl_stoc_exp_stable.h, neuron_impl_stoc_sigma.h
/// (neural runtime, 2.7).
#include "runtime/models/composed.hpp"
#include "runtime/models/delta.hpp"
#include "runtime/models/lif.hpp"
#include "runtime/models/powers_of_two.hpp"
#include "runtime/random.hpp"

namespace spinn::models {

namespace {

std::uint32_t to_u1616(Accum x) { return u1616_of(x); }
std::uint32_t to_u1616(double x) { return u1616_of(to_accum(x)); }

/// time / step, the next whole number. @param step  above 0
std::int32_t steps_of(std::uint32_t time, std::uint32_t step) {
    const std::uint32_t quotient = u1616_quotient(time, step);
    return static_cast<std::int32_t>((quotient >> 16) + ((quotient & 0xffff) != 0 ? 1 : 0));
}

/// A rule gives the probability of a spike in a step, of 2^32, and says whether v lasts from step to step.
template <class N, template <class> class RuleOf>
struct Stochastic {
    using Rule = RuleOf<N>;
    static constexpr const auto& parameters = Rule::parameters;
    static constexpr std::array<ParameterDescription, 1> state = {{{"v", "mV", 0.0, lowest, highest}}};
    static constexpr bool sampled_after_input = true;
    using V = typename N::Value;

    Column<N> v, bias;
    Rule rule;
    std::vector<std::int32_t> timer, steps;

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        v = source.state("v");
        bias = source.parameter("bias");
        timer = source.refractory_timer();
        rule.load(source, numbers);
        for (const V tau : source.parameter(Rule::refractory))
            steps.push_back(steps_of(to_u1616(tau), to_u1616(source.timestep)));
    }
    void save(std::vector<Column<N>>& columns) const { columns.push_back(v); }
    const std::vector<std::int32_t>& refractory_timer() const { return timer; }

    /// v of this step: what is recorded, and what the spike is drawn from.
    V membrane(const N& m, V input, std::size_t i) const {
        if (timer[i] > 0) return Rule::lasts ? v[i] : V{};
        const V driven = m.add(bias[i], input);
        return Rule::lasts ? m.add(v[i], driven) : driven;
    }
    void update(const N& m, const V* current) {
        for (std::size_t i = 0; i < v.size(); ++i) v[i] = membrane(m, current[i], i);
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        for (std::size_t i = 0; i < v.size(); ++i) {
            if (timer[i] > 0)
                --timer[i];
            else if (spiked[i] != 0)
                timer[i] = std::max(steps[i] - 1, 0);
            if constexpr (Rule::lasts) v[i] = rule.bounded(m, v[i], spiked[i] != 0, i);
        }
    }
};

/// A spike while the neuron's timer runs, else at random.
template <class N>
struct Draw {
    static constexpr None parameters{}, state{};
    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    template <class Neuron>
    void test(const N& m, Tick tick, const Identity& cells, const Neuron& neuron, std::uint32_t* spiked) const {
        for (std::size_t i = 0; i < neuron.v.size(); ++i) {
            const std::uint32_t draw =
                random_block(cells.seed, DrawUse::threshold, value(tick),
                             cells.first_atom + static_cast<std::uint32_t>(i), cells.population, 0)[0];
            spiked[i] = neuron.timer[i] > 0 || draw < neuron.rule.probability(m, neuron.v[i], i) ? 1 : 0;
        }
    }
};

/// (1 / tau) 2^v; v = bias + exc - inh.
template <class N>
struct StocExpRule {
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau", "ms", 10.0, 1.001, longest},  // of 1 / tau the board keeps the part behind the point
        {"bias", "mV", 0.0, lowest, highest},
    }};
    static constexpr std::string_view refractory = "tau";
    static constexpr bool lasts = false;
    std::vector<typename N::Value> tau;

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        tau = source.parameter("tau");
    }
    std::uint32_t probability(const N&, typename N::Value v, std::size_t i) const {
        if constexpr (N::is_fixed)
            return probability_of(u1616_quotient(u1616_one, u1616_of(tau[i])) & 0xffff, v);
        else
            return probability_of(std::exp2(v) / tau[i]);
    }
};

/// tau 2^v; v gains bias + exc - inh in each step and falls no lower than v_reset, where it starts after a spike.
template <class N>
struct StocExpStableRule {
    static constexpr std::array<ParameterDescription, 4> parameters = {{
        {"v_reset", "mV", 0.0, lowest, highest},
        {"tau", "", 0.1, 0.0, 65535.0},
        {"tau_refrac", "ms", 1.0, 0.0, longest},
        {"bias", "mV", 0.0, lowest, highest},
    }};
    static constexpr std::string_view refractory = "tau_refrac";
    static constexpr bool lasts = true;
    std::vector<typename N::Value> v_reset, tau;

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        v_reset = source.parameter("v_reset");
        tau = source.parameter("tau");
    }
    std::uint32_t probability(const N&, typename N::Value v, std::size_t i) const {
        if constexpr (N::is_fixed)
            return probability_of(u1616_of(tau[i]), v);
        else
            return probability_of(tau[i] * std::exp2(v));
    }
    typename N::Value bounded(const N& m, typename N::Value v, bool spiked, std::size_t i) const {
        return m.choose(spiked || !m.above(v, v_reset[i]), v_reset[i], v);
    }
};

/// 2^-2^(-alpha v); v = bias + exc - inh.
template <class N>
struct StocSigmaRule {
    static constexpr std::array<ParameterDescription, 3> parameters = {{
        {"tau_refrac", "ms", 1.0, 0.0, longest},
        {"alpha", "1/mV", 1.0, lowest, highest},
        {"bias", "mV", 0.0, lowest, highest},
    }};
    static constexpr std::string_view refractory = "tau_refrac";
    static constexpr bool lasts = false;
    std::vector<typename N::Value> alpha;

    template <class SourceOf>
    void load(const SourceOf& source, const N&) {
        alpha = source.parameter("alpha");
    }
    std::uint32_t probability(const N& m, typename N::Value v, std::size_t i) const {
        const typename N::Value power = m.mul(v, alpha[i], product::neuron, i);
        if constexpr (N::is_fixed)
            return sigma_probability(power);
        else
            return probability_of(std::exp2(-std::exp2(-power)));
    }
};

template <class N>
using StocExpNeuron = Stochastic<N, StocExpRule>;
template <class N>
using StocExpStableNeuron = Stochastic<N, StocExpStableRule>;
template <class N>
using StocSigmaNeuron = Stochastic<N, StocSigmaRule>;

}  // namespace

constinit const Composition stoc_exp = compose<StocExpNeuron, Delta, CurrentInput, Draw, NoAdditionalInput>();
constinit const Composition stoc_exp_stable =
    compose<StocExpStableNeuron, Delta, CurrentInput, Draw, NoAdditionalInput>();
constinit const Composition stoc_sigma = compose<StocSigmaNeuron, Delta, CurrentInput, Draw, NoAdditionalInput>();

}  // namespace spinn::models
