#include "runtime/post_blocks.hpp"

#include <algorithm>
#include <numeric>

namespace spinn {

namespace {

/// Indices [first, last) of an arithmetic selection whose neurons lie in the range.
std::pair<std::uint32_t, std::uint32_t> index_range(const NeuronSelection& s, std::uint32_t first_neuron,
                                                    std::uint32_t n_neurons) {
    const auto index_at_or_after = [&s](std::uint64_t neuron) {
        if (neuron <= s.start) return std::uint32_t{0};
        const std::uint64_t index = (neuron - s.start + s.step - 1) / s.step;
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(index, s.count));
    };
    return {index_at_or_after(first_neuron), index_at_or_after(std::uint64_t{first_neuron} + n_neurons)};
}

bool in_range(std::uint32_t neuron, std::uint32_t first_neuron, std::uint32_t n_neurons) {
    return neuron >= first_neuron && neuron - first_neuron < n_neurons;
}

PostBlock empty_block(const NeuronSelection& selection, std::uint32_t index) {
    return {index, index * post_block_size, block_size(selection, index), {}, false};
}

/// start, start + step, ...
struct Progression {
    std::uint64_t start, step, count;
};

/// x with a x = 1 modulo m, for a and m without a common divisor
std::int64_t inverse_modulo(std::int64_t a, std::int64_t m) {
    std::int64_t x = 1, next_x = 0, r = a % m, next_r = m;
    while (next_r != 0) {
        const std::int64_t quotient = r / next_r;
        x = std::exchange(next_x, x - quotient * next_x);
        r = std::exchange(next_r, r - quotient * next_r);
    }
    return (x % m + m) % m;
}

/// How many numbers two progressions of 32-bit numbers share: those congruent to both starts are a progression again
/// (Chinese remainder theorem).
std::uint64_t common_terms(const Progression& a, const Progression& b) {
    if (a.count == 0 || b.count == 0) return 0;
    const std::uint64_t divisor = std::gcd(a.step, b.step), modulus = b.step / divisor;
    const std::int64_t offset = static_cast<std::int64_t>(b.start) - static_cast<std::int64_t>(a.start);
    if (offset % static_cast<std::int64_t>(divisor) != 0) return 0;
    std::uint64_t steps = 0;  // from a.start to the first number that is congruent to b.start too
    if (modulus != 1) {
        const auto m = static_cast<std::int64_t>(modulus);
        const std::int64_t residue = ((offset / static_cast<std::int64_t>(divisor)) % m + m) % m;
        const std::int64_t inverse = inverse_modulo(static_cast<std::int64_t>(a.step / divisor % modulus), m);
        steps = static_cast<std::uint64_t>(residue) * static_cast<std::uint64_t>(inverse) % modulus;
    }
    const std::uint64_t period = a.step * modulus, lowest = std::max(a.start, b.start);
    const std::uint64_t highest = std::min(a.start + (a.count - 1) * a.step, b.start + (b.count - 1) * b.step);
    std::uint64_t first = a.start + steps * a.step;
    if (first > highest) return 0;
    if (first < lowest) first += (lowest - first + period - 1) / period * period;
    return first > highest ? 0 : (highest - first) / period + 1;
}

}  // namespace

std::vector<PostBlock> blocks_in_range(const NeuronSelection& selection, std::uint32_t first_neuron,
                                       std::uint32_t n_neurons) {
    std::vector<PostBlock> blocks;
    const auto keep = [&blocks](const PostBlock& block) {
        const std::uint32_t wanted = count_bits(block.wanted);
        if (wanted == 0) return;
        blocks.push_back(block);
        blocks.back().whole = wanted == block.size;
    };
    if (selection.indices.empty()) {
        const auto [first, last] = index_range(selection, first_neuron, n_neurons);
        for (std::uint32_t b = first / post_block_size; b < block_count(selection); ++b) {
            PostBlock block = empty_block(selection, b);
            if (block.first >= last) break;
            const BlockBits before = first_bits(first > block.first ? first - block.first : 0);
            block.wanted = first_bits(std::min(last - block.first, block.size));
            for (std::uint32_t w = 0; w < 4; ++w) block.wanted[w] &= ~before[w];
            keep(block);
        }
        return blocks;
    }
    for (std::uint32_t b = 0; b < block_count(selection); ++b) {
        PostBlock block = empty_block(selection, b);
        for (std::uint32_t i = 0; i < block.size; ++i)
            if (in_range(selection.indices[block.first + i], first_neuron, n_neurons))
                block.wanted[i >> 6] |= std::uint64_t{1} << (i & 63);
        keep(block);
    }
    return blocks;
}

std::uint64_t count_in_range(const NeuronSelection& selection, std::uint32_t first_neuron, std::uint32_t n_neurons) {
    if (selection.indices.empty()) {
        const auto [first, last] = index_range(selection, first_neuron, n_neurons);
        return last - first;
    }
    return static_cast<std::uint64_t>(
        std::count_if(selection.indices.begin(), selection.indices.end(),
                      [=](std::uint32_t neuron) { return in_range(neuron, first_neuron, n_neurons); }));
}

SelectionIndex::SelectionIndex(const NeuronSelection& selection)
    : start_(selection.start), step_(selection.step), count_(selection.count) {
    sorted_.reserve(selection.indices.size());
    for (std::uint32_t i = 0; i < selection.indices.size(); ++i) sorted_.emplace_back(selection.indices[i], i);
    std::sort(sorted_.begin(), sorted_.end());
}

std::optional<std::uint32_t> SelectionIndex::find(std::uint32_t neuron) const {
    if (sorted_.empty()) {
        if (neuron < start_ || (neuron - start_) % step_ != 0) return std::nullopt;
        const std::uint32_t index = (neuron - start_) / step_;
        return index < count_ ? std::optional(index) : std::nullopt;
    }
    const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair{neuron, std::uint32_t{0}});
    return found != sorted_.end() && found->first == neuron ? std::optional(found->second) : std::nullopt;
}

SelfPairs::SelfPairs(const ConnectionRule& rule)
    : pre_(rule.pre),
      post_(rule.post),
      excluded_(rule.same_population && !rule.allow_self_connections),
      pre_index_(excluded_ ? rule.pre : NeuronSelection{}),
      post_index_(excluded_ ? rule.post : NeuronSelection{}) {
    if (!excluded_) return;
    if (!post_.indices.empty()) {
        for (std::uint32_t post = 0; post < post_.count; ++post)
            if (pre_of(post)) posts_.push_back(post);
    } else {
        for (std::uint32_t pre = 0; pre < pre_.indices.size(); ++pre)
            if (const auto post = post_of(pre)) posts_.push_back(*post);
        std::sort(posts_.begin(), posts_.end());
    }
}

std::uint64_t SelfPairs::between(std::uint64_t first, std::uint64_t last) const {
    last = std::min<std::uint64_t>(last, post_.count);
    if (!excluded_ || first >= last) return 0;
    if (pre_.indices.empty() && post_.indices.empty())
        return common_terms({pre_.start, pre_.step, pre_.count},
                            {post_.start + first * post_.step, post_.step, last - first});
    const auto from = std::lower_bound(posts_.begin(), posts_.end(), first);
    return static_cast<std::uint64_t>(std::lower_bound(from, posts_.end(), last) - from);
}

std::optional<std::uint32_t> SelfPairs::post_of(std::uint32_t pre) const {
    return excluded_ ? post_index_.find(neuron_at(pre_, pre)) : std::nullopt;
}

std::optional<std::uint32_t> SelfPairs::pre_of(std::uint32_t post) const {
    return excluded_ ? pre_index_.find(neuron_at(post_, post)) : std::nullopt;
}

std::uint64_t SelfPairs::in_range(std::uint32_t first_neuron, std::uint32_t n_neurons) const {
    if (!excluded_) return 0;
    if (post_.indices.empty()) {
        const auto [first, last] = index_range(post_, first_neuron, n_neurons);
        return between(first, last);
    }
    return static_cast<std::uint64_t>(std::count_if(posts_.begin(), posts_.end(), [&](std::uint32_t post) {
        return spinn::in_range(post_.indices[post], first_neuron, n_neurons);
    }));
}

}  // namespace spinn
