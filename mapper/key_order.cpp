#include "mapper/key_order.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "mapper/lattice.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t none = 0xffffffff;
constexpr std::uint32_t mixed = 0xffffffff;    // members take different routes: nothing to gain there any more
constexpr std::uint32_t defaulted = 1u << 31;  // no entry is needed as it is, so nothing to gain either
constexpr std::size_t most_compared = 24;      // clusters with the same route at a chip, of those that follow

/// What the members of a cluster do at a chip.
struct Visit {
    std::uint32_t chip = 0, route = 0;
};

/// Clusters of nets, and what each does at its chips, ascending.
struct Clusters {
    std::vector<std::size_t> first{0};
    std::vector<Visit> visits;
    std::span<const Visit> operator[](std::size_t cluster) const {
        return std::span(visits).subspan(first[cluster], first[cluster + 1] - first[cluster]);
    }
    std::size_t size() const { return first.size() - 1; }
    void end() { first.push_back(visits.size()); }
};

Clusters single_nets(const Routes& routes, const std::vector<std::uint32_t>& order, const MachineShape& machine) {
    Clusters clusters;
    for (const std::uint32_t net : order) {
        const auto begin = static_cast<std::ptrdiff_t>(clusters.visits.size());
        for (const RouteNode& node : routes[net]) {
            if (node.route == 0) continue;
            const bool straight = node.arrival && node.route == route_bit(opposite(*node.arrival));
            clusters.visits.push_back({static_cast<std::uint32_t>(chip_index(machine, node.chip)),
                                       straight ? node.route | defaulted : node.route});
        }
        std::sort(clusters.visits.begin() + begin, clusters.visits.end(),
                  [](const Visit& a, const Visit& b) { return a.chip < b.chip; });
        clusters.end();
    }
    return clusters;
}

/// Appends the cluster of all members of both.
void append_joined(std::span<const Visit> a, std::span<const Visit> b, Clusters& clusters) {
    auto i = a.begin(), j = b.begin();
    while (i != a.end() || j != b.end()) {
        if (j == b.end() || (i != a.end() && i->chip < j->chip)) {
            clusters.visits.push_back(*i++);
        } else if (i == a.end() || j->chip < i->chip) {
            clusters.visits.push_back(*j++);
        } else {
            clusters.visits.push_back({i->chip, i->route == j->route ? i->route : mixed});
            ++i, ++j;
        }
    }
    clusters.end();
}

/// Finds a partner for each cluster.
class Matching {
 public:
    /// @param length  [chip] of its table, so far
    Matching(const Clusters& clusters, const std::vector<std::uint32_t>& length)
        : clusters_(clusters),
          length_(length),
          next_(clusters.visits.size(), none),
          weight_(clusters.size(), 0.0f),
          gain_(clusters.size(), 0.0f) {
        cluster_of_.resize(clusters.visits.size());
        std::vector<std::size_t> first(length.size() + 1, 0);
        for (std::uint32_t c = 0; c < clusters.size(); ++c)
            for (std::size_t v = clusters.first[c]; v < clusters.first[c + 1]; ++v) {
                cluster_of_[v] = c;
                if ((clusters.visits[v].route & defaulted) != 0) continue;
                ++first[clusters.visits[v].chip + 1];
                weight_[c] += static_cast<float>(length[clusters.visits[v].chip]);
            }
        std::partial_sum(first.begin(), first.end(), first.begin());
        // Visits with the same route at the same chip form a chain, by rising number of the cluster.
        std::vector<std::uint64_t> ranked(first.back());  // by chip; route, then number of the visit
        std::vector<std::size_t> end(first.begin(), first.end() - 1);
        for (std::size_t v = 0; v < clusters.visits.size(); ++v) {
            const Visit& visit = clusters.visits[v];
            if ((visit.route & defaulted) == 0) ranked[end[visit.chip]++] = std::uint64_t{visit.route} << 32 | v;
        }
        for (std::size_t chip = 0; chip < length.size(); ++chip) {
            const std::span here(ranked.data() + first[chip], first[chip + 1] - first[chip]);
            std::sort(here.begin(), here.end());
            for (std::size_t i = 1; i < here.size(); ++i)
                if (here[i - 1] >> 32 == here[i] >> 32)
                    next_[here[i - 1] & 0xffffffff] = static_cast<std::uint32_t>(here[i]);
        }
    }

    enum class Pairs {
        equal,  ///< only of what is treated alike everywhere
        like,   ///< of what has something in common, or if nothing has, all
        all,    ///< but one when the number is odd
    };
    /// @returns [cluster] its partner
    std::vector<std::uint32_t> run(Pairs pairs) {
        std::vector<std::uint32_t> partner(clusters_.size(), none);
        bool any = false;
        for (std::uint32_t c = 0; c < clusters_.size(); ++c) {
            if (partner[c] != none) continue;
            const std::uint32_t best = best_partner(c, partner, pairs == Pairs::equal ? 1.0f : 0.0f);
            if (best == none) continue;
            partner[c] = best, partner[best] = c;
            any = true;
        }
        if (pairs == Pairs::equal || (any && pairs == Pairs::like)) return partner;
        std::uint32_t waiting = none;
        for (std::uint32_t c = 0; c < clusters_.size(); ++c) {
            if (partner[c] != none) continue;
            if (waiting == none) {
                waiting = c;
            } else {
                partner[c] = waiting, partner[waiting] = c;
                waiting = none;
            }
        }
        return partner;
    }

 private:
    std::uint32_t best_partner(std::uint32_t c, const std::vector<std::uint32_t>& partner, float least_score) {
        candidates_.clear();
        for (std::size_t v = clusters_.first[c]; v < clusters_.first[c + 1]; ++v) {
            std::size_t compared = 0;
            const auto weight = static_cast<float>(length_[clusters_.visits[v].chip]);
            for (std::uint32_t other = next_[v]; other != none && compared < most_compared; other = next_[other]) {
                const std::uint32_t candidate = cluster_of_[other];
                if (partner[candidate] != none) continue;
                ++compared;
                if (gain_[candidate] == 0.0f) candidates_.push_back(candidate);
                gain_[candidate] += weight;
            }
        }
        std::uint32_t best = none;
        float best_score = 0.0f;
        for (const std::uint32_t candidate : candidates_) {
            const float gain = std::exchange(gain_[candidate], 0.0f);
            // The share of what both do that they do alike: whole trees come before parts of them.
            const float score = gain / (weight_[c] + weight_[candidate] - gain);
            if (score < least_score) continue;
            if (score > best_score || (score == best_score && candidate < best)) best_score = score, best = candidate;
        }
        return best;
    }

    const Clusters& clusters_;
    const std::vector<std::uint32_t>& length_;
    std::vector<std::uint32_t> next_, cluster_of_;  ///< [visit]
    std::vector<float> weight_;                     ///< [cluster] of the chips where all members take one route
    std::vector<float> gain_;                       ///< [cluster]; 0 between searches
    std::vector<std::uint32_t> candidates_;
};

}  // namespace

std::vector<std::uint32_t> number_by_likeness(const Routes& routes, const std::vector<std::uint32_t>& order,
                                              const MachineShape& machine, int bits) {
    Clusters clusters = single_nets(routes, order, machine);
    std::vector<std::uint32_t> length(machine.chips.size(), 0);
    for (const Visit& visit : clusters.visits) length[visit.chip] += (visit.route & defaulted) == 0 ? 1 : 0;
    std::vector<std::vector<std::uint32_t>> halves;  // [level][2 * cluster, + 1]: the two of the level below
    using Pairs = Matching::Pairs;
    bool equal_ones = true;
    for (int bits_left = bits; clusters.size() > 1;) {
        const bool must_halve = clusters.size() > std::size_t{1} << (bits_left - 1);
        const std::vector<std::uint32_t> partner = Matching(clusters, length)
                                                       .run(must_halve   ? Pairs::all
                                                            : equal_ones ? Pairs::equal
                                                                         : Pairs::like);
        if (equal_ones && std::ranges::all_of(partner, [](std::uint32_t p) { return p == none; })) {
            equal_ones = false;
            continue;
        }
        --bits_left;
        Clusters joined;
        std::vector<std::uint32_t>& of_level = halves.emplace_back();
        for (std::uint32_t c = 0; c < clusters.size(); ++c) {
            if (partner[c] < c) continue;
            of_level.push_back(c);
            of_level.push_back(partner[c]);
            append_joined(clusters[c], partner[c] == none ? std::span<const Visit>{} : clusters[partner[c]], joined);
        }
        clusters = std::move(joined);
    }
    std::vector<std::uint32_t> numbers(1, 0), below;
    for (std::size_t level = halves.size(); level-- > 0;) {
        below.assign(halves[level].size(), 0);
        for (std::uint32_t i = 0; i < halves[level].size(); ++i)
            if (halves[level][i] != none) below[halves[level][i]] = 2 * numbers[i / 2] + i % 2;
        numbers.swap(below);
    }
    std::vector<std::uint32_t> result(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) result[order[i]] = numbers[i];
    return result;
}

}  // namespace spinn
