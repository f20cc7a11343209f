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
        {"gbar_Na", "uS", 20.0, 0.0, 50.0},
        {"gbar_K", "uS", 6.0, 0.0, 30.0},
        {"g_leak", "uS", 0.01, 0.001, 10.0},
        {"cm", "nF", 0.2, 0.1, 1000.0},
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

    // What moves by less than 2^-15 in a step is kept in finer units: 32-fold potential and gates, 64-fold
    // conductances.
    Column<N> v;
    Column<N> fine_v, gate_m, gate_h, gate_n;  ///< 32-fold
    Column<N> gbar_na, gbar_k, g_leak;         ///< uS, 64-fold
    Column<N> v_offset, e_na, e_k, e_leak, i_offset, inverse_cm;
    std::vector<std::uint8_t> above;  ///< [atom] 1: v is at -40 mV or more
    std::vector<std::uint8_t> risen;  ///< [atom] 1: it came there in this tick
    SubSteps<N> steps;
    V peak{};

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        const auto times = [&m](Column<N> values, std::int32_t factor) {
            for (V& value : values) value = m.times(value, N::whole(factor));
            return values;
        };
        v = source.state("v");
        fine_v = times(v, 32);
        gate_m = times(source.state("m"), 32);
        gate_h = times(source.state("h"), 32);
        gate_n = times(source.state("n"), 32);
        gbar_na = times(source.parameter("gbar_Na"), 64);
        gbar_k = times(source.parameter("gbar_K"), 64);
        g_leak = times(source.parameter("g_leak"), 64);
        v_offset = source.parameter("v_offset");
        e_na = source.parameter("e_rev_Na");
        e_k = source.parameter("e_rev_K");
        e_leak = source.parameter("e_rev_leak");
        i_offset = source.parameter("i_offset");
        for (const V cm : source.parameter("cm")) inverse_cm.push_back(m.quotient(N::whole(1), cm));
        above.assign(v.size(), 0);
        risen.assign(v.size(), 0);
        steps.load(source, m);
        peak = N::whole(-40);
    }
    void save(std::vector<Column<N>>& columns) const {
        columns.push_back(v);
        for (const auto* column : {&gate_m, &gate_h, &gate_n}) {
            Column<N> gates;
            for (const V gate : *column) gates.push_back(N::down(gate, 5));
            columns.push_back(gates);
        }
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
    /// From one value to another by 1 - e^-x of the way. @param x64  64 x, above 0
    static V towards(const N& m, V from, V to, V x64, std::uint32_t product, std::size_t i) {
        if (x64 < N::whole(3)) {  // x - x^2 / 2: below 2^-15 of the way off
            const V way64 = m.sub(x64, N::down(m.mul(x64, x64, product, i), 7));
            return m.add(from, N::down(m.mul(m.sub(to, from), way64, product + 1, i), 6));
        }
        return m.add(to, m.mul(m.sub(from, to), m.exp(m.sub(V{}, N::down(x64, 6))), product + 1, i));
    }
    /// A gate's step towards alpha / (alpha + beta). @param step64  ms, 64-fold
    static V moved(const N& m, V gate, V alpha, V beta, V step64, std::uint32_t product, std::size_t i) {
        const V both = m.add(alpha, beta);
        const V x64 = m.mul(both, step64, product, i);
        if (!(V{} < x64)) return gate;
        return towards(m, gate, N::ratio(m.mul(alpha, N::whole(32), product, i), both), x64, product, i);
    }

    void update(const N& m, const V* current) {
        using product::neuron;
        const V step = steps.length, step64 = m.times(step, N::whole(64));
        const auto number = [&](double exact, std::int32_t raw) { return m.literal(exact, raw); };
        const V c032 = number(0.32, 10486), c028 = number(0.28, 9175), c0128 = number(0.128, 4194),
                c0032 = number(0.032, 1049), half = number(0.5, 16384), inverse18 = number(1.0 / 18.0, 1820),
                inverse40 = number(1.0 / 40.0, 819);
        for (std::size_t i = 0; i < v.size(); ++i) {
            // Not more than 1000 nA: 64-fold it must fit.
            const V sum_in = m.add(current[i], i_offset[i]);
            const V capped = m.choose(m.above(sum_in, N::whole(1000)), N::whole(1000), sum_in);
            const V input64 = m.mul(m.choose(m.above(capped, N::whole(-1000)), capped, N::whole(-1000)), N::whole(64),
                                    product::drive, i);
            risen[i] = 0;
            for (std::uint32_t s = 0; s < steps.n; ++s) {
                const V u = m.sub(v[i], v_offset[i]);
                const V alpha_m = m.mul(c032, linoid(m, m.sub(N::whole(13), u), N::whole(4)), neuron, i);
                const V beta_m = m.mul(c028, linoid(m, m.sub(u, N::whole(40)), N::whole(5)), neuron + 1, i);
                const V alpha_h =
                    m.mul(c0128, m.exp(m.mul(m.sub(N::whole(17), u), inverse18, neuron + 2, i)), neuron + 3, i);
                const V grown = m.exp(N::signed_ratio(m.sub(N::whole(40), u), N::whole(5)));
                // 4 / (e^y + 1); where e^y passes 2^15 it is below 2^-13, and the sum would wrap.
                const V beta_h =
                    m.above(grown, N::whole(32767)) ? V{} : N::ratio(N::whole(4), m.add(grown, N::whole(1)));
                const V alpha_n = m.mul(c0032, linoid(m, m.sub(N::whole(15), u), N::whole(5)), neuron + 4, i);
                const V beta_n =
                    m.mul(half, m.exp(m.mul(m.sub(N::whole(10), u), inverse40, neuron + 5, i)), neuron + 6, i);
                gate_m[i] = moved(m, gate_m[i], alpha_m, beta_m, step64, neuron + 7, i);
                gate_h[i] = moved(m, gate_h[i], alpha_h, beta_h, step64, neuron + 9, i);
                gate_n[i] = moved(m, gate_n[i], alpha_n, beta_n, step64, neuron + 11, i);

                const V gm = N::down(gate_m[i], 5), gh = N::down(gate_h[i], 5), gn = N::down(gate_n[i], 5);
                const auto opened = [&](V g, V a, V b, V c, V d, std::uint32_t product) {
                    const V two = m.mul(m.mul(g, a, product, i), b, product + 1, i);
                    return m.mul(m.mul(two, c, product + 2, i), d, product + 3, i);
                };
                const V g_na = opened(gbar_na[i], gm, gm, gm, gh, neuron + 13);
                const V g_k = opened(gbar_k[i], gn, gn, gn, gn, neuron + 17);
                const V open_sum = m.add(m.add(g_na, g_k), g_leak[i]);
                const V sum = m.choose(g_leak[i] < open_sum, open_sum, g_leak[i]);
                // Where v would come to rest, and how far it gets in a step: sum h / cm.
                const auto share = [&](V g, V e, std::uint32_t product) {
                    return m.mul(N::signed_ratio(g, sum), e, product, i);
                };
                const V rest = m.add(m.add(share(g_na, e_na[i], neuron + 21), share(g_k, e_k[i], neuron + 22)),
                                     m.add(share(g_leak[i], e_leak[i], neuron + 23), N::signed_ratio(input64, sum)));
                const V low = N::whole(-1500), high = N::whole(1500);
                const V bounded = m.choose(m.above(rest, high), high, m.choose(m.above(rest, low), rest, low));
                const V x64 = m.mul(m.mul(sum, inverse_cm[i], product::relaxation, i), step, product::relaxation, i);
                fine_v[i] =
                    towards(m, fine_v[i], m.mul(bounded, N::whole(32), product::relaxation, i), x64, product::shape, i);
                v[i] = N::down(fine_v[i], 5);
                const std::uint8_t now = m.above(v[i], peak) ? 1 : 0;
                risen[i] |= static_cast<std::uint8_t>(now & ~above[i]);
                above[i] = now;
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
    void test(const N&, Tick, const Identity&, const Neuron& neuron, std::uint32_t* spiked) const {
        for (std::size_t i = 0; i < neuron.v.size(); ++i) spiked[i] = neuron.risen[i];
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
