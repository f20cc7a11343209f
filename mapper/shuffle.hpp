/// Placement of whole chips: which chip's units go where.
#pragma once

#include <cstdint>

#include "mapper/place_problem.hpp"
#include "mapper/steiner.hpp"

namespace spinn {

/// Where few hyperedges, each of many chips, carry most (populations connected all to all), a placement is as good as
/// their chips hang together: every gap costs all their nets a hop. Swaps the units of whole chips, by a sinking
/// threshold, to close gaps and to bring together what else talks. Does nothing where there is no such hyperedge.
void shuffle(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, const ChipGrid& grid,
             std::uint64_t seed);

}  // namespace spinn
