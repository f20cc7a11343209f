#include "mapper/projection_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace spinn {

namespace {

ProjectionStatistics list_statistics(const ConnectionRule& rule) {
    ProjectionStatistics statistics;
    statistics.max_connections_per_post = max_connections_per_post(rule);
    if (rule.synapses.empty()) return statistics;
    double weights = 0.0, squares = 0.0, delays = 0.0, delay_squares = 0.0;
    statistics.min_delay_ticks = ~0u;
    for (const ListedSynapse& synapse : rule.synapses) {
        const double weight = std::abs(synapse.weight);
        const double delay_ms = synapse.delay_ticks * rule.timestep_ms;
        weights += weight;
        squares += weight * weight;
        delays += delay_ms;
        delay_squares += delay_ms * delay_ms;
        statistics.max_weight = std::max(statistics.max_weight, weight);
        statistics.max_delay_ticks = std::max(statistics.max_delay_ticks, synapse.delay_ticks);
        statistics.min_delay_ticks = std::min(statistics.min_delay_ticks, synapse.delay_ticks);
    }
    const auto n = static_cast<double>(rule.synapses.size());
    statistics.mean_weight = weights / n;
    statistics.weight_variance = std::max(0.0, squares / n - statistics.mean_weight * statistics.mean_weight);
    statistics.delay_variance = std::max(0.0, delay_squares / n - delays / n * (delays / n));
    return statistics;
}

}  // namespace

ProjectionStatistics projection_statistics(const ConnectionRule& rule) {
    if (rule.kind == ConnectorKind::list) return list_statistics(rule);
    const double n = std::max(1.0, expected_synapses(rule));
    ProjectionStatistics statistics;
    statistics.max_connections_per_post = max_connections_per_post(rule);
    statistics.mean_weight = std::abs(mean(rule.weight));
    statistics.weight_variance = variance(rule.weight);
    statistics.max_weight =
        std::max(std::abs(maximum_probable(rule.weight, n)), std::abs(minimum_probable(rule.weight, n)));
    statistics.delay_variance = variance(rule.delay_ms);
    statistics.max_delay_ticks = max_delay_ticks_probable(rule);
    const double least = minimum_probable(rule.delay_ms, n) / rule.timestep_ms;
    statistics.min_delay_ticks = static_cast<std::uint32_t>(std::clamp(std::floor(least), 1.0, 1e9));
    return statistics;
}

}  // namespace spinn
