/// How monitors reach each other: for every chip the link that point-to-point packets take to it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/machine_shape.hpp"

namespace spinn {

/// P2P entries other than links.
constexpr std::uint8_t p2p_none = 6, p2p_self = 7;

/// First link of a shortest path over working links from a chip to every chip.
/// @returns [y * width + x] link, p2p_none or p2p_self
std::vector<std::uint8_t> p2p_routes(const MachineShape& shape, ChipCoord from);

/// Links of a shortest path from a chip to every chip: [y * width + x]; ~0 where none leads.
std::vector<std::uint32_t> hops_from(const MachineShape& shape, ChipCoord from);

/// The routes as the router's 8192 words hold it: entry x << 8 | y, eight a word.
std::vector<std::uint32_t> p2p_words(const MachineShape& shape, const std::vector<std::uint8_t>& routes);

/// The Ethernet chip of the board that a chip stands on: [y * width + x] of all chips. Where the boards' outlines do
/// not tell, as on machines of other shapes, the first Ethernet chip.
std::vector<ChipCoord> ethernet_chips(const MachineShape& shape);

}  // namespace spinn
