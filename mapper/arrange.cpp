#include "mapper/arrange.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "mapper/parallel.hpp"
#include "mapper/small_random.hpp"

namespace spinn {

namespace {

constexpr std::size_t lanes = 8;

/// Rows of floats, padded with zeros to whole runs of lanes.
class Matrix {
 public:
    Matrix(std::size_t n_rows, std::size_t n_columns)
        : stride_((n_columns + lanes - 1) / lanes * lanes), items_(n_rows * stride_, 0.0f) {}
    float* row(std::size_t r) { return items_.data() + r * stride_; }
    const float* row(std::size_t r) const { return items_.data() + r * stride_; }
    std::size_t stride() const { return stride_; }

 private:
    std::size_t stride_;
    std::vector<float> items_;
};

/// What all tries have in common. Nodes are numbered anew, without the fixed ones; place i is where node i was.
struct Assignment {
    Assignment(const UnitGraph& graph, const ChipMap& map, std::span<const std::uint32_t> nodes,
               const std::vector<char>& fixed, const Positions& position)
        : n(nodes.size()), weight(n, n), hops_between(n, n), to_fixed(n, n) {
        std::vector<std::uint32_t> number(graph.n_nodes(), 0);
        for (std::size_t a = 0; a < n; ++a) number[nodes[a]] = static_cast<std::uint32_t>(a);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < n; ++b)
                hops_between.row(a)[b] = hops(displacement(map, position[nodes[a]], position[nodes[b]]));
            for (std::size_t i = graph.first[nodes[a]]; i < graph.first[nodes[a] + 1]; ++i) {
                const std::uint32_t partner = graph.neighbour[i];
                if (fixed[partner] == 0) {
                    weight.row(a)[number[partner]] += graph.weight[i];
                    continue;
                }
                for (std::size_t b = 0; b < n; ++b)
                    to_fixed.row(a)[b] +=
                        graph.weight[i] * hops(displacement(map, position[nodes[b]], position[partner]));
            }
        }
    }

    std::size_t n;
    Matrix weight;        ///< [node][node]
    Matrix hops_between;  ///< [place][place]
    Matrix to_fixed;      ///< [node][place] what it costs there because of fixed nodes
};

/// One solution in the making. near(a)[b] are the hops between the places of nodes a and b, so that a swap is weighed
/// by running along four rows.
class Arrangement {
 public:
    Arrangement(const Assignment& problem, std::uint64_t seed)
        : problem_(problem), place_(problem.n), near_(problem.n, problem.n), random_(seed) {
        std::iota(place_.begin(), place_.end(), 0u);
        for (std::size_t i = place_.size(); i > 1; --i) std::swap(place_[i - 1], place_[random_.below(i)]);
        for (std::size_t a = 0; a < place_.size(); ++a)
            for (std::size_t b = 0; b < place_.size(); ++b)
                near_.row(a)[b] = problem.hops_between.row(place_[a])[place_[b]];
    }

    void run(std::size_t n_trials) {
        constexpr std::size_t greedy_trials = 50;  // until the mean change is known
        float mean_change = 0.0f;
        for (std::size_t trial = 0; trial < n_trials; ++trial) {
            const std::size_t a = random_.below(place_.size()), b = random_.below(place_.size());
            if (a == b) continue;
            const float change = change_by_swap(a, b);
            mean_change += 0.02f * (std::abs(change) - mean_change);
            const float left = std::max(0.0f, 1.0f - 1.25f * static_cast<float>(trial) / static_cast<float>(n_trials));
            if (change < (trial < greedy_trials ? 0.0f : 0.25f * mean_change * left * left)) swap(a, b);
        }
    }

    double cost() const {
        double sum = 0.0;
        for (std::size_t a = 0; a < place_.size(); ++a) {
            for (std::size_t b = 0; b < place_.size(); ++b)
                sum += 0.5 * static_cast<double>(problem_.weight.row(a)[b]) * static_cast<double>(near_.row(a)[b]);
            sum += static_cast<double>(problem_.to_fixed.row(a)[place_[a]]);
        }
        return sum;
    }
    const std::vector<std::uint32_t>& places() const { return place_; }

 private:
    float change_by_swap(std::size_t a, std::size_t b) const {
        const float *weight_a = problem_.weight.row(a), *weight_b = problem_.weight.row(b);
        const float *near_a = near_.row(a), *near_b = near_.row(b);
        std::array<float, lanes> sums{};
        for (std::size_t k = 0; k < near_.stride(); k += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums[lane] += (weight_b[k + lane] - weight_a[k + lane]) * (near_a[k + lane] - near_b[k + lane]);
        const float sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
        const float *fixed_a = problem_.to_fixed.row(a), *fixed_b = problem_.to_fixed.row(b);
        const float by_fixed = (fixed_a[place_[b]] - fixed_a[place_[a]]) + (fixed_b[place_[a]] - fixed_b[place_[b]]);
        return sum + 2.0f * weight_a[b] * near_a[b] + by_fixed;  // the two stay as far apart as they are
    }

    void swap(std::size_t a, std::size_t b) {
        std::swap(place_[a], place_[b]);
        float *near_a = near_.row(a), *near_b = near_.row(b);
        std::swap_ranges(near_a, near_a + near_.stride(), near_b);
        for (std::size_t k = 0; k < place_.size(); ++k) std::swap(near_.row(k)[a], near_.row(k)[b]);
    }

    const Assignment& problem_;
    std::vector<std::uint32_t> place_;  ///< [node]
    Matrix near_;
    SmallRandom random_;
};

}  // namespace

void arrange(const UnitGraph& graph, const ChipMap& map, const std::vector<char>& fixed, Positions& position,
             std::uint64_t seed, std::size_t n_threads) {
    constexpr std::size_t n_tries = 8, trials_per_pair = 4;
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t node = 0; node < graph.n_nodes(); ++node)
        if (fixed[node] == 0) nodes.push_back(node);
    if (nodes.size() < 2) return;
    const Assignment problem(graph, map, nodes, fixed, position);
    std::vector<std::vector<std::uint32_t>> places(n_tries);
    std::vector<double> costs(n_tries, 0.0);
    parallel_for(n_tries, n_threads, [&](std::size_t i, std::size_t) {
        Arrangement arrangement(problem, seed + i);
        arrangement.run(trials_per_pair * nodes.size() * nodes.size());
        costs[i] = arrangement.cost();
        places[i] = arrangement.places();
    });
    const auto best = static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin());
    const Positions before = position;
    for (std::size_t a = 0; a < nodes.size(); ++a) position[nodes[a]] = before[nodes[places[best][a]]];
}

}  // namespace spinn
