#include "host/spike_hash.hpp"

#include <gtest/gtest.h>

namespace spinn {
namespace {

TEST(SpikeHash, NoSpikesGiveTheOffsetBasis) { EXPECT_EQ(spike_hash({}), 0xcbf29ce484222325u); }

// Expected values: FNV-1a in ten lines of Python over struct.pack("<III", tick, population, neuron).
TEST(SpikeHash, OneSpikeIsTwelveLittleEndianBytes) {
    // The words whose bytes read "chongo was h", the first twelve of a string from the FNV authors' test suite.
    EXPECT_EQ(spike_hash({{0x6e6f6863, 0x77206f67, 0x68207361}}), 0xf70a2ff589861368u);
}

TEST(SpikeHash, SpikesAreSortedByTickThenPopulationThenNeuronAndMayRepeat) {
    const std::vector<SpikeEvent> shuffled = {{300, 0, 7}, {70000, 1, 256}, {1, 2, 0}, {300, 0, 7}, {1, 0, 7}};
    EXPECT_EQ(spike_hash(shuffled), 0x613750a5e4125568u);
    SpikeHash streaming;
    for (const SpikeEvent& spike : {SpikeEvent{1, 0, 7}, {1, 2, 0}, {300, 0, 7}, {300, 0, 7}, {70000, 1, 256}})
        streaming.add(spike);
    EXPECT_EQ(streaming.value(), spike_hash(shuffled));
}

TEST(SpikeHash, EveryFieldCounts) {
    const std::uint64_t hash = spike_hash({{1, 2, 3}});
    EXPECT_NE(hash, spike_hash({{2, 1, 3}}));
    EXPECT_NE(hash, spike_hash({{1, 3, 2}}));
    EXPECT_NE(hash, spike_hash({{1, 2, 3}, {1, 2, 3}}));
}

TEST(SpikeHash, TextHasSixteenDigits) {
    EXPECT_EQ(hash_text(0xabc), "0000000000000abc");
    EXPECT_EQ(hash_text(0xfedcba9876543210u), "fedcba9876543210");
}

}  // namespace
}  // namespace spinn
