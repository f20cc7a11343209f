/// The synapses of a core that learn: plastic rows, the history of the core's post spikes, and what a pre spike does.
///
/// All work is deferred to the next pre spike (neural-runtime, section 4.1; sPyNNaker,
/// synapse_dynamics_stdp_mad_impl.c): it goes through the post spikes since the last one, then through itself, and the
/// weight that comes out is what the synapse transmits. No work is done for post spikes but to note them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/instruction_set.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/plasticity_region.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/own_matrices.hpp"
#include "runtime/post_history.hpp"
#include "runtime/post_views.hpp"
#include "runtime/stdp.hpp"

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

struct PlasticScratch;
struct RowWork;

constexpr std::uint32_t no_tick = ~0u;

struct PlasticInput {
    PlasticityRegion rule;
    PostHistory history;
    std::vector<PlasticMatrix> matrices;
    std::uint64_t events = 0;          ///< synapses that transmitted
    std::uint64_t saturations = 0;     ///< additions that a ring buffer could not hold
    std::uint64_t wrapped_traces = 0;  ///< traces that passed 16, where s4.11 ends, and went on below 0 as on a board

    stdp::RuleTables arithmetic;
    std::uint64_t seed = 0;                                    ///< recurrent: what windows are drawn with
    std::uint32_t population = 0, first_neuron = 0;            ///< likewise: whose the core's atoms are
    std::uint32_t min_delay_ticks = ~0u, max_delay_ticks = 0;  ///< of any synapse
    bool plain = false;  ///< take the obvious loop even where there is a faster one: the tests do

    // Of the faster loop:
    PostViews views;                           ///< empty: there is only the obvious loop, delays are too long
    std::uint32_t ticks_back = 0;              ///< that rows may ask for
    std::uint32_t crowded_until = 0;           ///< until this tick some neuron's history may be too short for the views
    std::uint32_t views_of = no_tick;          ///< the tick that the next two are of
    std::vector<std::uint32_t> view_of_delay;  ///< [delay code]
    std::uint32_t view_of_now = 0;
    std::unique_ptr<PlasticScratch> scratch;
    std::uint64_t (*update)(const RowWork& work, PlasticScratch& scratch) = nullptr;
    std::uint64_t (*update_lanes)(const RowWork& work, PlasticScratch& scratch) = nullptr;  ///< null: not here

    PlasticInput();
    PlasticInput(PlasticInput&&) noexcept;
    PlasticInput& operator=(PlasticInput&&) noexcept;
    ~PlasticInput();

    bool empty() const { return matrices.empty(); }
};

/// Writes the rows of plastic projections to a region of SDRAM, headers and all.
/// @param projections  the plastic ones of the core. @param loose  theirs, as expand() made them
/// @param timing  their rule: says whether synapses have accumulators
/// @throws RequestError when the region is too small
std::vector<PlasticMatrix> lay_out_plastic_rows(std::span<const CoreProjection> projections,
                                                std::span<const LooseRows> loose, std::span<std::uint32_t> region,
                                                TimingRule timing = TimingRule::spike_pair);

/// The plastic side of a core that starts.
PlasticInput make_plastic_input(PlasticityRegion rule, std::vector<PlasticMatrix> matrices, const SynapseRegion& shape,
                                std::uint32_t n_atoms, InstructionSet set = best_instruction_set());

/// The plastic rows of keys first .. first + n - 1, which must belong to one source core.
std::vector<MatrixBlock> resolve(const PlasticInput& input, const PopulationTable& table, std::uint32_t first_key,
                                 std::uint32_t n_keys);

/// A pre spike that was sent in tick `sent`, `repeats` times: updates the weights of a row and adds them to the ring
/// buffer. Ticks of one row never go back; post spikes up to `sent` must have been entered. @return synapses in the row
std::uint32_t receive_plastic(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                              std::uint32_t matrix, std::uint32_t row, std::uint32_t sent, std::uint32_t repeats);

/// Asks for the first lines of a row that will be received soon.
inline void ask_for_plastic(const PlasticInput& input, std::uint32_t matrix, std::uint32_t row) {
    const PlasticMatrix& rows = input.matrices[matrix];
    const std::uint32_t first = rows.offsets[row], end = std::min(rows.offsets[row + 1], first + 64);
    for (std::uint32_t word = first; word < end; word += 16) __builtin_prefetch(rows.rows + word, 1, 3);
}

/// Notes the spikes of this tick. @param atoms  ascending
void enter_post_spikes(PlasticInput& input, std::uint32_t tick, std::span<const std::uint32_t> atoms);

}  // namespace spinn
