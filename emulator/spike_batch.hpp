/// Spikes of one window: what a core sent, what a thread's cores sent, and all threads' in one order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spinn {

/// Spikes that one core sent in a window, tick after tick. A spike is told by its key less the core's first key.
struct SpikeList {
    std::vector<std::uint32_t> atoms;
    std::vector<std::uint32_t> repeats;     ///< [spike]
    std::vector<std::uint32_t> tick_begin;  ///< [tick of the window], and the end
};

/// Spikes of many cores in one window, in the order tick, rank of the core, atom. The rank of a core is its place among
/// all cores by key: an order that no sharing out of cores changes.
struct SpikeBatch {
    struct Run {
        std::uint32_t rank = 0;
        std::uint32_t begin = 0, end = 0;  ///< spikes
    };
    std::uint32_t first_tick = 0;
    std::vector<std::uint32_t> tick_begin;  ///< [tick of the window] into runs, and the end
    std::vector<Run> runs;
    std::vector<std::uint32_t> atoms, repeats;  ///< [spike]
};

/// One core's spikes of one tick within a batch.
struct SpikeRun {
    std::uint32_t rank = 0, sent = 0;  ///< sent: tick
    std::span<const std::uint32_t> atoms, repeats;
};

/// Collects what cores listed in a window of n ticks.
struct RankedList {
    std::uint32_t rank = 0;
    const SpikeList* list = nullptr;
};
/// @param lists  by rank
void collect(std::span<const RankedList> lists, std::uint32_t first_tick, std::uint32_t n_ticks, SpikeBatch& batch);

/// The runs of several batches of one window in the order tick, rank. The spans are those of the batches.
void merge(std::span<const SpikeBatch* const> batches, std::vector<SpikeRun>& runs);

}  // namespace spinn
