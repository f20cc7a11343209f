#include "mapper/place.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "graphs.hpp"
#include "mapper/chip_order.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/improve.hpp"
#include "mapper/lattice.hpp"
#include "mapper/place_problem.hpp"
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
    EXPECT_LE(both.size(), 2u);
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

TEST(Place, IsTheSameForAnyNumberOfThreads) {
    const MachineGraph graph = test::random_graph(700, 8, 2);
    const MachineShape whole = make_machine("12x12");
    const MachineShape machine = with_faults(whole, random_faults(whole, 0.03, 0.03, 0.03, 3));
    const Placements one = place(graph, machine, {.threads = 1});
    check(one, graph, machine);
    for (const int threads : {2, 3, 8}) EXPECT_EQ(place(graph, machine, {.threads = threads}), one);
}

TEST(Improve, NeverEndsWorseThanItStarts) {
    const MachineShape machine = make_machine("spinn5");
    const std::vector<ChipCoord> chips = present_chips(machine);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const PlaceProblem problem = place_problem(test::random_graph(150, 6, seed), machine, PlaceObjective::hops);
        ChipOfUnit placed;
        for (std::uint32_t i = 0; i < 150; ++i)
            placed.push_back(static_cast<std::uint32_t>(chip_index(machine, chips[i / 15])));
        const double before = placement_cost(placed, problem, machine);
        improve(placed, problem, machine, 10, seed, 2);
        EXPECT_LT(placement_cost(placed, problem, machine), before);
    }
}

TEST(Place, BringsTogetherWhatTalks) {
    const MachineShape machine = make_machine("spinn5");
    MachineGraph graph =
        test::slices_without_nets(96, 96);  // slice i talks to i + 48 only: 48 pairs, far apart at first
    for (std::uint32_t i = 0; i < 48; ++i) graph.nets.push_back({i, 100, 10.0, {i + 48}});
    const Placements placements = place(graph, machine, {.objective = PlaceObjective::traffic});
    for (std::uint32_t i = 0; i < 48; ++i) EXPECT_EQ(placements[i].chip, placements[i + 48].chip) << i;
}

/// A sheet of side x side slices; each sends to those at most two columns and two rows away. Numbered at random.
MachineGraph sheet(std::uint32_t side, std::uint64_t seed) {
    MachineGraph graph = test::slices_without_nets(side * side, side * side);
    std::vector<std::uint32_t> number(side * side);
    std::iota(number.begin(), number.end(), 0u);
    std::mt19937_64 random(seed);
    for (std::size_t i = number.size(); i > 1; --i) std::swap(number[i - 1], number[random() % i]);
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            Net net{number[y * side + x], 100, 10.0, {}};
            for (std::uint32_t v = y < 2 ? 0 : y - 2; v <= std::min(side - 1, y + 2); ++v)
                for (std::uint32_t u = x < 2 ? 0 : x - 2; u <= std::min(side - 1, x + 2); ++u)
                    net.targets.push_back(number[v * side + u]);
            std::sort(net.targets.begin(), net.targets.end());
            graph.nets.push_back(std::move(net));
        }
    std::sort(graph.nets.begin(), graph.nets.end(), [](const Net& a, const Net& b) { return a.source < b.source; });
    return graph;
}

TEST(Place, FindsTheGeometryOfASheetWhateverItsNumbers) {
    // Tiled by squares of 4 x 4, a net reaches 4 chips on the average: ((4 + 4) / 4)^2. Irregular tiles do somewhat
    // worse, a placement that missed the geometry would do several times worse.
    const MachineShape machine = make_machine("12x12");
    const MachineGraph graph = sheet(32, 5);
    const Placements placements = place(graph, machine, {});
    check(placements, graph, machine);
    std::size_t chips = 0;
    for (const Net& net : graph.nets) {
        std::set<ChipCoord> reached;
        for (const std::uint32_t target : net.targets) reached.insert(placements[target].chip);
        chips += reached.size();
    }
    EXPECT_LE(static_cast<double>(chips), 1.2 * 4.0 * static_cast<double>(graph.nets.size()));
}

TEST(Place, KeepsConstraints) {
    const MachineShape machine = make_machine("spinn5");
    MachineGraph graph = test::random_graph(120, 6, 4);
    graph.constraints.same_chip = {{0, 40, 80}, {80, 99}};
    graph.constraints.fixed = {{7, {4, 4}, 5}, {8, {4, 4}, 0}, {99, {3, 3}, 0}};
    graph.constraints.reserved = {{std::nullopt, 1u << 1}, {ChipCoord{2, 2}, 0x3ffffu}};
    graph.constraints.sdram = {{{5, 5}, 300'000}};
    const Placements placements = place(graph, machine, {});
    check(placements, graph, machine);
    EXPECT_EQ(placements[7], (CoreLocation{{4, 4}, 5}));
    EXPECT_EQ(placements[40].chip, (ChipCoord{3, 3}));
    for (const CoreLocation& core : placements) {
        EXPECT_NE(core.core, 1);
        EXPECT_NE(core.chip, (ChipCoord{2, 2}));
    }
}

TEST(Place, SaysWhichConstraintCannotBeKept) {
    const MachineShape machine = make_machine("spinn5");
    const auto refused = [&](const PlaceConstraints& constraints) {
        MachineGraph graph = test::random_graph(20, 3, 4);
        graph.constraints = constraints;
        try {
            place(graph, machine, {});
        } catch (const RequestError& error) {
            return error.problem().what + " | " + error.problem().where;
        }
        return std::string("accepted");
    };
    EXPECT_EQ(refused({.fixed = {{3, {7, 0}, 0}}}),
              "machine spinn5 has no such chip | pop0[300:400] is fixed at (7, 0)");
    EXPECT_EQ(refused({.fixed = {{3, {0, 0}, 16}}}),
              "core 16 is not there for applications | pop0[300:400] is fixed at (0, 0)");
    EXPECT_EQ(refused({.same_chip = {{3, 4}}, .fixed = {{3, {1, 0}, 0}, {4, {2, 0}, 0}}}),
              "it must also share a chip with a vertex that is fixed elsewhere | pop0[400:500] is fixed at (2, 0)");
    EXPECT_EQ(refused({.fixed = {{3, {1, 0}, 2}, {4, {1, 0}, 2}}}),
              "two vertices are fixed on one core | (1, 0, 2), one of them pop0[400:500]");
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
