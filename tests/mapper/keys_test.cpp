#include "mapper/keys.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "graphs.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(Keys, TheSlicesOfAPopulationSendFromOneEvenlyCutZone) {
    const MachineGraph graph = test::random_graph(130, 4, 1);  // populations of 64, 64 and 2 slices, 100 keys each
    const KeyAllocation keys = allocate_keys(graph);
    check(keys, graph);
    for (std::uint32_t i = 0; i < 130; ++i) {
        EXPECT_EQ(keys[i].mask, 0xffffff80);
        EXPECT_EQ(keys[i].key, i / 64 * 64 * 128 + i % 64 * 128);
    }
}

TEST(Keys, ASliceThatDoesNotSendKeepsItsPlaceInTheZone) {
    MachineGraph graph = test::self_loops(5);
    graph.nets.erase(graph.nets.begin() + 1);
    const KeyAllocation keys = allocate_keys(graph);
    check(keys, graph);
    EXPECT_EQ(keys[1].key - keys[0].key, 2u * 128);
}

TEST(Keys, DelayExtensionsHaveAZoneOfTheirOwnWithBlocksOfOneSize) {
    const MachineGraph graph = test::delay_extensions(10);  // extensions ask for 100 to 800 keys
    const KeyAllocation keys = allocate_keys(graph);
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
        allocate_keys(graph);
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_NE(error.problem().what.find("4294967296 routing keys"), std::string::npos);
    }
}

/// A tree along a row of chips, from (first, 0) east to (last, 0), where it ends at a core.
RouteTree row_tree(std::uint8_t first, std::uint8_t last, std::uint8_t core) {
    RouteTree tree;
    for (std::uint8_t x = first; x <= last; ++x)
        tree.push_back({{x, 0},
                        x == first ? std::nullopt : std::optional(Link::west),
                        x == last ? route_bit_of_core(core) : route_bit(Link::east)});
    return tree;
}

TEST(KeysByRoute, NetsThatAreTreatedAlikeEverywhereShareAnAlignedBlock) {
    const MachineGraph graph = test::self_loops(10);
    const MachineShape machine = make_machine("8x8");
    Placements placements;
    Routes routes;
    for (std::uint8_t i = 0; i < 10; ++i) {  // even ones end at (3, 0), odd ones at (5, 0): five of each
        placements.push_back({{1, 0}, static_cast<std::uint8_t>(1 + i)});
        routes.push_back(row_tree(1, i % 2 == 0 ? 3 : 5, 4));
    }
    const KeyAllocation keys = allocate_keys_by_route(graph, placements, routes, machine);
    check(keys, graph);
    // Five blocks of 128 keys need one of 1024, which the other five are not in.
    for (std::size_t a = 0; a < 10; ++a)
        for (std::size_t b = 0; b < 10; ++b)
            EXPECT_EQ(keys[a].key / 1024 == keys[b].key / 1024, a % 2 == b % 2) << a << " " << b;
}

TEST(KeysByRoute, WhatSharesMoreOfItsWayIsNearer) {
    const MachineGraph graph = test::self_loops(4);
    const MachineShape machine = make_machine("8x8");
    const Placements placements(4, {{0, 0}, 1});
    // All share their first chip; two and two also where they end.
    const Routes routes{row_tree(0, 6, 1), row_tree(0, 2, 2), row_tree(0, 6, 1), row_tree(0, 2, 2)};
    const KeyAllocation keys = allocate_keys_by_route(graph, placements, routes, machine);
    check(keys, graph);
    EXPECT_EQ(keys[0].key / 256, keys[2].key / 256);
    EXPECT_EQ(keys[1].key / 256, keys[3].key / 256);
    EXPECT_NE(keys[0].key / 256, keys[1].key / 256);
}

TEST(KeysByRoute, WhereKeysAreFewNetsAreNumberedWithoutGaps) {
    MachineGraph graph = test::self_loops(9);
    const MachineShape machine = make_machine("8x8");
    Placements placements;
    Routes routes;
    for (std::uint8_t i = 0; i < 9; ++i) {
        placements.push_back({{static_cast<std::uint8_t>(i / 2), 0}, 1});
        routes.push_back(row_tree(i / 2, 7, static_cast<std::uint8_t>(1 + i % 3)));
    }
    const auto allocate = [&] { return allocate_keys_by_route(graph, placements, routes, machine); };
    for (Net& net : graph.nets) net.n_keys = 1u << 27;  // 16 blocks of half the space and more
    check(allocate(), graph);
    for (std::uint32_t i = 0; i < 9; ++i) graph.nets[i].n_keys = i == 3 ? 1u << 31 : 1u << (i + 1);
    check(allocate(), graph);
    for (Net& net : graph.nets) net.n_keys = 1u << 29;
    EXPECT_THROW(allocate(), RequestError);
}

TEST(KeysByRoute, ASourceMayHaveSeveralNets) {
    MachineGraph graph = test::self_loops(3);
    graph.nets.insert(graph.nets.begin(), graph.nets.front());
    const Placements placements{{{0, 0}, 1}, {{0, 0}, 2}, {{1, 0}, 1}};
    const Routes routes{row_tree(0, 0, 1), row_tree(0, 0, 1), row_tree(0, 0, 2), row_tree(1, 1, 1)};
    check(allocate_keys_by_route(graph, placements, routes, make_machine("8x8")), graph);
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
