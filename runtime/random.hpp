/// Counter-based random numbers: a draw is a function of what it belongs to, never of who asks or when.
///
/// Philox4x32-10 (Salmon et al. 2011) from Random123. The key is the network's seed and a use; the counter says which
/// draw.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>

namespace spinn {

/// What a draw is for. Part of the key, so two uses never share a number. Values are part of the image format.
enum class DrawUse : std::uint32_t {
    parameter = 1,
    initial_value = 2,
    connectivity = 3,
    connectivity_split = 4,
    weight = 5,
    delay = 6,
    poisson = 7,
    stochastic_rounding = 8,
    board_seed = 9,    ///< of a core's own generator
    threshold = 10,    ///< of models that spike at random
    noise = 11,        ///< of noisy current sources
    pre_window = 12,   ///< of the recurrent plasticity rule
    post_window = 13,  ///< likewise
};

/// What Philox4x32-10 is made of, for loops that draw many blocks at once.
namespace philox {
constexpr std::uint32_t multiplier0 = 0xd2511f53, multiplier1 = 0xcd9e8d57;
constexpr std::uint32_t weyl0 = 0x9e3779b9, weyl1 = 0xbb67ae85;
constexpr std::uint32_t n_rounds = 10;
}  // namespace philox

using RandomBlock = std::array<std::uint32_t, 4>;

/// The 64-bit key of all draws of one use. @param seed the network's
constexpr std::uint64_t draw_key(std::uint64_t seed, DrawUse use) {
    return (seed ^ (static_cast<std::uint64_t>(use) * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
}

/// Four independent 32-bit numbers for the counter (a, b, c, d). @param seed the network's seed; the use is mixed into
/// it.
inline RandomBlock random_block(std::uint64_t seed, DrawUse use, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                std::uint32_t d) {
    const std::uint64_t wide = draw_key(seed, use);
    const philox4x32_key_t key = {{static_cast<std::uint32_t>(wide), static_cast<std::uint32_t>(wide >> 32)}};
    const philox4x32_ctr_t counter = {{a, b, c, d}};
    const philox4x32_ctr_t out = philox4x32_R(philox4x32_rounds, counter, key);
    return {out[0], out[1], out[2], out[3]};
}

/// A uniform double in (0, 1), never 0 nor 1, with 52 random bits.
inline double open_unit(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 12;  // 52 bits
    return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

/// A uniform integer in [0, n) from one 32-bit draw (multiply and shift; bias below n / 2^32). n >= 1
inline std::uint32_t below(std::uint32_t draw, std::uint32_t n) {
    return static_cast<std::uint32_t>((std::uint64_t{draw} * n) >> 32);
}

}  // namespace spinn
