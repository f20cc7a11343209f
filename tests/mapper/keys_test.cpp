#include "mapper/keys.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "graphs.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(Keys, TheSlicesOfAPopulationSendFromOneEvenlyCutZone) {
    const MachineGraph graph = test::random_graph(130, 4, 1);  // populations of 64, 64 and 2 slices, 100 keys each
    const KeyAllocation keys = allocate_keys(graph, {}, {});
    check(keys, graph);
    for (std::uint32_t i = 0; i < 130; ++i) {
        EXPECT_EQ(keys[i].mask, 0xffffff80);
        EXPECT_EQ(keys[i].key, i / 64 * 64 * 128 + i % 64 * 128);
    }
}

TEST(Keys, ASliceThatDoesNotSendKeepsItsPlaceInTheZone) {
    MachineGraph graph = test::self_loops(5);
    graph.nets.erase(graph.nets.begin() + 1);
    const KeyAllocation keys = allocate_keys(graph, {}, {});
    check(keys, graph);
    EXPECT_EQ(keys[1].key - keys[0].key, 2u * 128);
}

TEST(Keys, DelayExtensionsHaveAZoneOfTheirOwnWithBlocksOfOneSize) {
    const MachineGraph graph = test::delay_extensions(10);  // extensions ask for 100 to 800 keys
    const KeyAllocation keys = allocate_keys(graph, {}, {});
    check(keys, graph);
    for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(keys[i].mask, 0xffffff80);
        EXPECT_EQ(keys[10 + i].mask, 0xfffffc00);
        EXPECT_EQ(keys[10 + i].key, keys[10].key + i * 1024);
    }
    EXPECT_EQ(keys[10].key % (16 * 1024), 0u);
}

TEST(Keys, TooManyKeysAreRefusedWithTheirNumber) {
    MachineGraph graph = test::self_loops(8);
    for (Net& net : graph.nets) net.n_keys = 1u << 29;  // exactly 2^32, but the system's keys are in the way
    try {
        allocate_keys(graph, {}, {});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_NE(error.problem().what.find("4294967296 routing keys"), std::string::npos);
    }
}

TEST(Keys, ByPlaceASquareOfChipsHasAnAlignedBlock) {
    MachineGraph graph = test::self_loops(64);
    Placements placements;
    for (std::uint8_t i = 0; i < 64; ++i)  // four on a chip, a square of 4 x 4 chips
        placements.push_back({{static_cast<std::uint8_t>(8 + i / 4 % 4), static_cast<std::uint8_t>(4 + i / 16)},
                              static_cast<std::uint8_t>(1 + i % 4)});
    const KeyAllocation keys = allocate_keys(graph, placements, {.by_place = true});
    check(keys, graph);
    for (std::uint32_t a = 0; a < 64; ++a)
        for (std::uint32_t b = 0; b < 64; ++b) {
            const ChipCoord at = placements[a].chip, bt = placements[b].chip;
            // 128 keys a net, 4 nets a chip, 4 chips a square.
            EXPECT_EQ(keys[a].key / 512 == keys[b].key / 512, at == bt);
            EXPECT_EQ(keys[a].key / 2048 == keys[b].key / 2048, at.x / 2 == bt.x / 2 && at.y / 2 == bt.y / 2);
        }
}

TEST(Keys, ByPlaceNetsThatDoNotFitInSquaresAreNumberedWithoutGaps) {
    MachineGraph graph = test::self_loops(9);
    Placements placements;
    for (std::uint8_t i = 0; i < 9; ++i) placements.push_back({{static_cast<std::uint8_t>(28 * i), i}, 1});
    for (Net& net : graph.nets) net.n_keys = 1u << 20;
    check(allocate_keys(graph, placements, {.by_place = true}), graph);
    for (std::uint32_t i = 0; i < 9; ++i) graph.nets[i].n_keys = i == 3 ? 1u << 31 : 1u << (i + 1);
    check(allocate_keys(graph, placements, {.by_place = true}), graph);
    for (Net& net : graph.nets) net.n_keys = 1u << 29;
    EXPECT_THROW(allocate_keys(graph, placements, {.by_place = true}), RequestError);
}

TEST(Keys, ByPlaceASourceMayHaveSeveralNets) {
    MachineGraph graph = test::self_loops(3);
    graph.nets.insert(graph.nets.begin(), graph.nets.front());
    const Placements placements{{{0, 0}, 1}, {{0, 0}, 2}, {{1, 0}, 1}};
    check(allocate_keys(graph, placements, {.by_place = true}), graph);
}

TEST(KeysCheck, FindsWhatIsBroken) {
    const MachineGraph graph = test::self_loops(3);
    const KeyAllocation good{{0x000, 0xffffff80}, {0x080, 0xffffff80}, {0x100, 0xffffff80}};
    check(good, graph);

    KeyAllocation broken = good;
    broken[1].key = 0x100;  // two alike
    EXPECT_THROW(check(broken, graph), std::logic_error);
    broken = good;
    broken[1].key = 0x0c0;  // not aligned
    EXPECT_THROW(check(broken, graph), std::logic_error);
    broken = good;
    broken[1].mask = 0xffffffc0;  // 64 keys for 100 atoms
    EXPECT_THROW(check(broken, graph), std::logic_error);
    broken = good;
    broken[0] = {0xffffff80, 0xffffff80};  // the system's
    EXPECT_THROW(check(broken, graph), std::logic_error);
    broken = good;
    broken[2].mask = 0xffff0f80;  // not a block
    EXPECT_THROW(check(broken, graph), std::logic_error);
}

}  // namespace
}  // namespace spinn
