/// Connectivity one synapse and one random block at a time: the plain twin of runtime/connection_rule.cpp, which must
/// give the same synapses in the same order, bit for bit.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "runtime/connection_rule.hpp"
#include "runtime/count_draws.hpp"
#include "runtime/delay_ticks.hpp"
#include "runtime/distribution.hpp"
#include "runtime/post_blocks.hpp"
#include "runtime/random.hpp"

namespace spinn::plain {

/// The 32-bit words of the counters (projection, a, b, 0), (projection, a, b, 1), ...
class CellStream {
 public:
    CellStream(std::uint64_t seed, DrawUse use, std::uint32_t projection, std::uint32_t a, std::uint32_t b)
        : seed_(seed), use_(use), projection_(projection), a_(a), b_(b) {}

    std::uint32_t next() {
        if (position_ == 4) {
            words_ = random_block(seed_, use_, projection_, a_, b_, index_++);
            position_ = 0;
        }
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
    std::uint64_t seed_;
    DrawUse use_;
    std::uint32_t projection_, a_, b_, index_ = 0;
    std::uint32_t position_ = 4;
    RandomBlock words_{};
};

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

/// Hands over synapses with the weight and the delay of their own draws.
class SynapseWriter {
 public:
    SynapseWriter(const ConnectionRule& rule, const std::function<void(const Synapse&)>& visit)
        : rule_(rule), weight_(prepare(rule.weight)), delay_(prepare(rule.delay_ms)), visit_(visit) {}

    void begin_cell(std::uint32_t a, std::uint32_t b) {
        a_ = a;
        b_ = b;
    }

    void put(std::uint32_t pre, std::uint32_t post, std::uint64_t rank) {
        visit_({pre, post, quantile(weight_, draw(DrawUse::weight, rank)),
                delay_in_ticks(quantile(delay_, draw(DrawUse::delay, rank)), rule_.timestep_ms)});
    }

    void put_given(const Synapse& synapse) { visit_(synapse); }

 private:
    double draw(DrawUse use, std::uint64_t rank) const {
        return unit_of(
            random_block(rule_.seed, use, rule_.projection, a_, b_, static_cast<std::uint32_t>(rank / 4))[rank % 4]);
    }

    const ConnectionRule& rule_;
    PreparedDistribution weight_, delay_;
    const std::function<void(const Synapse&)>& visit_;
    std::uint32_t a_ = 0, b_ = 0;
};

/// What all connectors need.
struct Generation {
    const ConnectionRule& rule;
    std::vector<PostBlock> blocks;  ///< the wanted ones
    SelfPairs self;
    SynapseWriter& out;

    CellStream stream(DrawUse use, std::uint32_t a, std::uint32_t b) const {
        return {rule.seed, use, rule.projection, a, b};
    }
};

/// Writes the chosen positions of the cell of one pre neuron and one block, leaving out what is not wanted.
inline void put_positions(Generation& g, std::uint32_t pre, const PostBlock& block, const BlockBits& chosen) {
    const std::uint32_t pre_neuron = neuron_at(g.rule.pre, pre);
    std::uint32_t rank = 0;
    for (std::uint32_t w = 0; w < 4; ++w) {
        for (std::uint64_t bits = chosen[w]; bits != 0; bits &= bits - 1, ++rank) {
            const std::uint32_t position = 64 * w + static_cast<std::uint32_t>(std::countr_zero(bits));
            if (block.whole || test_bit(block.wanted, position))
                g.out.put(pre_neuron, neuron_at(g.rule.post, block.first + position), rank);
        }
    }
}

/// The positions of a block that a pre neuron may reach.
inline BlockBits allowed_positions(std::optional<std::uint32_t> self_post, const PostBlock& block) {
    BlockBits allowed = first_bits(block.size);
    if (self_post && *self_post >= block.first && *self_post - block.first < block.size)
        clear_bit(allowed, *self_post - block.first);
    return allowed;
}

inline void all_to_all(Generation& g) {
    for (std::uint32_t pre = 0; pre < g.rule.pre.count; ++pre) {
        const std::optional<std::uint32_t> self_post = g.self.post_of(pre);
        for (const PostBlock& block : g.blocks) {
            g.out.begin_cell(pre, block.index);
            put_positions(g, pre, block, allowed_positions(self_post, block));
        }
    }
}

inline void one_to_one(Generation& g) {
    const std::uint32_t common = std::min(g.rule.pre.count, g.rule.post.count);
    for (const PostBlock& block : g.blocks) {
        g.out.begin_cell(0, block.index);
        for (std::uint32_t i = 0; i < block.size && block.first + i < common; ++i) {
            const std::uint32_t pre = neuron_at(g.rule.pre, block.first + i);
            const std::uint32_t post = neuron_at(g.rule.post, block.first + i);
            if (test_bit(block.wanted, i) && !(g.self.excluded() && pre == post)) g.out.put(pre, post, i);
        }
    }
}

inline void fixed_probability(Generation& g) {
    if (g.rule.probability <= 0.0 || g.rule.post.count == 0) return;
    if (g.rule.probability >= 1.0) return all_to_all(g);
    const std::uint32_t last = block_count(g.rule.post) - 1, last_size = block_size(g.rule.post, last);
    const BinomialTable whole_block(post_block_size, g.rule.probability);
    const BinomialTable last_block(last_size, g.rule.probability);
    for (std::uint32_t pre = 0; pre < g.rule.pre.count; ++pre) {
        const std::optional<std::uint32_t> self_post = g.self.post_of(pre);
        for (const PostBlock& block : g.blocks) {
            CellStream stream = g.stream(DrawUse::connectivity, pre, block.index);
            const std::uint32_t count = (block.index == last ? last_block : whole_block).count(stream.next64());
            if (count == 0) continue;
            BlockBits chosen = choose_positions(stream, count, first_bits(block.size), block.size, block.size);
            // A neuron that drew itself loses that synapse: the others keep their probability.
            if (self_post && *self_post / post_block_size == block.index)
                clear_bit(chosen, *self_post % post_block_size);
            g.out.begin_cell(pre, block.index);
            put_positions(g, pre, block, chosen);
        }
    }
}

/// Deals `n` synapses out to the blocks [first, last) by halving the range, and visits the wanted blocks that get some.
/// The number that goes left is drawn with the node of the halving tree, so every block can be reached without the
/// others.
/// @param cells  cells(first, last): number of cells of a range of blocks; without replacement at least n
template <class Cells, class Visit>
inline void deal_out(const Generation& g, std::uint32_t a, std::uint32_t node, std::uint32_t first, std::uint32_t last,
                     std::uint64_t n, std::span<const PostBlock> wanted, const Cells& cells, const Visit& visit) {
    if (n == 0 || wanted.empty()) return;
    if (last - first == 1) return visit(wanted.front(), n);
    const std::uint32_t middle = first + (last - first) / 2;
    const std::uint64_t left_cells = cells(first, middle), all_cells = left_cells + cells(middle, last);
    const double u = g.stream(DrawUse::connectivity_split, a, node).next_unit();
    const std::uint64_t n_left = g.rule.with_replacement ? draw_binomial(u, n, left_cells, all_cells)
                                                         : draw_hypergeometric(u, n, left_cells, all_cells);
    const auto split =
        std::lower_bound(wanted.begin(), wanted.end(), middle,
                         [](const PostBlock& block, std::uint32_t index) { return block.index < index; });
    const auto n_wanted_left = static_cast<std::size_t>(split - wanted.begin());
    deal_out(g, a, 2 * node, first, middle, n_left, wanted.first(n_wanted_left), cells, visit);
    deal_out(g, a, 2 * node + 1, middle, last, n - n_left, wanted.subspan(n_wanted_left), cells, visit);
}

inline void fixed_total_number(Generation& g) {
    constexpr std::uint32_t whole_projection = 0xffffffffu;
    const NeuronSelection& pres = g.rule.pre;
    const NeuronSelection& posts = g.rule.post;
    const auto posts_in = [&posts](std::uint32_t first, std::uint32_t last) {
        return std::min(std::uint64_t{last} * post_block_size, std::uint64_t{posts.count}) -
               std::uint64_t{first} * post_block_size;
    };
    const auto cells = [&](std::uint32_t first, std::uint32_t last) {
        return pres.count * posts_in(first, last) - g.self.in_blocks(first, last);
    };
    const std::uint64_t all_cells = cells(0, block_count(posts));
    if (all_cells == 0) return;
    DistinctCells distinct;
    const auto fill_block = [&](const PostBlock& block, std::uint64_t n) {
        g.out.begin_cell(whole_projection, block.index);
        CellStream stream = g.stream(DrawUse::connectivity, whole_projection, block.index);
        std::uint64_t rank = 0;
        const auto allowed = [&](std::uint32_t pre, std::uint32_t position) {
            return !g.self.excluded() || neuron_at(pres, pre) != neuron_at(posts, block.first + position);
        };
        const auto put = [&](std::uint32_t pre, std::uint32_t position) {
            if (block.whole || test_bit(block.wanted, position))
                g.out.put(neuron_at(pres, pre), neuron_at(posts, block.first + position), rank);
            ++rank;
        };
        if (g.rule.with_replacement) {
            while (rank < n) {
                const std::uint32_t pre = stream.next_below(pres.count), position = stream.next_below(block.size);
                if (allowed(pre, position)) put(pre, position);
            }
            return;
        }
        distinct.choose(
            stream, n, std::uint64_t{pres.count} * block.size, cells(block.index, block.index + 1),
            [&](std::uint64_t cell) {
                return !g.self.excluded() || allowed(static_cast<std::uint32_t>(cell / block.size),
                                                     static_cast<std::uint32_t>(cell % block.size));
            },
            [&](std::uint64_t cell) {
                put(static_cast<std::uint32_t>(cell / block.size), static_cast<std::uint32_t>(cell % block.size));
            });
    };
    const std::uint64_t n = g.rule.with_replacement ? g.rule.n : std::min(g.rule.n, all_cells);
    deal_out(g, whole_projection, 1, 0, block_count(posts), n, g.blocks, cells, fill_block);
}

inline void fixed_number_pre(Generation& g) {
    const NeuronSelection& pres = g.rule.pre;
    DistinctCells distinct;
    for (const PostBlock& block : g.blocks) {
        for (std::uint32_t i = 0; i < block.size; ++i) {
            if (!test_bit(block.wanted, i)) continue;
            const std::uint32_t post = block.first + i, post_neuron = neuron_at(g.rule.post, post);
            const std::optional<std::uint32_t> self_pre = g.self.pre_of(post);
            const std::uint32_t n_allowed = pres.count - (self_pre ? 1 : 0);
            if (n_allowed == 0) continue;
            CellStream stream = g.stream(DrawUse::connectivity, post, 0);
            g.out.begin_cell(post, 0);
            std::uint64_t rank = 0;
            if (g.rule.with_replacement) {
                for (; rank < g.rule.n; ++rank) {
                    std::uint32_t pre = stream.next_below(n_allowed);
                    if (self_pre && pre >= *self_pre) ++pre;
                    g.out.put(neuron_at(pres, pre), post_neuron, rank);
                }
                continue;
            }
            distinct.choose(
                stream, std::min<std::uint64_t>(g.rule.n, n_allowed), pres.count, n_allowed,
                [&](std::uint64_t pre) { return !self_pre || pre != *self_pre; },
                [&](std::uint64_t pre) {
                    g.out.put(neuron_at(pres, static_cast<std::uint32_t>(pre)), post_neuron, rank++);
                });
        }
    }
}

inline void fixed_number_post(Generation& g) {
    const NeuronSelection& posts = g.rule.post;
    for (std::uint32_t pre = 0; pre < g.rule.pre.count; ++pre) {
        const std::optional<std::uint32_t> self_post = g.self.post_of(pre);
        const auto cells = [&](std::uint32_t first, std::uint32_t last) {
            const std::uint64_t begin = std::uint64_t{first} * post_block_size;
            const std::uint64_t end = std::min(std::uint64_t{last} * post_block_size, std::uint64_t{posts.count});
            return end - begin - (self_post && *self_post >= begin && *self_post < end ? 1 : 0);
        };
        const std::uint64_t all_cells = cells(0, block_count(posts));
        if (all_cells == 0) continue;
        const auto fill_cell = [&](const PostBlock& block, std::uint64_t n) {
            CellStream stream = g.stream(DrawUse::connectivity, pre, block.index);
            const BlockBits allowed = allowed_positions(self_post, block);
            g.out.begin_cell(pre, block.index);
            if (!g.rule.with_replacement) {
                const auto count = static_cast<std::uint32_t>(n);
                put_positions(g, pre, block, choose_positions(stream, count, allowed, count_bits(allowed), block.size));
                return;
            }
            const std::uint32_t pre_neuron = neuron_at(g.rule.pre, pre);
            for (std::uint64_t rank = 0; rank < n;) {
                const std::uint32_t position = stream.next_below(block.size);
                if (!test_bit(allowed, position)) continue;
                if (block.whole || test_bit(block.wanted, position))
                    g.out.put(pre_neuron, neuron_at(posts, block.first + position), rank);
                ++rank;
            }
        };
        const std::uint64_t n = g.rule.with_replacement ? g.rule.n : std::min(g.rule.n, all_cells);
        deal_out(g, pre, 1, 0, block_count(posts), n, g.blocks, cells, fill_cell);
    }
}

inline void list(Generation& g, std::uint32_t first_post, std::uint32_t n_posts) {
    for (const ListedSynapse& listed : g.rule.synapses) {
        const std::uint32_t post = neuron_at(g.rule.post, listed.post);
        if (post < first_post || post - first_post >= n_posts) continue;
        g.out.put_given({neuron_at(g.rule.pre, listed.pre), post, listed.weight, listed.delay_ticks});
    }
}

inline void generate(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
                     const std::function<void(const Synapse&)>& visit) {
    SynapseWriter out(rule, visit);
    Generation g{rule, blocks_in_range(rule.post, first_post, n_posts), SelfPairs(rule), out};
    switch (rule.kind) {
        case ConnectorKind::all_to_all:
            return all_to_all(g);
        case ConnectorKind::one_to_one:
            return one_to_one(g);
        case ConnectorKind::fixed_probability:
            return fixed_probability(g);
        case ConnectorKind::fixed_total_number:
            return fixed_total_number(g);
        case ConnectorKind::fixed_number_pre:
            return fixed_number_pre(g);
        case ConnectorKind::fixed_number_post:
            return fixed_number_post(g);
        case ConnectorKind::list:
            return list(g, first_post, n_posts);
    }
}

}  // namespace spinn::plain
