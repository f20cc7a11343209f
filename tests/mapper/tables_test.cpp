#include "mapper/tables.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>

#include "graphs.hpp"
#include "mapper/minimise.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// What a router does with a key that came in by `arrival`: its route, or straight on.
std::uint32_t treated(std::span<const RoutingEntry> table, std::uint32_t key, Link arrival) {
    const auto found = lookup(table, Key{key});
    return found ? table[*found].route : route_bit(opposite(arrival));
}

/// Pushes the corners and some keys of every entry through both tables. Keys of defaultable entries come in by the link
/// opposite to their route.
void expect_same_routes(const std::vector<TableEntry>& given, const std::vector<RoutingEntry>& result) {
    std::mt19937 random(1);
    for (const TableEntry& source : given) {
        const std::uint32_t open = ~source.entry.mask;
        for (int i = 0; i < 6; ++i) {
            const std::uint32_t pick = i == 0 ? 0 : i == 1 ? 0xffffffff : static_cast<std::uint32_t>(random());
            Link arrival = Link::east;
            if (source.defaultable) {
                for (const Link link :
                     {Link::east, Link::north_east, Link::north, Link::west, Link::south_west, Link::south}) {
                    if (route_bit(opposite(link)) == source.entry.route) arrival = link;
                }
            } else {
                ASSERT_TRUE(lookup(result, Key{source.entry.key | (open & pick)})) << to_string(source.entry);
            }
            ASSERT_EQ(treated(result, source.entry.key | (open & pick), arrival), source.entry.route)
                << to_string(source.entry);
        }
    }
}

/// Disjoint blocks of 2^0 .. 2^6 keys; few routes, in patches.
std::vector<TableEntry> random_table(std::size_t count, std::uint32_t n_routes, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<TableEntry> table;
    std::uint32_t key = 0;
    while (table.size() < count) {
        const auto route_index = static_cast<std::uint32_t>(random() % n_routes);
        const std::uint32_t route = route_index < link_count ? 1u << route_index : route_index << link_count;
        for (std::uint64_t run = 1 + random() % 5; run > 0 && table.size() < count; --run) {
            const std::uint32_t size = 1u << random() % 7;
            key = (key + size - 1) / size * size;
            table.push_back({{key, ~(size - 1), route}, route_index < link_count && random() % 2 == 0});
            key += size * (1 + static_cast<std::uint32_t>(random() % 3));
        }
    }
    return table;
}

TEST(Minimise, KeysOfRandomTablesGoWhereTheyWent) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const std::vector<TableEntry> table =
            random_table(20 + seed * 10, 3 + static_cast<std::uint32_t>(seed % 17), seed);
        for (const std::size_t capacity : {std::size_t{0}, table.size() / 2}) {
            const std::vector<RoutingEntry> result = minimise(table, capacity);
            EXPECT_LE(result.size(), table.size());
            expect_same_routes(table, result);
        }
    }
}

TEST(Minimise, EntriesOfOneRouteBecomeOne) {
    std::vector<TableEntry> table;
    for (std::uint32_t i = 0; i < 64; ++i) table.push_back({{i * 37u << 8, 0xffffff00, route_bit_of_core(3)}, false});
    EXPECT_EQ(minimise(table, 0).size(), 1u);
}

TEST(Minimise, ASpecificEntryMayStandAsAnExceptionAboveAGeneralOne) {
    // Keys 0 .. 7 go east, but 5 goes to a core: two entries in order, four without order.
    std::vector<TableEntry> table;
    for (std::uint32_t key = 0; key < 8; ++key) {
        table.push_back({{key, 0xffffffff, key == 5 ? route_bit_of_core(1) : route_bit(Link::east)}, false});
    }
    const std::vector<RoutingEntry> result = minimise(table, 0);
    ASSERT_EQ(result.size(), 2u);
    EXPECT_EQ(result[0], (RoutingEntry{5, 0xffffffff, route_bit_of_core(1)}));
    EXPECT_EQ(result[1], (RoutingEntry{0, 0xfffffff8, route_bit(Link::east)}));
}

TEST(OrderedCovering, StopsAsSoonAsTheTableFits) {
    const std::vector<TableEntry> table = random_table(300, 8, 5);
    const std::size_t shortest = ordered_covering(table, 0).size();
    ASSERT_LT(shortest, 150u);
    EXPECT_LE(ordered_covering(table, 200).size(), 200u);
    EXPECT_GT(ordered_covering(table, 200).size(), shortest);
}

TEST(OrderedCovering, KeysOfRandomTablesGoWhereTheyWent) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::vector<TableEntry> table =
            random_table(20 + seed * 10, 3 + static_cast<std::uint32_t>(seed % 17), seed);
        expect_same_routes(table, ordered_covering(table, 0));
    }
}

TEST(Minimise, IsNeverLongerThanOrderedCovering) {
    std::size_t minimised = 0, covered = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const std::vector<TableEntry> table =
            random_table(8 + seed * 9, 2 + static_cast<std::uint32_t>(seed % 23), 100 + seed);
        const std::size_t theirs = ordered_covering(table, 0).size();
        EXPECT_LE(minimise(table, 0, true).size(), theirs) << seed;
        minimised += minimise(table, 0).size();
        covered += theirs;
    }
    EXPECT_LT(minimised, covered);  // all together, the quick way is shorter too
}

TEST(Minimise, AMergedEntryStaysWhenOnlySomeOfItsMembersCouldGo) {
    // Both go east; the first comes from the west, the second from elsewhere. Merged, they must not be left to default
    // routing.
    const std::uint32_t east = route_bit(Link::east);
    const std::vector<TableEntry> table{{{0, 0xffffffff, east}, true}, {{1, 0xffffffff, east}, false}};
    const std::vector<RoutingEntry> result = minimise(table, 0);
    ASSERT_EQ(result.size(), 1u);
    EXPECT_TRUE(lookup(result, Key{1}));
}

TEST(Minimise, ADefaultRouteStaysWhereAnEntryBelowWouldCatchIt) {
    // Key 3 could go by default, but the others, merged, cover it.
    std::vector<TableEntry> table{{{3, 0xffffffff, route_bit(Link::north)}, true}};
    for (const std::uint32_t key : {0u, 1u, 2u, 4u, 5u, 6u, 7u}) {
        table.push_back({{key, 0xffffffff, route_bit_of_core(4)}, false});
    }
    const std::vector<RoutingEntry> result = minimise(table, 0);
    expect_same_routes(table, result);
    EXPECT_EQ(result.size(), 2u);
}

/// A line of chips (0, 0) .. (3, 0): slice 0 on the first sends to slice 1 on the last.
struct Line {
    MachineShape machine = make_machine("8x8");
    MachineGraph graph = test::slices_without_nets(2, 2);
    Placements placements{{{0, 0}, 1}, {{3, 0}, 2}};
    KeyAllocation keys{{0x100, 0xffffff80}};
    Routes routes;
    Line() {
        graph.nets.push_back({0, 100, 1.0, {1}});
        routes = route(graph, placements, machine, {});
    }
};

TEST(BuildTables, PacketsThatGoStraightOnNeedNoEntry) {
    const Line line;
    const TableResult result = build_tables(line.routes, line.keys, line.graph, line.machine, {});
    EXPECT_EQ(result.entries_before, 4u);
    EXPECT_EQ(result.max_entries, 1u);
    ASSERT_EQ(result.tables.size(), 2u);  // first and last chip
    EXPECT_EQ(result.tables[0].chip, (ChipCoord{0, 0}));
    EXPECT_EQ(result.tables[0].entries, (std::vector<RoutingEntry>{{0x100, 0xffffff80, route_bit(Link::east)}}));
    EXPECT_EQ(result.tables[1].entries, (std::vector<RoutingEntry>{{0x100, 0xffffff80, route_bit_of_core(2)}}));
    check(result.tables, line.routes, line.keys, line.graph, line.machine);
}

TEST(BuildTables, ATableThatCannotFitIsRefusedWithItsChipAndLargestShare) {
    const MachineGraph graph = test::self_loops(12);  // twelve routes on one chip: nothing merges
    const MachineShape machine = make_machine("spinn5");
    Placements placements;
    for (std::uint8_t i = 0; i < 12; ++i) placements.push_back({{1, 0}, static_cast<std::uint8_t>(1 + i)});
    const KeyAllocation keys = allocate_keys(graph);
    const Routes routes = route(graph, placements, machine, {});
    try {
        build_tables(routes, keys, graph, machine, {.capacity = 10});
        FAIL();
    } catch (const RequestError& error) {
        EXPECT_NE(error.problem().what.find("12 entries"), std::string::npos);
        EXPECT_NE(error.problem().what.find("(2 too many)"), std::string::npos);
        EXPECT_EQ(error.problem().where, "chip (1, 0); largest share: packets from population 'pop0', 12 entries");
    }
}

TEST(TablesCheck, FindsWhatIsBroken) {
    const Line line;
    const RoutingTables good = build_tables(line.routes, line.keys, line.graph, line.machine, {}).tables;
    const auto expect_broken = [&](auto&& damage) {
        RoutingTables broken = good;
        damage(broken);
        EXPECT_THROW(check(broken, line.routes, line.keys, line.graph, line.machine), std::logic_error);
    };
    expect_broken([](RoutingTables& tables) { tables.pop_back(); });                     // goes on past its target
    expect_broken([](RoutingTables& tables) { tables.erase(tables.begin()); });          // lost at the source
    expect_broken([](RoutingTables& tables) { tables[0].entries[0].route = 1u << 1; });  // the wrong link
    expect_broken([](RoutingTables& tables) { tables[1].entries[0].route |= route_bit_of_core(9); });
    expect_broken([](RoutingTables& tables) { tables[0].entries[0].mask = 0xffffffc0; });  // half of the block
    expect_broken([](RoutingTables& tables) { std::swap(tables[0], tables[1]); });         // not sorted
    // One key in the middle of the block goes astray on the way.
    expect_broken([](RoutingTables& tables) {
        tables.insert(tables.begin() + 1, {{1, 0}, {{0x12a, 0xffffffff, route_bit(Link::north)}}});
    });
}

TEST(RouteOfBlock, IsExactForEveryKey) {
    // Against a lookup of all 256 keys, for tables whose entries cut the block in all ways.
    std::mt19937_64 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::vector<RoutingEntry> table;
        for (std::uint64_t n = random() % 7; n > 0; --n) {
            const auto mask = static_cast<std::uint32_t>((random() | random()) & 0xff) | 0x300u;
            table.push_back({static_cast<std::uint32_t>(random()) & mask & 0x1ff, mask,
                             1u << static_cast<std::uint32_t>(random() % 2)});
        }
        const KeyBlock block{0x100, static_cast<std::uint32_t>(0xffffff00)};
        std::set<std::optional<std::uint32_t>> routes;
        for (std::uint32_t key = 0x100; key < 0x200; ++key) {
            const auto found = lookup(table, Key{key});
            routes.insert(found ? std::optional(table[*found].route) : std::nullopt);
        }
        const BlockRoute result = route_of_block(table, block);
        ASSERT_EQ(result.differs, routes.size() > 1) << round;
        if (routes.size() == 1) {
            ASSERT_EQ(result.route, *routes.begin()) << round;
        }
    }
}

}  // namespace
}  // namespace spinn
