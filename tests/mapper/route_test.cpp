#include "mapper/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "graphs.hpp"
#include "mapper/lattice.hpp"
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

TEST(ShortestLegs, LeadToTheTargetInAsManyHopsAsTheDistance) {
    for (const char* name : {"8x5", "spinn5", "spinn3", "1x6", "12x12"}) {
        const MachineShape machine = make_machine(name);
        std::mt19937_64 random(1);
        for (const ChipCoord from : present_chips(machine)) {
            for (const ChipCoord to : present_chips(machine)) {
                ChipCoord chip = from;
                int hops = 0, longest = machine.width + machine.height;
                for (const Leg& leg : shortest_legs(machine, from, to, random)) {
                    EXPECT_LE(leg.hops, longest);
                    longest = leg.hops;
                    for (int i = 0; i < leg.hops; ++i, ++hops) chip = *lattice_step(machine, chip, leg.link);
                }
                ASSERT_EQ(chip, to) << name;
                ASSERT_EQ(hops, distance(machine, from, to)) << name << to_string(from) << to_string(to);
            }
        }
    }
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
        for (const int radius : {0, 3, 20}) {
            check(route(graph, placements, machine, {.search_radius = radius}), graph, placements, machine);
        }
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

TEST(Route, IsTheSameForTheSameSeed) {
    const MachineGraph graph = test::random_graph(100, 10, 1);
    const MachineShape machine = make_machine("12x12");
    const Placements placements = place(graph, machine, {});
    EXPECT_EQ(route(graph, placements, machine, {.seed = 3}), route(graph, placements, machine, {.seed = 3}));
}

TEST(RouteCheck, FindsWhatIsBroken) {
    const MachineShape machine = make_machine("8x8");
    const auto [graph, placements] = one_net({{1, 1}, {4, 1}, {1, 5}});
    const Routes good = route(graph, placements, machine, {});
    const auto expect_broken = [&](auto&& damage) {
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
