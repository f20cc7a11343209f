#include "mapper/keys.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "graphs.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(Keys, SendersOfOneChipShareAnAlignedBlock) {
    const MachineGraph graph = test::all_to_all(32);  // one population, 100 keys each: blocks of 128
    Placements placements;
    for (std::uint8_t i = 0; i < 32; ++i) {
        placements.push_back({{static_cast<std::uint8_t>(i % 4), 0}, static_cast<std::uint8_t>(1 + i / 4)});
    }
    const KeyAllocation keys = allocate_keys(graph, placements, {});
    check(keys, graph);
    for (std::size_t i = 0; i < 32; ++i) {
        EXPECT_EQ(keys[i].mask, 0xffffff80);
        EXPECT_EQ(keys[i].key >> 10, keys[i % 4].key >> 10);  // 8 slices of a chip: 2^(7 + 3) keys
    }
    EXPECT_NE(keys[0].key >> 10, keys[1].key >> 10);
}

TEST(Keys, APopulationHasAZoneOfItsOwn) {
    const MachineGraph graph = test::random_graph(128, 4, 1);  // two populations of 64
    Placements placements;
    for (std::uint8_t i = 0; i < 128; ++i) {
        placements.push_back({{static_cast<std::uint8_t>(i % 12), 0}, static_cast<std::uint8_t>(1 + i / 12)});
    }
    const KeyAllocation keys = allocate_keys(graph, placements, {});
    check(keys, graph);
    for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(keys[i].key >> 14, i / 64) << i;  // 12 chips of 8 blocks, rounded up
}

TEST(Keys, GapsAreGivenUpWhereTheKeySpaceIsTight) {
    MachineGraph graph = test::self_loops(5);
    for (Net& net : graph.nets) net.n_keys = 1u << 29;  // 5/8 of all keys; padded to 8 blocks they would not fit
    graph.nets[4].n_keys = (1u << 28) + 1;
    Placements placements;
    for (std::uint8_t i = 0; i < 5; ++i) placements.push_back({{0, 0}, static_cast<std::uint8_t>(1 + i)});
    const KeyAllocation keys = allocate_keys(graph, placements, {});
    check(keys, graph);
}

TEST(Keys, TooManyKeysAreRefusedWithTheirNumber) {
    MachineGraph graph = test::self_loops(8);
    for (Net& net : graph.nets) net.n_keys = 1u << 29;  // exactly 2^32, but the system's keys are in the way
    Placements placements;
    for (std::uint8_t i = 0; i < 8; ++i) placements.push_back({{0, 0}, static_cast<std::uint8_t>(1 + i)});
    try {
        allocate_keys(graph, placements, {});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_NE(error.problem().what.find("4294967296 routing keys"), std::string::npos);
        EXPECT_NE(error.problem().what.find("(11 too many)"), std::string::npos);
    }
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
