#include "mapper/embed.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>

#include "mapper/chip_map.hpp"
#include "mapper/parallel.hpp"
#include "mapper/unit_graph.hpp"

namespace spinn {

namespace {

constexpr std::size_t coarsest_nodes = 72;
constexpr std::size_t nodes_in_a_part = 1024;

using Positions = std::vector<Position>;  ///< [node]

/// Spreads nodes over chips: both are halved again and again, across the longer side, in the order of their
/// coordinates, so that every chip gets what it has room for and neighbours stay neighbours.
class Spreader {
 public:
    Spreader(const ChipMap& map, std::size_t n_threads) : map_(map), n_threads_(n_threads) {}

    /// @param position  of nodes; those that are not fixed get a place among the chips
    /// @param chip_of  [node], where wanted: the chip
    void spread(const std::vector<std::uint32_t>& size, const std::vector<char>& fixed, Positions& position,
                ChipOfUnit* chip_of) {
        std::vector<std::uint32_t> nodes;
        for (std::uint32_t node = 0; node < size.size(); ++node)
            if (fixed[node] == 0) nodes.push_back(node);
        if (map_.wrap_x > 0.0f || map_.wrap_y > 0.0f)
            for (const std::uint32_t node : nodes) position[node] = inside(position[node]);
        std::vector<std::uint32_t> chips = map_.chips;
        std::vector<Segment> segments{{0, nodes.size(), 0, chips.size()}}, halves;
        while (!segments.empty()) {
            halves.assign(segments.size() * 2, {});
            parallel_for(segments.size(), n_threads_, [&](std::size_t s, std::size_t) {
                const Segment& segment = segments[s];
                const std::span here(nodes.data() + segment.first_node, segment.n_nodes);
                const std::span there(chips.data() + segment.first_chip, segment.n_chips);
                if (there.size() == 1 || (here.size() <= 1 && chip_of == nullptr)) {
                    settle(here, there, position, chip_of);
                    return;
                }
                const auto [left_nodes, left_chips] = halve(here, there, size, position);
                halves[2 * s] = {segment.first_node, left_nodes, segment.first_chip, left_chips};
                halves[2 * s + 1] = {segment.first_node + left_nodes, here.size() - left_nodes,
                                     segment.first_chip + left_chips, there.size() - left_chips};
            });
            std::erase_if(halves, [](const Segment& half) { return half.n_nodes == 0; });
            segments.swap(halves);
        }
    }

 private:
    struct Segment {
        std::size_t first_node = 0, n_nodes = 0, first_chip = 0, n_chips = 0;
    };

    Position inside(Position p) const {
        if (map_.wrap_x > 0.0f) p.x -= map_.wrap_x * std::floor((p.x + 0.5f) / map_.wrap_x);
        if (map_.wrap_y > 0.0f) p.y -= map_.wrap_y * std::floor((p.y + 0.5f) / map_.wrap_y);
        return p;
    }

    /// The two axes along which is cut: of the plane, or of the torus.
    float along(int axis, Position p) const {
        const bool torus = map_.wrap_x > 0.0f || map_.wrap_y > 0.0f;
        if (axis == 0) return torus ? p.x : p.x - 0.5f * p.y;
        return torus ? p.y : 0.8660254f * p.y;
    }

    std::pair<std::size_t, std::size_t> halve(std::span<std::uint32_t> nodes, std::span<std::uint32_t> chips,
                                              const std::vector<std::uint32_t>& size, const Positions& position) const {
        std::array<float, 2> least{1e30f, 1e30f}, most{-1e30f, -1e30f};
        for (const std::uint32_t chip : chips)
            for (int axis = 0; axis < 2; ++axis) {
                const float at = along(axis, map_.position[chip]);
                const auto a = static_cast<std::size_t>(axis);
                least[a] = std::min(least[a], at);
                most[a] = std::max(most[a], at);
            }
        const int axis = most[0] - least[0] >= most[1] - least[1] ? 0 : 1;

        const std::size_t left_chips = chips.size() / 2;
        std::nth_element(chips.begin(), chips.begin() + static_cast<std::ptrdiff_t>(left_chips), chips.end(),
                         [&](auto a, auto b) {
                             const float at = along(axis, map_.position[a]), bt = along(axis, map_.position[b]);
                             return std::tie(at, a) < std::tie(bt, b);
                         });
        std::uint64_t left_room = 0, room = 0, wanted = 0;
        for (std::size_t i = 0; i < chips.size(); ++i) {
            room += map_.cores[chips[i]];
            if (i < left_chips) left_room += map_.cores[chips[i]];
        }
        bool alike = true;
        for (const std::uint32_t node : nodes) {
            wanted += size[node];
            alike = alike && size[node] == size[nodes.front()];
        }
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            const float at = along(axis, position[a]), bt = along(axis, position[b]);
            return std::tie(at, a) < std::tie(bt, b);
        };
        // All chips full but one, where that much room was chosen; else in proportion, but never more than there is.
        const std::uint64_t right_room = room - left_room;
        std::uint64_t left_wanted = room == 0 ? 0 : (wanted * left_room + room / 2) / room;
        if (room <= wanted + physical_cores_per_chip) left_wanted = wanted;
        left_wanted = std::min(left_wanted, left_room);
        if (wanted > right_room) left_wanted = std::max(left_wanted, std::min(wanted - right_room, left_room));
        std::size_t left = 0;
        if (alike) {
            left = nodes.empty() ? 0 : static_cast<std::size_t>(left_wanted / std::max(1u, size[nodes.front()]));
            left = std::min(left, nodes.size());
            if (left > 0 && left < nodes.size())
                std::nth_element(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(left), nodes.end(), before);
        } else {
            std::sort(nodes.begin(), nodes.end(), before);
            std::uint64_t sum = 0;
            while (left < nodes.size() && sum + (size[nodes[left]] + 1) / 2 <= left_wanted) sum += size[nodes[left++]];
        }
        return {left, left_chips};
    }

    /// No further halving: the nodes get the middle of the chips, or the chip.
    void settle(std::span<const std::uint32_t> nodes, std::span<const std::uint32_t> chips, Positions& position,
                ChipOfUnit* chip_of) const {
        Position middle;
        for (const std::uint32_t chip : chips) {
            middle.x += map_.position[chip].x / static_cast<float>(chips.size());
            middle.y += map_.position[chip].y / static_cast<float>(chips.size());
        }
        for (const std::uint32_t node : nodes) {
            position[node] = middle;
            if (chip_of != nullptr) (*chip_of)[node] = chips.front();
        }
    }

    const ChipMap& map_;
    std::size_t n_threads_;
};

/// Moves every node towards the middle of its partners.
void smooth(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, float share,
            Positions& position, std::size_t n_threads) {
    Positions next = position;
    const std::size_t n = graph.n_nodes();
    parallel_for((n + nodes_in_a_part - 1) / nodes_in_a_part, n_threads, [&](std::size_t part, std::size_t) {
        for (std::size_t node = part * nodes_in_a_part; node < std::min(n, (part + 1) * nodes_in_a_part); ++node) {
            if (fixed[node] != 0) continue;
            float x = 0.0f, y = 0.0f, sum = 0.0f;
            for (std::size_t i = graph.first[node]; i < graph.first[node + 1]; ++i) {
                const Position way = displacement(map, position[node], position[graph.neighbour[i]]);
                x += graph.weight[i] * way.x;
                y += graph.weight[i] * way.y;
                sum += graph.weight[i];
            }
            if (sum > 0.0f) next[node] = {position[node].x + share * x / sum, position[node].y + share * y / sum};
        }
    });
    position.swap(next);
}

/// Arranges few nodes by swaps with a sinking threshold, the sum of weight x hops as the cost.
/// @returns the cost, up to what the fixed nodes have among themselves
double arrange(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, Positions& position,
               std::uint64_t seed) {
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t node = 0; node < graph.n_nodes(); ++node)
        if (fixed[node] == 0) nodes.push_back(node);
    if (nodes.size() < 2) return 0.0;
    const auto cost_at = [&](std::uint32_t node, Position at, std::uint32_t other, Position other_at) {
        float sum = 0.0f;
        for (std::size_t i = graph.first[node]; i < graph.first[node + 1]; ++i) {
            const std::uint32_t partner = graph.neighbour[i];
            sum += graph.weight[i] * hops(displacement(map, at, partner == other ? other_at : position[partner]));
        }
        return sum;
    };
    std::mt19937_64 random(seed);
    for (std::size_t i = nodes.size(); i > 1; --i) std::swap(position[nodes[i - 1]], position[nodes[random() % i]]);
    const std::size_t work = std::max<std::size_t>(1, graph.neighbour.size() / graph.n_nodes());
    const std::size_t n_trials = std::min<std::size_t>(nodes.size() * 300, 1'000'000 / work);
    double mean_change = 0.0;
    for (std::size_t trial = 0; trial < n_trials; ++trial) {
        const std::uint32_t a = nodes[random() % nodes.size()], b = nodes[random() % nodes.size()];
        if (a == b) continue;
        const float before = cost_at(a, position[a], b, position[b]) + cost_at(b, position[b], a, position[a]);
        const float after = cost_at(a, position[b], b, position[a]) + cost_at(b, position[a], a, position[b]);
        const float change = after - before;
        mean_change += 0.02 * (std::abs(change) - mean_change);
        const double left = std::max(0.0, 1.0 - 1.25 * static_cast<double>(trial) / static_cast<double>(n_trials));
        if (trial < 50 ? change < 0.0f : change < 0.25 * mean_change * left * left) std::swap(position[a], position[b]);
    }
    double cost = 0.0;
    for (const std::uint32_t node : nodes) cost += cost_at(node, position[node], node, position[node]);
    return cost;
}

/// The best of several arrangements: a single one may be folded or twisted, and what follows could not undo that.
void arrange_best(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, Positions& position,
                  std::uint64_t seed, std::size_t n_threads) {
    constexpr std::size_t n_tries = 8;
    std::vector<Positions> tries(n_tries, position);
    std::vector<double> costs(n_tries, 0.0);
    parallel_for(n_tries, n_threads,
                 [&](std::size_t i, std::size_t) { costs[i] = arrange(graph, map, fixed, tries[i], seed + i); });
    position = std::move(tries[static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin())]);
}

}  // namespace

ChipOfUnit embed(const PlaceProblem& problem, const MachineShape& machine, std::uint64_t seed, std::size_t n_threads) {
    const ChipMap map = choose_chips(problem, machine);
    struct Level {
        UnitGraph graph;
        std::vector<char> fixed;
        std::vector<std::uint32_t> coarse_of;  ///< [node] in the next level
    };
    std::vector<Level> levels(1);
    levels[0].graph = unit_graph(problem, seed);
    for (const std::uint32_t chip : problem.fixed_chip) levels[0].fixed.push_back(chip != PlaceProblem::none ? 1 : 0);
    std::vector<Positions> fixed_positions(1);
    fixed_positions[0].resize(problem.n_units());
    std::uint64_t all_cores = 0;
    for (std::size_t unit = 0; unit < problem.n_units(); ++unit) {
        const std::uint32_t chip = problem.fixed_chip[unit];
        if (chip != PlaceProblem::none) fixed_positions[0][unit] = map.position[chip];
        if (chip == PlaceProblem::none) all_cores += problem.cores[unit];
    }
    const std::uint32_t never_joins = static_cast<std::uint32_t>(all_cores) + 1;
    for (std::size_t unit = 0; unit < problem.n_units(); ++unit)
        if (levels[0].fixed[unit] != 0) levels[0].graph.size[unit] = never_joins;

    for (std::uint64_t most = 3; levels.back().graph.n_nodes() > coarsest_nodes; most *= 2) {
        Level& fine = levels.back();
        const std::uint64_t limit = std::min<std::uint64_t>(most, std::max<std::uint64_t>(2, all_cores / 12));
        fine.coarse_of = match(fine.graph, static_cast<std::uint32_t>(limit), seed + levels.size());
        Level coarse;
        coarse.graph = contract(fine.graph, fine.coarse_of, n_threads);
        if (coarse.graph.n_nodes() * 20 > fine.graph.n_nodes() * 19) break;
        coarse.fixed.assign(coarse.graph.n_nodes(), 0);
        Positions positions(coarse.graph.n_nodes());
        for (std::size_t node = 0; node < fine.coarse_of.size(); ++node) {
            if (fine.fixed[node] == 0) continue;
            coarse.fixed[fine.coarse_of[node]] = 1;
            positions[fine.coarse_of[node]] = fixed_positions.back()[node];
        }
        fixed_positions.push_back(std::move(positions));
        levels.push_back(std::move(coarse));
    }

    Spreader spreader(map, n_threads);
    Positions position = fixed_positions.back();
    // Some arrangement, then a good one. Nodes in their order along the longer axis are as good as any.
    for (std::size_t node = 0; node < position.size(); ++node)
        if (levels.back().fixed[node] == 0)
            position[node] =
                map.chips.empty() ? Position{} : map.position[map.chips[node * map.chips.size() / position.size()]];
    spreader.spread(levels.back().graph.size, levels.back().fixed, position, nullptr);
    arrange_best(levels.back().graph, map, levels.back().fixed, position, seed, n_threads);
    for (std::size_t l = levels.size(); l-- > 0;) {
        const Level& level = levels[l];
        if (l + 1 < levels.size()) {
            Positions fine = fixed_positions[l];
            for (std::size_t node = 0; node < fine.size(); ++node)
                if (level.fixed[node] == 0) fine[node] = position[level.coarse_of[node]];
            position.swap(fine);
            smooth(level.graph, map, level.fixed, 0.5f, position, n_threads);
        }
        const int rounds = l == 0 ? 4 : 5;
        for (int round = 0; round < rounds; ++round) {
            spreader.spread(level.graph.size, level.fixed, position, nullptr);
            smooth(level.graph, map, level.fixed, 0.8f, position, n_threads);
            if (l == 0) smooth(level.graph, map, level.fixed, 0.5f, position, n_threads);
        }
    }
    ChipOfUnit chips(problem.n_units(), PlaceProblem::none);
    if (!map.chips.empty()) spreader.spread(levels[0].graph.size, levels[0].fixed, position, &chips);
    for (std::size_t unit = 0; unit < problem.n_units(); ++unit)
        if (problem.fixed_chip[unit] != PlaceProblem::none) chips[unit] = problem.fixed_chip[unit];
    return chips;
}

}  // namespace spinn
