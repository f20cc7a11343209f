#include "runtime/random_batch.hpp"

#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

/// Philox4x32-10 (Salmon et al. 2011), the counters of all draws side by side: each round is a loop that the compiler
/// makes vector code of. Equal to Random123's, which a test holds it to.
SPINN_VECTOR_CLONES void philox_rounds(std::uint32_t k0, std::uint32_t k1, std::size_t n, std::uint32_t* __restrict x0,
                                       std::uint32_t* __restrict x1, std::uint32_t* __restrict x2,
                                       std::uint32_t* __restrict x3) {
    constexpr std::uint32_t weyl0 = 0x9e3779b9, weyl1 = 0xbb67ae85;
    for (std::size_t i = 0; i < n; ++i) {
        std::uint32_t c0 = x0[i], c1 = x1[i], c2 = x2[i], c3 = x3[i];
#pragma GCC unroll 10
        for (std::uint32_t round = 0; round < 10; ++round) {
            const std::uint64_t p0 = std::uint64_t{0xd2511f53} * c0, p1 = std::uint64_t{0xcd9e8d57} * c2;
            const std::uint32_t next0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ (k0 + round * weyl0);
            const std::uint32_t next2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ (k1 + round * weyl1);
            c0 = next0;
            c1 = static_cast<std::uint32_t>(p1);
            c2 = next2;
            c3 = static_cast<std::uint32_t>(p0);
        }
        x0[i] = c0;
        x1[i] = c1;
        x2[i] = c2;
        x3[i] = c3;
    }
}

}  // namespace

void random_blocks(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t first_b, std::uint32_t c,
                   std::uint32_t d, std::size_t n, std::uint32_t* out) {
    const std::uint64_t key = draw_key(seed, use);
    for (std::size_t i = 0; i < n; ++i) {
        out[i] = a;
        out[n + i] = first_b + static_cast<std::uint32_t>(i);
        out[2 * n + i] = c;
        out[3 * n + i] = d;
    }
    philox_rounds(static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32), n, out, out + n, out + 2 * n,
                  out + 3 * n);
}

}  // namespace spinn
