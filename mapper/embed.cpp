#include "mapper/embed.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mapper/arrange.hpp"
#include "mapper/chip_map.hpp"
#include "mapper/parallel.hpp"
#include "mapper/spread.hpp"
#include "mapper/unit_graph.hpp"

namespace spinn {

namespace {

constexpr std::size_t coarsest_nodes = 72;
constexpr std::size_t nodes_in_a_part = 1024;
constexpr std::size_t worth_threads = 100'000;  // edges; fewer are looked at sooner than a thread is started

/// The weighted sum of the ways from a node to its partners, and of the weights.
template <bool wraps>
std::pair<Position, float> pull_on(const UnitGraph& graph, const ChipMap& map, const Positions& position,
                                   std::size_t node) {
    // Two sums each, so that an addition need not wait for the one before.
    std::array<float, 2> x{}, y{}, sum{};
    const Position here = position[node];
    const auto add = [&](std::size_t i, std::size_t lane) {
        const Position there = position[graph.neighbour[i]];
        const Position way = wraps ? displacement(map, here, there) : Position{there.x - here.x, there.y - here.y};
        x[lane] += graph.weight[i] * way.x;
        y[lane] += graph.weight[i] * way.y;
        sum[lane] += graph.weight[i];
    };
    std::size_t i = graph.first[node];
    const std::size_t end = graph.first[node + 1];
    for (; i + 1 < end; i += 2) {
        add(i, 0);
        add(i + 1, 1);
    }
    if (i < end) add(i, 0);
    return {{x[0] + x[1], y[0] + y[1]}, sum[0] + sum[1]};
}

/// Moves every node towards the middle of its partners.
void smooth(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, float share,
            Positions& position, std::size_t n_threads) {
    Positions next = position;
    const std::size_t n = graph.n_nodes();
    const bool wraps = map.wrap_x > 0.0f || map.wrap_y > 0.0f;
    if (graph.neighbour.size() < worth_threads) n_threads = 1;
    parallel_for((n + nodes_in_a_part - 1) / nodes_in_a_part, n_threads, [&](std::size_t part, std::size_t) {
        for (std::size_t node = part * nodes_in_a_part; node < std::min(n, (part + 1) * nodes_in_a_part); ++node) {
            if (fixed[node] != 0) continue;
            const auto [pull, sum] =
                wraps ? pull_on<true>(graph, map, position, node) : pull_on<false>(graph, map, position, node);
            if (sum <= 0.0f) continue;
            const float part_of_way = share / sum;
            next[node] = {position[node].x + part_of_way * pull.x, position[node].y + part_of_way * pull.y};
        }
    });
    position.swap(next);
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

    // Where no more edges can be matched, whatever is left over is: it must come down to some dozens.
    const std::uint64_t most_cores = std::max<std::uint64_t>(2, all_cores / 12);
    bool strangers = false;
    for (std::uint64_t most = 3;;) {
        Level& fine = levels.back();
        const std::size_t n_free = static_cast<std::size_t>(std::ranges::count(fine.fixed, 0));
        if (n_free <= coarsest_nodes) break;
        const auto limit = static_cast<std::uint32_t>(std::min(most, most_cores));
        fine.coarse_of = match(fine.graph, limit, seed + levels.size(), strangers);
        const std::size_t n_coarse = *std::max_element(fine.coarse_of.begin(), fine.coarse_of.end()) + std::size_t{1};
        if ((fine.graph.n_nodes() - n_coarse) * 20 < n_free) {
            if (strangers && limit == most_cores) break;
            if (strangers) most *= 2;
            strangers = !strangers;
            continue;
        }
        strangers = false;
        most *= 2;
        Level coarse;
        coarse.graph = contract(fine.graph, fine.coarse_of, n_threads);
        coarse.fixed.assign(n_coarse, 0);
        Positions positions(n_coarse);
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
    arrange(levels.back().graph, map, levels.back().fixed, position, seed, n_threads);
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
