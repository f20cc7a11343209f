/// Minimises one routing table: routes stacked by how often they occur, each covered by few key-masks.
#pragma once

#include <cstddef>
#include <vector>

#include "mapper/minimise.hpp"

namespace spinn {

/// First match wins, so an entry may match keys of every route that stands above it. The routes are put in an order,
/// rare ones on top, and each is covered by as few key-masks as avoid the keys of the routes below it: single keys are
/// widened as far as those keys allow, towards the others of their route (as Espresso expands: R. Brayton et al.,
/// Logic Minimization Algorithms for VLSI Synthesis, 1984). Default routes are the lowest of all and need no entry, or
/// are routes like any other, whichever gives the shorter table.
/// @param table  entries of different route must not intersect
/// @returns a table that treats every key of the given one alike
std::vector<RoutingEntry> cover(const std::vector<TableEntry>& table);

}  // namespace spinn
