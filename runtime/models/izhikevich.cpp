/// Izhikevich's neuron (2003): v' = 0.04 v^2 + 5 v + 140 - u + I, u' = a (b v - u); where v reaches 30 mV, v = c and
/// u += d. One step of the midpoint rule, as rearranged by Hopkins and Furber (2015); the step after a spike is 1.85
/// times as long. Source: sPyNNaker, neuron_model_izh_impl.h (neural runtime, 2.5).
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

template <class N>
struct Izhikevich {
    static constexpr std::array<ParameterDescription, 5> parameters = {{
        {"a", "1/ms", 0.02, lowest, highest},
        {"b", "1/ms", 0.2, lowest, highest},
        {"c", "mV", -65.0, lowest, highest},
        {"d", "mV/ms", 2.0, lowest, highest},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"v", "mV", -70.0, lowest, highest},
        {"u", "mV/ms", -14.0, lowest, highest},
    }};
    using V = typename N::Value;

    Column<N> v, u, a, b, c, d, i_offset;
    Column<N> h;  ///< length of the next step, ms
    V timestep{}, step_after_spike{};
    V quadratic{}, linear{}, constant{};

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        v = source.state("v");
        u = source.state("u");
        a = source.parameter("a");
        b = source.parameter("b");
        c = source.parameter("c");
        d = source.parameter("d");
        i_offset = source.parameter("i_offset");
        timestep = source.timestep;
        step_after_spike = m.times(timestep, m.literal(1.85, 60620));
        h.assign(v.size(), timestep);
        quadratic = m.literal(0.04, 1311);  // the board's is chosen so that it does not become 1310
        linear = N::whole(5);
        constant = N::whole(140);
    }
    void save(std::vector<Column<N>>& columns) const {
        columns.push_back(v);
        columns.push_back(u);
    }
    std::vector<std::int32_t> refractory_timer() const { return std::vector<std::int32_t>(v.size()); }

    void update(const N& m, const V* current) {
        const std::size_t count = v.size();
        V *const membrane = v.data(), *const recovery = u.data(), *const length = h.data();
        const V *pa = a.data(), *pb = b.data(), *offset = i_offset.data();
        const V m4 = quadratic, m5 = linear, m140 = constant, dt = timestep;
        using product::neuron;
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V x = membrane[i], y = recovery[i], step = length[i], input = m.add(current[i], offset[i]);
            const V p = m.sub(m.add(m140, input), y);
            const V alpha = m.add(p, m.mul(m.add(m5, m.mul(m4, x, neuron, i)), x, neuron + 1, i));
            const V eta = m.add(x, m.half(m.mul(step, alpha, neuron + 2, i)));
            const V slope = m.mul(m.sub(m.mul(pb[i], x, neuron + 3, i), y), pa[i], neuron + 4, i);
            const V beta = m.half(m.mul(step, slope, neuron + 5, i));
            const V rise = m.add(m.sub(p, beta), m.mul(m.add(m5, m.mul(m4, eta, neuron + 6, i)), eta, neuron + 7, i));
            const V fall = m.add(m.sub(m.sub(V{}, y), beta), m.mul(pb[i], eta, neuron + 8, i));
            membrane[i] = m.add(x, m.mul(step, rise, neuron + 9, i));
            recovery[i] = m.add(y, m.mul(m.mul(pa[i], step, neuron + 10, i), fall, neuron + 11, i));
            length[i] = dt;
        }
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        const std::size_t count = v.size();
        V *const membrane = v.data(), *const recovery = u.data(), *const length = h.data();
        const V *to = c.data(), *jump = d.data(), longer = step_after_spike;
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const bool now = spiked[i] != 0;
            membrane[i] = m.choose(now, to[i], membrane[i]);
            recovery[i] = m.add(recovery[i], m.choose(now, jump[i], V{}));
            length[i] = m.choose(now, longer, length[i]);
        }
    }
};

/// A spike where v >= 30 mV.
template <class N>
struct Peak {
    static constexpr None parameters{}, state{};
    template <class SourceOf>
    void load(const SourceOf&, const N&) {}
    void save(std::vector<Column<N>>&) const {}
    template <class Neuron>
    void test(const N& m, Tick, const Identity&, const Neuron& neuron, std::uint32_t* spiked) const {
        const std::size_t count = neuron.v.size();
        const auto* v = neuron.v.data();
        const auto peak = N::whole(30);
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) spiked[i] = m.above(v[i], peak) ? 1 : 0;
    }
};

}  // namespace

constinit const Composition izhikevich =
    compose<Izhikevich, ExponentialCurrent, CurrentInput, Peak, NoAdditionalInput>();
constinit const Composition izhikevich_cond =
    compose<Izhikevich, ExponentialConductance, ConductanceInput, Peak, NoAdditionalInput>();

}  // namespace spinn::models
