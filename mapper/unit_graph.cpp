#include "mapper/unit_graph.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "mapper/parallel.hpp"
#include "mapper/small_random.hpp"

namespace spinn {

namespace {

constexpr std::size_t sampled_from = 96;  // larger hyperedges are known by some of their pairs

struct Edge {
    std::uint32_t a, b;
    float weight;
};

/// Adjacency lists out of edges. Parallel edges stay apart; the first halving joins them.
UnitGraph from_edges(const std::vector<Edge>& edges, std::vector<std::uint32_t> size) {
    UnitGraph graph;
    graph.size = std::move(size);
    graph.first.assign(graph.size.size() + 1, 0);
    for (const Edge& edge : edges) ++graph.first[edge.a + 1], ++graph.first[edge.b + 1];
    std::partial_sum(graph.first.begin(), graph.first.end(), graph.first.begin());
    graph.neighbour.resize(edges.size() * 2);
    graph.weight.resize(edges.size() * 2);
    std::vector<std::size_t> next(graph.first.begin(), graph.first.end() - 1);
    for (const Edge& edge : edges) {
        const std::size_t at_a = next[edge.a]++, at_b = next[edge.b]++;
        graph.neighbour[at_a] = edge.b;
        graph.neighbour[at_b] = edge.a;
        graph.weight[at_a] = graph.weight[at_b] = edge.weight;
    }
    return graph;
}

}  // namespace

UnitGraph unit_graph(const PlaceProblem& problem, std::uint64_t seed) {
    std::vector<Edge> edges;
    const auto add = [&](std::uint32_t a, std::uint32_t b, double weight) {
        if (a != b) edges.push_back({a, b, static_cast<float>(weight)});
    };
    // Each edge of a hyperedge counts less the larger it is: that two of its many pins share a chip saves little.
    for (std::uint32_t e = 0; e < problem.pins.size(); ++e) {
        const auto pins = problem.pins[e];
        const double weight = problem.weight[e] / static_cast<double>(std::max<std::size_t>(pins.size(), 2) - 1);
        if (pins.size() <= 8) {
            for (std::size_t i = 0; i < pins.size(); ++i)
                for (std::size_t j = i + 1; j < pins.size(); ++j) add(pins[i], pins[j], 2.0 * weight);
        } else if (pins.size() <= sampled_from) {
            // The last pin is the source where there is one; then a ring or two of the others.
            for (std::size_t i = 0; i + 1 < pins.size(); ++i) add(pins.back(), pins[i], weight);
            const std::size_t stride = 1 + mixed(seed ^ e) % (pins.size() - 1);
            for (std::size_t i = 0; i < pins.size(); ++i) add(pins[i], pins[(i + stride) % pins.size()], weight);
        } else {
            for (int ring = 0; ring < 4; ++ring) {
                const std::size_t stride =
                    1 + mixed(seed ^ (std::uint64_t{e} << 8) ^ static_cast<unsigned>(ring)) % (pins.size() - 1);
                for (std::size_t i = 0; i < pins.size(); ++i)
                    add(pins[i], pins[(i + stride) % pins.size()], weight * static_cast<double>(pins.size()) / 16.0);
            }
        }
    }
    for (const PlaceProblem::Attachment& attachment : problem.attachments) {
        const auto pins = problem.pins[attachment.edge];
        if (pins.empty()) continue;
        const std::size_t n = std::min<std::size_t>(pins.size(), 8);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t pin =
                n == pins.size()
                    ? i
                    : mixed(seed ^ (std::uint64_t{attachment.unit} << 32) ^ (attachment.edge * n + i)) % pins.size();
            add(attachment.unit, pins[pin], attachment.weight / static_cast<double>(n));
        }
    }
    return from_edges(edges, problem.cores);
}

std::vector<std::uint32_t> match(const UnitGraph& graph, std::uint32_t most_cores, std::uint64_t seed, bool strangers) {
    const auto n = static_cast<std::uint32_t>(graph.n_nodes());
    constexpr std::uint32_t none = PlaceProblem::none;
    std::vector<std::uint32_t> order(n), partner(n, none);
    std::iota(order.begin(), order.end(), 0u);
    // Small nodes first, so that sizes stay alike; else in an order without meaning.
    std::vector<std::uint64_t> rank(n);
    for (std::uint32_t i = 0; i < n; ++i) rank[i] = std::uint64_t{graph.size[i]} << 40 | mixed(seed + i) >> 24;
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return std::tie(rank[a], a) < std::tie(rank[b], b); });
    for (const std::uint32_t node : order) {
        if (partner[node] != none) continue;
        partner[node] = node;
        float best = 0.0f;
        std::uint32_t with = none;
        for (std::size_t i = graph.first[node]; i < graph.first[node + 1]; ++i) {
            const std::uint32_t other = graph.neighbour[i];
            if (partner[other] != none || graph.size[node] + graph.size[other] > most_cores) continue;
            const float rating = graph.weight[i] / static_cast<float>(std::max(1u, graph.size[other]));
            if (rating > best) best = rating, with = other;
        }
        if (with != none) partner[node] = with, partner[with] = node;
    }
    if (strangers) {
        std::uint32_t waiting = none;
        for (const std::uint32_t node : order) {
            if (partner[node] != node) continue;
            if (waiting != none && graph.size[waiting] + graph.size[node] <= most_cores) {
                partner[node] = waiting;
                partner[waiting] = node;
                waiting = none;
            } else {
                waiting = node;
            }
        }
    }
    std::vector<std::uint32_t> coarse_of(n, none);
    std::uint32_t n_coarse = 0;
    for (std::uint32_t node = 0; node < n; ++node) {
        if (coarse_of[node] != none) continue;
        coarse_of[node] = coarse_of[partner[node]] = n_coarse++;
    }
    return coarse_of;
}

UnitGraph contract(const UnitGraph& graph, const std::vector<std::uint32_t>& coarse_of, std::size_t n_threads) {
    const std::size_t n_coarse = coarse_of.empty() ? 0 : *std::max_element(coarse_of.begin(), coarse_of.end()) + 1u;
    Lists members;
    members.first.assign(n_coarse + 1, 0);
    for (const std::uint32_t c : coarse_of) ++members.first[c + 1];
    std::partial_sum(members.first.begin(), members.first.end(), members.first.begin());
    members.items.resize(coarse_of.size());
    std::vector<std::size_t> next(members.first.begin(), members.first.end() - 1);
    for (std::uint32_t node = 0; node < coarse_of.size(); ++node) members.items[next[coarse_of[node]]++] = node;

    UnitGraph coarse;
    coarse.size.assign(n_coarse, 0);
    std::vector<std::vector<std::pair<std::uint32_t, float>>> rows(n_coarse);
    // Where a neighbour stands in the row in the making; one a thread.
    struct Place {
        std::uint32_t row = PlaceProblem::none, at = 0;
    };
    std::vector<std::vector<Place>> places(n_threads, std::vector<Place>(n_coarse));
    constexpr std::size_t part_size = 256;
    parallel_for((n_coarse + part_size - 1) / part_size, n_threads, [&](std::size_t part, std::size_t thread) {
        std::vector<std::pair<std::uint32_t, float>> row;
        for (std::size_t c = part * part_size; c < std::min(n_coarse, (part + 1) * part_size); ++c) {
            row.clear();
            for (const std::uint32_t node : members[c]) {
                coarse.size[c] += graph.size[node];
                for (std::size_t i = graph.first[node]; i < graph.first[node + 1]; ++i) {
                    const std::uint32_t to = coarse_of[graph.neighbour[i]];
                    if (to == c) continue;
                    Place& place = places[thread][to];
                    if (place.row != c) {
                        place = {static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(row.size())};
                        row.emplace_back(to, 0.0f);
                    }
                    row[place.at].second += graph.weight[i];
                }
            }
            rows[c].assign(row.begin(), row.end());
        }
    });
    coarse.first.assign(1, 0);
    std::size_t n_edges = 0;
    for (const auto& row : rows) n_edges += row.size();
    coarse.neighbour.reserve(n_edges);
    coarse.weight.reserve(n_edges);
    for (const auto& row : rows) {
        for (const auto& [to, weight] : row) {
            coarse.neighbour.push_back(to);
            coarse.weight.push_back(weight);
        }
        coarse.first.push_back(coarse.neighbour.size());
    }
    return coarse;
}

}  // namespace spinn
