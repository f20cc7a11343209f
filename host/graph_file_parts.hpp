/// What the readers of graphs share.
#pragma once

#include "host/graph_file.hpp"
#include "host/json_reader.hpp"

namespace spinn {

/// Appends a net, its targets sorted and without duplicates.
void add_net(GraphFile& file, Net net);
void sort_nets(GraphFile& file);

/// Rig's netlists and the interchange format.
GraphFile read_netlist(JsonReader& in, const nlohmann::json& root);

}  // namespace spinn
