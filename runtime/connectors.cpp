#include "runtime/connectors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "runtime/cell_stream.hpp"
#include "runtime/count_draws.hpp"
#include "runtime/distinct_cells.hpp"
#include "runtime/post_blocks.hpp"
#include "runtime/split_tree.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t whole_projection = 0xffffffffu;  ///< in the place of a pre neuron
constexpr std::size_t largest_room = SynapseWriter::largest_room;

/// What all connectors need.
struct Generation {
    const ConnectionRule& rule;
    std::vector<PostBlock> blocks;  ///< the wanted ones
    SelfPairs self;
    SynapseWriter& out;

    /// The post index that a pre index must not reach.
    std::optional<std::uint32_t> self_post_of(std::uint32_t pre) const {
        return self.excluded() ? self.post_of(pre) : std::nullopt;
    }
};

SPINN_VECTOR_CLONES void add_steps(std::uint32_t start, std::uint32_t step, std::uint32_t* indices, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) indices[i] = start + indices[i] * step;
}

/// From indices, counted from `first` on, to the neurons of the selection.
void to_neurons(const NeuronSelection& selection, std::uint32_t first, std::uint32_t* indices, std::size_t n) {
    if (selection.indices.empty()) {
        const std::uint32_t start = selection.start + first * selection.step;
        if (start != 0 || selection.step != 1) add_steps(start, selection.step, indices, n);
        return;
    }
    const std::uint32_t* const neurons = selection.indices.data() + first;
    for (std::size_t i = 0; i < n; ++i) indices[i] = neurons[indices[i]];
}

/// Writes the positions of the bits, ascending. @returns how many
std::size_t expand_bits(const BlockBits& bits, std::uint32_t* out) {
    std::size_t n = 0;
    for (std::uint32_t w = 0; w < 4; ++w) {
        if (bits[w] == ~std::uint64_t{0}) {
            for (std::uint32_t i = 0; i < 64; ++i) out[n + i] = 64 * w + i;
            n += 64;
            continue;
        }
        for (std::uint64_t left = bits[w]; left != 0; left &= left - 1)
            out[n++] = 64 * w + static_cast<std::uint32_t>(std::countr_zero(left));
    }
    return n;
}

/// Puts the chosen positions of the cell of one pre neuron and one block, leaving out what is not wanted.
void put_positions(Generation& g, std::uint32_t pre, const PostBlock& block, const BlockBits& chosen) {
    const std::uint32_t pre_neuron = neuron_at(g.rule.pre, pre);
    if (block.whole) {
        const SynapseWriter::Room room = g.out.room(post_block_size);
        const std::size_t n = expand_bits(chosen, room.post);
        to_neurons(g.rule.post, block.first, room.post, n);
        std::fill_n(room.pre, n, pre_neuron);
        g.out.put_run(n, 0);
        return;
    }
    std::uint32_t below = 0;
    for (std::uint32_t w = 0; w < 4; ++w) {
        for (std::uint64_t bits = chosen[w] & block.wanted[w]; bits != 0; bits &= bits - 1) {
            const std::uint32_t position = 64 * w + static_cast<std::uint32_t>(std::countr_zero(bits));
            const std::uint64_t before = chosen[w] & ((bits & (~bits + 1)) - 1);
            g.out.put(pre_neuron, neuron_at(g.rule.post, block.first + position),
                      below + static_cast<std::uint32_t>(std::popcount(before)));
        }
        below += static_cast<std::uint32_t>(std::popcount(chosen[w]));
    }
}

/// The positions of a block that a pre neuron may reach.
BlockBits allowed_positions(std::optional<std::uint32_t> self_post, const PostBlock& block) {
    BlockBits allowed = first_bits(block.size);
    if (self_post && *self_post >= block.first && *self_post - block.first < block.size)
        clear_bit(allowed, *self_post - block.first);
    return allowed;
}

/// Cells that are to be filled with n synapses each; the words of many are drawn together.
class CellQueue {
 public:
    explicit CellQueue(const ConnectionRule& rule) : rule_(rule) {}

    struct Cell {
        std::uint32_t a, b;          ///< key of its draws
        std::uint32_t wanted_block;  ///< index
        std::uint64_t n;             ///< synapses
        std::uint64_t n_words;       ///< about what they need
    };

    /// @param fill  fill(cell, stream): what is done with it now or later, in the order of adding
    template <class Fill>
    void add(const Cell& cell, const Fill& fill) {
        cells_.push_back(cell);
        words_.add(cell.a, cell.b, cell.n_words);
        if (words_.n_blocks() >= enough || cells_.size() >= enough) fill_all(fill);
    }

    template <class Fill>
    void fill_all(const Fill& fill) {
        words_.draw(rule_.seed, DrawUse::connectivity, rule_.projection);
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const Cell& cell = cells_[i];
            const std::span<const std::uint32_t> words = words_[i];
            CellStream stream(rule_.seed, DrawUse::connectivity, rule_.projection, cell.a, cell.b, words);
            if (cell.n_words > words.size()) stream.expect(cell.n_words - words.size(), buffer_);
            fill(cell, stream);
        }
        words_.clear();
        cells_.clear();
    }

 private:
    static constexpr std::size_t enough = 512;
    const ConnectionRule& rule_;
    std::vector<Cell> cells_;
    CellWords words_;
    std::vector<std::uint32_t> buffer_;
};

void all_to_all(Generation& g) {
    for (std::uint32_t pre = 0; pre < g.rule.pre.count; ++pre) {
        const std::optional<std::uint32_t> self_post = g.self_post_of(pre);
        for (const PostBlock& block : g.blocks) {
            g.out.begin_cell(pre, block.index);
            put_positions(g, pre, block, allowed_positions(self_post, block));
        }
    }
}

void one_to_one(Generation& g) {
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

/// How many pre neurons to draw together, when each needs so many random blocks.
std::uint32_t pres_at_once(std::size_t blocks_each) {
    return static_cast<std::uint32_t>(std::max<std::size_t>(1, 512 / std::max<std::size_t>(1, blocks_each)));
}

/// Some cells of fixed_probability that are drawn together.
class ProbableCells {
 public:
    /// @param last_size  of the last block of the selection, whose index is `last`
    ProbableCells(Generation& g, std::uint32_t last, std::uint32_t last_size)
        : g_(g),
          last_(last),
          whole_block_(post_block_size, g.rule.probability),
          last_block_(last_size, g.rule.probability) {}

    /// The cells of the pre neurons [first_pre, first_pre + n) and all wanted blocks, in this order.
    void connect(std::uint32_t first_pre, std::uint32_t n) {
        counters_.clear();
        for (std::uint32_t pre = first_pre; pre < first_pre + n; ++pre)
            for (const PostBlock& block : g_.blocks) counters_.push(pre, block.index, 0);
        random_words(g_.rule.seed, DrawUse::connectivity, g_.rule.projection, counters_, heads_);
        count();
        bodies_.clear();
        for (std::size_t i = 0; i < n_cells_; ++i) {
            const Cell& cell = cells_[i];
            if (cell.count == 1) continue;
            const std::uint32_t size = g_.blocks[cell.wanted_block].size;
            const std::uint32_t n_words = words_to_choose(cell.count, size, size);
            bodies_.add(first_pre + cell.pre, g_.blocks[cell.wanted_block].index, n_words > 2 ? n_words - 2 : 0, 1);
        }
        bodies_.draw(g_.rule.seed, DrawUse::connectivity, g_.rule.projection);
        std::size_t body = 0;
        for (std::size_t i = 0; i < n_cells_; ++i) {
            const Cell& cell = cells_[i];
            const PostBlock& block = g_.blocks[cell.wanted_block];
            const std::span<const std::uint32_t> head{heads_.data() + 4 * cell.head, 4};
            if (cell.count == 1 && put_single(first_pre + cell.pre, block, head[2])) continue;
            put_chosen(first_pre + cell.pre, block, cell.count, head,
                       cell.count == 1 ? std::span<const std::uint32_t>() : bodies_[body++]);
        }
    }

 private:
    struct Cell {
        std::uint32_t pre, wanted_block;  ///< pre: after the first
        std::uint32_t head, count;
    };

    /// Makes the list of cells with a synapse.
    void count() {
        if (cells_.size() <= counters_.size()) cells_.resize(counters_.size() + 1);
        const auto n_blocks = static_cast<std::uint32_t>(g_.blocks.size());
        n_cells_ = 0;
        std::uint32_t pre = 0, b = 0;
        for (std::uint32_t head = 0; head < counters_.size(); ++head) {
            const std::uint64_t draw = (std::uint64_t{heads_[4 * head]} << 32) | heads_[4 * head + 1];
            const std::uint32_t n = (g_.blocks[b].index == last_ ? last_block_ : whole_block_).count(draw);
            cells_[n_cells_] = {pre, b, head, n};
            n_cells_ += n != 0 ? 1 : 0;  // no branch: it is a matter of chance
            if (++b == n_blocks) {
                b = 0;
                ++pre;
            }
        }
    }

    /// The cell's only synapse. @returns false when the position must be drawn again
    bool put_single(std::uint32_t pre, const PostBlock& block, std::uint32_t word) {
        const std::uint32_t position = word & (std::bit_ceil(block.size) - 1) & 0xff;
        if (position >= block.size) return false;
        if (!block.whole && !test_bit(block.wanted, position)) return true;
        const std::uint32_t pre_neuron = neuron_at(g_.rule.pre, pre);
        const std::uint32_t post_neuron = neuron_at(g_.rule.post, block.first + position);
        if (g_.self.excluded() && pre_neuron == post_neuron) return true;
        g_.out.begin_cell(pre, block.index);
        g_.out.put(pre_neuron, post_neuron, 0);
        return true;
    }

    void put_chosen(std::uint32_t pre, const PostBlock& block, std::uint32_t count, std::span<const std::uint32_t> head,
                    std::span<const std::uint32_t> body) {
        CellStream stream(g_.rule.seed, DrawUse::connectivity, g_.rule.projection, pre, block.index, head, body);
        stream.skip(2);  // they drew the count
        BlockBits chosen = choose_positions(stream, count, first_bits(block.size), block.size, block.size);
        // A neuron that drew itself loses that synapse: the others keep their probability.
        const std::optional<std::uint32_t> self_post = g_.self_post_of(pre);
        if (self_post && *self_post / post_block_size == block.index) clear_bit(chosen, *self_post % post_block_size);
        g_.out.begin_cell(pre, block.index);
        put_positions(g_, pre, block, chosen);
    }

    Generation& g_;
    std::uint32_t last_;
    BinomialTable whole_block_, last_block_;
    Counters counters_;
    std::vector<std::uint32_t> heads_;  ///< shape [cell][4]: two words that draw the count, two for positions
    std::vector<Cell> cells_;           ///< those with a synapse: the first n_cells_
    std::size_t n_cells_ = 0;
    CellWords bodies_;  ///< of the cells with more than one synapse: the words after the head
};

void fixed_probability(Generation& g) {
    if (g.rule.probability <= 0.0 || g.blocks.empty()) return;
    if (g.rule.probability >= 1.0) return all_to_all(g);
    const std::uint32_t last = block_count(g.rule.post) - 1;
    ProbableCells cells(g, last, block_size(g.rule.post, last));
    const std::uint32_t chunk = pres_at_once(g.blocks.size());
    for (std::uint32_t first = 0; first < g.rule.pre.count; first += std::min(chunk, g.rule.pre.count - first))
        cells.connect(first, std::min(chunk, g.rule.pre.count - first));
}

/// Puts synapses of the block out of pairs of pre indices and positions, with replacement.
void fill_with_replacement(Generation& g, const PostBlock& block, std::uint64_t n, CellStream& stream) {
    const NeuronSelection &pres = g.rule.pre, &posts = g.rule.post;
    std::array<std::uint32_t, largest_room> positions;
    for (std::uint64_t rank = 0; rank < n;) {
        std::size_t found = std::min<std::uint64_t>(n - rank, largest_room);
        const SynapseWriter::Room room = g.out.room(found);
        draw_pairs_below(stream, pres.count, block.size, {room.pre, found}, {room.post, found});
        std::copy_n(room.post, found, positions.begin());
        to_neurons(pres, 0, room.pre, found);
        to_neurons(posts, block.first, room.post, found);
        if (g.self.excluded()) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < found; ++i) {
                const std::uint32_t pre = room.pre[i], post = room.post[i];
                room.pre[kept] = pre;
                room.post[kept] = post;
                positions[kept] = positions[i];
                kept += pre != post ? 1 : 0;
            }
            found = kept;
        }
        if (block.whole) {
            g.out.put_run(found, rank);
        } else {  // every `put` writes where a synapse not before this one was
            for (std::size_t i = 0; i < found; ++i)
                if (test_bit(block.wanted, positions[i])) g.out.put(room.pre[i], room.post[i], rank + i);
        }
        rank += found;
    }
}

void fixed_total_number(Generation& g) {
    const NeuronSelection &pres = g.rule.pre, &posts = g.rule.post;
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
    const auto fill = [&](const CellQueue::Cell& cell, CellStream& stream) {
        const PostBlock& block = g.blocks[cell.wanted_block];
        g.out.begin_cell(whole_projection, block.index);
        if (g.rule.with_replacement) return fill_with_replacement(g, block, cell.n, stream);
        std::uint64_t rank = 0;
        const auto pre_of = [size = block.size](std::uint64_t pair) {
            return static_cast<std::uint32_t>(size == post_block_size ? pair / post_block_size : pair / size);
        };
        distinct.choose(
            stream, cell.n, std::uint64_t{pres.count} * block.size, cells(block.index, block.index + 1),
            [&](std::uint64_t pair) {
                if (!g.self.excluded()) return true;
                const std::uint32_t pre = pre_of(pair);
                return neuron_at(pres, pre) !=
                       neuron_at(posts,
                                 block.first + static_cast<std::uint32_t>(pair - std::uint64_t{pre} * block.size));
            },
            [&](std::uint64_t pair) {
                const std::uint32_t pre = pre_of(pair);
                const auto position = static_cast<std::uint32_t>(pair - std::uint64_t{pre} * block.size);
                if (block.whole || test_bit(block.wanted, position))
                    g.out.put(neuron_at(pres, pre), neuron_at(posts, block.first + position), rank);
                ++rank;
            });
    };
    const SplitTree tree = split_tree(block_count(posts), g.blocks);
    Counters counters;
    std::vector<std::uint32_t> words;
    for (const SplitTree::Node& node : tree.nodes) counters.push(whole_projection, node.id, 0);
    random_words(g.rule.seed, DrawUse::connectivity_split, g.rule.projection, counters, words);
    const std::uint64_t n = g.rule.with_replacement ? g.rule.n : std::min(g.rule.n, all_cells);
    SplitDraws splits(g.rule.with_replacement);
    CellQueue queue(g.rule);
    deal_out(tree, tree.root, n, words.data(), splits, cells, [&](std::uint32_t b, std::uint64_t n_here) {
        const PostBlock& block = g.blocks[b];
        const std::uint64_t n_words = g.rule.with_replacement
                                          ? 2 * n_here
                                          : words_to_choose_cells(n_here, std::uint64_t{pres.count} * block.size);
        queue.add({whole_projection, block.index, b, n_here, n_words}, fill);
    });
    queue.fill_all(fill);
}

void fixed_number_pre(Generation& g) {
    const NeuronSelection& pres = g.rule.pre;
    DistinctCells distinct;
    const auto n_allowed_to = [&](std::optional<std::uint32_t> self_pre) { return pres.count - (self_pre ? 1 : 0); };
    const auto fill = [&](const CellQueue::Cell& cell, CellStream& stream) {
        const std::uint32_t post = cell.a, post_neuron = neuron_at(g.rule.post, post);
        const std::optional<std::uint32_t> self_pre = g.self.pre_of(post);
        const std::uint32_t n_allowed = n_allowed_to(self_pre);
        g.out.begin_cell(post, 0);
        std::uint64_t rank = 0;
        if (!g.rule.with_replacement) {
            distinct.choose(
                stream, cell.n, pres.count, n_allowed, [&](std::uint64_t pre) { return !self_pre || pre != *self_pre; },
                [&](std::uint64_t pre) {
                    g.out.put(neuron_at(pres, static_cast<std::uint32_t>(pre)), post_neuron, rank++);
                });
            return;
        }
        while (rank < cell.n) {
            const std::size_t n = std::min<std::uint64_t>(cell.n - rank, largest_room);
            const SynapseWriter::Room room = g.out.room(n);
            draw_below(stream, n_allowed, {room.pre, n});
            if (self_pre)
                for (std::size_t i = 0; i < n; ++i) room.pre[i] += room.pre[i] >= *self_pre ? 1 : 0;
            to_neurons(pres, 0, room.pre, n);
            std::fill_n(room.post, n, post_neuron);
            g.out.put_run(n, rank);
            rank += n;
        }
    };
    CellQueue queue(g.rule);
    for (std::uint32_t b = 0; b < g.blocks.size(); ++b) {
        const PostBlock& block = g.blocks[b];
        for (std::uint32_t i = 0; i < block.size; ++i) {
            if (!test_bit(block.wanted, i)) continue;
            const std::uint32_t n_allowed = n_allowed_to(g.self.pre_of(block.first + i));
            if (n_allowed == 0) continue;
            const std::uint64_t n = g.rule.with_replacement ? g.rule.n : std::min<std::uint64_t>(g.rule.n, n_allowed);
            queue.add({block.first + i, 0, b, n, g.rule.with_replacement ? n : words_to_choose_cells(n, pres.count)},
                      fill);
        }
    }
    queue.fill_all(fill);
}

void fixed_number_post(Generation& g) {
    const NeuronSelection& posts = g.rule.post;
    const std::uint32_t n_pres = g.rule.pre.count;
    const auto fill = [&](const CellQueue::Cell& cell, CellStream& stream) {
        const PostBlock& block = g.blocks[cell.wanted_block];
        const std::uint32_t pre = cell.a;
        const BlockBits allowed = allowed_positions(g.self_post_of(pre), block);
        const std::uint32_t n_allowed = g.self.excluded() ? count_bits(allowed) : block.size;
        g.out.begin_cell(pre, block.index);
        if (!g.rule.with_replacement) {
            const auto count = static_cast<std::uint32_t>(cell.n);
            put_positions(g, pre, block, choose_positions(stream, count, allowed, n_allowed, block.size));
            return;
        }
        const bool all_allowed = n_allowed == block.size;
        const std::uint32_t pre_neuron = neuron_at(g.rule.pre, pre);
        for (std::uint64_t rank = 0; rank < cell.n;) {
            std::size_t found = std::min<std::uint64_t>(cell.n - rank, largest_room);
            const SynapseWriter::Room room = g.out.room(found);
            draw_below(stream, block.size, {room.post, found});
            if (!all_allowed) {
                std::size_t kept = 0;
                for (std::size_t i = 0; i < found; ++i) {
                    const std::uint32_t position = room.post[i];
                    room.post[kept] = position;
                    kept += test_bit(allowed, position) ? 1 : 0;
                }
                found = kept;
            }
            if (block.whole) {
                to_neurons(posts, block.first, room.post, found);
                std::fill_n(room.pre, found, pre_neuron);
                g.out.put_run(found, rank);
            } else {  // every `put` writes where a synapse not before this one was
                for (std::size_t i = 0; i < found; ++i)
                    if (test_bit(block.wanted, room.post[i]))
                        g.out.put(pre_neuron, neuron_at(posts, block.first + room.post[i]), rank + i);
            }
            rank += found;
        }
    };
    const SplitTree tree = split_tree(block_count(posts), g.blocks);
    SplitDraws splits(g.rule.with_replacement);
    CellQueue queue(g.rule);
    Counters counters;
    std::vector<std::uint32_t> words;
    const std::uint32_t chunk = pres_at_once(tree.nodes.size());
    for (std::uint32_t first_pre = 0; first_pre < n_pres;) {
        const std::uint32_t n_here = std::min(chunk, n_pres - first_pre);
        counters.clear();
        for (std::uint32_t i = 0; i < n_here; ++i)
            for (const SplitTree::Node& node : tree.nodes) counters.push(first_pre + i, node.id, 0);
        random_words(g.rule.seed, DrawUse::connectivity_split, g.rule.projection, counters, words);
        for (std::uint32_t i = 0; i < n_here; ++i) {
            const std::uint32_t pre = first_pre + i;
            const std::optional<std::uint32_t> self_post = g.self_post_of(pre);
            const auto cells = [&](std::uint32_t first, std::uint32_t last) {
                const std::uint64_t begin = std::uint64_t{first} * post_block_size;
                const std::uint64_t end = std::min(std::uint64_t{last} * post_block_size, std::uint64_t{posts.count});
                return end - begin - (self_post && *self_post >= begin && *self_post < end ? 1 : 0);
            };
            const std::uint64_t all_cells = cells(0, block_count(posts));
            if (all_cells == 0) continue;
            const std::uint64_t n = g.rule.with_replacement ? g.rule.n : std::min(g.rule.n, all_cells);
            deal_out(tree, tree.root, n, words.data() + 4 * tree.nodes.size() * i, splits, cells,
                     [&](std::uint32_t b, std::uint64_t count) {
                         const PostBlock& block = g.blocks[b];
                         const std::uint64_t n_words =
                             g.rule.with_replacement
                                 ? count
                                 : words_to_choose(static_cast<std::uint32_t>(count), block.size, block.size);
                         queue.add({pre, block.index, b, count, n_words}, fill);
                     });
        }
        first_pre += n_here;
    }
    queue.fill_all(fill);
}

void list(Generation& g, std::uint32_t first_post, std::uint32_t n_posts) {
    for (const ListedSynapse& listed : g.rule.synapses) {
        const std::uint32_t post = neuron_at(g.rule.post, listed.post);
        if (post < first_post || post - first_post >= n_posts) continue;
        g.out.put_given({neuron_at(g.rule.pre, listed.pre), post, listed.weight, listed.delay_ticks});
    }
    g.out.flush_given();
}

}  // namespace

void connect(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts, SynapseWriter& out) {
    Generation g{rule, blocks_in_range(rule.post, first_post, n_posts), SelfPairs(rule), out};
    switch (rule.kind) {
        case ConnectorKind::all_to_all:
            all_to_all(g);
            break;
        case ConnectorKind::one_to_one:
            one_to_one(g);
            break;
        case ConnectorKind::fixed_probability:
            fixed_probability(g);
            break;
        case ConnectorKind::fixed_total_number:
            fixed_total_number(g);
            break;
        case ConnectorKind::fixed_number_pre:
            fixed_number_pre(g);
            break;
        case ConnectorKind::fixed_number_post:
            fixed_number_post(g);
            break;
        case ConnectorKind::list:
            return list(g, first_post, n_posts);
    }
    out.flush();
}

}  // namespace spinn
