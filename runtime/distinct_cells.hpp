/// Distinct cells of a projection, chosen by the random numbers of one stream.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "runtime/cell_stream.hpp"

namespace spinn {

/// A permutation of [0, n) chosen by four random words: a Feistel network on the next power of two; values beyond n are
/// permuted again until they fall inside (cycle walking, at most one repetition on average).
class KeyedPermutation {
 public:
    /// @param n at least 1, at most 2^48
    KeyedPermutation(CellStream& stream, std::uint64_t n) : n_(n) {
        for (std::uint32_t& word : key_) word = stream.next();
        const int bits = static_cast<int>(std::bit_width(n - 1));
        low_bits_ = bits / 2;
        low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
        high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
    }

    std::uint64_t operator()(std::uint64_t i) const {
        do i = permute_once(i);
        while (i >= n_);
        return i;
    }

 private:
    static constexpr std::uint32_t rounds = 8;

    std::uint64_t permute_once(std::uint64_t i) const {
        std::uint64_t low = i & low_mask_, high = i >> low_bits_;
        for (std::uint32_t round = 0; round < rounds; round += 2) {
            low ^= scramble(high, round) & low_mask_;
            high ^= scramble(low, round + 1) & high_mask_;
        }
        return (high << low_bits_) | low;
    }

    /// Finaliser of MurmurHash3 (64 bit) over the half, the round and the key.
    std::uint64_t scramble(std::uint64_t half, std::uint32_t round) const {
        std::uint64_t h = half ^ (std::uint64_t{key_[round & 3]} << 32) ^ (std::uint64_t{round} << 28);
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
        return h ^ (h >> 33);
    }

    std::uint64_t n_, low_mask_ = 0, high_mask_ = 0;
    int low_bits_ = 0;
    std::array<std::uint32_t, 4> key_{};
};

/// About how many words choosing `count` of n cells takes.
inline std::uint64_t words_to_choose_cells(std::uint64_t count, std::uint64_t n) {
    if (n == 0) return 0;
    const std::uint64_t k = std::min(count, n - std::min(count, n));
    const double tries = static_cast<double>(k) * (1.0 + 0.5 * static_cast<double>(k) / static_cast<double>(n));
    return static_cast<std::uint64_t>(tries) + 4;
}

/// Chooses distinct cells. Keeps its memory from one choice to the next.
class DistinctCells {
 public:
    /// Visits `count` distinct cells of [0, n) out of those that are allowed: ascending when they are dense, else in
    /// the order drawn. Up to 2^26 cells by rejection in a bitmap (the chosen ones or the others, whichever are fewer),
    /// beyond that as the first values of a keyed permutation, which needs no memory.
    /// @param n_allowed  cells for which `allowed` holds; count <= n_allowed
    template <class Allowed, class Visit>
    void choose(CellStream& stream, std::uint64_t count, std::uint64_t n, std::uint64_t n_allowed, Allowed allowed,
                Visit visit) {
        if (count == 0) return;
        if (n > bitmap_limit) {
            const KeyedPermutation permutation(stream, n);
            for (std::uint64_t i = 0, found = 0; i < n && found < count; ++i) {
                const std::uint64_t cell = permutation(i);
                if (!allowed(cell)) continue;
                visit(cell);
                ++found;
            }
            return;
        }
        const bool complement = count > n_allowed / 2;
        const std::uint64_t to_draw = complement ? n_allowed - count : count;
        const bool scan = complement || count >= n / 64;
        if (drawn_.size() < (n + 63) / 64) drawn_.resize((n + 63) / 64, 0);
        order_.clear();
        for (std::uint64_t left = to_draw; left != 0;) {
            const std::uint32_t cell = stream.next_below(static_cast<std::uint32_t>(n));
            std::uint64_t& word = drawn_[cell >> 6];
            const std::uint64_t bit = std::uint64_t{1} << (cell & 63);
            if ((word & bit) != 0 || !allowed(cell)) continue;
            word |= bit;
            --left;
            if (!scan) order_.push_back(cell);
        }
        if (!scan) {
            for (const std::uint32_t cell : order_) {
                drawn_[cell >> 6] = 0;
                visit(std::uint64_t{cell});
            }
            return;
        }
        for (std::uint64_t w = 0; 64 * w < n; ++w) {
            std::uint64_t chosen = complement ? ~drawn_[w] : drawn_[w];
            if (n - 64 * w < 64) chosen &= (std::uint64_t{1} << (n - 64 * w)) - 1;
            drawn_[w] = 0;
            for (; chosen != 0; chosen &= chosen - 1) {
                const std::uint64_t cell = 64 * w + static_cast<std::uint64_t>(std::countr_zero(chosen));
                if (!complement || allowed(cell)) visit(cell);
            }
        }
    }

 private:
    static constexpr std::uint64_t bitmap_limit = std::uint64_t{1} << 26;
    std::vector<std::uint64_t> drawn_;  ///< a bit a cell; all clear between choices
    std::vector<std::uint32_t> order_;
};

}  // namespace spinn
