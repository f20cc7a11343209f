/// Results of mapping a bare graph, in the formats of others (docs/mapping-formats.md).
#pragma once

#include <filesystem>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

#include "host/graph_file.hpp"
#include "mapper/map_network.hpp"

namespace spinn {

/// Writes what belongs to the graph's format into a directory, which is made:
/// - sm-graph/1: result.json (sm-result/1);
/// - Rig and interchange: placements.json, core_allocations.json, routes.json, routing_keys.json;
/// - always routing_tables.json, as SpiNNTools writes them.
/// @throws InputError when a file cannot be written
void write_mapping_files(const std::filesystem::path& directory, const GraphFile& file, const Mapping& mapping);

void write_sm_result(std::ostream& out, const GraphFile& file, const Mapping& mapping);
nlohmann::json to_spinntools_tables(const RoutingTables& tables);

}  // namespace spinn
