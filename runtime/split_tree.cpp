#include "runtime/split_tree.hpp"

#include <algorithm>

namespace spinn {

namespace {

SplitTree::Reference grow(SplitTree& tree, std::uint32_t id, std::uint32_t first, std::uint32_t last,
                          std::span<const PostBlock> wanted, std::size_t first_wanted) {
    if (wanted.empty()) return SplitTree::nowhere;
    if (last - first == 1) return ~static_cast<SplitTree::Reference>(first_wanted);
    const std::uint32_t middle = first + (last - first) / 2;
    const auto split =
        std::lower_bound(wanted.begin(), wanted.end(), middle,
                         [](const PostBlock& block, std::uint32_t index) { return block.index < index; });
    const auto n_left = static_cast<std::size_t>(split - wanted.begin());
    const std::size_t at = tree.nodes.size();
    tree.nodes.push_back({id, first, middle, last, SplitTree::nowhere, SplitTree::nowhere});
    const SplitTree::Reference left = grow(tree, 2 * id, first, middle, wanted.first(n_left), first_wanted);
    const SplitTree::Reference right =
        grow(tree, 2 * id + 1, middle, last, wanted.subspan(n_left), first_wanted + n_left);
    tree.nodes[at].left = left;
    tree.nodes[at].right = right;
    return static_cast<SplitTree::Reference>(at);
}

}  // namespace

SplitTree split_tree(std::uint32_t n_blocks, std::span<const PostBlock> wanted) {
    SplitTree tree;
    if (n_blocks != 0) tree.root = grow(tree, 1, 0, n_blocks, wanted, 0);
    return tree;
}

}  // namespace spinn
