/// What the placer works on: units (slices that stay together), the hyperedges between them, and the room on chips.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/place.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Lists of different lengths in one array.
struct Lists {
    std::vector<std::size_t> first{0};  ///< [list], one more at the end
    std::vector<std::uint32_t> items;
    std::span<const std::uint32_t> operator[](std::size_t list) const {
        return std::span(items).subspan(first[list], first[list + 1] - first[list]);
    }
    std::size_t size() const { return first.size() - 1; }
    void end_list() { first.push_back(items.size()); }
};

/// For each of n_items items, the lists that hold it, ascending.
Lists inverse(const Lists& lists, std::size_t n_items);

struct PlaceProblem {
    static constexpr std::uint32_t none = 0xffffffff;

    Lists slices_of;                        ///< [unit]; slices without a place yet
    std::vector<std::uint32_t> unit_of;     ///< [slice]; none: a device
    std::vector<std::uint32_t> cores;       ///< [unit]
    std::vector<std::uint64_t> bytes;       ///< [unit] of SDRAM
    std::vector<std::uint32_t> fixed_chip;  ///< [unit]; none: anywhere

    /// Hyperedges: units that nets have in common. Nets with the same targets are one; a net whose targets no other net
    /// has holds its source too, as the last.
    Lists pins;
    std::vector<double> weight;  ///< [hyperedge]: sum over its nets
    /// Sources of hyperedges that several nets share: each has to reach it.
    struct Attachment {
        std::uint32_t unit = 0, edge = 0;
        double weight = 0.0;
    };
    std::vector<Attachment> attachments;  ///< sorted by unit

    std::vector<std::uint32_t> free_cores;  ///< [chip] bit p: virtual core p may be used
    std::vector<std::uint64_t> free_bytes;  ///< [chip]

    std::size_t n_units() const { return cores.size(); }
};

/// @throws RequestError when a constraint cannot be kept: which, and what would be right
PlaceProblem place_problem(const MachineGraph& graph, const MachineShape& machine, PlaceObjective objective);

/// The problem with units joined: unit u becomes unit coarse_of[u]. Its slices are not listed.
PlaceProblem joined(const PlaceProblem& problem, const std::vector<std::uint32_t>& coarse_of);

/// Joins pairs of units that say so much to each other that they should share a chip, whatever that displaces: more
/// than a sixteenth, the share of a core in a chip, of all else that either has to do with.
/// @returns [unit] its number when joined
std::vector<std::uint32_t> inseparable_pairs(const PlaceProblem& problem);

using ChipOfUnit = std::vector<std::uint32_t>;  ///< [unit]; PlaceProblem::none: no place yet

}  // namespace spinn
