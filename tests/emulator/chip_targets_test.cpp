#include "emulator/chip_targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "listeners.hpp"

namespace spinn {
namespace {

using test::ListeningChip;

TEST(ChipTargets, RingBuffersOfAChipLieSideBySideWithTheirSums) {
    ListeningChip chip;
    for (const SynapseRegion& shape :
         {SynapseRegion{4, 1, 3, {0, 0}, 1}, SynapseRegion{6, 1, 2, {0, 0}, 1}, SynapseRegion{2, 1, 1, {0, 0}, 1}})
        chip.add_listener(shape);
    chip.add_core(std::make_unique<test::Taker>(), ProgramKind::delay_extension);
    std::vector<std::vector<std::uint16_t>> before;
    test::Random random(1);
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::uint16_t& sum : chip.input(c).ring.sums) sum = static_cast<std::uint16_t>(random());
        before.push_back(test::sums_of(chip.input(c)));
    }
    LargeBuffer memory;
    const std::vector<ChipTargets> chips = chip_targets(chip.machine, memory, false);
    ASSERT_EQ(chips.size(), 1u);
    EXPECT_EQ(chips[0].cores, (std::vector<std::uint32_t>{0, 1, 2, 3}));
    std::uint32_t end = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        const SynapticInput& input = chip.input(c);
        EXPECT_EQ(test::sums_of(input), before[c]);
        const std::uint32_t base = chips[0].base[chip.machine.cores[c].location.core];
        EXPECT_EQ(input.ring.sums.data(), chips[0].sums.data() + base);
        EXPECT_GE(base, end) << "buffers do not overlap";
        end = base + static_cast<std::uint32_t>(input.ring.sums.size());
        EXPECT_LE(end, chips[0].sums.size());
    }
}

/// Three listeners and a taker; the third listener has rows for other keys only.
struct BlockFixture {
    ListeningChip chip;
    BlockFixture() {
        for (int c = 0; c < 3; ++c) chip.add_listener({4, 1, 3, {0, 0}, 1});
        ListeningChip::add_rows(chip.input(0), 0, {{1}, {2}, {3}, {}}, 5);
        ListeningChip::add_rows(chip.input(1), 0, {{1}, {}, {}, {4}}, 3);
        ListeningChip::add_rows(chip.input(2), 0x10000, {{1}}, 1);
        chip.add_core(std::make_unique<test::Taker>(), ProgramKind::delay_extension);
        chip.lay_out();
    }
    std::vector<ChipBlock> blocks(std::uint32_t first, std::uint32_t n, std::vector<std::uint32_t> receivers) {
        return blocks_of_path(chip.machine, {first, n, receivers, {}, 0}, 0, receivers);
    }
};

TEST(BlocksOfPath, CoresOfOneMatrixShareABlock) {
    BlockFixture f;
    const std::vector<ChipBlock> blocks = f.blocks(0, 4, {0, 1});
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].kind, ChipBlock::Kind::rows);
    EXPECT_EQ(blocks[0].first, 0u);
    EXPECT_EQ(blocks[0].end, 4u);
    EXPECT_EQ(blocks[0].reached, 3u);
    EXPECT_EQ(blocks[0].min_delay_ticks, 3u) << "the smaller of both";
}

TEST(BlocksOfPath, AColumnWithoutSynapsesOfTheseKeysCountsAsReached) {
    BlockFixture f;
    EXPECT_EQ(f.blocks(1, 2, {0}).at(0).reached, 3u) << "core 1 has no synapse from atoms 1 and 2";
    EXPECT_EQ(f.blocks(1, 3, {0}).at(0).reached, 1u) << "but one from atom 3";
    EXPECT_EQ(f.blocks(1, 2, {0}).at(0).rows.offsets, f.blocks(0, 2, {0}).at(0).rows.offsets + 1);
}

TEST(BlocksOfPath, UnknownKeysAndPacketsHaveBlocksOfTheirOwn) {
    BlockFixture f;
    const std::vector<ChipBlock> blocks = f.blocks(0, 4, {0, 2, 3});
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[1].kind, ChipBlock::Kind::unknown);
    EXPECT_EQ(blocks[1].core, 2u);
    EXPECT_EQ(blocks[1].min_delay_ticks, ~0u);
    EXPECT_EQ(blocks[2].kind, ChipBlock::Kind::packets);
    EXPECT_EQ(blocks[2].core, 3u);
    EXPECT_EQ(blocks[2].min_delay_ticks, 7u);
}

TEST(BlocksOfPath, ACoreThatPacketsReachTwiceHasTwoBlocks) {
    BlockFixture f;
    const std::vector<ChipBlock> blocks = f.blocks(0, 4, {0, 0, 1});
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(blocks[0].reached | blocks[1].reached, 3u);
    EXPECT_EQ(blocks[0].reached & blocks[1].reached, 1u);
}

TEST(ResolveBlocks, SendersThatNothingHearsHereAreLeftOut) {
    BlockFixture f;
    const std::vector<KeyPath> heard = {{0, 2, {0}, {}, 0}, {2, 2, {1}, {}, 0}}, lost = {{0x50000, 2, {}, {}, 0}};
    const std::vector<RankedPaths> senders = {{3, 0, heard}, {5, 0x50000, lost}, {8, 0, heard}};
    LargeBuffer memory;
    std::vector<ChipTargets> chips = chip_targets(f.chip.machine, memory, false);
    for (int again = 0; again < 2; ++again) {  // what was resolved before is forgotten
        resolve_blocks(f.chip.machine, senders, chips);
        EXPECT_EQ(chips[0].ranks, (std::vector<std::uint32_t>{3, 8}));
        EXPECT_EQ(chips[0].block_begin, (std::vector<std::uint32_t>{0, 2, 4}));
        EXPECT_EQ(chips[0].blocks[1].first, 2u);
    }
}

}  // namespace
}  // namespace spinn
