#include "emulator/chip.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "emulator/machine.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

std::uint32_t read_word(const Chip& chip, std::uint32_t address) {
    std::uint32_t word = 0xdeadbeef;
    EXPECT_TRUE(read(chip, address, std::as_writable_bytes(std::span(&word, 1)))) << std::hex << address;
    return word;
}
bool write_word(Chip& chip, std::uint32_t address, std::uint32_t word) {
    return write(chip, address, std::as_bytes(std::span(&word, 1)));
}

TEST(Bus, ReachesSdramAndSystemRamAtBothAliases) {
    Machine machine = make_machine_of(make_machine("spinn3"));
    Chip& chip = chip_of(machine, {1, 0});
    ASSERT_TRUE(write_word(chip, 0x60240000, 0x01020304));
    EXPECT_EQ(read_word(chip, 0x70240000), 0x01020304u);
    ASSERT_TRUE(write_word(chip, 0xf5000100, 0x0a0b0c0d));
    EXPECT_EQ(read_word(chip, 0xe5000100), 0x0a0b0c0du);
    std::byte first{};
    ASSERT_TRUE(read(chip, 0x60240000, {&first, 1}));
    EXPECT_EQ(first, std::byte{0x04}) << "little-endian";
}

TEST(Bus, RefusesHolesAndRangesThatLeaveADevice) {
    Machine machine = make_machine_of(make_machine("spinn3"));
    Chip& chip = chip_of(machine, {0, 0});
    for (const std::uint32_t address : {0x50000000u, 0x80000000u, 0xdffffffcu, 0xe7000000u, 0x67fffffeu, 0x68000000u,
                                        0xe5007ffdu, 0xe5008000u, 0xe1000340u, 0xe1000302u}) {
        std::uint32_t word = 7;
        EXPECT_FALSE(read(chip, address, std::as_writable_bytes(std::span(&word, 1)))) << std::hex << address;
        EXPECT_EQ(word, 7u);
        EXPECT_FALSE(write_word(chip, address, 1)) << std::hex << address;
    }
    EXPECT_EQ(read_word(chip, 0x67fffffc), 0u) << "the last word of SDRAM";
}

TEST(Bus, DoesNotWriteWhereTheChipIsReadOnly) {
    Machine machine = make_machine_of(make_machine("spinn3"));
    Chip& chip = chip_of(machine, {0, 0});
    ASSERT_TRUE(write_word(chip, 0x60300000, 5));
    chip.read_only = {{0x60300000, 0x60300010}};
    EXPECT_FALSE(write_word(chip, 0x60300000, 1));
    EXPECT_FALSE(write_word(chip, 0x7030000c, 1)) << "nor by the alias";
    EXPECT_TRUE(write_word(chip, 0x60300010, 1));
    EXPECT_TRUE(write_word(chip, 0x602ffffc, 1));
    EXPECT_EQ(read_word(chip, 0x60300000), 5u) << "but it can be read";
}

TEST(Bus, ShowsRouterCountersAtTheirRegisters) {
    Machine machine = make_machine_of(make_machine("spinn3"));
    Chip& chip = chip_of(machine, {0, 0});
    chip.router.count(RouterCounter::dropped_multicast, 9);
    EXPECT_EQ(read_word(chip, 0xe1000300 + 4 * 8), 9u);
    EXPECT_EQ(read_word(chip, 0xf1000300 + 4 * 8), 9u);
    EXPECT_TRUE(write_word(chip, 0xe1000300 + 4 * 8, 2));
    chip.router.count(RouterCounter::dropped_multicast, 1);
    EXPECT_EQ(read_word(chip, 0xe1000300 + 4 * 8), 3u) << "counts on from what was written";
    EXPECT_EQ(chip.router.counter(RouterCounter::dropped_multicast), 10u) << "the emulator's own count goes on";
    EXPECT_TRUE(write_word(chip, 0xf100002c, 0xffffffff));
    EXPECT_EQ(read_word(chip, 0xe1000300 + 4 * 8), 0u) << "set back by register 11";
}

TEST(Chip, NumbersItsWorkingCoresFromTheMonitorUp) {
    MachineShape shape = make_machine("spinn3");
    chip_at(shape, {0, 0}).dead_cores = 1u << 2 | 1u << 17;
    Machine machine = make_machine_of(shape);
    const Chip& chip = chip_of(machine, {0, 0});
    ASSERT_EQ(chip.physical_core.size(), 16u);
    EXPECT_EQ(chip.physical_core[1], 1);
    EXPECT_EQ(chip.physical_core[2], 3);
    EXPECT_EQ(core_state(chip, 0), CoreState::running);
    EXPECT_EQ(core_state(chip, 5), CoreState::idle);
    std::byte physical{};
    ASSERT_TRUE(read(chip, vcpu::address_of(2) + vcpu::physical_core, {&physical, 1}));
    EXPECT_EQ(physical, std::byte{3});
}

TEST(Sdram, TakesWordsOnlyAtWordAddresses) {
    const Sdram sdram;
    EXPECT_EQ(sdram.words(sdram_base, 4).size(), 4u);
    EXPECT_TRUE(sdram.words(sdram_base + 2, 1).empty());
    EXPECT_TRUE(sdram.words(sdram_base, sdram_size_bytes / 4 + 1).empty());
    EXPECT_EQ(sdram.words(sdram_base, sdram_size_bytes / 4).size(), sdram_size_bytes / 4);
}

TEST(Load, RefusesAnImageForAnotherMachine) {
    Machine machine = make_machine_of(make_machine("spinn3"));
    MachineImage image;
    image.machine = machine.shape;
    image.cores.push_back({"a[0:1]", {{1, 1}, 18}, ProgramKind::neurons, 0, 0, 1});
    EXPECT_THROW(load(machine, image, {}), RequestError) << "no such core";
    image.cores[0].location = {{1, 1}, 0};
    EXPECT_THROW(load(machine, image, {}), RequestError) << "the monitor";
    image.cores[0].location = {{7, 7}, 1};
    EXPECT_THROW(load(machine, image, {}), RequestError) << "no such chip";
    image.cores[0].location = {{1, 1}, 1};
    image.cores.push_back(image.cores[0]);
    EXPECT_THROW(load(machine, image, {}), RequestError) << "two programs on one core";
}

}  // namespace
}  // namespace spinn
