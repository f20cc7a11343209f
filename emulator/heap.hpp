/// The monitor's heaps in a chip's memory, block headers and free lists included, so that hosts can walk them.
///
/// Source: spinnaker_tools, sark_alloc.c. Root: u32 first free block, first block, last block (which holds nothing),
/// free bytes. Block: u32 next block, u32 next free block or owner (0xffff0000 | application << 8 | tag), then the
/// data. Hosts may write over all of it: every walk is bounded, and a chain that leads astray ends the walk.
#pragma once

#include <cstdint>

#include "emulator/chip.hpp"

namespace spinn {

/// Lays out an empty heap. @param begin  of the root, a word's address; end: behind the last block
void make_heap(Chip& chip, std::uint32_t begin, std::uint32_t end);

/// First fit. @param owner  application << 8 | tag. @returns the address of the data, 0 when no block has room
std::uint32_t heap_allocate(Chip& chip, std::uint32_t heap, std::uint32_t size_bytes, std::uint32_t owner);

/// @returns false when no allocated block has its data there
bool heap_free(Chip& chip, std::uint32_t heap, std::uint32_t address);

/// Frees what an application owns. @returns the number of blocks
std::uint32_t heap_free_application(Chip& chip, std::uint32_t heap, std::uint32_t application);

struct HeapSpace {
    std::uint32_t free_bytes = 0, largest_bytes = 0;
};
HeapSpace heap_space(const Chip& chip, std::uint32_t heap);

/// The allocated block whose data are at `address`: its size and owner word; size 0 when there is none.
struct HeapBlock {
    std::uint32_t size_bytes = 0, owner = 0;
};
HeapBlock heap_block(const Chip& chip, std::uint32_t heap, std::uint32_t address);

}  // namespace spinn
