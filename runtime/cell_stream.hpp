/// The random numbers that decide the synapses of one cell: a piece of a projection that is always drawn as a whole.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "runtime/random.hpp"
#include "runtime/random_batch.hpp"

namespace spinn {

/// The 32-bit words of the counters (projection, a, b, 0), (projection, a, b, 1), ...
class CellStream {
 public:
    CellStream(std::uint64_t seed, DrawUse use, std::uint32_t projection, std::uint32_t a, std::uint32_t b)
        : seed_(seed), use_(use), projection_(projection), a_(a), b_(b) {}

    std::uint32_t next() {
        if (position_ == end_) refill();
        return words_[position_++];
    }

    std::uint64_t next64() {
        const std::uint64_t high = next();
        return (high << 32) | next();
    }

    /// A uniform double in (0, 1).
    double next_unit() {
        const std::uint32_t high = next();
        return open_unit(high, next());
    }

    /// A uniform integer in [0, n), without bias. n >= 1. Source: Lemire 2019, "Fast random integer generation in an
    /// interval".
    std::uint32_t next_below(std::uint32_t n) {
        std::uint64_t product = std::uint64_t{next()} * n;
        if (static_cast<std::uint32_t>(product) < n) {
            const std::uint32_t biased = (0u - n) % n;
            while (static_cast<std::uint32_t>(product) < biased) product = std::uint64_t{next()} * n;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

 private:
    /// A block at first; a cell that goes on gets many at once, which costs a fraction of one by one.
    void refill() {
        position_ = 0;
        if (index_ < single_blocks) {
            const RandomBlock block = random_block(seed_, use_, projection_, a_, b_, index_++);
            std::copy(block.begin(), block.end(), words_.begin());
            end_ = 4;
            return;
        }
        std::array<std::uint32_t, 4 * blocks_at_once> x;
        for (std::uint32_t i = 0; i < blocks_at_once; ++i) {
            x[i] = projection_;
            x[blocks_at_once + i] = a_;
            x[2 * blocks_at_once + i] = b_;
            x[3 * blocks_at_once + i] = index_++;
        }
        random_blocks_at(seed_, use_, blocks_at_once, x.data());
        for (std::uint32_t i = 0; i < blocks_at_once; ++i)
            for (std::uint32_t word = 0; word < 4; ++word) words_[4 * i + word] = x[word * blocks_at_once + i];
        end_ = 4 * blocks_at_once;
    }

    static constexpr std::uint32_t single_blocks = 8, blocks_at_once = 16;

    std::uint64_t seed_;
    DrawUse use_;
    std::uint32_t projection_, a_, b_, index_ = 0;
    std::uint32_t position_ = 0, end_ = 0;
    std::array<std::uint32_t, 4 * blocks_at_once> words_;
};

/// A set of positions within a block of post neurons.
constexpr std::uint32_t post_block_size = 256;
using BlockBits = std::array<std::uint64_t, 4>;

inline BlockBits first_bits(std::uint32_t n) {
    BlockBits bits{};
    for (std::uint32_t w = 0; w < 4; ++w) {
        const std::uint32_t here = n > 64 * w ? n - 64 * w : 0;
        bits[w] = here >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << here) - 1;
    }
    return bits;
}
inline bool test_bit(const BlockBits& bits, std::uint32_t i) { return (bits[i >> 6] >> (i & 63) & 1) != 0; }
inline void clear_bit(BlockBits& bits, std::uint32_t i) { bits[i >> 6] &= ~(std::uint64_t{1} << (i & 63)); }
inline std::uint32_t count_bits(const BlockBits& bits) {
    return static_cast<std::uint32_t>(std::popcount(bits[0]) + std::popcount(bits[1]) + std::popcount(bits[2]) +
                                      std::popcount(bits[3]));
}

/// A uniformly chosen subset of `count` of the allowed positions, from the bytes of the stream. The smaller of the
/// subset and its complement is drawn, by rejection.
/// @param size  every allowed position lies below it; at most post_block_size  @param n_allowed  bits set in `allowed`,
/// >= count
inline BlockBits choose_positions(CellStream& stream, std::uint32_t count, const BlockBits& allowed,
                                  std::uint32_t n_allowed, std::uint32_t size) {
    const bool complement = count > n_allowed / 2;
    std::uint32_t left = complement ? n_allowed - count : count;
    const std::uint32_t mask = std::bit_ceil(size) - 1;
    BlockBits free = allowed;
    while (left != 0) {
        std::uint32_t bytes = stream.next();
        for (int i = 0; i < 4 && left != 0; ++i, bytes >>= 8) {
            const std::uint32_t position = bytes & mask;
            left -= static_cast<std::uint32_t>(free[position >> 6] >> (position & 63) & 1);
            clear_bit(free, position);
        }
    }
    if (complement) return free;
    for (std::uint32_t w = 0; w < 4; ++w) free[w] ^= allowed[w];
    return free;
}

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
