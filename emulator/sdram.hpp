/// The SDRAM of one chip: 128 MiB at 0x60000000, reserved at once, backed page by page when touched.
///
/// A page more lies behind it, so that vector loops may read a few words beyond the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocols/machine_image.hpp"

namespace spinn {

class Sdram {
 public:
    /// @throws RequestError when the address space is exhausted
    Sdram();
    ~Sdram();
    Sdram(Sdram&& other) noexcept;
    Sdram& operator=(Sdram&& other) noexcept;
    Sdram(const Sdram&) = delete;
    Sdram& operator=(const Sdram&) = delete;

    /// `n_bytes` from a bus address (either alias, 0x6... or 0x7...); empty when the range leaves the memory.
    std::span<std::byte> bytes(std::uint32_t address, std::uint32_t n_bytes) const;

    /// Words from a word-aligned bus address; empty when misaligned or outside.
    std::span<std::uint32_t> words(std::uint32_t address, std::uint32_t n_words) const;

    /// Puts the bytes of an image segment at its address: mapped copy-on-write when they come from a file, else copied.
    /// @throws RequestError when they lie outside the memory
    void load(const ImageSegment& segment);

 private:
    std::byte* base_ = nullptr;  ///< aligned to a large page
};

}  // namespace spinn
