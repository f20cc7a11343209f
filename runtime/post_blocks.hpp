/// The neurons of a selection as connectors see them: by index within the selection, in fixed blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "runtime/cell_stream.hpp"
#include "runtime/connection_rule.hpp"

namespace spinn {

/// 256 neighbours in a selection of post neurons (fewer in the last block), and which of them a post range wants.
struct PostBlock {
    std::uint32_t index = 0;
    std::uint32_t first = 0, size = 0;  ///< indices within the selection
    BlockBits wanted{};
    bool whole = false;  ///< all are wanted
};

/// The blocks with a neuron of the population range [first_neuron, first_neuron + n_neurons), ascending.
std::vector<PostBlock> blocks_in_range(const NeuronSelection& selection, std::uint32_t first_neuron,
                                       std::uint32_t n_neurons);

/// How many neurons of the selection lie in the range.
std::uint64_t count_in_range(const NeuronSelection& selection, std::uint32_t first_neuron, std::uint32_t n_neurons);

inline std::uint32_t block_count(const NeuronSelection& selection) {
    return selection.count / post_block_size + (selection.count % post_block_size != 0 ? 1 : 0);
}
inline std::uint32_t block_size(const NeuronSelection& selection, std::uint32_t block) {
    const std::uint32_t left = selection.count - block * post_block_size;
    return left < post_block_size ? left : post_block_size;
}

/// From a neuron to its index in a selection.
class SelectionIndex {
 public:
    explicit SelectionIndex(const NeuronSelection& selection);
    std::optional<std::uint32_t> find(std::uint32_t neuron) const;

 private:
    std::uint32_t start_, step_, count_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>>
        sorted_;  ///< (neuron, index), when the selection lists its neurons
};

/// The pairs of a neuron with itself, where the rule excludes them; empty where it does not. Its cost depends on the
/// indices that the selections list, not on how many neurons they hold.
class SelfPairs {
 public:
    explicit SelfPairs(const ConnectionRule& rule);
    bool excluded() const { return excluded_; }

    /// The post index that pre index `pre` must not reach (and the other way round).
    std::optional<std::uint32_t> post_of(std::uint32_t pre) const;
    std::optional<std::uint32_t> pre_of(std::uint32_t post) const;

    /// Excluded pairs whose post index lies in [first, last).
    std::uint64_t between(std::uint64_t first, std::uint64_t last) const;
    std::uint64_t in_blocks(std::uint32_t first, std::uint32_t last) const {
        return between(std::uint64_t{first} * post_block_size, std::uint64_t{last} * post_block_size);
    }
    std::uint64_t count() const { return between(0, post_.count); }

    /// Excluded pairs whose post neuron lies in the population range.
    std::uint64_t in_range(std::uint32_t first_neuron, std::uint32_t n_neurons) const;

 private:
    const NeuronSelection& pre_;
    const NeuronSelection& post_;
    bool excluded_;
    SelectionIndex pre_index_, post_index_;
    std::vector<std::uint32_t>
        posts_;  ///< the post indices of the pairs, ascending, when a selection lists its neurons
};

}  // namespace spinn
