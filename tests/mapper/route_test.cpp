#include "mapper/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "graphs.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// One net from slice 0 to all others; slice i lies on core 1 of chip i of the list.
struct OneNet {
    MachineGraph graph;
    Placements placements;
};
OneNet one_net(const std::vector<ChipCoord>& chips) {
    OneNet result{test::slices_without_nets(static_cast<std::uint32_t>(chips.size()), 100), {}};
    Net net{0, 100, 10.0, {}};
    for (std::uint32_t i = 0; i < chips.size(); ++i) {
        result.placements.push_back({chips[i], 1});
        if (i > 0) net.targets.push_back(i);
    }
    result.graph.nets.push_back(net);
    return result;
}

TEST(Route, ASingleTargetIsReachedByAShortestPath) {
    const MachineShape machine = make_machine("12x12");
    for (const ChipCoord target : present_chips(machine)) {
        const auto [graph, placements] = one_net({{5, 7}, target});
        const Routes routes = route(graph, placements, machine, {});
        check(routes, graph, placements, machine);
        EXPECT_EQ(figures(routes, graph, machine).hops, static_cast<std::uint64_t>(distance(machine, {5, 7}, target)));
    }
}

TEST(Route, TargetsInARowShareTheirLinks) {
    const MachineShape machine = make_machine("16x16");
    const auto [graph, placements] = one_net({{0, 0}, {2, 0}, {4, 0}, {6, 0}, {7, 0}});
    const RouteFigures result = figures(route(graph, placements, machine, {}), graph, machine);
    EXPECT_EQ(result.hops, 7u);
    EXPECT_DOUBLE_EQ(result.max_link_load, 10.0);
}

TEST(Route, ASliceThatSendsToItselfReachesItsOwnCore) {
    const MachineShape machine = make_machine("spinn3");
    const MachineGraph graph = test::self_loops(1);
    const Routes routes = route(graph, {{{1, 1}, 3}}, machine, {});
    ASSERT_EQ(routes[0].size(), 1u);
    EXPECT_EQ(routes[0][0].route, route_bit_of_core(3));
}

TEST(Route, ADetourAroundDeadLinksIsAsShortAsCanBe) {
    // A wall between the columns x = 3 and x = 4, open at y = 7 only.
    MachineFaults faults;
    for (std::uint8_t y = 0; y < 7; ++y) {
        faults.dead_links.push_back({{3, y}, Link::east});
        faults.dead_links.push_back({{3, y}, Link::north_east});
    }
    MachineShape plane = make_machine("8x8");
    plane.wrap_x = plane.wrap_y = false;
    const MachineShape machine = with_faults(plane, faults);
    const auto [graph, placements] = one_net({{3, 0}, {4, 0}});
    const Routes routes = route(graph, placements, machine, {});
    check(routes, graph, placements, machine);
    EXPECT_EQ(figures(routes, graph, machine).hops, 7u + 1u + 7u);
}

TEST(Route, TreesSurviveManyFaults) {
    const MachineShape whole = make_machine("20x20");
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const MachineShape machine = with_faults(whole, random_faults(whole, 0.1, 0.0, 0.2, seed));
        std::vector<ChipCoord> chips = present_chips(machine);
        std::mt19937_64 random(seed);
        std::shuffle(chips.begin(), chips.end(), random);
        chips.resize(60);
        const auto [graph, placements] = one_net(chips);
        check(route(graph, placements, machine, {}), graph, placements, machine);
    }
}

TEST(Route, ATargetThatIsCutOffIsNamed) {
    MachineShape machine = make_machine("4x4");
    chip_at(machine, {2, 2}).dead_links = 0x3f;  // with_faults() would remove the chip
    const auto [graph, placements] = one_net({{0, 0}, {2, 2}});
    try {
        route(graph, placements, machine, {});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_NE(error.problem().what.find("(2, 2)"), std::string::npos);
    }
}

TEST(Route, IsTheSameForAnyNumberOfThreads) {
    const MachineGraph graph = test::random_graph(700, 10, 1);
    const MachineShape machine = make_machine("12x12");
    const Placements placements = place(graph, machine, {});
    const Routes one = route(graph, placements, machine, {.threads = 1});
    for (const int threads : {2, 5}) EXPECT_EQ(route(graph, placements, machine, {.threads = threads}), one);
}

TEST(Route, TreesAreNearTheLeast) {
    // Terminals of which the best tree is known: the three corners of a triangle of side 4 meet in its middle, which
    // the nearest-first order alone does not find everywhere; a full row and a full column need no other chip.
    const MachineShape machine = make_machine("24x24");
    const auto hops = [&](const std::vector<ChipCoord>& chips) {
        const auto [graph, placements] = one_net(chips);
        return figures(route(graph, placements, machine, {}), graph, machine).hops;
    };
    EXPECT_EQ(hops({{10, 10}, {14, 10}, {14, 14}}), 8u);
    EXPECT_EQ(hops({{10, 10}, {12, 11}, {11, 12}}), 3u);  // two ways of two hops share the first
    std::vector<ChipCoord> cross;
    for (std::uint8_t i = 0; i < 11; ++i) {
        cross.push_back({i, 5});
        if (i != 5) cross.push_back({5, i});
    }
    EXPECT_EQ(hops(cross), cross.size() - 1);
}

TEST(Route, NetsFromOneChipToTheSameChipsShareATree) {
    const MachineShape machine = make_machine("12x12");
    MachineGraph graph = test::random_graph(200, 6, 9);
    const Placements placements = place(graph, machine, {});
    std::uint32_t other = 0;
    while (other == 0 || placements[other].chip != placements[0].chip) ++other;
    graph.nets[other].targets = graph.nets[0].targets;
    const Routes routes = route(graph, placements, machine, {});
    check(routes, graph, placements, machine);
    EXPECT_EQ(routes[0], routes[other]);
}

TEST(Route, ADeviceIsReachedByItsLink) {
    const MachineShape machine = make_machine("spinn5");  // west of (0, 0) is nothing
    MachineGraph graph = test::slices_without_nets(3, 3);
    graph.slices[2].device = Link::west;
    graph.nets = {{0, 100, 1.0, {1, 2}}, {2, 1, 1.0, {0}}};
    const Placements placements{{{3, 3}, 1}, {{0, 0}, 2}, {{0, 0}, 0}};
    const Routes routes = route(graph, placements, machine, {});
    check(routes, graph, placements, machine);
    EXPECT_EQ(routes[0].back().route, route_bit(Link::west) | route_bit_of_core(2));
    EXPECT_EQ(figures(routes, graph, machine).hops, 6u);
    Routes broken = routes;
    broken[0].back().route &= ~route_bit(Link::west);
    EXPECT_THROW(check(broken, graph, placements, machine), std::logic_error);
}

TEST(Route, LinksThatServeEquallyShareTheLoad) {
    // From a row of chips to a row far away, all in one direction of two equal ones: no link carries all.
    const MachineShape machine = make_machine("24x24");
    MachineGraph graph = test::slices_without_nets(32, 32);
    Placements placements;
    for (std::uint8_t i = 0; i < 16; ++i) placements.push_back({{2, 2}, static_cast<std::uint8_t>(1 + i)});
    for (std::uint8_t i = 0; i < 16; ++i)
        placements.push_back({{static_cast<std::uint8_t>(8 + i % 4), static_cast<std::uint8_t>(5 + i / 4)}, 1});
    for (std::uint32_t i = 0; i < 16; ++i) graph.nets.push_back({i, 100, 10.0, {16 + i}});
    const RouteFigures result = figures(route(graph, placements, machine, {}), graph, machine);
    EXPECT_LE(result.max_link_load, 160.0 * 0.95);
}

TEST(RouteCheck, FindsWhatIsBroken) {
    const MachineShape machine = make_machine("8x8");
    const auto [graph, placements] = one_net({{1, 1}, {4, 1}, {1, 5}});
    const Routes good = route(graph, placements, machine, {});
    const auto expect_broken = [&, &graph = graph, &placements = placements](auto&& damage) {
        Routes broken = good;
        damage(broken[0]);
        EXPECT_THROW(check(broken, graph, placements, machine), std::logic_error);
    };
    expect_broken([](RouteTree& tree) { tree.pop_back(); });                             // a target is lost
    expect_broken([](RouteTree& tree) { tree.back().route |= route_bit(Link::east); });  // leaves the tree
    expect_broken([](RouteTree& tree) { tree.back().route |= route_bit_of_core(2); });   // one core too many
    expect_broken([](RouteTree& tree) { tree.front().route &= ~route_links_mask; });     // never leaves
    expect_broken([](RouteTree& tree) { tree.push_back(tree.back()); });                 // twice on a chip
    expect_broken([](RouteTree& tree) {
        std::swap(tree[1], tree[2]);
        tree[1].arrival.reset();
    });  // no arrival
    expect_broken([](RouteTree& tree) { tree.clear(); });

    Routes missing = good;
    missing.clear();
    EXPECT_THROW(check(missing, graph, placements, machine), std::logic_error);
    const RouteNode& last = good[0].back();
    const MachineShape damaged = with_faults(machine, {.dead_links = {{last.chip, *last.arrival}}});
    EXPECT_THROW(check(good, graph, placements, damaged), std::logic_error);
}

}  // namespace
}  // namespace spinn
