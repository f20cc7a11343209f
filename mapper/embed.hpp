/// Placement from afar: which part of the machine each unit belongs to.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/place_problem.hpp"

namespace spinn {

/// Finds the geometry that a graph may have: the graph is halved by heavy-edge matching until some dozens of clusters
/// are left, these are arranged by swaps, and going back each level is smoothed (a unit moves to the middle of its
/// partners) and spread over the chips in turn. Chips get filled; connections that wrap around a torus are found.
/// Fixed units stay where they are.
/// @returns a chip for every unit; none where it found no room for the unit's cores or SDRAM
ChipOfUnit embed(const PlaceProblem& problem, const MachineShape& machine, std::uint64_t seed, std::size_t n_threads);

}  // namespace spinn
