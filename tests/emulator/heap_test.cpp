#include "emulator/heap.hpp"

#include <gtest/gtest.h>

#include <random>

#include "emulator/chip_memory.hpp"
#include "emulator/machine.hpp"

namespace spinn {
namespace {

constexpr std::uint32_t begin = memory_map::user_heap, end = memory_map::sdram_system;

struct Heap : testing::Test {
    Machine machine = make_machine_of(make_machine("spinn3"));
    Chip& chip = chip_of(machine, {0, 0});
    Heap() { make_heap(chip, begin, end); }
    std::uint32_t allocate(std::uint32_t size, std::uint32_t owner = 0x1100) {
        return heap_allocate(chip, begin, size, owner);
    }
    HeapSpace space() const { return heap_space(chip, begin); }
};

TEST_F(Heap, IsAsLargeAsHostsExpectItFresh) {
    EXPECT_EQ(space().largest_bytes, 123469792u);
    EXPECT_EQ(space().free_bytes, 123469792u);
}

TEST_F(Heap, GivesWholeWordsBehindAHeaderThatNamesTheOwner) {
    const std::uint32_t first = allocate(5, 0x1103), second = allocate(8, 0x2204);
    EXPECT_EQ(first, begin + 16 + 8);
    EXPECT_EQ(second, first + 8 + 8);
    EXPECT_EQ(load_word(chip, first - 4), 0xffff1103u);
    EXPECT_EQ(load_word(chip, first - 8), second - 8);
    EXPECT_EQ(heap_block(chip, begin, second).size_bytes, 8u);
    EXPECT_EQ(heap_block(chip, begin, second).owner, 0x2204u);
    EXPECT_EQ(heap_block(chip, begin, second + 4).size_bytes, 0u) << "no block begins there";
}

TEST_F(Heap, TakesAllThatThereIsAndNoMore) {
    EXPECT_EQ(allocate(123469793), 0u);
    EXPECT_NE(allocate(123469792), 0u);
    EXPECT_EQ(space().free_bytes, 0u);
    EXPECT_EQ(space().largest_bytes, 0u);
    EXPECT_EQ(allocate(4), 0u);
    EXPECT_EQ(allocate(0), 0u);
}

TEST_F(Heap, IsWholeAgainWhenAllIsFreedInAnyOrder) {
    std::mt19937 random(1);
    std::vector<std::uint32_t> blocks;
    for (int step = 0; step < 2000; ++step) {
        if (blocks.empty() || random() % 3 != 0) {
            blocks.push_back(allocate(random() % 5000 + 1));
            ASSERT_NE(blocks.back(), 0u);
        } else {
            const std::size_t which = random() % blocks.size();
            ASSERT_TRUE(heap_free(chip, begin, blocks[which]));
            ASSERT_FALSE(heap_free(chip, begin, blocks[which])) << "freed twice";
            blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    for (const std::uint32_t block : blocks) EXPECT_TRUE(heap_free(chip, begin, block));
    EXPECT_EQ(space().free_bytes, 123469792u);
    EXPECT_EQ(space().largest_bytes, 123469792u);
}

TEST_F(Heap, FreesWhatAnApplicationOwnsAndNothingElse) {
    allocate(100, 0x1100);
    const std::uint32_t other = allocate(100, 0x2200);
    allocate(100, 0x1105);
    EXPECT_EQ(heap_free_application(chip, begin, 0x11), 2u);
    EXPECT_EQ(heap_block(chip, begin, other).size_bytes, 100u);
    EXPECT_EQ(heap_free_application(chip, begin, 0x11), 0u);
}

TEST_F(Heap, WalksToAnEndWhateverAHostWroteOverIt) {
    std::mt19937 random(2);
    for (int trial = 0; trial < 300; ++trial) {
        make_heap(chip, begin, end);
        for (int i = 0; i < 5; ++i) allocate(random() % 64 + 1);
        for (int i = 0; i < 3; ++i)
            store_word(chip, begin + 4 * (random() % 40), random() % 2 == 0 ? begin + random() % 256 : random());
        heap_free_application(chip, begin, 0x11);
        heap_space(chip, begin);
        allocate(16);
        heap_free(chip, begin, begin + 24);
    }
}

}  // namespace
}  // namespace spinn
