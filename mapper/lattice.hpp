/// Walking on the hexagonal lattice of chips: indices and steps. Dead parts are ignored here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

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

}  // namespace spinn
