/// Random numbers for many neurons at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/random.hpp"

namespace spinn {

/// random_block(seed, use, a, first_b + i, c, d) for i = 0 .. n - 1. @param out  shape [4][n]: word w of draw i is
/// out[w * n + i]
void random_blocks(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t first_b, std::uint32_t c,
                   std::uint32_t d, std::size_t n, std::uint32_t* out);

/// random_blocks without intrinsics: for processors without AVX-512, and the twin that the other is tested against.
void random_blocks_plain(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t first_b, std::uint32_t c,
                         std::uint32_t d, std::size_t n, std::uint32_t* out);

}  // namespace spinn
