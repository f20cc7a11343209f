// Random machines with random faults x random graphs: every mapping passes an independent judge, or is refused for a
// reason that holds.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "graphs.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/keys.hpp"
#include "mapper/lattice.hpp"
#include "mapper/place.hpp"
#include "mapper/route.hpp"
#include "mapper/tables.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

constexpr std::uint64_t n_chunks = 20, cases_in_a_chunk = 500;

struct Case {
    MachineShape machine;
    MachineGraph graph;
    PlaceOptions place;
    TableOptions tables;
    bool keys_by_route = false;
};

Case random_case(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    Case result;
    MachineShape machine = make_machine(std::to_string(1 + below(9)) + "x" + std::to_string(1 + below(9)));
    if (below(3) == 0) machine.wrap_x = false;
    if (below(3) == 0) machine.wrap_y = false;
    const double faults = below(2) == 0 ? 0.0 : 0.3 * static_cast<double>(below(100)) / 100.0;
    result.machine = with_faults(machine, random_faults(machine, faults, faults, faults, random()));

    std::uint32_t cores = 0;
    for (const ChipShape& chip : result.machine.chips) cores += static_cast<std::uint32_t>(application_cores(chip));
    const std::uint32_t n = 1 + below(std::min(cores + cores / 8 + 1, 90u));
    result.graph = test::slices_without_nets(n, 1 + below(n));
    if (below(4) == 0)
        for (Slice& slice : result.graph.slices) slice.sdram_bytes = std::uint64_t{below(12)} << 20;
    const std::uint32_t style = below(4);
    for (std::uint32_t source = 0; source < n; ++source) {
        if (below(8) == 0) continue;
        Net net{source, 1 + below(100), static_cast<double>(below(1000)), {}};
        const std::uint32_t fan_out = style == 0 ? n : style == 1 ? 1 : 1 + below(std::min(n, 12u));
        for (std::uint32_t i = 0; i < fan_out; ++i)
            net.targets.push_back(style == 0 ? i : style == 2 ? (source + below(6)) % n : below(n));
        std::sort(net.targets.begin(), net.targets.end());
        net.targets.erase(std::unique(net.targets.begin(), net.targets.end()), net.targets.end());
        result.graph.nets.push_back(std::move(net));
    }
    if (below(5) == 0 && n > 4) result.graph.constraints.same_chip.push_back({below(n), below(n), below(n)});
    if (below(5) == 0) {
        const std::vector<ChipCoord> chips = present_chips(result.machine);
        result.graph.constraints.fixed.push_back({below(n), chips[below(chips.size())], 0});
    }
    if (below(8) == 0) result.graph.constraints.reserved.push_back({std::nullopt, 1u << below(18)});
    result.place = {.seed = random(), .objective = static_cast<PlaceObjective>(below(3)), .threads = 1};
    result.tables = {.capacity = below(3) == 0 ? static_cast<int>(4 + below(30)) : routing_table_capacity,
                     .length = static_cast<TableLength>(below(3)),
                     .threads = 1};
    result.keys_by_route = below(2) == 0;
    return result;
}

/// Follows packets through the tables as routers would, knowing nothing of trees.
void judge(const Case& c, const Placements& placements, const KeyAllocation& keys, const RoutingTables& tables) {
    std::map<ChipCoord, const RoutingTable*> table_of;
    for (const RoutingTable& table : tables) table_of[table.chip] = &table;
    for (std::size_t n = 0; n < c.graph.nets.size(); ++n) {
        const Net& net = c.graph.nets[n];
        std::set<CoreLocation> wanted;
        for (const std::uint32_t target : net.targets) wanted.insert(placements[target]);
        for (const std::uint32_t key : {keys[n].key, keys[n].key + net.n_keys - 1, keys[n].key | ~keys[n].mask}) {
            std::set<CoreLocation> got;
            std::set<ChipCoord> visited;
            struct Arrival {
                ChipCoord chip;
                std::optional<Link> link;
            };
            std::vector<Arrival> under_way{{placements[net.source].chip, std::nullopt}};
            while (!under_way.empty()) {
                const Arrival here = under_way.back();
                under_way.pop_back();
                ASSERT_TRUE(visited.insert(here.chip).second) << "a packet comes by twice";
                std::optional<std::uint32_t> route;
                if (const auto table = table_of.find(here.chip); table != table_of.end())
                    if (const auto entry = lookup(table->second->entries, Key{key}))
                        route = table->second->entries[*entry].route;
                ASSERT_TRUE(route || here.link) << "lost at its source";
                const std::uint32_t taken = route.value_or(here.link ? route_bit(opposite(*here.link)) : 0);
                for (int core = 0; core < physical_cores_per_chip; ++core)
                    if ((taken & route_bit_of_core(core)) != 0)
                        got.insert({here.chip, static_cast<std::uint8_t>(core)});
                for (const Link link : all_links) {
                    if ((taken & route_bit(link)) == 0) continue;
                    const auto next = neighbour(c.machine, here.chip, link);
                    ASSERT_TRUE(next) << "leaves over a dead link";
                    under_way.push_back({*next, opposite(link)});
                }
            }
            ASSERT_EQ(got, wanted);
        }
    }
}

/// Whether what was said of the machine is so.
bool reason_holds(const Case& c, const std::string& what) {
    std::uint64_t cores = 0, bytes = 0, chips = 0;
    for (const ChipShape& chip : c.machine.chips) {
        cores += static_cast<std::uint64_t>(application_cores(chip));
        chips += application_cores(chip) > 0 ? 1 : 0;
    }
    for (const Slice& slice : c.graph.slices) bytes += block_bytes(slice);
    if (what.starts_with("the network needs") && what.find(" cores, the machine has") != std::string::npos)
        return c.graph.slices.size() > cores;
    if (what.starts_with("the network needs")) return bytes > chips * sdram_per_chip_bytes;
    // Sums that fit, but not chip by chip: only where SDRAM or a constraint asks for more than single cores.
    const PlaceConstraints& constraints = c.graph.constraints;
    if (what.starts_with("the slices do not fit on the chips together"))
        return bytes > 0 &&
               (!constraints.same_chip.empty() || !constraints.fixed.empty() || !constraints.reserved.empty() ||
                c.graph.slices.front().sdram_bytes != 200'000 || chips > 0);
    if (what.starts_with("the routing table needs")) return c.tables.capacity < routing_table_capacity;
    return false;
}

class Property : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Property, EveryMappingIsRightOrRefusedForAReasonThatHolds) {
    std::size_t mapped = 0;
    for (std::uint64_t i = 0; i < cases_in_a_chunk; ++i) {
        const std::uint64_t seed = GetParam() * cases_in_a_chunk + i;
        SCOPED_TRACE("case " + std::to_string(seed));
        const Case c = random_case(seed);
        try {
            const Placements placements = place(c.graph, c.machine, c.place);
            check(placements, c.graph, c.machine);
            const Routes routes = route(c.graph, placements, c.machine, {.threads = 1});
            check(routes, c.graph, placements, c.machine);
            const KeyAllocation keys = c.keys_by_route ? allocate_keys_by_route(c.graph, placements, routes, c.machine)
                                                       : allocate_keys(c.graph);
            check(keys, c.graph);
            const TableResult result = build_tables(routes, keys, c.graph, c.machine, c.tables);
            check(result.tables, routes, keys, c.graph, c.machine, 1);
            ASSERT_LE(result.max_entries, static_cast<std::uint64_t>(c.tables.capacity));
            judge(c, placements, keys, result.tables);
            ++mapped;
        } catch (const RequestError& error) {
            ASSERT_TRUE(reason_holds(c, error.problem().what)) << error.what();
        }
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(mapped, cases_in_a_chunk / 2);
}

INSTANTIATE_TEST_SUITE_P(Chunks, Property, testing::Range(std::uint64_t{0}, n_chunks));

}  // namespace
}  // namespace spinn
