/// IFCondExpStoc: the soft threshold of Maass. A spike comes in a step with probability
/// 0.8 (1 - e^(-hazard dt / 10)), hazard = e^((v - v_thresh) / du_thresh) / tau_thresh, and 0.8 where the exponent is 5
/// or more. Source: sPyNNaker, threshold_type_maass_stochastic.h (neural runtime, 2.7).
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"
#include "runtime/random.hpp"

namespace spinn::models {

namespace {

template <class N>
struct MaassThreshold {
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"du_thresh", "mV", 0.5, smallest, highest},
        {"tau_thresh", "ms", 20.0, smallest, longest},
    }};
    static constexpr None state{};
    using V = typename N::Value;
    Column<N> v_thresh, du_inverse, tau_inverse;
    V tenth{};  ///< timestep / 10

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        v_thresh = source.parameter("v_thresh");
        for (const V du : source.parameter("du_thresh")) du_inverse.push_back(numbers.quotient(N::whole(1), du));
        for (const V tau : source.parameter("tau_thresh")) tau_inverse.push_back(numbers.quotient(N::whole(1), tau));
        tenth = numbers.quotient(source.timestep, N::whole(10));
    }
    void save(std::vector<Column<N>>&) const {}

    template <class Neuron>
    void test(const N& m, Tick tick, const Identity& cells, const Neuron& neuron, std::uint32_t* spiked) const {
        for (std::size_t i = 0; i < v_thresh.size(); ++i) {
            const std::uint32_t draw =
                random_block(cells.seed, DrawUse::threshold, value(tick),
                             cells.first_atom + static_cast<std::uint32_t>(i), cells.population, 0)[0];
            const V exponent = m.mul(m.sub(neuron.v[i], v_thresh[i]), du_inverse[i], product::neuron, i);
            V escape = N::whole(1);
            if (exponent < N::whole(5)) {
                const V hazard = m.mul(m.exp(exponent), tau_inverse[i], product::neuron + 1, i);
                escape = m.sub(N::whole(1), m.exp(m.sub(V{}, m.mul(hazard, tenth, product::neuron + 2, i))));
            }
            spiked[i] = m.escapes(escape, draw) ? 1 : 0;
        }
    }
};

}  // namespace

constinit const Composition if_cond_exp_stoc =
    compose<Lif, ExponentialConductance, ConductanceInput, MaassThreshold, NoAdditionalInput>();

}  // namespace spinn::models
