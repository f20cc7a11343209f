#include "runtime/random_words.hpp"

#include <algorithm>

#include "runtime/instruction_set.hpp"
#include "runtime/vector_clones.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(SPINN_NO_VECTOR_CLONES)
#define SPINN_WORDS_AVX512
#include <immintrin.h>
#endif

namespace spinn {

#ifdef SPINN_WORDS_AVX512

namespace {

#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // gcc 12 means its own header (its bug 105593)
#endif

/// Philox4x32-10 (Salmon et al. 2011), a counter a lane of 64 bits whose upper half may hold anything: a product reads
/// the lower half and leaves both halves of its result where the next round wants them. gcc 12 finds no such code for a
/// plain loop: it multiplies 64 by 64 bits.
__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))) void words_avx512(std::uint64_t key, std::uint32_t a,
                                                                                const std::uint32_t* b,
                                                                                const std::uint32_t* c,
                                                                                const std::uint32_t* d, std::size_t n,
                                                                                std::uint32_t* out) {
    constexpr int exclusive_or = 0x96;
    const auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    const __m512i m0 = _mm512_set1_epi64(philox::multiplier0), m1 = _mm512_set1_epi64(philox::multiplier1);
    const __m512i low_words = _mm512_set1_epi64(0xffffffff);
    const __m512i first_four = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i last_four = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    for (std::size_t i = 0; i < n; i += 16) {
        __m512i c0[2], c1[2], c2[2], c3[2];
        const std::size_t left = std::min<std::size_t>(n - i, 16);
        const auto lanes = static_cast<std::uint32_t>((1u << left) - 1u);
#pragma GCC unroll 2
        for (int h = 0; h < 2; ++h) {
            const auto mask = static_cast<__mmask8>(lanes >> (8 * h));
            c0[h] = _mm512_set1_epi64(a);
            c1[h] = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(mask, b + i + 8 * h));
            c2[h] = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(mask, c + i + 8 * h));
            c3[h] = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(mask, d + i + 8 * h));
        }
#pragma GCC unroll 10
        for (std::uint32_t round = 0; round < philox::n_rounds; ++round) {
            const __m512i key0 = _mm512_set1_epi64(k0 + round * philox::weyl0),
                          key1 = _mm512_set1_epi64(k1 + round * philox::weyl1);
#pragma GCC unroll 2
            for (int h = 0; h < 2; ++h) {
                const __m512i p0 = _mm512_mul_epu32(c0[h], m0), p1 = _mm512_mul_epu32(c2[h], m1);
                c0[h] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[h], key0, exclusive_or);
                c2[h] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[h], key1, exclusive_or);
                c1[h] = p1;
                c3[h] = p0;
            }
        }
#pragma GCC unroll 2
        for (int h = 0; h < 2; ++h) {
            const std::size_t here =
                left > 8 * static_cast<std::size_t>(h) ? left - 8 * static_cast<std::size_t>(h) : 0;
            const __m512i words01 = _mm512_or_si512(_mm512_and_si512(c0[h], low_words), _mm512_slli_epi64(c1[h], 32));
            const __m512i words23 = _mm512_or_si512(_mm512_and_si512(c2[h], low_words), _mm512_slli_epi64(c3[h], 32));
            const auto halves = [](std::size_t blocks) {
                return static_cast<__mmask8>((1u << (2 * std::min<std::size_t>(blocks, 4))) - 1u);
            };
            std::uint32_t* const to = out + 4 * (i + 8 * static_cast<std::size_t>(h));
            _mm512_mask_storeu_epi64(to, halves(here), _mm512_permutex2var_epi64(words01, first_four, words23));
            _mm512_mask_storeu_epi64(to + 16, halves(here > 4 ? here - 4 : 0),
                                     _mm512_permutex2var_epi64(words01, last_four, words23));
        }
    }
}

#ifndef __clang__
#pragma GCC diagnostic pop
#endif

}  // namespace

#endif

void random_words_plain(std::uint64_t seed, DrawUse use, std::uint32_t a, const std::uint32_t* b,
                        const std::uint32_t* c, const std::uint32_t* d, std::size_t n, std::uint32_t* out) {
    for (std::size_t i = 0; i < n; ++i) {
        const RandomBlock block = random_block(seed, use, a, b[i], c[i], d[i]);
        std::copy(block.begin(), block.end(), out + 4 * i);
    }
}

void random_words(std::uint64_t seed, DrawUse use, std::uint32_t a, const std::uint32_t* b, const std::uint32_t* c,
                  const std::uint32_t* d, std::size_t n, std::uint32_t* out) {
#ifdef SPINN_WORDS_AVX512
    if (have_avx512()) return words_avx512(draw_key(seed, use), a, b, c, d, n, out);
#endif
    random_words_plain(seed, use, a, b, c, d, n, out);
}

}  // namespace spinn
