/// Minimises one routing table: ordered covering, and default routes left out.
///
/// Source: A. Mundy, J. Heathcote, J. Garside, On-chip order-exploiting routing table minimization for a multicast
/// supercomputer network, HPSR 2016. Here the exceptions above a merged entry are tested against the key-masks that
/// entries really serve (their aliases) in both directions, and entries of equal route never stand in each other's way.
#pragma once

#include <cstddef>
#include <vector>

#include "protocols/routing_entry.hpp"

namespace spinn {

/// An entry, and whether the router would do the same without it: packets come in by one link only and leave by the
/// opposite one only.
struct TableEntry {
    RoutingEntry entry;
    bool defaultable = false;
};

/// Whether some key matches both.
constexpr bool intersect(const RoutingEntry& a, const RoutingEntry& b) {
    return ((a.key ^ b.key) & a.mask & b.mask) == 0;
}

/// A table of at most `capacity` entries, or the shortest found, that treats every key of the given one alike; keys
/// that the given table does not match may be matched. It is covered route by route (mapper/cover.hpp); a table that is
/// short, or too long after that, is put through ordered covering too, and the shorter result taken.
/// @param table  entries of different route must not intersect
/// @param both  always do both: never longer than ordered covering's
std::vector<RoutingEntry> minimise(const std::vector<TableEntry>& table, std::size_t capacity, bool both = false);

/// Ordered covering alone: merging stops as soon as the table fits, default routes left out.
std::vector<RoutingEntry> ordered_covering(const std::vector<TableEntry>& table, std::size_t capacity);

}  // namespace spinn
