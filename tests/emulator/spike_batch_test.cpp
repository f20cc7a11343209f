#include "emulator/spike_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace spinn {
namespace {

using Random = std::mersenne_twister_engine<std::uint32_t, 32, 624, 397, 31, 0x9908b0df, 11, 0xffffffff, 7, 0x9d2c5680,
                                            15, 0xefc60000, 18, 1812433253>;  // mt19937, in 32 bits

TEST(SpikeBatch, MergesInTheOrderOfTickRankAndAtomHoweverCoresAreDealtOut) {
    Random random(1);
    for (int trial = 0; trial < 200; ++trial) {
        const std::uint32_t n_cores = 1 + random() % 20, n_ticks = 1 + random() % 5, first_tick = random() % 1000;
        std::vector<SpikeList> lists(n_cores);
        std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> expected;
        for (std::uint32_t rank = 0; rank < n_cores; ++rank) {
            lists[rank].tick_begin = {0};
            for (std::uint32_t k = 0; k < n_ticks; ++k) {
                for (std::uint32_t atom = 0; atom < 10; ++atom) {
                    if (random() % 4 != 0) continue;
                    lists[rank].atoms.push_back(atom);
                    lists[rank].repeats.push_back(1 + random() % 3);
                    expected.emplace_back(first_tick + k, rank, atom, lists[rank].repeats.back());
                }
                lists[rank].tick_begin.push_back(static_cast<std::uint32_t>(lists[rank].atoms.size()));
            }
        }
        std::sort(expected.begin(), expected.end());
        std::vector<SpikeBatch> batches(1 + random() % 4);
        std::vector<std::vector<RankedList>> dealt(batches.size());
        for (std::uint32_t rank = 0; rank < n_cores; ++rank)
            dealt[random() % dealt.size()].push_back({rank, &lists[rank]});
        std::vector<const SpikeBatch*> all;
        for (std::size_t b = 0; b < batches.size(); ++b) {
            collect(dealt[b], first_tick, n_ticks, batches[b]);
            all.push_back(&batches[b]);
        }
        std::vector<SpikeRun> runs;
        merge(all, runs);
        decltype(expected) found;
        for (const SpikeRun& run : runs)
            for (std::size_t i = 0; i < run.atoms.size(); ++i)
                found.emplace_back(run.sent, run.rank, run.atoms[i], run.repeats[i]);
        ASSERT_EQ(found, expected) << trial;
    }
}

}  // namespace
}  // namespace spinn
