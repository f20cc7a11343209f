/// The monitor's copy of its router's multicast table, in SDRAM where hosts read it, and who owns which entries.
///
/// Source: spinnaker_tools, sark_alloc.c. 1025 entries of {u16 next, u16 free, u32 route, key, mask}. Entry 0 is the
/// monitor's, the last one ends the list. next and free count in the first entry of a block: the next block, and the
/// next free one or the owner (0x8000 | core << 8 | application). Route: application << 24 | cores and links.
#pragma once

#include <cstdint>

#include "emulator/chip.hpp"

namespace spinn {

/// Sets every entry and the allocation back, in the copy at sv.rtr_copy and in the router.
void reset_router_copy(Chip& chip);

/// @returns the index of the first of n entries, 0 when there is no room
std::uint32_t allocate_entries(Chip& chip, std::uint32_t n, std::uint32_t application);

/// Frees the block that begins at an index. @returns false when none does
bool free_entries(Chip& chip, std::uint32_t index, bool clear);

/// Frees what an application owns. @returns the number of entries
std::uint32_t free_application_entries(Chip& chip, std::uint32_t application, bool clear);

/// Takes n records of 16 bytes {u16 index from base, u16 0, u32 route, key, mask} from memory into copy and router.
/// @returns false when a record lies outside memory or names an entry that there is not; those before it are loaded
bool load_entries(Chip& chip, std::uint32_t table_address, std::uint32_t base, std::uint32_t n,
                  std::uint32_t application);

/// @returns false when the range is not in 1 .. 1023
bool clear_entries(Chip& chip, std::uint32_t first, std::uint32_t n);

std::uint32_t largest_free_entries(const Chip& chip);

}  // namespace spinn
