/// The whole mapper in one function: Network -> slices -> placement -> keys -> routes -> tables -> images.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapper/keys.hpp"
#include "mapper/machine_graph.hpp"
#include "mapper/network.hpp"
#include "mapper/place.hpp"
#include "mapper/route.hpp"
#include "mapper/tables.hpp"
#include "protocols/machine_image.hpp"

namespace spdlog {
class logger;
}

namespace spinn {

struct PartitionOptions {
    std::uint32_t max_atoms_per_core = 256;  ///< sPyNNaker's default; also the width of a row's index field
};

struct MapOptions {
    PartitionOptions partition;
    PlaceOptions place;
    KeyOptions keys;
    RouteOptions route;
    TableOptions tables;
    std::function<void(const char* pass)> started;  ///< called before each pass, if set
};

/// Every box of the mapper, kept for reports and tests. Of a bare graph, there is no image.
struct Mapping {
    MachineShape machine;
    MachineGraph graph;
    Placements placements;
    KeyAllocation keys;
    Routes routes;
    TableResult tables;
    MachineImage image;
    std::vector<std::pair<std::string, double>> phase_seconds;  ///< in the order run
};

/// @param machine  what to map onto; nullopt: the smallest that fits
Mapping map_network(const Network& network, const std::optional<MachineShape>& machine, const MapOptions& options,
                    spdlog::logger& log);

/// A graph that is cut already: the same passes from place to tables.
Mapping map_graph(MachineGraph graph, const std::optional<MachineShape>& machine, const MapOptions& options,
                  spdlog::logger& log);

/// Pass 1. @throws RequestError when a population cannot be cut to fit a core
MachineGraph partition(const Network& network, const PartitionOptions& options);
void check(const MachineGraph& graph, const Network& network);

/// Pass 6: the bytes of every core's block.
MachineImage compile(const Network& network, const MachineGraph& graph, const Placements& placements,
                     const KeyAllocation& keys, const RoutingTables& tables, const MachineShape& machine);

}  // namespace spinn
