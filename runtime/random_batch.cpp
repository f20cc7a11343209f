#include "runtime/random_batch.hpp"

#include "runtime/instruction_set.hpp"
#include "runtime/vector_clones.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(SPINN_NO_VECTOR_CLONES)
#define SPINN_PHILOX_AVX512
#include <immintrin.h>
#endif

namespace spinn {

namespace {

/// The counters of all draws side by side: each round is a loop that the compiler makes vector code of. Equal to
/// Random123's, which a test holds it to.
SPINN_VECTOR_CLONES void philox_rounds(std::uint32_t k0, std::uint32_t k1, std::size_t n, std::uint32_t* __restrict x0,
                                       std::uint32_t* __restrict x1, std::uint32_t* __restrict x2,
                                       std::uint32_t* __restrict x3) {
    for (std::size_t i = 0; i < n; ++i) {
        std::uint32_t c0 = x0[i], c1 = x1[i], c2 = x2[i], c3 = x3[i];
#pragma GCC unroll 10
        for (std::uint32_t round = 0; round < philox::n_rounds; ++round) {
            const std::uint64_t p0 = std::uint64_t{philox::multiplier0} * c0,
                                p1 = std::uint64_t{philox::multiplier1} * c2;
            const std::uint32_t next0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ (k0 + round * philox::weyl0);
            const std::uint32_t next2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ (k1 + round * philox::weyl1);
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

#ifdef SPINN_PHILOX_AVX512

#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // gcc 12 means its own header (its bug 105593)
#endif

/// One word of 16 counters, each in a lane of 64 bits whose upper half may hold anything: a product reads the lower
/// half and leaves both halves of its result where the next round wants them, so nothing is ever shuffled. gcc 12 finds
/// no such code for philox_rounds (it multiplies 64 by 64 bits): 1.5 ns a block against 6.6 on Zen 4.
struct WideWord {
    __m512i half[2];
};

__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))) inline void store_word(const WideWord& word,
                                                                                     __mmask16 lanes,
                                                                                     std::uint32_t* out) {
    _mm256_mask_storeu_epi32(out, static_cast<__mmask8>(lanes), _mm512_cvtepi64_epi32(word.half[0]));
    _mm256_mask_storeu_epi32(out + 8, static_cast<__mmask8>(lanes >> 8), _mm512_cvtepi64_epi32(word.half[1]));
}

__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))) void philox_avx512(std::uint32_t k0, std::uint32_t k1,
                                                                                 std::uint32_t a, std::uint32_t first_b,
                                                                                 std::uint32_t c, std::uint32_t d,
                                                                                 std::size_t n, std::uint32_t* out) {
    const __m512i m0 = _mm512_set1_epi64(philox::multiplier0), m1 = _mm512_set1_epi64(philox::multiplier1);
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (std::size_t i = 0; i < n; i += 16) {
        WideWord c0, c1, c2, c3;
#pragma GCC unroll 2
        for (int h = 0; h < 2; ++h) {
            const std::uint32_t b = first_b + static_cast<std::uint32_t>(i) + 8 * static_cast<std::uint32_t>(h);
            c0.half[h] = _mm512_set1_epi64(a);
            c1.half[h] = _mm512_cvtepu32_epi64(_mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(b)), lane));
            c2.half[h] = _mm512_set1_epi64(c);
            c3.half[h] = _mm512_set1_epi64(d);
        }
#pragma GCC unroll 10
        for (std::uint32_t round = 0; round < philox::n_rounds; ++round) {
            const __m512i key0 = _mm512_set1_epi64(k0 + round * philox::weyl0),
                          key1 = _mm512_set1_epi64(k1 + round * philox::weyl1);
#pragma GCC unroll 2
            for (int h = 0; h < 2; ++h) {
                constexpr int exclusive_or = 0x96;
                const __m512i p0 = _mm512_mul_epu32(c0.half[h], m0), p1 = _mm512_mul_epu32(c2.half[h], m1);
                c0.half[h] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1.half[h], key0, exclusive_or);
                c2.half[h] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3.half[h], key1, exclusive_or);
                c1.half[h] = p1;
                c3.half[h] = p0;
            }
        }
        const auto lanes = static_cast<__mmask16>(n - i >= 16 ? 0xffffu : (1u << (n - i)) - 1u);
        store_word(c0, lanes, out + i);
        store_word(c1, lanes, out + n + i);
        store_word(c2, lanes, out + 2 * n + i);
        store_word(c3, lanes, out + 3 * n + i);
    }
}

#ifndef __clang__
#pragma GCC diagnostic pop
#endif

#endif

}  // namespace

void random_blocks(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t first_b, std::uint32_t c,
                   std::uint32_t d, std::size_t n, std::uint32_t* out) {
#ifdef SPINN_PHILOX_AVX512
    if (have_avx512()) {
        const std::uint64_t key = draw_key(seed, use);
        philox_avx512(static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32), a, first_b, c, d, n, out);
        return;
    }
#endif
    random_blocks_plain(seed, use, a, first_b, c, d, n, out);
}

void random_blocks_plain(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t first_b, std::uint32_t c,
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
