/// Few nodes on as many places: which belongs where.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/chip_map.hpp"
#include "mapper/unit_graph.hpp"

namespace spinn {

using Positions = std::vector<Position>;  ///< [node]

/// Exchanges nodes that are not fixed until their sum of weight x hops is small (a quadratic assignment problem). It is
/// solved several times by swaps with a sinking threshold and the best result kept: a single one may be folded or
/// twisted, and what follows could not undo that. Time and memory go with the square of the nodes that are not fixed.
/// @param fixed  [node] not 0: stays
void arrange(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, Positions& position,
             std::uint64_t seed, std::size_t n_threads);

}  // namespace spinn
