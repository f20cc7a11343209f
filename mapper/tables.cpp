#include "mapper/tables.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>

#include "mapper/lattice.hpp"
#include "mapper/minimise.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

/// One entry of a chip's table before anything is left out or merged.
struct NetEntry {
    std::uint32_t net = 0;
    TableEntry table_entry;
};

bool goes_straight_on(const RouteNode& node) {
    return node.arrival && node.route == route_bit(opposite(*node.arrival));
}

/// The entries of all trees, chip by chip, sorted by key.
std::map<ChipCoord, std::vector<NetEntry>> entries_by_chip(const Routes& routes, const KeyAllocation& keys) {
    std::map<ChipCoord, std::vector<NetEntry>> chips;
    for (std::uint32_t net = 0; net < routes.size(); ++net) {
        for (const RouteNode& node : routes[net]) {
            chips[node.chip].push_back({net, {{keys[net].key, keys[net].mask, node.route}, goes_straight_on(node)}});
        }
    }
    for (auto& [chip, entries] : chips) {
        std::sort(entries.begin(), entries.end(), [](const NetEntry& a, const NetEntry& b) {
            return a.table_entry.entry.key < b.table_entry.entry.key;
        });
    }
    return chips;
}

/// "exc" of "exc[0:256]".
std::string population_name(const std::string& slice_name) { return slice_name.substr(0, slice_name.rfind('[')); }

[[noreturn]] void throw_too_long(ChipCoord chip, std::size_t shortest, const std::vector<NetEntry>& entries,
                                 const MachineGraph& graph, int capacity) {
    std::map<std::string, std::size_t> shares;
    for (const NetEntry& entry : entries) {
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
                         const TableOptions& options) {
    const auto capacity = static_cast<std::size_t>(std::max(options.capacity, 0));
    TableResult result;
    for (const auto& [chip, entries] : entries_by_chip(routes, keys)) {
        result.entries_before += entries.size();

        // Key blocks are disjoint, so below an entry there is none that its keys could fall on: every default route may
        // go.
        RoutingTable table{chip, {}};
        for (const NetEntry& entry : entries) {
            if (!entry.table_entry.defaultable) table.entries.push_back(entry.table_entry.entry);
        }
        if (table.entries.size() > capacity) {
            std::vector<TableEntry> full;
            full.reserve(entries.size());
            for (const NetEntry& entry : entries) full.push_back(entry.table_entry);
            table.entries = minimise(full, capacity);
            if (table.entries.size() > capacity) {
                throw_too_long(chip, table.entries.size(), entries, graph, options.capacity);
            }
        }
        result.max_entries = std::max<std::uint64_t>(result.max_entries, table.entries.size());
        if (!table.entries.empty()) result.tables.push_back(std::move(table));
    }
    return result;
}

namespace {

/// One table of a machine by chip, with the chips that have none.
class TableIndex {
 public:
    TableIndex(const RoutingTables& tables, const MachineShape& machine)
        : machine_(machine), tables_(machine.chips.size()) {
        const ChipCoord* last = nullptr;
        for (const RoutingTable& table : tables) {
            if (last != nullptr && *last >= table.chip) throw std::logic_error("tables: not sorted by chip");
            if (!has_chip(machine, table.chip)) {
                throw std::logic_error("tables: chip " + to_string(table.chip) + " does not exist");
            }
            tables_[chip_index(machine, table.chip)] = table.entries;
            last = &table.chip;
        }
    }
    std::span<const RoutingEntry> at(ChipCoord chip) const { return tables_[chip_index(machine_, chip)]; }

 private:
    const MachineShape& machine_;
    std::vector<std::span<const RoutingEntry>> tables_;
};

/// What a table does with a key, and the keys of the block that it may treat in another way: those that an entry tells
/// apart from the rest of the block.
std::optional<std::uint32_t> look_up(std::span<const RoutingEntry> table, Key key, KeyBlock block, std::uint32_t n_keys,
                                     std::vector<std::uint32_t>& keys_to_try) {
    for (const RoutingEntry& entry : table) {
        if (((entry.key ^ block.key) & entry.mask & block.mask) != 0) continue;
        const std::uint32_t told_apart = entry.mask & ~block.mask;
        if (told_apart == 0) return entry.route;
        const std::uint32_t inside = block.key | (entry.key & told_apart);
        if (inside - block.key < n_keys &&
            std::find(keys_to_try.begin(), keys_to_try.end(), inside) == keys_to_try.end()) {
            keys_to_try.push_back(inside);
        }
        if ((value(key) & entry.mask) == entry.key) return entry.route;
    }
    return std::nullopt;
}

}  // namespace

void check(const RoutingTables& tables, const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
           const MachineShape& machine) {
    const TableIndex index(tables, machine);
    std::vector<std::uint32_t> wanted(machine.chips.size(), 0);   // [chip] the tree's route
    std::vector<std::uint64_t> visited(machine.chips.size(), 0);  // [chip] number of the packet that was last here
    std::uint64_t packet = 0;
    struct Arrival {
        ChipCoord chip;
        std::optional<Link> link;
    };
    for (std::size_t net = 0; net < routes.size(); ++net) {
        const RouteTree& tree = routes[net];
        for (const RouteNode& node : tree) wanted[chip_index(machine, node.chip)] = node.route;
        const std::uint32_t n_keys = std::max(graph.nets[net].n_keys, 1u);
        std::vector<std::uint32_t> keys_to_try{keys[net].key};
        if (n_keys > 1) keys_to_try.push_back(keys[net].key + n_keys - 1);

        for (std::size_t i = 0; i < keys_to_try.size(); ++i) {  // grows while it is walked
            const Key key{keys_to_try[i]};
            ++packet;
            std::size_t n_visited = 0;
            std::vector<Arrival> under_way{{tree.front().chip, std::nullopt}};
            while (!under_way.empty()) {
                const Arrival here = under_way.back();
                under_way.pop_back();
                const auto require = [&](bool holds, const char* broken) {
                    if (holds) return;
                    throw std::logic_error("tables: key " + std::to_string(value(key)) + " of " +
                                           slice_name(graph, graph.nets[net].source) + ", chip " +
                                           to_string(here.chip) + ": " + broken);
                };
                const std::size_t chip = chip_index(machine, here.chip);
                require(visited[chip] != packet, "comes by twice");
                visited[chip] = packet;
                ++n_visited;
                std::optional<std::uint32_t> found = look_up(index.at(here.chip), key, keys[net], n_keys, keys_to_try);
                require(found || here.link, "no entry at the source");
                const std::uint32_t taken = found ? *found : route_bit(opposite(*here.link));
                require(taken == wanted[chip], "the route is not that of the tree");
                for (const Link link : all_links) {
                    if ((taken & route_bit(link)) == 0) continue;
                    const std::optional<ChipCoord> next = neighbour(machine, here.chip, link);
                    require(next.has_value(), "leaves over a dead link");
                    under_way.push_back({*next, opposite(link)});
                }
            }
            if (n_visited != tree.size()) {
                throw std::logic_error("tables: key " + std::to_string(value(key)) + " of " +
                                       slice_name(graph, graph.nets[net].source) + " misses chips of its tree");
            }
        }
        for (const RouteNode& node : tree) wanted[chip_index(machine, node.chip)] = 0;
    }
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
