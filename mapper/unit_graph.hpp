/// The hyperedges of a placement problem as a plain weighted graph, and its halving.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/place_problem.hpp"

namespace spinn {

struct UnitGraph {
    std::vector<std::size_t> first;        ///< [node], one more at the end
    std::vector<std::uint32_t> neighbour;  ///< in no order
    std::vector<float> weight;             ///< of the edge to that neighbour
    std::vector<std::uint32_t> size;       ///< [node] in cores
    std::size_t n_nodes() const { return size.size(); }
};

UnitGraph unit_graph(const PlaceProblem& problem, std::uint64_t seed);

/// Joins pairs of nodes along heavy edges; what finds no partner stays alone.
/// @param most_cores  of a joined node
/// @param strangers  what stays alone is then joined with others that do, without an edge
/// @returns for every node its number in the coarser graph
std::vector<std::uint32_t> match(const UnitGraph& graph, std::uint32_t most_cores, std::uint64_t seed, bool strangers);

UnitGraph contract(const UnitGraph& graph, const std::vector<std::uint32_t>& coarse_of, std::size_t n_threads);

}  // namespace spinn
