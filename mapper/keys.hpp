/// Pass 3, allocate keys: an aligned key block for every net.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "protocols/types.hpp"

namespace spinn {

using KeyAllocation = std::vector<KeyBlock>;  ///< [net]

struct KeyOptions {};

/// Blocks of one population are neighbours, those of one chip next to each other, so that entries merge.
/// @throws RequestError when the 32-bit key space is too small
KeyAllocation allocate_keys(const MachineGraph& graph, const Placements& placements, const KeyOptions& options);

/// Blocks hold their atoms, are aligned, and do not overlap each other or the system's keys (0xfffffff5 and up).
void check(const KeyAllocation& keys, const MachineGraph& graph);

nlohmann::json to_json(const KeyAllocation& keys);

}  // namespace spinn
