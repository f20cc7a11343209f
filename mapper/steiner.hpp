/// Small trees on the lattice of chips: which chips a net passes, so that they join its source and its targets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mapper/lattice.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Every working link of a machine, by number of chip (chip_index): next[chip * 6 + link], or `no_chip`.
struct ChipGrid {
    static constexpr std::uint32_t no_chip = 0xffffffff;
    std::vector<std::uint32_t> next;
    std::size_t size() const { return next.size() / link_count; }
    std::uint32_t step(std::uint32_t chip, std::size_t link) const { return next[chip * link_count + link]; }
};
ChipGrid chip_grid(const MachineShape& machine);

/// Finds sets of chips that a tree can span, near the Steiner bound: chips in the order in which shortest paths reach
/// them from what is there (H. Takahashi, A. Matsuyama, 1980), then every path between branches is taken out and put
/// back where it is shortest. Dead parts are no special case: distances are those of working links.
class SteinerSet {
 public:
    explicit SteinerSet(const ChipGrid& grid);

    /// @param terminals  chips, the source first; without duplicates
    /// @param chips  receives the set: connected, holds all terminals, the source first
    /// @returns the first terminal that cannot be reached, if any
    std::optional<std::uint32_t> find(std::span<const std::uint32_t> terminals, std::vector<std::uint32_t>& chips);

 private:
    struct Mark {
        std::uint32_t search = 0;  ///< number of the search that this is of
        std::uint32_t hops = 0;    ///< from the tree
        std::uint32_t from = 0;    ///< the chip before it
        std::uint8_t link = 0;     ///< of that chip
        bool closed = false;
    };
    struct Node {
        std::uint32_t net = 0;  ///< number of the net that this is of
        std::uint8_t links = 0;
        bool in_tree = false, terminal = false, side = false, seen = false;
    };

    bool in_tree(std::uint32_t chip) const { return nodes_[chip].net == net_ && nodes_[chip].in_tree; }
    Node& node(std::uint32_t chip);
    void offer(std::uint32_t chip, std::uint32_t hops, std::uint32_t from, std::size_t link);
    void join(std::uint32_t from, std::size_t link);
    void cut(std::uint32_t from, std::size_t link);
    void add_path(std::uint32_t chip);
    std::optional<std::uint32_t> connect(std::span<const std::uint32_t> terminals);
    bool improve();
    bool replace_chain(std::uint32_t chip);
    void flood(std::uint32_t start, std::vector<std::uint32_t>& reached) const;
    bool reconnect(std::span<const std::uint32_t> side, std::uint32_t most_hops);
    void prune(std::vector<std::uint32_t>& chips);

    const ChipGrid& grid_;
    std::vector<Mark> marks_;                        ///< [chip]
    std::vector<Node> nodes_;                        ///< [chip]
    std::vector<std::vector<std::uint32_t>> queue_;  ///< [hops]: chips to look at
    std::vector<std::uint32_t> tree_;                ///< chips that were ever added to this net's tree
    std::vector<std::uint32_t> chain_, side_a_, side_b_;
    std::uint32_t net_ = 0, search_ = 0;
};

}  // namespace spinn
