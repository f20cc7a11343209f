#include "runtime/synaptic_input.hpp"

#include <gtest/gtest.h>

#include <random>

namespace spinn {
namespace {

constexpr SynapseRegion shape{3, 1, 4, {0, 0}, 1};  // 8 atoms, 2 receptors, 16 slots

TEST(SynapticWord, PutsEveryFieldInItsPlace) {
    // weight 31..16 | delay | receptor | atom (neural-runtime, section 3.3)
    EXPECT_EQ(synaptic_word(shape, 0xabcd, 5, 1, 6), 0xabcd0000u | 5u << 4 | 1u << 3 | 6u);
    EXPECT_EQ(synaptic_word(shape, 1, 16, 0, 0), 0x00010000u) << "a full turn is written as 0";
}

TEST(RingBuffer, AddsInTheSlotOfTickPlusDelay) {
    SynapticInput input;
    input.shape = shape;
    input.ring = make_ring_buffer(shape);
    const std::uint32_t row[] = {synaptic_word(shape, 7, 3, 0, 2), synaptic_word(shape, 9, 16, 1, 5)};
    EXPECT_EQ(add_row(input.ring, row, 100, 1), 0u);
    EXPECT_EQ(ring_slot(input, 103, 0)[2], 7);
    EXPECT_EQ(ring_slot(input, 116, 1)[5], 9);
    clear_slot(input, 103);
    EXPECT_EQ(ring_slot(input, 103, 0)[2], 0);
    EXPECT_EQ(ring_slot(input, 116, 1)[5], 9) << "clearing a slot leaves the others";
}

TEST(RingBuffer, SaturatesAt65535AndCountsEveryCut) {
    RingBuffer ring = make_ring_buffer(shape);
    const std::uint32_t word = synaptic_word(shape, 0x8000, 1, 0, 0);
    EXPECT_EQ(add_row(ring, {&word, 1}, 0, 1), 0u);
    EXPECT_EQ(add_row(ring, {&word, 1}, 0, 1), 1u);
    EXPECT_EQ(add_row(ring, {&word, 1}, 0, 1), 1u);
    EXPECT_EQ(ring.sums[1 << 4], 0xffff);
}

TEST(RingBuffer, ARepeatedRowEqualsTheRowAddedThatOften) {
    std::mt19937 random(7);
    for (int trial = 0; trial < 2000; ++trial) {
        RingBuffer once = make_ring_buffer(shape), many = make_ring_buffer(shape);
        std::uint64_t cut_once = 0, cut_many = 0;
        for (int i = 0; i < 6; ++i) {
            std::vector<std::uint32_t> row;
            for (int s = 0; s < 5; ++s)
                row.push_back(synaptic_word(shape, random() % (trial % 2 == 0 ? 100 : 65536), 1 + random() % 16,
                                            random() % 2, random() % 8));
            const std::uint32_t repeats = random() % 6;
            cut_once += add_row(once, row, static_cast<std::uint32_t>(trial), repeats);
            // One addition at a time, synapse by synapse, as a core that serves the row again does.
            for (const std::uint32_t word : row)
                for (std::uint32_t r = 0; r < repeats; ++r)
                    cut_many += add_row(many, {&word, 1}, static_cast<std::uint32_t>(trial), 1);
        }
        ASSERT_EQ(once.storage, many.storage);
        ASSERT_EQ(cut_once, cut_many);
    }
}

TEST(PopulationTable, FindsTheRowOfAKeyThroughCoreAndAtom) {
    // Three cores of 100 atoms; a core's keys are 128 apart, so bits 7 and 8 are the core.
    PopulationTable table;
    table.entries = {{0x1000, 0xfffffe00, 0, 1, 3, 7, 100}, {0x2000, 0xffffff80, 1, 1, 0, 7, 50}};
    table.addresses = {0, invalid_matrix_address};
    ASSERT_NE(find_entry(table, 0x1000), nullptr);
    EXPECT_EQ(row_of(*find_entry(table, 0x1000), 0x1000), 0u);
    EXPECT_EQ(row_of(*find_entry(table, 0x1000 + 128 + 5), 0x1000 + 128 + 5), 105u);
    EXPECT_EQ(row_of(*find_entry(table, 0x1000 + 256 + 99), 0x1000 + 256 + 99), 299u);
    EXPECT_EQ(find_entry(table, 0x0fff), nullptr);
    EXPECT_EQ(find_entry(table, 0x1200), nullptr);
    EXPECT_EQ(find_entry(table, 0x2080), nullptr);
    auto decoded = decode_population_table(encode(table));
    EXPECT_EQ(std::get<PopulationTable>(decoded), table);
}

TEST(PopulationTable, CountsKeysItDoesNotKnow) {
    SynapticInput input;
    input.shape = shape;
    input.ring = make_ring_buffer(shape);
    receive(input, 0, {Key{5}, 0, false});
    EXPECT_EQ(input.unknown_keys, 1u);
}

}  // namespace
}  // namespace spinn
