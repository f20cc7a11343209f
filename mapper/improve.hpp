/// Placement from near: swaps between chips.
#pragma once

#include <atomic>
#include <cstdint>

#include "mapper/place_problem.hpp"

namespace spinn {

/// Swaps units, or moves them to free cores, while that makes the estimated trees smaller.
///
/// The cost of a hyperedge is its weight times what it takes to join its chips: for each chip, the hops to the nearest
/// other. Dense nets so pay for the number of their chips, sparse ones for the way; the tree of least hops pays less by
/// a share that hardly depends on one swap. A source that shares its targets with others pays for the hops to the
/// nearest of them.
/// @param chips  a chip for every unit, in keeping with room; so is the result
/// @param effort  visits to each unit
/// @param stop  set by another thread: end soon
void improve(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, int effort,
             std::uint64_t seed, std::size_t n_threads, const std::atomic<bool>* stop = nullptr);

/// The cost as above.
double placement_cost(const ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine);

}  // namespace spinn
