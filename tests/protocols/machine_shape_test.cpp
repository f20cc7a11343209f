#include "protocols/machine_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <queue>
#include <stdexcept>

namespace spinn {
namespace {

std::vector<ChipCoord> ethernet_chips(const MachineShape& shape) {
    std::vector<ChipCoord> chips = present_chips(shape);
    std::erase_if(chips, [&](ChipCoord chip) { return !chip_at(shape, chip).ethernet; });
    return chips;
}

int total(const MachineShape& shape, int (*cores)(const ChipShape&)) {
    int sum = 0;
    for (const ChipShape& chip : shape.chips) sum += cores(chip);
    return sum;
}

/// Hops from `from` to every chip by breadth-first search; -1 where no path leads.
std::vector<int> searched_distances(const MachineShape& shape, ChipCoord from) {
    std::vector<int> hops(shape.chips.size(), -1);
    const auto at = [&](ChipCoord chip) -> int& {
        return hops[static_cast<std::size_t>(chip.y * shape.width + chip.x)];
    };
    std::queue<ChipCoord> frontier({from});
    at(from) = 0;
    while (!frontier.empty()) {
        const ChipCoord chip = frontier.front();
        frontier.pop();
        for (int link = 0; link < link_count; ++link) {
            const auto next = neighbour(shape, chip, static_cast<Link>(link));
            if (!next || at(*next) != -1) continue;
            at(*next) = at(chip) + 1;
            frontier.push(*next);
        }
    }
    return hops;
}

TEST(MachineShape, FourChipBoardLacksTheLinksThatSpiNNMachineLists) {
    const MachineShape board = make_machine("spinn3");  // SpiNNMachine, virtual_machine.py
    EXPECT_EQ(chip_at(board, {0, 0}).dead_links, 1u << 3 | 1u << 4);
    EXPECT_EQ(chip_at(board, {0, 1}).dead_links, 1u << 3 | 1u << 4);
    EXPECT_EQ(chip_at(board, {1, 0}).dead_links, 1u << 0 | 1u << 1);
    EXPECT_EQ(chip_at(board, {1, 1}).dead_links, 1u << 0 | 1u << 1);
    EXPECT_EQ(neighbour(board, {1, 0}, Link::south_west), (ChipCoord{0, 1}));  // through the wrap in y
    EXPECT_EQ(neighbour(board, {0, 1}, Link::north_east), (ChipCoord{1, 0}));
    EXPECT_EQ(neighbour(board, {0, 0}, Link::north), neighbour(board, {0, 0}, Link::south));
    EXPECT_EQ(total(board, application_cores), 4 * 16 - 1);
}

TEST(MachineShape, A48ChipBoardHasTheOutlineOfTheRealOne) {
    const MachineShape board = make_machine("spinn5");
    const std::pair<int, int> rows_of_column[8] = {{0, 3}, {0, 4}, {0, 5}, {0, 6}, {0, 7}, {1, 7}, {2, 7}, {3, 7}};
    for (int x = 0; x < 8; ++x) {
        for (int y = 0; y < 8; ++y) {
            const bool expected = y >= rows_of_column[x].first && y <= rows_of_column[x].second;
            EXPECT_EQ(has_chip(board, {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)}), expected)
                << x << y;
        }
    }
    EXPECT_EQ(present_chips(board).size(), 48u);
    EXPECT_EQ(total(board, working_cores), 856);  // SpiNNMachine: eight chips of 17 cores
    EXPECT_EQ(application_cores(chip_at(board, {1, 3})), 15);
    EXPECT_EQ(application_cores(chip_at(board, {0, 0})), 15);
    EXPECT_EQ(application_cores(chip_at(board, {1, 0})), 16);
    EXPECT_EQ(neighbour(board, {0, 0}, Link::west), std::nullopt);
    EXPECT_EQ(neighbour(board, {4, 7}, Link::north), std::nullopt);
}

TEST(MachineShape, ATriadIsAWholeTorusWithThreeEthernetChips) {
    const MachineShape triad = make_machine("spinn5*3");
    EXPECT_EQ(std::pair(triad.width, triad.height), std::pair(12, 12));
    EXPECT_EQ(present_chips(triad).size(), 144u);
    EXPECT_EQ(ethernet_chips(triad), (std::vector<ChipCoord>{{0, 0}, {8, 4}, {4, 8}}));
    for (const ChipShape& chip : triad.chips) EXPECT_EQ(chip.dead_links, 0);
}

TEST(MachineShape, EveryBoardOfATorusLiesOnItsEthernetChip) {
    const MachineShape machine = make_machine("spinn5*24");
    EXPECT_EQ(std::pair(machine.width, machine.height), std::pair(48, 24));
    EXPECT_EQ(present_chips(machine).size(), 24u * 48);
    for (const ChipCoord chip : present_chips(machine)) {
        const bool rule = chip.x % 4 == 0 && (chip.x + chip.y) % 12 == 0;  // SpiNNMachine, version_5
        EXPECT_EQ(chip_at(machine, chip).ethernet, rule) << to_string(chip);
    }
}

TEST(MachineShape, TheLargestMachineHasAMillionCores) {
    const MachineShape machine = make_machine("spinn5*1200");
    EXPECT_EQ(std::pair(machine.width, machine.height), std::pair(240, 240));
    EXPECT_EQ(present_chips(machine).size(), 57'600u);
}

TEST(MachineShape, BoardsThatAreLeftOverAreAbsentAndNoLinkLeadsToThem) {
    const MachineShape two = make_machine("spinn5*2");
    EXPECT_EQ(present_chips(two).size(), 96u);
    EXPECT_EQ(ethernet_chips(two), (std::vector<ChipCoord>{{0, 0}, {4, 8}}));
    EXPECT_FALSE(has_chip(two, {8, 4}));
    EXPECT_EQ(neighbour(two, {7, 4}, Link::east), std::nullopt);
    EXPECT_NE(chip_at(two, {7, 4}).dead_links & 1, 0);
    EXPECT_EQ(present_chips(make_machine("spinn5*69")).size(), 69u * 48);  // 23 triads have no arrangement of their own
    EXPECT_EQ(make_machine("spinn5*1"), make_machine("spinn5"));
}

TEST(MachineShape, ATorusOfChipsHasEthernetWhereTriadsHaveIt) {
    EXPECT_EQ(ethernet_chips(make_machine("16x16")), (std::vector<ChipCoord>{{0, 0}}));
    EXPECT_EQ(ethernet_chips(make_machine("12x12")), (std::vector<ChipCoord>{{0, 0}, {8, 4}, {4, 8}}));
    EXPECT_EQ(total(make_machine("16x16"), working_cores), 16 * 16 * 18);
    EXPECT_EQ(chip_at(make_machine("1x1"), {0, 0}).dead_links, 0x3f);
    EXPECT_EQ(present_chips(make_machine("256x1")).size(), 256u);
}

TEST(MachineShape, UnknownNamesAreRefusedWithTheListOfKnownOnes) {
    for (const char* name : {"", "spinn4", "spinn5*0", "spinn5*", "spinn5*-3", "spinn5*3x", "0x4", "257x1", "4x", "x",
                             "4x4 ", "+4x4", "99999999999x1", "spinn5*1324"}) {
        EXPECT_THROW(make_machine(name), std::invalid_argument) << name;
    }
    try {
        make_machine("spinn6");
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()).find("spinn5*N"), std::string::npos);
    }
}

TEST(MachineShape, DistanceIsWhatASearchFinds) {
    for (const char* name : {"spinn3", "spinn5*3", "7x5", "1x9", "2x3", "16x16"}) {
        const MachineShape shape = make_machine(name);
        const ChipCoord from{static_cast<std::uint8_t>(shape.width / 3), static_cast<std::uint8_t>(shape.height / 2)};
        const std::vector<int> hops = searched_distances(shape, from);
        for (const ChipCoord to : present_chips(shape)) {
            EXPECT_EQ(distance(shape, from, to), hops[static_cast<std::size_t>(to.y * shape.width + to.x)])
                << name << " to " << to_string(to);
        }
    }
    const MachineShape plane = make_machine("spinn5");  // the outline is convex: no path has to leave it
    EXPECT_EQ(distance(plane, {0, 3}, {4, 0}), 7);      // the signs differ
    EXPECT_EQ(distance(plane, {0, 0}, {7, 5}), 7);      // the signs agree
}

TEST(MachineShape, TheDiameterOfATorusIsTwoThirdsOfItsSide) {
    const MachineShape shape = make_machine("12x12");
    int longest = 0, sum = 0;
    for (const ChipCoord to : present_chips(shape)) {
        longest = std::max(longest, distance(shape, {0, 0}, to));
        sum += distance(shape, {0, 0}, to);
    }
    EXPECT_EQ(longest, 8);
    EXPECT_NEAR(sum / 144.0, 4.65, 0.01);
}

TEST(MachineFaults, ADeadLinkIsDeadAtBothEnds) {
    const MachineShape shape = with_faults(make_machine("4x4"), {.dead_links = {{{1, 1}, Link::north_east}}});
    EXPECT_EQ(chip_at(shape, {1, 1}).dead_links, 1u << 1);
    EXPECT_EQ(chip_at(shape, {2, 2}).dead_links, 1u << 4);
    EXPECT_EQ(neighbour(shape, {2, 2}, Link::south_west), std::nullopt);
}

TEST(MachineFaults, NoLinkLeadsToADeadChip) {
    const MachineShape shape = with_faults(make_machine("4x4"), {.dead_chips = {{2, 1}}});
    EXPECT_FALSE(has_chip(shape, {2, 1}));
    EXPECT_EQ(chip_at(shape, {1, 1}).dead_links, 1u << 0);
    EXPECT_EQ(present_chips(shape).size(), 15u);
}

TEST(MachineFaults, ADeadCoreIsOneCoreLess) {
    const MachineShape shape = with_faults(make_machine("4x4"), {.dead_cores = {{{1, 0}, 5}, {{1, 0}, 99}}});
    EXPECT_EQ(chip_at(shape, {1, 0}).dead_cores, 1u << 5);
    EXPECT_EQ(application_cores(chip_at(shape, {1, 0})), 15);
}

TEST(MachineFaults, AChipThatIsCutOffIsRemoved) {
    MachineFaults faults;
    for (int link = 0; link < link_count; ++link)
        faults.dead_links.emplace_back(ChipCoord{2, 2}, static_cast<Link>(link));
    const MachineShape shape = with_faults(make_machine("5x5"), faults);
    EXPECT_FALSE(has_chip(shape, {2, 2}));
    EXPECT_EQ(present_chips(shape).size(), 24u);
}

TEST(MachineFaults, RandomFaultsAreAsManyAsAskedForAndTheSameForASeed) {
    const MachineShape shape = make_machine("12x12");
    const MachineFaults faults = random_faults(shape, 0.02, 0.01, 0.03, 11);
    EXPECT_EQ(faults.dead_chips.size(), 3u);   // of 141 without Ethernet
    EXPECT_EQ(faults.dead_cores.size(), 26u);  // of 2,592
    EXPECT_EQ(faults.dead_links.size(), 13u);  // of 432
    EXPECT_EQ(with_faults(shape, faults), with_faults(shape, random_faults(shape, 0.02, 0.01, 0.03, 11)));
    EXPECT_NE(with_faults(shape, faults), with_faults(shape, random_faults(shape, 0.02, 0.01, 0.03, 12)));
}

TEST(MachineShape, JsonHoldsEveryPart) {
    const MachineShape shape = with_faults(make_machine("3x2"), {.dead_cores = {{{2, 1}, 4}}});
    const nlohmann::json json = to_json(shape);
    EXPECT_EQ(json["name"], "3x2");
    EXPECT_EQ(json["width"], 3);
    EXPECT_EQ(json["height"], 2);
    EXPECT_EQ(json["wrap_x"], true);
    EXPECT_EQ(json["chips"].size(), 6u);
    EXPECT_EQ(json["chips"][0]["ethernet"], true);
    EXPECT_EQ(
        json["chips"][5],
        (nlohmann::json{
            {"x", 2}, {"y", 1}, {"ethernet", false}, {"dead_cores", {4}}, {"dead_links", nlohmann::json::array()}}));
}

}  // namespace
}  // namespace spinn
