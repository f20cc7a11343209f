/// Pass 3, route: one multicast tree per net, around dead chips and links.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// What one chip does with the packets of a net.
struct RouteNode {
    ChipCoord chip;
    std::optional<Link> arrival;  ///< the link of this chip by which they come in; none at the source
    std::uint32_t route = 0;      ///< bits as in RoutingEntry
    bool operator==(const RouteNode&) const = default;
};
using RouteTree = std::vector<RouteNode>;  ///< source first, every parent before its children; a chip at most once
using Routes = std::vector<RouteTree>;     ///< [net]

struct RouteOptions {
    int threads = 0;  ///< 0: one a processor; the trees are the same for any number
};

/// Nets from one chip to the same chips get the same tree, so that their entries merge. Among links that serve equally,
/// the one that carries less is taken, as far as the nets before it (in batches) have filled them.
/// @throws RequestError when dead parts cut a target off
Routes route(const MachineGraph& graph, const Placements& placements, const MachineShape& machine,
             const RouteOptions& options);

/// Every tree reaches exactly its targets' cores, over working links, without visiting a chip twice.
void check(const Routes& routes, const MachineGraph& graph, const Placements& placements, const MachineShape& machine);

struct RouteFigures {
    std::uint64_t hops = 0;      ///< sum of tree links
    double weighted_hops = 0.0;  ///< packets/s x links, over all nets
    double max_link_load = 0.0;  ///< packets/s on the busiest link
};
/// Packets that cross each link, [chip * 6 + link], when net n sends packets[n]: per second or in all, as they are
/// given. Links to devices count.
std::vector<double> link_loads(const Routes& routes, const std::vector<double>& packets, const MachineShape& machine);

RouteFigures figures(const Routes& routes, const MachineGraph& graph, const MachineShape& machine);

nlohmann::json to_json(const Routes& routes);

}  // namespace spinn
