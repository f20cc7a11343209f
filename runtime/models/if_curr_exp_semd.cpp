/// IF_curr_exp_sEMD: the spiking elementary motion detector (Milde et al. 2018). A second excitatory input counts by as
/// much as the first one has left where it comes: exc2 * multiplicator * scaling_factor.
/// Source: sPyNNaker, synapse_types_semd_impl.h (neural runtime, 2.6).
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

template <class N>
struct SemdInput {
    static constexpr std::array<ParameterDescription, 1> parameters = {{
        {"scaling_factor", "", 1.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 2> state = {{
        {"multiplicator", "nA", 0.0, lowest, highest},
        {"exc2_old", "nA", 0.0, lowest, highest},
    }};
    static constexpr bool conductance = false;
    using V = typename N::Value;
    Column<N> scaling_factor, multiplicator, exc2_old;
    V least{};  ///< an input below this is none

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        scaling_factor = source.parameter("scaling_factor");
        multiplicator = source.state("multiplicator");
        exc2_old = source.state("exc2_old");
        least = numbers.literal(0.001, 32);
    }
    void save(std::vector<Column<N>>& columns) const {
        columns.push_back(multiplicator);
        columns.push_back(exc2_old);
    }

    template <class Shape>
    void currents(const N& m, Shape& shape, const V*, V* current) {
        const V *exc = shape.seen(m, 0), *exc2 = shape.seen(m, 1), *inh = shape.seen(m, 2);
        for (std::size_t i = 0; i < shape.n_atoms(); ++i) {
            if (exc2[i] < least)
                multiplicator[i] = V{};
            else if (multiplicator[i] == V{} && exc2_old[i] == V{})
                multiplicator[i] = exc[i];
            exc2_old[i] = exc2[i];
            const V gated = m.mul(m.mul(exc2[i], multiplicator[i], product::additional, i), scaling_factor[i],
                                  product::additional + 1, i);
            current[i] = m.sub(m.add(exc[i], gated), inh[i]);
        }
    }
    template <class Shape>
    void gsyn(const N& m, Shape& shape, bool inhibitory, V* sum) {
        const V *first = shape.seen(m, inhibitory ? 2 : 0), *second = shape.seen(m, 1);
        for (std::size_t i = 0; i < shape.n_atoms(); ++i) sum[i] = inhibitory ? first[i] : m.add(first[i], second[i]);
    }
};

}  // namespace

constinit const Composition if_curr_exp_semd =
    compose<Lif, DualExponential, SemdInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models
