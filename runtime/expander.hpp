/// Makes the synapses of a core from the rules in its image, when it starts (sPyNNaker: the synapse expander).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

struct ExpandedRows {
    std::vector<LooseRows> matrices;  ///< by address index; without those that got no synapse
    std::uint64_t synapses = 0;
    std::uint64_t weights_masked = 0;     ///< integer weights above 65535, cut to their low 16 bits as the board does
    std::uint32_t min_delay_ticks = ~0u;  ///< smallest in-row delay
};

/// The synapses of every projection, as synaptic words with the rows they belong to. A synapse of delay d lies in the
/// row of delay stage (d - 1) / stage_ticks with delay (d - 1) % stage_ticks + 1; stage 0 is the undelayed row. Weight:
/// round half even of |w| * 2^(15 - shift) * scale.
/// @param room_words  reserved for the matrices, a word a synapse at the least: an image may promise one thing and ask
/// for another, and nothing larger than its memory is made
/// @throws RequestError when the projections do not fit the table or the room, or a delay exceeds the stages there are
ExpandedRows expand(std::span<const CoreProjection> projections, const SystemRegion& system, const SynapseRegion& shape,
                    const PopulationTable& table, std::size_t room_words);

}  // namespace spinn
