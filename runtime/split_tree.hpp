/// Dealing out a number of synapses to blocks of post neurons by halving the range of blocks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/count_draws.hpp"
#include "runtime/post_blocks.hpp"
#include "runtime/random.hpp"

namespace spinn {

/// The halving tree of all blocks, as far as it leads to wanted ones. The number that goes left is drawn with the node,
/// so every block can be reached without the others.
struct SplitTree {
    using Reference = std::int64_t;  ///< a node from 0 on; ~i for wanted block i; or `nowhere`
    static constexpr Reference nowhere = INT64_MIN;

    struct Node {
        std::uint32_t id;                   ///< part of the draw's key: 1 for the root, 2 id and 2 id + 1 below
        std::uint32_t first, middle, last;  ///< blocks [first, middle) to the left, [middle, last) to the right
        Reference left, right;
    };
    std::vector<Node> nodes;
    Reference root = nowhere;
};

SplitTree split_tree(std::uint32_t n_blocks, std::span<const PostBlock> wanted);

/// Deals `n` synapses out to the blocks below `at` and visits the wanted ones that get some, ascending.
/// @param words  shape [node][4]: the random block of every node  @param cells  cells(first, last): number of cells of
/// a range of blocks; without replacement at least n  @param visit  visit(index of the wanted block, number of
/// synapses)
template <class Cells, class Visit>
void deal_out(const SplitTree& tree, SplitTree::Reference at, std::uint64_t n, const std::uint32_t* words,
              SplitDraws& splits, const Cells& cells, const Visit& visit) {
    while (n != 0 && at >= 0) {
        const SplitTree::Node& node = tree.nodes[static_cast<std::size_t>(at)];
        const std::uint64_t left_cells = cells(node.first, node.middle);
        const std::uint64_t all_cells = left_cells + cells(node.middle, node.last);
        const double u = open_unit(words[4 * at], words[4 * at + 1]);
        const std::uint64_t n_left = splits.draw(u, n, left_cells, all_cells);
        if (node.right == SplitTree::nowhere) {
            n = n_left;
            at = node.left;
            continue;
        }
        if (node.left != SplitTree::nowhere) deal_out(tree, node.left, n_left, words, splits, cells, visit);
        n -= n_left;
        at = node.right;
    }
    if (n != 0 && at != SplitTree::nowhere) visit(static_cast<std::uint32_t>(~at), n);
}

}  // namespace spinn
