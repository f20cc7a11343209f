/// Pass 5, tables: trees and keys become routing tables, default routes are left out, tables that are too long are
/// minimised.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>

#include "mapper/keys.hpp"
#include "mapper/route.hpp"
#include "protocols/routing_entry.hpp"

namespace spinn {

enum class TableLength {
    fit,    ///< minimise the tables that are too long
    brief,  ///< minimise all
    least,  ///< minimise all in every way there is; slow
};

struct TableOptions {
    int capacity = routing_table_capacity;
    TableLength length = TableLength::fit;
    int threads = 0;  ///< 0: one a processor
};

struct TableResult {
    RoutingTables tables;
    std::uint64_t entries_before = 0;  ///< one per net and chip, before elision and merging, over all chips
    std::uint64_t entries = 0;         ///< of all tables in the result
    std::uint64_t max_entries = 0;     ///< of the longest table in the result
};

/// Tables that send every key of every net exactly along its tree. A table within capacity only has its default routes
/// elided, unless shorter ones are asked for; a longer one is minimised.
/// @throws RequestError when a table cannot be made to fit: which chip, how many entries, what to change
TableResult build_tables(const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
                         const MachineShape& machine, const TableOptions& options);

/// Proves that at every chip of every tree, the table does with every key of the net's block what the tree says,
/// default routes included: key-masks are compared as sets, none is left to sampling. Trees that are sound (see check
/// of routes) then carry every packet to exactly its targets, by induction from the source. Throws std::logic_error.
void check(const RoutingTables& tables, const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
           const MachineShape& machine, int threads = 0);

/// What a table does with all keys of a block: the one route that they take; nullopt: none matches. `differs` is set
/// when some keys of the block take another way than others.
struct BlockRoute {
    std::optional<std::uint32_t> route;
    bool differs = false;
};
BlockRoute route_of_block(std::span<const RoutingEntry> table, KeyBlock block);

nlohmann::json to_json(const RoutingTables& tables);

}  // namespace spinn
