#include "emulator/router_copy.hpp"

#include <gtest/gtest.h>

#include "emulator/board.hpp"
#include "emulator/chip_memory.hpp"

namespace spinn {
namespace {

struct RouterCopy : testing::Test {
    Board board{make_machine("spinn3"), {.addresses = {0x7f000002}, .booted = true}, 0};
    Chip& chip = *find_chip(board, {1, 1});

    /// Writes n records where hosts put them: keys count up from `key`.
    void write_table(std::uint32_t n, std::uint32_t key) {
        for (std::uint32_t i = 0; i < n; ++i) {
            const std::uint32_t record = memory_map::sdram_system + 16 * i;
            store_word(chip, record, i);
            store_word(chip, record + 4, 0x80 + i);
            store_word(chip, record + 8, key + i);
            store_word(chip, record + 12, 0xffffffff);
        }
    }
};

TEST_F(RouterCopy, HasAllEntriesButTheMonitorsFreeAtFirst) {
    EXPECT_EQ(largest_free_entries(chip), 1023u);
    EXPECT_TRUE(chip.router.table().empty());
}

TEST_F(RouterCopy, GivesBlocksAndJoinsThemAgain) {
    const std::uint32_t first = allocate_entries(chip, 10, 16), second = allocate_entries(chip, 20, 17);
    EXPECT_EQ(first, 1u);
    EXPECT_EQ(second, 11u);
    EXPECT_EQ(largest_free_entries(chip), 1023u - 30u);
    EXPECT_FALSE(free_entries(chip, first + 1, false)) << "no block begins there";
    EXPECT_TRUE(free_entries(chip, first, false));
    EXPECT_EQ(allocate_entries(chip, 11, 18), 31u) << "ten are too few";
    EXPECT_EQ(allocate_entries(chip, 10, 18), 1u);
    EXPECT_EQ(free_application_entries(chip, 18, true), 21u);
    EXPECT_EQ(free_application_entries(chip, 17, true), 20u);
    EXPECT_EQ(largest_free_entries(chip), 1023u);
    EXPECT_EQ(allocate_entries(chip, 1024, 1), 0u);
    EXPECT_EQ(allocate_entries(chip, 1023, 1), 1u);
    EXPECT_EQ(allocate_entries(chip, 1, 1), 0u);
}

TEST_F(RouterCopy, PutsWhatIsLoadedIntoTheRouterInTheOrderOfTheEntries) {
    const std::uint32_t base = allocate_entries(chip, 3, 30);
    write_table(3, 0x100);
    ASSERT_TRUE(load_entries(chip, memory_map::sdram_system, base, 3, 30));
    ASSERT_EQ(chip.router.table().size(), 3u);
    EXPECT_EQ(chip.router.table()[2], (RoutingEntry{0x102, 0xffffffff, 0x82}));
    const std::uint32_t copy = load_word(chip, sv::base + sv::router_copy) + 16 * (base + 1);
    EXPECT_EQ(load_word(chip, copy + 4), 30u << 24 | 0x81);
    EXPECT_EQ(load_byte(chip, copy + 2), 30u) << "the application, where hosts look for it";
    EXPECT_TRUE(clear_entries(chip, base, 1));
    EXPECT_EQ(chip.router.table()[0].key, 0x101u);
    EXPECT_EQ(free_application_entries(chip, 30, true), 3u);
    EXPECT_TRUE(chip.router.table().empty());
}

TEST_F(RouterCopy, RefusesEntriesThatThereAreNot) {
    write_table(1, 7);
    EXPECT_FALSE(load_entries(chip, memory_map::sdram_system, 0, 1, 1)) << "the monitor's";
    EXPECT_FALSE(load_entries(chip, memory_map::sdram_system, 1024, 1, 1));
    EXPECT_FALSE(load_entries(chip, 0x50000000, 1, 1, 1)) << "no memory";
    EXPECT_FALSE(clear_entries(chip, 0, 1));
    EXPECT_FALSE(clear_entries(chip, 1000, 25));
    EXPECT_TRUE(chip.router.table().empty());
}

}  // namespace
}  // namespace spinn
