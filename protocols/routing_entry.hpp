/// Multicast routing entries and their lookup, as the router chip does it (SpiNNaker datasheet, section 10).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocols/machine_shape.hpp"
#include "protocols/types.hpp"

namespace spinn {

/// A packet matches when (key of the packet & mask) == key. Route: bits 0-5 links, bits 6-23 cores (virtual numbers).
struct RoutingEntry {
    std::uint32_t key = 0, mask = 0, route = 0;
    auto operator<=>(const RoutingEntry&) const = default;
};

constexpr std::uint32_t route_bit(Link link) { return 1u << static_cast<int>(link); }
constexpr std::uint32_t route_bit_of_core(int virtual_core) { return 1u << (link_count + virtual_core); }
constexpr std::uint32_t route_links_mask = 0x3f;

/// Index of the first matching entry, or nullopt when there is none (the router then applies its default route).
std::optional<std::size_t> lookup(std::span<const RoutingEntry> table, Key key);

/// The table of one chip, highest priority first.
struct RoutingTable {
    ChipCoord chip;
    std::vector<RoutingEntry> entries;
    bool operator==(const RoutingTable&) const = default;
};
using RoutingTables = std::vector<RoutingTable>;  ///< sorted by chip; chips without entries are left out

/// As people draw it: "0000...X1X0 -> NE N 5", most significant bit first, links in hardware order. A "!" is a key bit
/// that the mask leaves out: such an entry never matches.
std::string to_string(const RoutingEntry& entry);

}  // namespace spinn
