/// The random numbers that decide the synapses of one cell: a piece of a projection that is always drawn as a whole.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/random.hpp"
#include "runtime/random_words.hpp"

namespace spinn {

/// The 32-bit words of the counters (projection, a, b, 0), (projection, a, b, 1), ...
class CellStream {
 public:
    CellStream(std::uint64_t seed, DrawUse use, std::uint32_t projection, std::uint32_t a, std::uint32_t b)
        : seed_(seed), use_(use), projection_(projection), a_(a), b_(b) {}

    /// @param first_words  those at the start of the stream, already drawn: a multiple of 4, kept by the caller
    /// @param more_words  those that follow them: the same
    CellStream(std::uint64_t seed, DrawUse use, std::uint32_t projection, std::uint32_t a, std::uint32_t b,
               std::span<const std::uint32_t> first_words, std::span<const std::uint32_t> more_words = {})
        : seed_(seed),
          use_(use),
          projection_(projection),
          a_(a),
          b_(b),
          index_(static_cast<std::uint32_t>((first_words.size() + more_words.size()) / 4)),
          next_(first_words.data()),
          end_(first_words.data() + first_words.size()),
          more_words_(more_words) {}

    CellStream(const CellStream&) = delete;
    CellStream& operator=(const CellStream&) = delete;

    std::uint32_t next() {
        if (next_ == end_) refill();
        return *next_++;
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

    /// About so many words will be asked for: they are drawn many at a time. A guess, which changes no word.
    /// @param buffer  for this stream alone
    void expect(std::uint64_t n_words, std::vector<std::uint32_t>& buffer) {
        expected_blocks_ = n_words / 4 + 1;
        buffer_ = &buffer;
    }

    /// The next words, at least one, at most `n`, which is not 0. They stay in the stream until they are skipped.
    std::span<const std::uint32_t> ahead(std::size_t n) {
        if (next_ == end_) refill();
        return {next_, std::min(n, static_cast<std::size_t>(end_ - next_))};
    }
    void skip(std::size_t n) { next_ += n; }

 private:
    void refill();

    std::uint64_t seed_;
    DrawUse use_;
    std::uint32_t projection_, a_, b_, index_ = 0;
    const std::uint32_t *next_ = nullptr, *end_ = nullptr;  ///< words drawn and not yet taken
    std::span<const std::uint32_t> more_words_;
    std::uint64_t expected_blocks_ = 0;
    std::vector<std::uint32_t>* buffer_ = nullptr;
    RandomBlock words_{};
};

/// out[i] = stream.next_below(n), the words of many at a time.
void draw_below(CellStream& stream, std::uint32_t n, std::span<std::uint32_t> out);

/// first[i] = stream.next_below(n_first), second[i] = stream.next_below(n_second), in turn. Equal sizes.
void draw_pairs_below(CellStream& stream, std::uint32_t n_first, std::uint32_t n_second, std::span<std::uint32_t> first,
                      std::span<std::uint32_t> second);

/// The first words of the streams of many cells, drawn together. Clearing keeps the memory.
class CellWords {
 public:
    void clear() {
        counters_.clear();
        ends_.clear();
    }
    /// The cell (a, b) will need about so many words. Those of its first block may have been drawn elsewhere.
    /// @returns its place among the cells
    std::size_t add(std::uint32_t a, std::uint32_t b, std::uint64_t n_words, std::uint32_t first_block = 0) {
        const std::uint64_t blocks = std::min<std::uint64_t>((n_words + 3) / 4, largest_blocks);
        counters_.push_run(a, b, first_block, blocks);
        ends_.push_back(counters_.size());
        return ends_.size() - 1;
    }
    void draw(std::uint64_t seed, DrawUse use, std::uint32_t projection) {
        random_words(seed, use, projection, counters_, words_);
    }
    std::span<const std::uint32_t> operator[](std::size_t cell) const {
        const std::size_t start = cell == 0 ? 0 : ends_[cell - 1];
        return std::span(words_).subspan(4 * start, 4 * (ends_[cell] - start));
    }
    std::size_t size() const { return ends_.size(); }
    std::size_t n_blocks() const { return counters_.size(); }

 private:
    static constexpr std::uint64_t largest_blocks = 256;
    Counters counters_;
    std::vector<std::size_t> ends_;  ///< [cell] in blocks
    std::vector<std::uint32_t> words_;
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

/// About how many words choose_positions takes.
inline std::uint32_t words_to_choose(std::uint32_t count, std::uint32_t n_allowed, std::uint32_t size) {
    // Of k of n drawn by rejection, n log(n / (n - k)) tries: here k + 0.75 k^2 / n, enough for k up to n / 2; and a
    // word for chance.
    const std::uint32_t k = std::min(count, n_allowed - count);
    return ((k + 3 * k * k / (4 * n_allowed + 1)) * std::bit_ceil(size) / size + 3) / 4 + (k > 8 ? 1 : 0);
}

}  // namespace spinn
