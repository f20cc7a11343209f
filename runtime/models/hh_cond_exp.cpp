/// HH_cond_exp: Hodgkin and Huxley's neuron with the rates of Traub and Miles (1991), as PyNN defines it.
///   cm dv/dt = g_leak (e_rev_leak - v) + gbar_Na m^3 h (e_rev_Na - v) + gbar_K n^4 (e_rev_K - v) + I
/// Potential and gates take exponential steps. A spike is v rising through -40 mV, as in PyNN's Brian back end.
#include "runtime/models/beyond_board.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

template <class N>
struct HodgkinHuxley {
    static constexpr std::array<ParameterDescription, 9> parameters = {{
        {"gbar_Na", "uS", 20.0, 0.0, 100.0},
        {"gbar_K", "uS", 6.0, 0.0, 100.0},
        {"g_leak", "uS", 0.01, 0.001, 100.0},
        {"cm", "nF", 0.2, 0.01, 1000.0},
        {"v_offset", "mV", -63.0, -200.0, 200.0},
        {"e_rev_Na", "mV", 50.0, -200.0, 200.0},
        {"e_rev_K", "mV", -90.0, -200.0, 200.0},
        {"e_rev_leak", "mV", -65.0, -200.0, 200.0},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 4> state = {{
        {"v", "mV", -65.0, -200.0, 200.0},
        {"m", "", 0.0, 0.0, 1.0},
        {"h", "", 1.0, 0.0, 1.0},
        {"n", "", 0.0, 0.0, 1.0},
    }};
    using V = typename N::Value;

    Column<N> v, gate_m, gate_h, gate_n;
    Column<N> gbar_na, gbar_k, g_leak, v_offset, e_na, e_k, e_leak, i_offset, inverse_cm;
    std::vector<std::uint8_t> was_above;  ///< [atom] 1: v has not been below -40 mV since its last spike
    SubSteps<N> steps;
    V peak{};

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        v = source.state("v");
        gate_m = source.state("m");
        gate_h = source.state("h");
        gate_n = source.state("n");
        gbar_na = source.parameter("gbar_Na");
        gbar_k = source.parameter("gbar_K");
        g_leak = source.parameter("g_leak");
        v_offset = source.parameter("v_offset");
        e_na = source.parameter("e_rev_Na");
        e_k = source.parameter("e_rev_K");
        e_leak = source.parameter("e_rev_leak");
        i_offset = source.parameter("i_offset");
        for (const V cm : source.parameter("cm")) inverse_cm.push_back(m.quotient(N::whole(1), cm));
        was_above.assign(v.size(), 0);
        steps.load(source, m);
        peak = N::whole(-40);
    }
    void save(std::vector<Column<N>>& columns) const {
        for (const auto* column : {&v, &gate_m, &gate_h, &gate_n}) columns.push_back(*column);
    }
    std::vector<std::int32_t> refractory_timer() const { return std::vector<std::int32_t>(v.size()); }

    /// x / (e^(x / k) - 1), whose limit at 0 is k.
    static V linoid(const N& m, V x, V k) {
        const V y = N::signed_ratio(x, k);
        const V near = m.literal(0.02, 655);
        if (!m.above(y, near) && m.above(y, m.sub(V{}, near))) return m.sub(k, m.half(x));
        const V grown = m.sub(m.exp(y), N::whole(1));
        const bool negative = y < V{};
        return N::ratio(m.choose(negative, m.sub(V{}, x), x), m.choose(negative, m.sub(V{}, grown), grown));
    }
    /// A gate's exponential step towards alpha / (alpha + beta).
    static V moved(const N& m, V gate, V alpha, V beta, V step, std::uint32_t product, std::size_t i) {
        const V both = m.add(alpha, beta);
        if (!(V{} < both)) return gate;
        const V target = N::ratio(alpha, both);
        const V left = m.exp(m.sub(V{}, m.mul(both, step, product, i)));
        return m.add(target, m.mul(m.sub(gate, target), left, product + 1, i));
    }

    void update(const N& m, const V* current) {
        using product::neuron;
        const V step = steps.length;
        const auto fixed = [&](double exact, std::int32_t raw) { return m.literal(exact, raw); };
        const V c032 = fixed(0.32, 10486), c028 = fixed(0.28, 9175), c0128 = fixed(0.128, 4194),
                c0032 = fixed(0.032, 1049), half = fixed(0.5, 16384), inverse18 = fixed(1.0 / 18.0, 1820),
                inverse40 = fixed(1.0 / 40.0, 819);
        for (std::size_t i = 0; i < v.size(); ++i) {
            const V input = m.add(current[i], i_offset[i]);
            was_above[i] = m.above(v[i], peak) ? 1 : 0;
            for (std::uint32_t s = 0; s < steps.n; ++s) {
                const V u = m.sub(v[i], v_offset[i]);
                const V alpha_m = m.mul(c032, linoid(m, m.sub(N::whole(13), u), N::whole(4)), neuron, i);
                const V beta_m = m.mul(c028, linoid(m, m.sub(u, N::whole(40)), N::whole(5)), neuron + 1, i);
                const V alpha_h =
                    m.mul(c0128, m.exp(m.mul(m.sub(N::whole(17), u), inverse18, neuron + 2, i)), neuron + 3, i);
                const V grown = m.exp(N::signed_ratio(m.sub(N::whole(40), u), N::whole(5)));
                // 4 / (e^y + 1); beyond e^y = 2^15 it is 0 in s16.15, and the sum would wrap.
                const V beta_h =
                    m.above(grown, N::whole(32767)) ? V{} : N::ratio(N::whole(4), m.add(grown, N::whole(1)));
                const V alpha_n = m.mul(c0032, linoid(m, m.sub(N::whole(15), u), N::whole(5)), neuron + 4, i);
                const V beta_n =
                    m.mul(half, m.exp(m.mul(m.sub(N::whole(10), u), inverse40, neuron + 5, i)), neuron + 6, i);
                gate_m[i] = moved(m, gate_m[i], alpha_m, beta_m, step, neuron + 7, i);
                gate_h[i] = moved(m, gate_h[i], alpha_h, beta_h, step, neuron + 9, i);
                gate_n[i] = moved(m, gate_n[i], alpha_n, beta_n, step, neuron + 11, i);

                const V m2 = m.mul(gate_m[i], gate_m[i], neuron + 13, i),
                        n2 = m.mul(gate_n[i], gate_n[i], neuron + 14, i);
                const V open = m.mul(m.mul(m2, gate_m[i], neuron + 15, i), gate_h[i], neuron + 16, i);
                const V g_na = m.mul(gbar_na[i], open, neuron + 17, i);
                const V g_k = m.mul(gbar_k[i], m.mul(n2, n2, neuron + 18, i), neuron + 19, i);
                const V open_sum = m.add(m.add(g_na, g_k), g_leak[i]);
                const V sum = m.choose(V{} < open_sum, open_sum, g_leak[i]);
                const V pull = m.add(m.add(m.mul(g_na, m.sub(e_na[i], v[i]), neuron + 20, i),
                                           m.mul(g_k, m.sub(e_k[i], v[i]), neuron + 21, i)),
                                     m.add(m.mul(g_leak[i], m.sub(e_leak[i], v[i]), neuron + 22, i), input));
                // v + (pull / sum) (1 - e^(-sum h / cm))
                const V left =
                    m.exp(m.sub(V{}, m.mul(m.mul(sum, inverse_cm[i], neuron + 23, i), step, neuron + 23, i)));
                v[i] = m.add(v[i], m.mul(N::signed_ratio(pull, sum), m.sub(N::whole(1), left), product::relaxation, i));
            }
        }
    }
    void reset(const N&, const std::uint32_t*) {}
};

template <class N>
struct RisingThreshold {
    static constexpr None parameters{}, state{};
    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    template <class Neuron>
    void test(const N& m, Tick, const Identity&, const Neuron& neuron, std::uint32_t* spiked) const {
        for (std::size_t i = 0; i < neuron.v.size(); ++i)
            spiked[i] = m.above(neuron.v[i], neuron.peak) && neuron.was_above[i] == 0 ? 1 : 0;
    }
};

/// PyNN's defaults of the synapses of this model.
struct FastConductanceNames : ExponentialConductanceNames {
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau_syn_E", "ms", 0.2, 0.01, longest},
        {"tau_syn_I", "ms", 2.0, 0.01, longest},
    }};
};
template <class N>
using FastConductance = ExponentialOf<N, FastConductanceNames>;

}  // namespace

constinit const Composition hh_cond_exp =
    compose<HodgkinHuxley, FastConductance, ConductanceInput80, RisingThreshold, NoAdditionalInput>();

}  // namespace spinn::models
