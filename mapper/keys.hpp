/// Pass 3, allocate keys: an aligned key block for every net.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "mapper/route.hpp"
#include "protocols/types.hpp"

namespace spinn {

using KeyAllocation = std::vector<KeyBlock>;  ///< [net]

struct KeyOptions {
    bool by_route = false;  ///< number nets by the ways they take, not by population
};

/// Every population (and its delay extensions) has an aligned zone, cut evenly: slice i sends from zone + i * block, a
/// power of two. So one population table entry serves all its cores, as in sPyNNaker (neural-runtime, section 3.4), and
/// entries of neighbouring slices with equal routes merge.
/// @throws RequestError when the 32-bit key space is too small
KeyAllocation allocate_keys(const MachineGraph& graph);

/// Nets that are treated alike by many chips have blocks side by side (mapper/key_order.hpp), whatever their
/// population.
/// @throws RequestError when the 32-bit key space is too small
KeyAllocation allocate_keys_by_route(const MachineGraph& graph, const Placements& placements, const Routes& routes,
                                     const MachineShape& machine);

/// Blocks hold their atoms, are aligned, and do not overlap each other or the system's keys (0xfffffff5 and up).
void check(const KeyAllocation& keys, const MachineGraph& graph);

nlohmann::json to_json(const KeyAllocation& keys);

}  // namespace spinn
