/// Spike-frequency adaptation by calcium (Liu and Wang 2001): each spike adds i_alpha to a current that opposes the
/// input and decays with tau_ca2. Source: sPyNNaker, additional_input_ca2_adaptive_impl.h (neural runtime, 2.7).
#pragma once

#include "runtime/models/parts.hpp"

namespace spinn::models {

template <class N>
struct Ca2Adaptation {
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau_ca2", "ms", 50.0, smallest, longest},
        {"i_alpha", "nA", 0.1, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 1> state = {{{"i_ca2", "nA", 0.0, lowest, highest}}};
    using V = typename N::Value;
    Column<N> i_ca2, i_alpha, decay;

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        i_ca2 = source.state("i_ca2");
        i_alpha = source.parameter("i_alpha");
        for (const V tau : source.parameter("tau_ca2")) decay.push_back(numbers.relaxation(source.timestep, tau));
    }
    void save(std::vector<Column<N>>& columns) const { columns.push_back(i_ca2); }

    void add_to(const N& m, V* current) {
        const std::size_t count = i_ca2.size();
        V* const calcium = i_ca2.data();
        const V* const factor = decay.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            calcium[i] = m.mul(calcium[i], factor[i], product::additional + 2, i);
            current[i] = m.sub(current[i], calcium[i]);
        }
    }
    void spiked(const N& m, const std::uint32_t* spiked) {
        const std::size_t count = i_ca2.size();
        V* const calcium = i_ca2.data();
        const V* const influx = i_alpha.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i)
            calcium[i] = m.add(calcium[i], m.choose(spiked[i] != 0, influx[i], V{}));
    }
};

}  // namespace spinn::models
