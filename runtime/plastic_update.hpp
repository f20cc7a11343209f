/// What a pre spike does to a plastic row: the inside of receive_plastic() (runtime/plastic_input.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/plasticity_region.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/post_history.hpp"
#include "runtime/stdp.hpp"
#include "runtime/post_views.hpp"

namespace spinn {

/// Synapses that the loops take at a time: a row is as long as a core has neurons, seldom longer.
inline constexpr std::uint32_t plastic_chunk = 256;

/// Synapses that have as many post spikes in the window as a round goes, round after round, each begun at a whole group.
struct LaneRounds {
    static constexpr std::uint32_t most = (plastic_chunk + 16) * (remembered_post_events + 1);
    alignas(64) std::array<std::int32_t, most> weight;    ///< before the round's spike, then after it
    alignas(64) std::array<std::uint32_t, most> arrival;  ///< tick at which that spike was at the synapse
    alignas(64) std::array<std::uint32_t, most> event;    ///< its index in the history
    alignas(64) std::array<std::uint32_t, most> back;
    std::array<std::uint16_t, most / 16> goes_on;  ///< [group] lanes that are in the next round too
};

/// Scratch of a chunk, [synapse] each.
struct PlasticScratch {
    std::array<std::int64_t, plastic_chunk> weight;    ///< s16.15
    std::array<std::uint32_t, plastic_chunk> place;    ///< of the synapse's state among the views
    std::array<std::uint32_t, plastic_chunk> back;     ///< ticks that post spikes take to the synapse
    alignas(64) std::array<std::uint32_t, plastic_chunk> arrival;  ///< tick at which the last one was there
    alignas(64) std::array<std::uint32_t, plastic_chunk> packed;   ///< what PostViews knows of it
    alignas(64) std::array<std::uint32_t, plastic_chunk> integer;  ///< the new weight
    /// Synapses with one post spike in the window or more, then those with two or more, and so on.
    std::array<std::uint16_t, plastic_chunk * remembered_post_events> pending;
    LaneRounds rounds;
};

/// One row and one spike.
struct RowWork {
    /// Spikes of a neuron that were not at the synapse at the row's tick: more, and the obvious loop does the work.
    static constexpr std::uint32_t most_on_their_way = 7;

    const stdp::RuleTables* rule;
    WeightConstants constants;  ///< of the row's receptor, as its shift
    std::uint32_t shift;
    std::uint32_t tick;
    stdp::PreSpike last;  ///< the pre spike before
    TracePair trace;      ///< of this one

    std::uint16_t* weights;  ///< [synapse]
    const std::uint16_t* fixed;
    std::uint32_t n_synapses;

    std::uint32_t atom_mask, delay_shift, delay_mask;
    bool backprop_delay;
    bool one_delay;
    std::uint32_t back;                  ///< of one delay
    std::uint32_t view_of_one_delay;     ///< its offset in the views
    const std::uint32_t* view_of_delay;  ///< [delay code] offset in the views
    std::uint32_t view_of_now;           ///< offset of what is known at `tick`

    const std::uint32_t *view_last, *view_packed;  ///< PostViews
    const PostEvent* events;                       ///< PostHistory
    std::uint32_t capacity;                        ///< likewise

    std::uint16_t* sums;  ///< RingView
    std::uint32_t ring_offset, ring_mask;
};

/// Adds the weights of a chunk to the ring buffer. @return additions that were cut
inline std::uint64_t transmit(const RowWork& work, const std::uint16_t* fixed, std::uint32_t n,
                              const std::uint32_t* weights) {
    std::uint64_t cut = 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        std::uint16_t& sum = work.sums[(fixed[s] + work.ring_offset) & work.ring_mask];
        const std::uint32_t wide = sum + weights[s];
        cut += wide >> 16;
        sum = static_cast<std::uint16_t>(std::min(wide, 0xffffu));
    }
    return cut;
}

/// @return additions that were cut
using UpdateRow = std::uint64_t (*)(const RowWork& work, PlasticScratch& scratch);

/// The loop for a rule, any processor and any numbers.
UpdateRow plain_update_row_of(TimingRule timing, WeightRule weight);

/// The same in lanes of 32 bits; null where the processor, the compiler or `fits_lanes` do not allow it. The work's
/// traces must not be below 0.
UpdateRow avx512_update_row_of(TimingRule timing, WeightRule weight);

/// Whether 32 bits hold all that a rule can make of a weight.
bool fits_lanes(const PlasticityRegion& rule, const SynapseRegion& shape);

}  // namespace spinn
