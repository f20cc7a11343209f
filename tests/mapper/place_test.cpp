#include "mapper/place.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "graphs.hpp"
#include "mapper/chip_order.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/lattice.hpp"
#include "mapper/refine.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(ChipOrder, VisitsEveryPresentChipOnce) {
    for (const char* name : {"spinn3", "spinn5", "spinn5*2", "16x16", "1x7", "40x3"}) {
        const MachineShape machine = make_machine(name);
        std::vector<ChipCoord> order = chips_along_curve(machine, 200);
        std::sort(order.begin(), order.end(),
                  [](ChipCoord a, ChipCoord b) { return std::pair(a.y, a.x) < std::pair(b.y, b.x); });
        EXPECT_EQ(order, present_chips(machine)) << name;
    }
}

TEST(ChipOrder, ConsecutiveChipsOfAWholeSquareTouch) {
    const MachineShape machine = make_machine("16x16");
    const std::vector<ChipCoord> order = chips_along_curve(machine, 16 * 64 - 1);  // fills 8 x 8
    for (std::size_t i = 1; i < 64; ++i) {
        EXPECT_LT(order[i].x, 8);
        EXPECT_LT(order[i].y, 8);
        EXPECT_EQ(std::abs(order[i].x - order[i - 1].x) + std::abs(order[i].y - order[i - 1].y), 1) << i;
    }
}

TEST(Place, FillsAMachineToTheLastCore) {
    const MachineShape machine = make_machine("spinn3");
    const MachineGraph graph = test::all_to_all(63);
    const Placements placements = place(graph, machine, {});
    check(placements, graph, machine);
    EXPECT_EQ(std::set<CoreLocation>(placements.begin(), placements.end()).size(), 63u);
}

TEST(Place, SaysHowManyCoresAreMissing) {
    try {
        place(test::all_to_all(70), make_machine("spinn3"), {});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_EQ(error.problem().what, "the network needs 70 cores, the machine has 63 for applications (7 missing)");
        EXPECT_EQ(error.problem().where, "machine spinn3");
        EXPECT_FALSE(error.problem().fix.empty());
    }
}

TEST(Place, SaysHowMuchSdramIsMissing) {
    MachineGraph graph = test::slices_without_nets(20, 20);
    for (Slice& slice : graph.slices) slice.sdram_bytes = 40u << 20;
    try {
        place(graph, make_machine("spinn3"), {});
        FAIL();
    } catch (const RequestError& error) {  // a chip has 123,469,792 bytes (SpiNNMachine); rounded up
        EXPECT_EQ(error.problem().what,
                  "the network needs 800.0 MiB of SDRAM, the machine has 471.0 MiB (329.1 MiB missing)");
    }
    graph.slices[3].sdram_bytes = 118u << 20;
    try {
        place(graph, make_machine("spinn5"), {});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_EQ(error.problem().where, "slice " + graph.slices[3].name);
    }
}

TEST(Place, SpreadsSlicesWhereSdramIsTight) {
    MachineGraph graph = test::random_graph(60, 5, 1);
    for (std::size_t i = 0; i < graph.slices.size(); ++i) graph.slices[i].sdram_bytes = (20 + i % 40) << 20;
    const MachineShape machine = make_machine("spinn5");
    check(place(graph, machine, {}), graph, machine);
}

/// All-to-all slices 0 .. n - 1, and slice n + i drives slice i alone.
MachineGraph driven_all_to_all(std::uint32_t n) {
    MachineGraph graph = test::all_to_all(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        graph.slices.push_back(graph.slices[i]);
        graph.slices.back().name = "noise " + std::to_string(i);
        graph.nets.push_back({n + i, 256, 1e6, {i}});
    }
    return graph;
}

TEST(DrivingNets, AreThoseOfNoiseWithOneSourceACell) {
    MachineGraph graph = driven_all_to_all(3);
    EXPECT_EQ(driving_nets(graph), (std::vector<bool>{false, false, false, true, true, true}));
    graph.nets[0].targets = {1};  // it has input
    graph.nets[5].targets = {1, 2};
    EXPECT_EQ(driving_nets(graph), (std::vector<bool>{false, false, false, true, true, false}));
}

TEST(Place, KeepsWhatDrivesSlicesOnChipsOfItsOwn) {
    constexpr std::uint32_t n = 100;
    const MachineGraph graph = driven_all_to_all(n);
    const MachineShape machine = make_machine("spinn5");
    const Placements placements = place(graph, machine, {});
    check(placements, graph, machine);
    std::set<ChipCoord> driven, driving;
    for (std::uint32_t i = 0; i < n; ++i) {
        driven.insert(placements[i].chip);
        driving.insert(placements[n + i].chip);
        EXPECT_LE(distance(machine, placements[i].chip, placements[n + i].chip), 3) << i;
    }
    EXPECT_LE(driven.size(), 7u);  // 100 cores at 15 or 16 a chip
    std::vector<ChipCoord> both;
    std::ranges::set_intersection(driven, driving, std::back_inserter(both));
    EXPECT_LE(both.size(), 1u);
}

TEST(Place, PlacesRingsOfSlicesThatEachReachOneOther) {
    MachineGraph graph = test::slices_without_nets(30, 30);
    for (std::uint32_t i = 0; i < 30; ++i) graph.nets.push_back({i, 256, 10.0, {(i + 1) % 30}});
    const MachineShape machine = make_machine("spinn3");
    check(place(graph, machine, {}), graph, machine);
}

TEST(Place, IsTheSameForTheSameSeed) {
    const MachineGraph graph = test::random_graph(200, 8, 2);
    const MachineShape machine = make_machine("spinn5");
    EXPECT_EQ(place(graph, machine, {.seed = 4}), place(graph, machine, {.seed = 4}));
}

TEST(Refine, NeverEndsWorseThanItStarts) {
    const MachineShape machine = make_machine("spinn5");
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const MachineGraph graph = test::random_graph(150, 6, seed);
        Placements start;
        for (std::uint32_t i = 0; i < 150; ++i) {
            start.push_back({present_chips(machine)[i / 15], static_cast<std::uint8_t>(1 + i % 15)});
        }
        const Placements end = refine(start, graph, machine, seed);
        check(end, graph, machine);
        EXPECT_LE(placement_cost(end, graph, machine), placement_cost(start, graph, machine));
    }
}

TEST(Refine, BringsTogetherWhatTalks) {
    const MachineShape machine = make_machine("spinn5");
    MachineGraph graph =
        test::slices_without_nets(96, 96);  // slice i talks to i + 48 only: 48 pairs, far apart at first
    for (std::uint32_t i = 0; i < 48; ++i) graph.nets.push_back({i, 100, 10.0, {i + 48}});
    const Placements placements = place(graph, machine, {});
    EXPECT_EQ(placement_cost(placements, graph, machine), 0);  // every pair on one chip
}

TEST(SmallestMachine, CountsCoresAndSdram) {
    EXPECT_EQ(smallest_machine(test::all_to_all(63)).name, "spinn3");
    EXPECT_EQ(smallest_machine(test::all_to_all(64)).name, "spinn5");
    EXPECT_EQ(smallest_machine(test::slices_without_nets(759, 64)).name, "spinn5");  // 48 * 16 - 1 - 8
    EXPECT_EQ(smallest_machine(test::slices_without_nets(760, 64)).name, "spinn5*3");
    EXPECT_EQ(smallest_machine(test::slices_without_nets(5000, 64)).name, "spinn5*9");
    MachineGraph graph = test::all_to_all(10);
    for (Slice& slice : graph.slices) slice.sdram_bytes = 100u << 20;  // one a chip
    EXPECT_EQ(smallest_machine(graph).name, "spinn5");
}

TEST(PlaceCheck, FindsWhatIsBroken) {
    const MachineShape machine = make_machine("spinn5");
    MachineGraph graph = test::all_to_all(20);
    const Placements good = place(graph, machine, {});
    check(good, graph, machine);

    Placements broken = good;
    broken[1] = broken[0];
    EXPECT_THROW(check(broken, graph, machine), std::logic_error);
    broken = good;
    broken[2].core = 0;  // the monitor's
    EXPECT_THROW(check(broken, graph, machine), std::logic_error);
    broken = good;
    broken[2] = {{0, 0}, 16};  // an Ethernet chip has 15
    EXPECT_THROW(check(broken, graph, machine), std::logic_error);
    broken = good;
    broken[2].chip = {7, 0};  // outside the outline
    EXPECT_THROW(check(broken, graph, machine), std::logic_error);
    broken = good;
    broken.pop_back();
    EXPECT_THROW(check(broken, graph, machine), std::logic_error);
    for (Slice& slice : graph.slices) slice.sdram_bytes = 50u << 20;
    EXPECT_THROW(check(good, graph, machine), std::logic_error);
}

}  // namespace
}  // namespace spinn
