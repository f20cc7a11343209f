/// Improves a placement by swaps.
#pragma once

#include <cstdint>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Swaps slices, or moves them to free cores, for a bounded amount of work. Cores stay within the chip, SDRAM within
/// capacity.
///
/// The cost of a net is its weight times the sum of the distances from its source to every chip it reaches: it falls
/// when targets share chips, and when the chips come closer. The weight is 1 + packets_per_s / mean, so that hops and
/// traffic count alike. Nets with very many targets are left out: no swap changes them much. Uphill swaps are accepted
/// below a threshold that sinks to zero (threshold accepting: no transcendental functions, the same result on every
/// platform).
/// @returns the better of the start and the end, by that cost
Placements refine(Placements start, const MachineGraph& graph, const MachineShape& machine, std::uint64_t seed);

/// The cost of a placement as above, in sixteenths of a hop.
std::int64_t placement_cost(const Placements& placements, const MachineGraph& graph, const MachineShape& machine);

}  // namespace spinn
