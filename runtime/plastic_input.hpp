/// The synapses of a core that learn: plastic rows, the history of the core's post spikes, and what a pre spike does.
///
/// All work is deferred to the next pre spike (neural-runtime, section 4.1; sPyNNaker,
/// synapse_dynamics_stdp_mad_impl.c): it goes through the post spikes since the last one, then through itself, and the
/// weight that comes out is what the synapse transmits. No work is done for post spikes but to note them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/plasticity_region.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/post_history.hpp"

namespace spinn {

struct RingView;

/// Rows of the synapses of one projection, or of its delayed ones.
struct PlasticMatrix {
    PlasticMatrixHeader header;
    std::uint32_t min_delay_ticks = ~0u;     ///< of any synapse
    std::uint32_t max_delay_ticks = 0;       ///< likewise
    std::span<const std::uint32_t> offsets;  ///< in SDRAM
    std::uint32_t* rows = nullptr;           ///< in SDRAM: what offsets count from
};

/// What all rows of one tick whose synapses have one delay find at the core's neurons: worked out once. [atom] each.
struct TickTable {
    std::uint32_t sent = ~0u;                   ///< the tick; none yet
    std::vector<std::uint32_t> newest;          ///< tick of the last post spike that is at the synapse
    std::vector<std::uint32_t> end, oldest;     ///< of the history, as PostWindow has them
    std::vector<std::int64_t> change;           ///< by the pre spike, s16.15
    std::vector<std::int64_t> lowest, highest;  ///< what the weight then stays within
};

/// Scratch of one row, [synapse] each.
struct RowScratch {
    std::vector<std::int64_t> weight;    ///< s16.15
    std::vector<std::uint32_t> pending;  ///< synapses with post spikes left to go through
};

struct PlasticInput {
    PlasticityRegion rule;
    PostHistory history;
    std::vector<PlasticMatrix> matrices;
    std::uint64_t events = 0;          ///< synapses that transmitted
    std::uint64_t saturations = 0;     ///< additions that a ring buffer could not hold
    std::uint64_t wrapped_traces = 0;  ///< traces that passed 16, where s4.11 ends, and went on below 0 as on a board

    RowScratch scratch;
    std::vector<TickTable> tables;  ///< [ticks that post spikes take to the synapse]
    bool plain = false;             ///< take the obvious loop even where there is a faster one: the tests do

    bool empty() const { return matrices.empty(); }
};

/// Writes the rows of plastic projections to a region of SDRAM, headers and all.
/// @param projections  the plastic ones of the core. @param loose  theirs, as expand() made them
/// @throws RequestError when the region is too small
std::vector<PlasticMatrix> lay_out_plastic_rows(std::span<const CoreProjection> projections,
                                                std::span<const LooseRows> loose, std::span<std::uint32_t> region);

/// The plastic side of a core that starts.
PlasticInput make_plastic_input(PlasticityRegion rule, std::vector<PlasticMatrix> matrices, std::uint32_t n_atoms);

/// Rows of consecutive keys.
struct PlasticBlock {
    std::uint32_t matrix = 0;     ///< in PlasticInput::matrices
    std::uint32_t first_row = 0;  ///< of the first key
    std::uint32_t min_delay_ticks = ~0u;
};
/// The plastic rows of keys first .. first + n - 1, which must belong to one source core.
std::vector<PlasticBlock> resolve(const PlasticInput& input, const PopulationTable& table, std::uint32_t first_key,
                                  std::uint32_t n_keys);

/// A pre spike that was sent in tick `sent`, `repeats` times: updates the weights of a row and adds them to the ring
/// buffer. Ticks of one row never go back; post spikes up to `sent` must have been entered. @return synapses in the row
std::uint32_t receive_plastic(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                              std::uint32_t matrix, std::uint32_t row, std::uint32_t sent, std::uint32_t repeats);

/// Notes the spikes of this tick. @param atoms  ascending
void enter_post_spikes(PlasticInput& input, std::uint32_t tick, std::span<const std::uint32_t> atoms);

}  // namespace spinn
