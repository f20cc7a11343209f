/// Bare graphs to place and route, in the formats of others (docs/mapping-formats.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

enum class GraphFormat { sm_graph, rig, interchange };

/// A graph, and what it takes to write results in the words of its file.
struct GraphFile {
    GraphFormat format = GraphFormat::sm_graph;
    std::string name;
    MachineGraph graph;
    std::vector<std::uint32_t> net_order;              ///< [net of the file]: index in graph.nets
    std::vector<std::string> net_names;                ///< [net of the file]; empty where nets have no names
    std::vector<std::uint32_t> first_slice, n_slices;  ///< [vertex of the file]; a vertex of several cores is that many
    std::vector<std::string> vertex_names;             ///< [vertex of the file]; empty where vertices are numbers
};

/// sm-graph/1, a netlist of Rig ("vertices_resources", "nets", "same_chip_constraints") or the place-and-route
/// interchange format ("vertices_resources", "edges"), told apart by their fields.
/// @throws InputError with every mistake
GraphFile read_graph_json(std::string_view text, const std::string& file_name);
GraphFile read_graph_file(const std::filesystem::path& path);

/// The constraints file of the interchange format; adds to graph.graph.constraints. @throws InputError
void read_constraints_json(std::string_view text, const std::string& file_name, GraphFile& graph);

/// Chips (and cores, where it says which) of vertices: an interchange placements.json ({"v": [x, y]}) or SpiNNTools'
/// ({"v": [x, y, core]} or a list of objects); every vertex named gets fixed there. @throws InputError
void read_placements_json(std::string_view text, const std::string& file_name, GraphFile& graph);

}  // namespace spinn
