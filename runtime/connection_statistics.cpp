#include "runtime/connection_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/count_draws.hpp"
#include "runtime/delay_ticks.hpp"
#include "runtime/post_blocks.hpp"

namespace spinn {

namespace {

double as_double(std::uint64_t n) { return static_cast<double>(n); }

/// A number that a sum of independent (or negatively correlated) 0-1 draws exceeds with probability below 1e-13.
/// Source: Bernstein's inequality with t = 8 sd + 40.
std::uint64_t bound_above(double mean, double variance, std::uint64_t most) {
    const double bound = std::ceil(mean + 8.0 * std::sqrt(variance) + 40.0);
    return bound < as_double(most) ? static_cast<std::uint64_t>(bound) : most;
}

/// Post neurons of the list in the population range.
std::uint64_t listed_in_range(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts) {
    return static_cast<std::uint64_t>(
        std::count_if(rule.synapses.begin(), rule.synapses.end(), [&](const ListedSynapse& synapse) {
            const std::uint32_t post = neuron_at(rule.post, synapse.post);
            return post >= first_post && post - first_post < n_posts;
        }));
}

/// Indices below the size both selections have, whose post neuron lies in the range; self pairs excluded where the rule
/// says so.
std::uint64_t one_to_one_in_range(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts) {
    const std::uint32_t common = std::min(rule.pre.count, rule.post.count);
    const bool exclude_self = rule.same_population && !rule.allow_self_connections;
    std::uint64_t count = 0;
    for (const PostBlock& block : blocks_in_range(rule.post, first_post, n_posts)) {
        for (std::uint32_t i = 0; i < block.size && block.first + i < common; ++i) {
            if (!test_bit(block.wanted, i)) continue;
            count += !(exclude_self && neuron_at(rule.pre, block.first + i) == neuron_at(rule.post, block.first + i));
        }
    }
    return count;
}

/// The whole post population, whatever its size.
constexpr std::uint32_t all_posts = 0xffffffffu;

}  // namespace

double expected_synapses(const ConnectionRule& rule) {
    const double pres = rule.pre.count, posts = rule.post.count;
    switch (rule.kind) {
        case ConnectorKind::all_to_all:
            return pres * posts - as_double(SelfPairs(rule).count());
        case ConnectorKind::one_to_one:
            return as_double(one_to_one_in_range(rule, 0, all_posts));
        case ConnectorKind::fixed_probability:
            return rule.probability * (pres * posts - as_double(SelfPairs(rule).count()));
        case ConnectorKind::fixed_total_number:
            return as_double(rule.n);
        case ConnectorKind::fixed_number_pre:
            return as_double(rule.n) * posts;
        case ConnectorKind::fixed_number_post:
            return as_double(rule.n) * pres;
        case ConnectorKind::list:
            return as_double(rule.synapses.size());
    }
    return 0.0;
}

std::uint64_t synapse_bound(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts) {
    if (rule.kind == ConnectorKind::list) return listed_in_range(rule, first_post, n_posts);
    if (rule.kind == ConnectorKind::one_to_one) return one_to_one_in_range(rule, first_post, n_posts);
    const std::uint64_t posts = count_in_range(rule.post, first_post, n_posts);
    if (rule.kind == ConnectorKind::fixed_number_pre) return rule.n * posts;
    if (posts == 0) return 0;

    const bool all_of_them = posts == rule.post.count;
    if (rule.kind == ConnectorKind::fixed_number_post) {
        const std::uint64_t pres = rule.pre.count;
        if (all_of_them) return rule.n * pres;
        // A pre neuron that is one of the posts may choose among one fewer.
        const bool self = rule.same_population && !rule.allow_self_connections;
        const double share = std::min(1.0, as_double(posts) / std::max(1.0, rule.post.count - (self ? 1.0 : 0.0)));
        const double mean = as_double(pres * rule.n) * share;
        return bound_above(mean, mean * (1.0 - share),
                           rule.with_replacement ? rule.n * pres : pres * std::min(rule.n, posts));
    }
    const SelfPairs self(rule);
    const std::uint64_t cells = rule.pre.count * posts - self.in_range(first_post, n_posts);
    if (rule.kind == ConnectorKind::all_to_all || rule.probability >= 1.0) {
        if (rule.kind != ConnectorKind::fixed_total_number) return cells;
    }
    if (rule.kind == ConnectorKind::fixed_probability) {
        const double mean = as_double(cells) * rule.probability;
        return rule.probability <= 0.0 ? 0 : bound_above(mean, mean * (1.0 - rule.probability), cells);
    }
    const std::uint64_t all_cells = std::uint64_t{rule.pre.count} * rule.post.count - self.count();
    if (cells == all_cells || all_cells == 0) return rule.n;
    const double share = as_double(cells) / as_double(all_cells), mean = as_double(rule.n) * share;
    return bound_above(mean, mean * (1.0 - share), rule.with_replacement ? rule.n : std::min(rule.n, cells));
}

std::uint32_t max_connections_per_post(const ConnectionRule& rule) {
    const double pres = rule.pre.count, posts = rule.post.count;
    if (pres == 0.0 || posts == 0.0) return 0;
    const double tail = 0.01 / posts;  // of one post neuron, so that all of them stay below with probability 0.99
    const auto likely = [&](double n, double p) {
        return static_cast<std::uint32_t>(binomial_upper_quantile(tail, n, p));
    };
    switch (rule.kind) {
        case ConnectorKind::all_to_all:
            return rule.pre.count - (SelfPairs(rule).count() == posts ? 1 : 0);
        case ConnectorKind::one_to_one:
            return one_to_one_in_range(rule, 0, all_posts) != 0 ? 1 : 0;
        case ConnectorKind::fixed_probability:
            return likely(pres, rule.probability);
        case ConnectorKind::fixed_total_number: {
            const std::uint32_t most = likely(as_double(rule.n), 1.0 / posts);
            return rule.with_replacement ? most : std::min(most, rule.pre.count);
        }
        case ConnectorKind::fixed_number_pre:
            return static_cast<std::uint32_t>(std::min<std::uint64_t>(rule.n, 0xffffffffu));
        case ConnectorKind::fixed_number_post: {
            if (rule.with_replacement) return likely(pres * as_double(rule.n), 1.0 / posts);
            return likely(pres, std::min(1.0, as_double(rule.n) / posts));
        }
        case ConnectorKind::list: {
            std::vector<std::uint32_t> into;
            into.reserve(rule.synapses.size());
            for (const ListedSynapse& synapse : rule.synapses) into.push_back(synapse.post);
            std::sort(into.begin(), into.end());
            std::uint32_t most = 0, run = 0;
            for (std::size_t i = 0; i < into.size(); ++i) {
                run = i != 0 && into[i] == into[i - 1] ? run + 1 : 1;
                most = std::max(most, run);
            }
            return most;
        }
    }
    return 0;
}

namespace {

SynapseSummary summarise_list(const std::vector<ListedSynapse>& synapses, double timestep_ms) {
    SynapseSummary summary;
    if (synapses.empty()) return summary;
    const double n = as_double(synapses.size());
    std::uint64_t total_ticks = 0;
    for (const ListedSynapse& synapse : synapses) {
        summary.mean_weight += std::abs(synapse.weight) / n;
        summary.max_weight = std::max(summary.max_weight, std::abs(synapse.weight));
        total_ticks += synapse.delay_ticks;
    }
    // Exact where all delays are equal: whether delays vary decides which estimate the ring buffer's shift follows.
    const double mean_ticks = as_double(total_ticks) / n;
    for (const ListedSynapse& synapse : synapses) {
        const double w = std::abs(synapse.weight) - summary.mean_weight, d = synapse.delay_ticks - mean_ticks;
        summary.weight_variance += w * w / n;
        summary.delay_variance_ms2 += d * d * timestep_ms * timestep_ms / n;
    }
    return summary;
}

}  // namespace

SynapseSummary summarise_synapses(const ConnectionRule& rule) {
    if (rule.kind == ConnectorKind::list) return summarise_list(rule.synapses, rule.timestep_ms);
    SynapseSummary summary;
    const double n = std::max(1.0, expected_synapses(rule));
    const double largest = maximum_probable(rule.weight, n), smallest = minimum_probable(rule.weight, n);
    summary.max_weight = std::max(std::abs(largest), std::abs(smallest));
    summary.mean_weight = std::abs(mean(rule.weight));
    summary.weight_variance = variance(rule.weight);
    if (smallest < 0.0 && largest > 0.0) {
        // Both signs occur: the moments of |w| by the midpoint rule over the quantiles.
        constexpr std::uint32_t points = 4096;
        const PreparedDistribution weight = prepare(rule.weight);
        double sum = 0.0, squares = 0.0;
        for (std::uint32_t i = 0; i < points; ++i) {
            const double w = std::abs(quantile(weight, (i + 0.5) / points));
            sum += w / points;
            squares += w * w / points;
        }
        summary.mean_weight = sum;
        summary.weight_variance = std::max(0.0, squares - sum * sum);
    }
    summary.delay_variance_ms2 = variance(rule.delay_ms);
    return summary;
}

double expected_fraction_delayed(const ConnectionRule& rule, std::uint32_t slots) {
    if (rule.kind != ConnectorKind::list)
        return 1.0 - as_double(DelayTicks(rule.delay_ms, rule.timestep_ms).first_draw_beyond(slots)) * 0x1p-32;
    if (rule.synapses.empty()) return 0.0;
    const auto beyond = std::count_if(rule.synapses.begin(), rule.synapses.end(),
                                      [slots](const ListedSynapse& synapse) { return synapse.delay_ticks > slots; });
    return static_cast<double>(beyond) / as_double(rule.synapses.size());
}

std::uint32_t max_delay_ticks(const ConnectionRule& rule) {
    if (rule.kind != ConnectorKind::list)
        return delay_in_ticks(quantile(rule.delay_ms, unit_of(0xffffffffu)), rule.timestep_ms);
    std::uint32_t largest = 1;
    for (const ListedSynapse& synapse : rule.synapses) largest = std::max(largest, synapse.delay_ticks);
    return largest;
}

std::uint32_t min_delay_ticks(const ConnectionRule& rule) {
    if (rule.kind != ConnectorKind::list) return delay_in_ticks(quantile(rule.delay_ms, unit_of(0)), rule.timestep_ms);
    if (rule.synapses.empty()) return 1;
    return std::min_element(rule.synapses.begin(), rule.synapses.end(),
                            [](const auto& a, const auto& b) { return a.delay_ticks < b.delay_ticks; })
        ->delay_ticks;
}

bool can_be_empty(const ConnectionRule& rule) {
    if (rule.kind == ConnectorKind::fixed_probability && rule.probability < 1.0) return true;
    return expected_synapses(rule) == 0.0;
}

bool may_connect(const ConnectionRule& rule, std::uint32_t first_pre, std::uint32_t n_pres, std::uint32_t first_post,
                 std::uint32_t n_posts) {
    const auto in = [](std::uint32_t neuron, std::uint32_t first, std::uint32_t n) {
        return neuron >= first && neuron - first < n;
    };
    if (rule.kind == ConnectorKind::list)
        return std::any_of(rule.synapses.begin(), rule.synapses.end(), [&](const ListedSynapse& synapse) {
            return in(neuron_at(rule.pre, synapse.pre), first_pre, n_pres) &&
                   in(neuron_at(rule.post, synapse.post), first_post, n_posts);
        });
    const std::uint64_t pres = count_in_range(rule.pre, first_pre, n_pres);
    const std::uint64_t posts = count_in_range(rule.post, first_post, n_posts);
    if (pres == 0 || posts == 0) return false;
    switch (rule.kind) {
        case ConnectorKind::fixed_probability:
            if (rule.probability <= 0.0) return false;
            break;
        case ConnectorKind::fixed_total_number:
        case ConnectorKind::fixed_number_pre:
        case ConnectorKind::fixed_number_post:
            if (rule.n == 0) return false;
            break;
        case ConnectorKind::one_to_one: {
            const std::uint32_t common = std::min(rule.pre.count, rule.post.count);
            for (const PostBlock& block : blocks_in_range(rule.post, first_post, n_posts))
                for (std::uint32_t i = 0; i < block.size && block.first + i < common; ++i)
                    if (test_bit(block.wanted, i) && in(neuron_at(rule.pre, block.first + i), first_pre, n_pres))
                        return true;
            return false;
        }
        default:
            break;
    }
    if (pres != 1 || posts != 1 || !rule.same_population || rule.allow_self_connections) return true;
    // One neuron to one neuron: not when it is the same.
    for (const PostBlock& block : blocks_in_range(rule.post, first_post, n_posts))
        for (std::uint32_t i = 0; i < block.size; ++i)
            if (test_bit(block.wanted, i)) {
                const std::uint32_t neuron = neuron_at(rule.post, block.first + i);
                return !in(neuron, first_pre, n_pres) || !SelectionIndex(rule.pre).find(neuron);
            }
    return true;
}

}  // namespace spinn
