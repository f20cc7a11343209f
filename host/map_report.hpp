/// The report of a mapping: an HTML page without anything outside it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mapper/map_network.hpp"
#include "protocols/error.hpp"

namespace spinn {

/// What the page shows, as JSON: chips with their cores, memory and tables, link loads, trees (of mappings up to about
/// 300,000 tree nodes), phases and bounds.
/// @param summary  figures of the mapping, as spinn-map --json prints them
nlohmann::json map_report_data(const Mapping& mapping, const nlohmann::json& summary, const std::string& title);

std::string map_report_page(const nlohmann::json& data);

/// The page for a mapping that cannot be done: what is missing and what to change.
std::string map_failure_page(const Problem& problem, const std::string& title);

struct RouteBounds {
    std::uint64_t placed =
        0;  ///< hops that trees need at least, placed as they are: chips less one, or the way to the farthest
    std::uint64_t any = 0;  ///< in any placement, with 16 cores a chip
};
RouteBounds route_bounds(const Mapping& mapping);

/// How two mappings differ, from the directories that --report wrote: figures side by side, slices that moved, tables.
/// @throws InputError when a directory is not one
nlohmann::json compare_maps(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace spinn
