#include "emulator/key_paths.hpp"

#include <gtest/gtest.h>

namespace spinn {
namespace {

/// A machine whose cores have no programs: paths need locations and tables only.
struct PathFixture {
    Machine machine = make_machine_of(make_machine("8x8"));
    Core& add_core(ChipCoord chip, std::uint8_t core, std::uint32_t key = 0, std::uint32_t n_keys = 0) {
        Core made;
        made.location = {chip, core};
        made.sends = n_keys > 0;
        made.keys.key = key;
        made.n_keys = n_keys;
        machine.cores.push_back(std::move(made));
        return machine.cores.back();
    }
    void set_table(ChipCoord chip, std::vector<RoutingEntry> entries) { chip_of(machine, chip).router.load(entries); }
};

TEST(KeyPaths, FollowDefaultRoutesToTheCoresOfTheTables) {
    PathFixture f;
    f.add_core({0, 0}, 1, 0x100, 10);
    f.add_core({3, 0}, 4);
    f.set_table({0, 0}, {{0x100, 0xfffffff0, route_bit(Link::east)}});
    f.set_table({3, 0}, {{0x100, 0xfffffff0, route_bit_of_core(4)}});
    const std::vector<KeyPath> paths = key_paths(f.machine, core_index(f.machine), f.machine.cores[0]);
    ASSERT_EQ(paths.size(), 1u);
    EXPECT_EQ(paths[0].first_key, 0x100u);
    EXPECT_EQ(paths[0].n_keys, 10u);
    EXPECT_EQ(paths[0].receivers, (std::vector<std::uint32_t>{1}));
    EXPECT_EQ(paths[0].links_crossed, 3u);
    int default_routed = 0, dropped = 0;
    for (const RouterVisit& visit : paths[0].visits) {
        default_routed += visit.default_routed ? 1 : 0;
        dropped += static_cast<int>(visit.dropped);
    }
    EXPECT_EQ(default_routed, 2);
    EXPECT_EQ(dropped, 0);
}

TEST(KeyPaths, HalveABlockThatAnEntrySplits) {
    PathFixture f;
    f.add_core({0, 0}, 1, 0x100, 12);
    f.add_core({0, 0}, 2);
    f.add_core({0, 0}, 3);
    // Key 0x105 alone goes to core 2, the others to core 3.
    f.set_table({0, 0}, {{0x105, 0xffffffff, route_bit_of_core(2)}, {0x100, 0xfffffff0, route_bit_of_core(3)}});
    std::uint32_t covered = 0x100;
    for (const KeyPath& path : key_paths(f.machine, core_index(f.machine), f.machine.cores[0])) {
        EXPECT_EQ(path.first_key, covered);
        covered += path.n_keys;
        const bool single = path.first_key == 0x105 && path.n_keys == 1;
        EXPECT_EQ(path.receivers, (std::vector<std::uint32_t>{single ? 1u : 2u})) << std::hex << path.first_key;
    }
    EXPECT_EQ(covered, 0x10cu);
}

TEST(KeyPaths, CountWhatNobodyRoutesOrTakes) {
    PathFixture f;
    f.add_core({0, 0}, 1, 0x100, 4);
    const auto dropped = [&] {
        std::uint32_t sum = 0;
        for (const KeyPath& path : key_paths(f.machine, core_index(f.machine), f.machine.cores[0]))
            for (const RouterVisit& visit : path.visits) sum += visit.dropped;
        return sum;
    };
    EXPECT_EQ(dropped(), 1u) << "no entry at the source";
    f.set_table({0, 0}, {{0x100, 0xffffff00, route_bit_of_core(9)}});
    EXPECT_EQ(dropped(), 1u) << "a core without a program";
    f.set_table({0, 0}, {{0x100, 0xffffff00, route_bit(Link::north)}});
    EXPECT_EQ(dropped(), 1u) << "round the torus by default routes, back at the source: a loop";
}

TEST(KeyPaths, OfASilentCoreAreNone) {
    PathFixture f;
    f.add_core({0, 0}, 1);
    EXPECT_TRUE(key_paths(f.machine, core_index(f.machine), f.machine.cores[0]).empty());
}

}  // namespace
}  // namespace spinn
