#include "emulator/p2p.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace spinn {
namespace {

TEST(P2pRoutes, LeadFromEveryChipToEveryOtherInTheFewestHops) {
    for (const char* name : {"spinn3", "spinn5", "spinn5*3"}) {
        const MachineShape shape = make_machine(name);
        const std::vector<ChipCoord> chips = present_chips(shape);
        const auto index = [&](ChipCoord chip) {
            return std::size_t{chip.y} * static_cast<std::size_t>(shape.width) + chip.x;
        };
        for (const ChipCoord to : {chips.front(), chips.back(), chips[chips.size() / 2]})
            for (const ChipCoord from : chips) {
                const std::uint32_t hops = hops_from(shape, from)[index(to)];
                ChipCoord here = from;
                for (std::uint32_t hop = 0; hop < hops; ++hop) {
                    const std::uint8_t entry = p2p_routes(shape, here)[index(to)];
                    ASSERT_LT(entry, p2p_none);
                    here = *neighbour(shape, here, static_cast<Link>(entry));
                }
                EXPECT_EQ(here, to) << name;
                EXPECT_EQ(p2p_routes(shape, to)[index(to)], p2p_self);
            }
    }
}

TEST(P2pRoutes, StandInTheRegistersColumnByColumn) {
    const MachineShape shape = make_machine("spinn5");
    const std::vector<std::uint32_t> words = p2p_words(shape, p2p_routes(shape, {0, 0}));
    EXPECT_EQ(words[0] & 7, p2p_self);
    EXPECT_EQ(words[0] >> 9 & 7, 2u) << "(0, 3) lies north";
    EXPECT_EQ(words[0] >> 12 & 7, p2p_none) << "no chip (0, 4)";
    EXPECT_EQ(words[32] & 7, 0u) << "(1, 0) lies east";
    EXPECT_EQ(words[32 * 7] >> 21 & 7, 1u) << "(7, 7) lies north-east";
}

TEST(EthernetChips, AreThoseOfTheBoards) {
    const MachineShape shape = make_machine("spinn5*3");
    const std::vector<ChipCoord> ethernet = ethernet_chips(shape);
    for (const ChipCoord board : {ChipCoord{0, 0}, ChipCoord{4, 8}, ChipCoord{8, 4}})
        EXPECT_EQ(std::count(ethernet.begin(), ethernet.end(), board), 48);
}

}  // namespace
}  // namespace spinn
