#include "runtime/connection_rule.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/cell_stream.hpp"
#include "runtime/count_draws.hpp"
#include "runtime/delay_ticks.hpp"
#include "runtime/post_blocks.hpp"
#include "runtime/random_batch.hpp"

namespace spinn {

namespace {

/// Collects synapses, draws their weights and delays, and hands them over in batches.
class SynapseWriter {
 public:
    using Visit = std::function<void(std::span<const Synapse>)>;

    SynapseWriter(const ConnectionRule& rule, const Visit& visit)
        : visit_(visit),
          seed_(rule.seed),
          projection_(rule.projection),
          weight_(prepare(rule.weight)),
          delay_(rule.delay_ms, rule.timestep_ms),
          random_weight_(rule.weight.kind != DistributionKind::constant),
          random_delay_(!delay_.fixed()),
          constant_weight_(rule.weight.a),
          batch_(batch_size) {
        if (random_weight_ || random_delay_) {
            counters_.resize(3 * batch_size);
            draw_of_.resize(batch_size);
            blocks_.resize(4 * batch_size);
            draws_.resize(batch_size);
        }
        if (random_weight_) weights_.resize(batch_size);
    }

    /// The following synapses belong to the cell (a, b).
    void begin_cell(std::uint32_t a, std::uint32_t b) {
        a_ = a;
        b_ = b;
        block_ = no_block;
    }

    /// @param rank  index of the synapse among all of its cell, wanted or not
    void put(std::uint32_t pre, std::uint32_t post, std::uint64_t rank) {
        batch_[used_] = {pre, post, constant_weight_, delay_.smallest()};
        if (random_weight_ || random_delay_) {
            if (block_ != rank / 4) {
                block_ = rank / 4;
                counters_[3 * n_blocks_] = a_;
                counters_[3 * n_blocks_ + 1] = b_;
                counters_[3 * n_blocks_ + 2] = static_cast<std::uint32_t>(block_);
                ++n_blocks_;
            }
            draw_of_[used_] = static_cast<std::uint32_t>(4 * (n_blocks_ - 1) + rank % 4);
        }
        if (++used_ == batch_size) flush();
    }

    /// A synapse whose weight and delay are given.
    void put_given(const Synapse& synapse) {
        batch_[used_] = synapse;
        if (++used_ == batch_size) flush_given();
    }

    void flush() {
        if (random_delay_ && used_ != 0) {
            draw(DrawUse::delay);
            for (std::size_t i = 0; i < used_; ++i) batch_[i].delay_ticks = delay_(draws_[i]);
        }
        if (random_weight_ && used_ != 0) {
            draw(DrawUse::weight);
            quantiles(weight_, std::span(draws_).first(used_), std::span(weights_).first(used_));
            for (std::size_t i = 0; i < used_; ++i) batch_[i].weight = weights_[i];
        }
        n_blocks_ = 0;
        block_ = no_block;
        flush_given();
    }

    void flush_given() {
        if (used_ != 0) visit_(std::span(batch_).first(used_));
        used_ = 0;
    }

 private:
    static constexpr std::size_t batch_size = 2048;
    static constexpr std::uint64_t no_block = ~std::uint64_t{0};

    /// The draws of one use of all synapses of the batch.
    void draw(DrawUse use) {
        const std::size_t n = n_blocks_;
        std::fill_n(blocks_.begin(), n, projection_);
        for (std::size_t i = 0; i < n; ++i) {
            blocks_[n + i] = counters_[3 * i];
            blocks_[2 * n + i] = counters_[3 * i + 1];
            blocks_[3 * n + i] = counters_[3 * i + 2];
        }
        random_blocks_at(seed_, use, n, blocks_.data());
        for (std::size_t i = 0; i < used_; ++i) draws_[i] = blocks_[draw_of_[i] % 4 * n + draw_of_[i] / 4];
    }

    const Visit& visit_;
    std::uint64_t seed_;
    std::uint32_t projection_, a_ = 0, b_ = 0;
    PreparedDistribution weight_;
    DelayTicks delay_;
    bool random_weight_, random_delay_;
    double constant_weight_;
    std::size_t used_ = 0;
    std::vector<Synapse> batch_;
    // Weight and delay of a synapse are word rank % 4 of the blocks (a, b, rank / 4), each use with a key of its own.
    std::uint64_t block_ = no_block;  ///< the last one of this cell in the batch
    std::size_t n_blocks_ = 0;
    std::vector<std::uint32_t> counters_;  ///< [block][a, b, rank / 4]
    std::vector<std::uint32_t> draw_of_;   ///< [synapse] 4 * block + word
    std::vector<std::uint32_t> blocks_, draws_;
    std::vector<double> weights_;
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
void put_positions(Generation& g, std::uint32_t pre, const PostBlock& block, const BlockBits& chosen) {
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
BlockBits allowed_positions(std::optional<std::uint32_t> self_post, const PostBlock& block) {
    BlockBits allowed = first_bits(block.size);
    if (self_post && *self_post >= block.first && *self_post - block.first < block.size)
        clear_bit(allowed, *self_post - block.first);
    return allowed;
}

void all_to_all(Generation& g) {
    for (std::uint32_t pre = 0; pre < g.rule.pre.count; ++pre) {
        const std::optional<std::uint32_t> self_post = g.self.post_of(pre);
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

void fixed_probability(Generation& g) {
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
void deal_out(const Generation& g, SplitDraws& splits, std::uint32_t a, std::uint32_t node, std::uint32_t first,
              std::uint32_t last, std::uint64_t n, std::span<const PostBlock> wanted, const Cells& cells,
              const Visit& visit) {
    if (n == 0 || wanted.empty()) return;
    if (last - first == 1) return visit(wanted.front(), n);
    const std::uint32_t middle = first + (last - first) / 2;
    const std::uint64_t left_cells = cells(first, middle), all_cells = left_cells + cells(middle, last);
    const double u = g.stream(DrawUse::connectivity_split, a, node).next_unit();
    const std::uint64_t n_left = splits.draw(u, n, left_cells, all_cells);
    const auto split =
        std::lower_bound(wanted.begin(), wanted.end(), middle,
                         [](const PostBlock& block, std::uint32_t index) { return block.index < index; });
    const auto n_wanted_left = static_cast<std::size_t>(split - wanted.begin());
    deal_out(g, splits, a, 2 * node, first, middle, n_left, wanted.first(n_wanted_left), cells, visit);
    deal_out(g, splits, a, 2 * node + 1, middle, last, n - n_left, wanted.subspan(n_wanted_left), cells, visit);
}

void fixed_total_number(Generation& g) {
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
    SplitDraws splits(g.rule.with_replacement);
    deal_out(g, splits, whole_projection, 1, 0, block_count(posts), n, g.blocks, cells, fill_block);
}

void fixed_number_pre(Generation& g) {
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

void fixed_number_post(Generation& g) {
    const NeuronSelection& posts = g.rule.post;
    SplitDraws splits(g.rule.with_replacement);
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
        deal_out(g, splits, pre, 1, 0, block_count(posts), n, g.blocks, cells, fill_cell);
    }
}

void list(Generation& g, std::uint32_t first_post, std::uint32_t n_posts) {
    for (const ListedSynapse& listed : g.rule.synapses) {
        const std::uint32_t post = neuron_at(g.rule.post, listed.post);
        if (post < first_post || post - first_post >= n_posts) continue;
        g.out.put_given({neuron_at(g.rule.pre, listed.pre), post, listed.weight, listed.delay_ticks});
    }
}

std::optional<std::string> problem_of(const NeuronSelection& selection) {
    if (selection.indices.empty()) {
        if (selection.step == 0) return "the step is 0";
        const std::uint64_t last = selection.count == 0 ? 0 : selection.count - std::uint64_t{1};
        if (selection.start + last * selection.step > 0xfffffffeu) return "neurons beyond 2^32 - 2 are selected";
        return std::nullopt;
    }
    if (selection.indices.size() != selection.count) return "the count is not the number of indices";
    std::vector<std::uint32_t> sorted = selection.indices;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return "a neuron is selected twice";
    if (sorted.back() > 0xfffffffeu) return "neurons beyond 2^32 - 2 are selected";
    return std::nullopt;
}

/// The fixed-number connectors: is there room for n?
std::optional<std::string> problem_of_count(const ConnectionRule& rule) {
    const std::uint64_t pres = rule.pre.count, posts = rule.post.count;
    if (rule.n > std::uint64_t{1} << 40) return "n is above 2^40";
    const SelfPairs self(rule);
    std::uint64_t room = 0;
    switch (rule.kind) {
        case ConnectorKind::fixed_total_number:
            room = pres * posts - self.count();
            break;
        case ConnectorKind::fixed_number_pre:
            room = posts == 0 ? rule.n : pres - (self.count() != 0 ? 1 : 0);
            break;
        case ConnectorKind::fixed_number_post:
            room = pres == 0 ? rule.n : posts - (self.count() != 0 ? 1 : 0);
            break;
        default:
            return std::nullopt;
    }
    if (rule.n != 0 && room == 0) return "there is no cell to choose from";
    if (!rule.with_replacement && rule.n > room)
        return "n is " + std::to_string(rule.n) + ", but without replacement there are only " + std::to_string(room) +
               " to choose from";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_of(const ConnectionRule& rule) {
    if (static_cast<std::uint32_t>(rule.kind) > static_cast<std::uint32_t>(ConnectorKind::list))
        return "unknown connector";
    if (const auto problem = problem_of(rule.pre)) return "pre neurons: " + *problem;
    if (const auto problem = problem_of(rule.post)) return "post neurons: " + *problem;
    if (!(rule.timestep_ms > 0.0) || !std::isfinite(rule.timestep_ms)) return "the timestep is not above 0";
    if (const auto problem = problem_of(rule.weight)) return "weight: " + *problem;
    if (const auto problem = problem_of(rule.delay_ms)) return "delay: " + *problem;
    if (!(rule.probability >= 0.0 && rule.probability <= 1.0)) return "the probability is outside [0, 1]";
    for (const ListedSynapse& synapse : rule.synapses) {
        if (synapse.pre >= rule.pre.count || synapse.post >= rule.post.count)
            return "a listed synapse lies outside the selections";
        if (!std::isfinite(synapse.weight)) return "a listed weight is not finite";
        if (synapse.delay_ticks == 0) return "a listed delay is 0 ticks";
    }
    return problem_of_count(rule);
}

void generate_batches(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
                      const std::function<void(std::span<const Synapse>)>& visit) {
    SynapseWriter out(rule, visit);
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
            list(g, first_post, n_posts);
            out.flush_given();
            return;
    }
    out.flush();
}

void generate(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
              const std::function<void(const Synapse&)>& visit) {
    generate_batches(rule, first_post, n_posts, [&visit](std::span<const Synapse> batch) {
        for (const Synapse& synapse : batch) visit(synapse);
    });
}

}  // namespace spinn
