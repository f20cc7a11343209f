#include "mapper/tables.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>

#include "mapper/lattice.hpp"
#include "mapper/minimise.hpp"
#include "mapper/parallel.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

/// What one chip has to do with the packets of one net.
struct ChipEntry {
    std::uint32_t net = 0, route = 0;
    std::uint8_t arrival = no_link;
    static constexpr std::uint8_t no_link = 0xff;
};

bool goes_straight_on(const ChipEntry& entry) {
    return entry.arrival != ChipEntry::no_link && entry.route == route_bit(opposite(static_cast<Link>(entry.arrival)));
}

/// The nodes of all trees, chip by chip; nodes that send nothing on are left out.
struct EntriesByChip {
    std::vector<std::size_t> first;  ///< [chip], one more at the end
    std::vector<ChipEntry> entries;
    std::span<const ChipEntry> operator[](std::size_t chip) const {
        return std::span(entries).subspan(first[chip], first[chip + 1] - first[chip]);
    }
};

EntriesByChip entries_by_chip(const Routes& routes, const MachineShape& machine) {
    EntriesByChip result;
    result.first.assign(machine.chips.size() + 1, 0);
    for (const RouteTree& tree : routes)
        for (const RouteNode& node : tree)
            if (node.route != 0) ++result.first[chip_index(machine, node.chip) + 1];
    std::partial_sum(result.first.begin(), result.first.end(), result.first.begin());
    result.entries.resize(result.first.back());
    std::vector<std::size_t> next(result.first.begin(), result.first.end() - 1);
    for (std::uint32_t net = 0; net < routes.size(); ++net)
        for (const RouteNode& node : routes[net])
            if (node.route != 0)
                result.entries[next[chip_index(machine, node.chip)]++] = {
                    net, node.route, node.arrival ? static_cast<std::uint8_t>(*node.arrival) : ChipEntry::no_link};
    return result;
}

/// "exc" of "exc[0:256]".
std::string population_name(const std::string& slice_name) { return slice_name.substr(0, slice_name.rfind('[')); }

[[noreturn]] void throw_too_long(ChipCoord chip, std::size_t shortest, std::span<const ChipEntry> entries,
                                 const MachineGraph& graph, int capacity) {
    std::map<std::string, std::size_t> shares;
    for (const ChipEntry& entry : entries) {
        ++shares[population_name(slice_name(graph, graph.nets[entry.net].source))];
    }
    const auto largest = std::max_element(shares.begin(), shares.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
    throw RequestError(
        {.what = "the routing table needs " + std::to_string(shortest) + " entries after merging (" +
                 std::to_string(entries.size()) + " before), the router holds " + std::to_string(capacity) + " (" +
                 std::to_string(shortest - static_cast<std::size_t>(capacity)) + " too many)",
         .where = "chip " + to_string(chip) + "; largest share: packets from population '" + largest->first + "', " +
                  std::to_string(largest->second) + " entries",
         .fix = "raise the atoms per core so that there are fewer nets, or choose a machine with more chips"});
}

}  // namespace

TableResult build_tables(const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
                         const MachineShape& machine, const TableOptions& options) {
    const auto capacity = static_cast<std::size_t>(std::max(options.capacity, 0));
    const EntriesByChip by_chip = entries_by_chip(routes, machine);
    std::vector<std::vector<RoutingEntry>> tables(machine.chips.size());
    parallel_for(machine.chips.size(), thread_count(options.threads), [&](std::size_t chip, std::size_t) {
        std::vector<TableEntry> full;
        std::size_t n_needed = 0;
        for (const ChipEntry& entry : by_chip[chip]) {
            full.push_back({{keys[entry.net].key, keys[entry.net].mask, entry.route}, goes_straight_on(entry)});
            n_needed += full.back().defaultable ? 0 : 1;
        }
        std::sort(full.begin(), full.end(),
                  [](const TableEntry& a, const TableEntry& b) { return a.entry.key < b.entry.key; });
        if (n_needed > capacity || options.length != TableLength::fit) {
            tables[chip] = minimise(full, n_needed > capacity ? capacity : 0, options.length == TableLength::least);
            if (tables[chip].size() > capacity)
                throw_too_long(chip_of_index(machine, chip), tables[chip].size(), by_chip[chip], graph,
                               options.capacity);
            return;
        }
        // Key blocks are disjoint, so below an entry there is none that its keys could fall on: every default route may
        // go.
        for (const TableEntry& entry : full)
            if (!entry.defaultable) tables[chip].push_back(entry.entry);
    });
    TableResult result;
    result.entries_before = by_chip.entries.size();
    std::vector<std::uint32_t> order(machine.chips.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return chip_of_index(machine, a) < chip_of_index(machine, b); });
    for (const std::uint32_t chip : order) {
        if (tables[chip].empty()) continue;
        result.entries += tables[chip].size();
        result.max_entries = std::max<std::uint64_t>(result.max_entries, tables[chip].size());
        result.tables.push_back({chip_of_index(machine, chip), std::move(tables[chip])});
    }
    return result;
}

namespace {

/// Keys of `block` that an entry does not match, as disjoint blocks: those that differ in the first bit that it asks
/// for, in the second, and so on.
void push_rest(KeyBlock block, const RoutingEntry& entry, std::vector<KeyBlock>& rest) {
    for (std::uint32_t bits = entry.mask & ~block.mask; bits != 0; bits &= bits - 1) {
        const std::uint32_t bit = bits & (~bits + 1);
        rest.push_back({block.key | (~entry.key & bit), block.mask | bit});
        block = {block.key | (entry.key & bit), block.mask | bit};
    }
}

}  // namespace

BlockRoute route_of_block(std::span<const RoutingEntry> table, KeyBlock block) {
    struct Part {
        KeyBlock keys;
        std::size_t from = 0;  ///< entries before match none of them
    };
    std::vector<Part> parts{{block, 0}};
    std::vector<KeyBlock> rest;
    BlockRoute result;
    bool first = true;
    while (!parts.empty()) {
        const Part part = parts.back();
        parts.pop_back();
        std::size_t i = part.from;
        while (i < table.size() && ((table[i].key ^ part.keys.key) & table[i].mask & part.keys.mask) != 0) ++i;
        // An entry with a key bit outside its mask matches nothing, but that is not what this table is for: see lookup.
        std::optional<std::uint32_t> route;
        if (i < table.size()) {
            route = table[i].route;
            rest.clear();
            push_rest(part.keys, table[i], rest);
            for (const KeyBlock& keys : rest) parts.push_back({keys, i + 1});
        }
        if (!first && route != result.route) {
            result.differs = true;
            return result;
        }
        result.route = route;
        first = false;
    }
    return result;
}

void check(const RoutingTables& tables, const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
           const MachineShape& machine, int threads) {
    std::vector<std::span<const RoutingEntry>> table_of(machine.chips.size());
    const RoutingTable* last = nullptr;
    for (const RoutingTable& table : tables) {
        if (last != nullptr && last->chip >= table.chip) throw std::logic_error("tables: not sorted by chip");
        if (!has_chip(machine, table.chip))
            throw std::logic_error("tables: chip " + to_string(table.chip) + " does not exist");
        for (const RoutingEntry& entry : table.entries)
            if ((entry.key & ~entry.mask) != 0)
                throw std::logic_error("tables: chip " + to_string(table.chip) + ": an entry that never matches");
        table_of[chip_index(machine, table.chip)] = table.entries;
        last = &table;
    }
    const EntriesByChip by_chip = entries_by_chip(routes, machine);
    parallel_for(machine.chips.size(), thread_count(threads), [&](std::size_t chip, std::size_t) {
        for (const ChipEntry& entry : by_chip[chip]) {
            const BlockRoute found = route_of_block(table_of[chip], keys[entry.net]);
            const auto require = [&](bool holds, const char* broken) {
                if (holds) return;
                throw std::logic_error("tables: keys from " + std::to_string(keys[entry.net].key) + " of " +
                                       slice_name(graph, graph.nets[entry.net].source) + ", chip " +
                                       to_string(chip_of_index(machine, chip)) + ": " + broken);
            };
            require(!found.differs, "not all take the same route");
            if (found.route)
                require(*found.route == entry.route, "the route is not that of the tree");
            else
                require(goes_straight_on(entry), entry.arrival == ChipEntry::no_link
                                                     ? "no entry at the source"
                                                     : "the default route is not that of the tree");
        }
    });
}

nlohmann::json to_json(const RoutingTables& tables) {
    nlohmann::json list = nlohmann::json::array();
    for (const RoutingTable& table : tables) {
        nlohmann::json entries = nlohmann::json::array();
        for (const RoutingEntry& entry : table.entries) {
            entries.push_back({{"key", entry.key}, {"mask", entry.mask}, {"route", entry.route}});
        }
        list.push_back({{"x", table.chip.x}, {"y", table.chip.y}, {"entries", std::move(entries)}});
    }
    return list;
}

}  // namespace spinn
