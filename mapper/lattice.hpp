/// Walking on the hexagonal lattice of chips: indices, steps, shortest vectors. Dead parts are ignored here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "protocols/machine_shape.hpp"

namespace spinn {

constexpr std::array<Link, link_count> all_links{Link::east, Link::north_east, Link::north,
                                                 Link::west, Link::south_west, Link::south};

/// Index of a chip in MachineShape::chips.
inline std::size_t chip_index(const MachineShape& shape, ChipCoord chip) {
    return static_cast<std::size_t>(chip.y) * static_cast<std::size_t>(shape.width) + chip.x;
}
inline ChipCoord chip_of_index(const MachineShape& shape, std::size_t index) {
    const auto width = static_cast<std::size_t>(shape.width);
    return {static_cast<std::uint8_t>(index % width), static_cast<std::uint8_t>(index / width)};
}

/// The place one step away, whether a chip is there or not; nullopt over an edge that does not wrap.
std::optional<ChipCoord> lattice_step(const MachineShape& shape, ChipCoord from, Link link);

/// Some hops along one axis.
struct Leg {
    Link link = Link::east;
    int hops = 0;
};

/// A shortest way as at most two legs, the longer first; of legs or ways equally good, one is chosen by `random`.
/// Source: the vector (dx, dy, 0) in the axes E, N, SW less its median.
std::vector<Leg> shortest_legs(const MachineShape& shape, ChipCoord from, ChipCoord to, std::mt19937_64& random);

/// All displacements (dx, dy) within `radius` hops, nearest first. 3r(r+1)+1 of them.
std::vector<std::pair<int, int>> disc(int radius);

}  // namespace spinn
