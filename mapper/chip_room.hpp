/// What a chip has to give to slices besides its cores.
#pragma once

#include <cstdint>

#include "mapper/machine_graph.hpp"

namespace spinn {

constexpr std::uint64_t sdram_per_chip_bytes = sdram_heap_end - sdram_heap_base;

/// Bytes that a slice's block takes: blocks start on a page, in SDRAM and in the image file.
constexpr std::uint64_t block_bytes(const Slice& slice) {
    return (slice.sdram_bytes + image_page_bytes - 1) / image_page_bytes * image_page_bytes;
}

}  // namespace spinn
