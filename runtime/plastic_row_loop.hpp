/// The obvious way through a plastic row: synapse by synapse.
#pragma once

#include <cstdint>

#include "runtime/plastic_fields.hpp"
#include "runtime/plastic_input.hpp"
#include "runtime/stdp.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

/// Changes the weight of each synapse by what happened since the pre spike before this one, and adds it to the ring
/// buffer.
/// @param last_tick  of the pre spike before. @param tick  of this one
/// @param change  of (synapse, constants, post spikes in between, ticks from a post spike to its arrival, weight): the
/// weight to be, before it is narrowed
/// @return additions that were cut
template <typename Change>
std::uint64_t update_each_synapse(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                  const PlasticRow& row, std::uint32_t last_tick, std::uint32_t tick, Change change) {
    const FixedFields fields(shape, input.rule.backprop_delay);
    const std::uint32_t offset = tick << ring.tick_shift;
    std::uint64_t cut = 0;
    for (std::uint32_t s = 0; s < row.n_synapses; ++s) {
        const std::uint32_t fixed = row.fixed[s], receptor = fields.receptor(fixed), back = fields.back(fixed);
        const WeightConstants& c = input.rule.constants[receptor];
        const std::uint32_t shift = shape.shift[receptor];
        const PostWindow window =
            post_window(input.history, fields.atom(fixed), last_tick > back ? last_tick - back : 0,
                        tick > back ? tick - back : 0, tick);
        const std::int64_t weight = change(s, c, window, back, std::int64_t{row.weights[s]} << shift);
        const std::uint32_t integer = stdp::narrowed(c, weight, shift);
        row.weights[s] = static_cast<std::uint16_t>(integer);
        cut += add_weight(ring.sums[(fixed + offset) & ring.index_mask], integer, 1);
    }
    return cut;
}

}  // namespace spinn
