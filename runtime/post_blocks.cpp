#include "runtime/post_blocks.hpp"

#include <algorithm>

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
    before_block_.assign(block_count(post_) + std::size_t{1}, 0);
    for (std::uint32_t post = 0; post < post_.count; ++post)
        before_block_[post / post_block_size + 1] += pre_of(post).has_value();
    for (std::size_t b = 1; b < before_block_.size(); ++b) before_block_[b] += before_block_[b - 1];
}

std::optional<std::uint32_t> SelfPairs::post_of(std::uint32_t pre) const {
    return excluded_ ? post_index_.find(neuron_at(pre_, pre)) : std::nullopt;
}

std::optional<std::uint32_t> SelfPairs::pre_of(std::uint32_t post) const {
    return excluded_ ? pre_index_.find(neuron_at(post_, post)) : std::nullopt;
}

std::uint64_t SelfPairs::in_range(std::uint32_t first_neuron, std::uint32_t n_neurons) const {
    std::uint64_t pairs = 0;
    if (!excluded_) return pairs;
    for (const PostBlock& block : blocks_in_range(post_, first_neuron, n_neurons)) {
        if (block.whole) {
            pairs += in_blocks(block.index, block.index + 1);
            continue;
        }
        for (std::uint32_t i = 0; i < block.size; ++i)
            if (test_bit(block.wanted, i)) pairs += pre_of(block.first + i).has_value();
    }
    return pairs;
}

}  // namespace spinn
