/// Pass 5, tables: trees and keys become routing tables, default routes are left out, tables that are too long are
/// minimised.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "mapper/keys.hpp"
#include "mapper/route.hpp"
#include "protocols/routing_entry.hpp"

namespace spinn {

struct TableOptions {
    int capacity = routing_table_capacity;
    int threads = 0;  ///< 0: one a processor
};

struct TableResult {
    RoutingTables tables;
    std::uint64_t entries_before = 0;  ///< one per net and chip, before elision and merging, over all chips
    std::uint64_t max_entries = 0;     ///< of the longest table in the result
};

/// Tables that send every key of every net exactly along its tree. A table within capacity only has its default routes
/// elided; a longer one is minimised (ordered covering) until it fits.
/// @throws RequestError when a table cannot be made to fit: which chip, how many entries, what to change
TableResult build_tables(const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
                         const TableOptions& options);

/// Pushes every net's first and last key and the keys between merged neighbours through the tables, from its source,
/// and compares the chips and cores reached with the tree. Throws std::logic_error.
void check(const RoutingTables& tables, const Routes& routes, const KeyAllocation& keys, const MachineGraph& graph,
           const MachineShape& machine);

nlohmann::json to_json(const RoutingTables& tables);

}  // namespace spinn
