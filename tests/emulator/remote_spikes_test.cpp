#include "emulator/remote_spikes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace spinn {
namespace {

TEST(RemoteSpikes, AMessageTellsEverySpikeOfAWindow) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 50; ++trial) {
        // A window of random runs; every second run has repeats.
        const std::uint32_t n_ticks = 1 + random() % 5;
        std::vector<SpikeList> lists(7);
        std::vector<RankedList> ranked;
        for (std::uint32_t i = 0; i < lists.size(); ++i) {
            lists[i].tick_begin.assign(1, 0);
            for (std::uint32_t k = 0; k < n_ticks; ++k) {
                for (std::uint32_t atom = random() % 4; atom < 200; atom += 1 + random() % 90) {
                    lists[i].atoms.push_back(atom);
                    lists[i].repeats.push_back(i % 2 == 0 ? 1 : 1 + random() % 3);
                }
                lists[i].tick_begin.push_back(static_cast<std::uint32_t>(lists[i].atoms.size()));
            }
            ranked.push_back({10 * i, &lists[i]});
        }
        SpikeBatch sent, received;
        collect(ranked, 100, n_ticks, sent);
        const SpikeBatch* const batch = &sent;
        std::vector<SpikeRun> runs, runs_received;
        merge({&batch, 1}, runs);
        Words message;
        std::size_t r = 0;
        for (std::uint32_t k = 0; k < n_ticks; ++k) {
            const std::size_t at = message.size();
            message.push_back(0);
            for (; r < runs.size() && runs[r].sent == 100 + k; ++r) {
                append_run(runs[r], message);
                ++message[at];
            }
        }
        read_batch(message, 100, n_ticks, received);
        EXPECT_EQ(received.first_tick, sent.first_tick);
        EXPECT_EQ(received.tick_begin, sent.tick_begin);
        EXPECT_EQ(received.atoms, sent.atoms);
        EXPECT_EQ(received.repeats, sent.repeats);
        ASSERT_EQ(received.runs.size(), sent.runs.size());
        for (std::size_t i = 0; i < sent.runs.size(); ++i) EXPECT_EQ(received.runs[i].rank, sent.runs[i].rank);

        for (std::size_t n = 0; n < message.size(); ++n)
            EXPECT_THROW(read_batch(std::span(message).first(n), 100, n_ticks, received), std::runtime_error) << n;
        message.push_back(0);
        EXPECT_THROW(read_batch(message, 100, n_ticks, received), std::runtime_error);
    }
}

}  // namespace
}  // namespace spinn
