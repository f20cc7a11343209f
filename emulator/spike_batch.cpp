#include "emulator/spike_batch.hpp"

#include <algorithm>

namespace spinn {

void collect(std::span<const RankedList> lists, std::uint32_t first_tick, std::uint32_t n_ticks, SpikeBatch& batch) {
    batch.first_tick = first_tick;
    batch.runs.clear();
    batch.atoms.clear();
    batch.repeats.clear();
    batch.tick_begin.assign(1, 0);
    for (std::uint32_t k = 0; k < n_ticks; ++k) {
        for (const RankedList& from : lists) {
            const SpikeList& list = *from.list;
            const auto begin = static_cast<std::ptrdiff_t>(list.tick_begin[k]);
            const auto end = static_cast<std::ptrdiff_t>(list.tick_begin[k + 1]);
            if (begin == end) continue;
            const auto first = static_cast<std::uint32_t>(batch.atoms.size());
            batch.atoms.insert(batch.atoms.end(), list.atoms.begin() + begin, list.atoms.begin() + end);
            batch.repeats.insert(batch.repeats.end(), list.repeats.begin() + begin, list.repeats.begin() + end);
            batch.runs.push_back({from.rank, first, static_cast<std::uint32_t>(batch.atoms.size())});
        }
        batch.tick_begin.push_back(static_cast<std::uint32_t>(batch.runs.size()));
    }
}

void merge(std::span<const SpikeBatch* const> batches, std::vector<SpikeRun>& runs) {
    runs.clear();
    const std::size_t n_ticks = batches[0]->tick_begin.size() - 1;
    for (std::size_t k = 0; k < n_ticks; ++k) {
        const auto first = static_cast<std::ptrdiff_t>(runs.size());
        for (const SpikeBatch* batch : batches) {
            const auto middle = static_cast<std::ptrdiff_t>(runs.size());
            for (std::uint32_t r = batch->tick_begin[k]; r < batch->tick_begin[k + 1]; ++r) {
                const SpikeBatch::Run& run = batch->runs[r];
                const std::size_t n = run.end - run.begin;
                runs.push_back({run.rank, batch->first_tick + static_cast<std::uint32_t>(k),
                                std::span(batch->atoms).subspan(run.begin, n),
                                std::span(batch->repeats).subspan(run.begin, n)});
            }
            std::inplace_merge(runs.begin() + first, runs.begin() + middle, runs.end(),
                               [](const SpikeRun& a, const SpikeRun& b) { return a.rank < b.rank; });
        }
    }
}

}  // namespace spinn
