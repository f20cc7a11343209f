#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>

#include "mapper/poisson_regions.hpp"
#include "mapper/population_plan.hpp"
#include "runtime/array_source.hpp"
#include "runtime/connection_statistics.hpp"

namespace spinn {

namespace {

constexpr double default_spikes_per_second = 30.0;  // sPyNNaker, spikes_per_second
constexpr double ring_buffer_sigma = 5.0;           // sPyNNaker, ring_buffer_sigma

/// Mean and variance over synapses that come in groups.
struct PooledStatistics {
    double n = 0.0, mean = 0.0, squares = 0.0;  // squares: sum of squared deviations
    void add(double group_mean, double group_variance, double group_n) {
        if (group_n <= 0.0) return;
        const double delta = group_mean - mean;
        const double total = n + group_n;
        mean += delta * group_n / total;
        squares += group_variance * group_n + delta * delta * n * group_n / total;
        n = total;
    }
    double variance() const { return n > 0.0 ? squares / n : 0.0; }
};

/// What the source of a projection sends at most.
struct SourceRate {
    double spikes_per_second = default_spikes_per_second;
    double spikes_per_tick = 1.0;
};

SourceRate source_rate(const Network& network, std::size_t population) {
    const Population& source = network.populations[population];
    const double ticks_per_second = 1000.0 / network.timestep_ms;
    SourceRate rate;
    if (is_poisson(source.model)) {
        const std::vector<double> rates = highest_rates(network, population);
        rate.spikes_per_second = *std::max_element(rates.begin(), rates.end());
        rate.spikes_per_tick = std::max(1.0, rate.spikes_per_second / ticks_per_second);
    } else if (source.model == ModelKind::spike_source_array) {
        const auto timestep_us = static_cast<std::uint32_t>(std::lround(network.timestep_ms * 1000.0));
        std::size_t spikes = 0;
        for (const std::vector<double>& times : source.spike_times_ms) spikes = std::max(spikes, times.size());
        rate.spikes_per_tick = std::max(1.0, static_cast<double>(most_spikes_in_a_tick(source, timestep_us)));
        rate.spikes_per_second = static_cast<double>(spikes) * 1000.0 / std::max(network.duration_ms, 1.0);
    } else {
        rate.spikes_per_tick = std::max(1.0, rate.spikes_per_second / ticks_per_second);
    }
    return rate;
}

/// V_w of the page: what the spread of the weights adds to the variance of a tick's sum.
double weight_variance_term(double lambda, double variance) {
    if (variance <= 0.0 || lambda <= 0.0) return 0.0;
    const double bound = std::round(lambda + 3.0 * std::sqrt(lambda));
    const double log_term = bound * std::log(lambda) - boost::math::lgamma(1.0 + bound);
    if (std::abs(log_term) >= 701.0 || log_term == 0.0) return 0.0;
    const double sum = std::exp(lambda) * boost::math::gamma_q(1.0 + bound, lambda) - std::exp(log_term);
    if (!(sum > 0.0)) return 0.0;
    return std::exp(-lambda + std::log(lambda) + std::log(variance) + std::log(sum));
}

}  // namespace

std::uint32_t most_spikes_in_a_tick(const Population& sources, std::uint32_t timestep_us) {
    std::uint32_t most = 0;
    for (const std::vector<double>& times : sources.spike_times_ms) {
        std::map<Tick, std::uint32_t> per_tick;
        for (const double time : times)
            if (const auto tick = spike_tick(time, timestep_us)) most = std::max(most, ++per_tick[*tick]);
    }
    return most;
}

std::array<std::uint32_t, max_receptors> ring_buffer_shifts(const Network& network, std::size_t population) {
    const double scale = describe(network.populations[population].model).conductance ? 1024.0 : 1.0;
    const double ticks_per_second = 1000.0 / network.timestep_ms;
    std::array<std::uint32_t, max_receptors> shifts{};
    for (std::size_t receptor = 0; receptor < describe(network.populations[population].model).receptors.size();
         ++receptor) {
        PooledStatistics weights, rates;
        double total = 0.0, biggest = 0.0;
        bool delays_vary = false;
        for (std::size_t p = 0; p < network.projections.size(); ++p) {
            const Projection& projection = network.projections[p];
            if (projection.post.population != population || static_cast<std::size_t>(projection.receptor) != receptor)
                continue;
            const ConnectionRule rule = connection_rule(network, p);
            SynapseSummary synapses = summarise_synapses(rule);
            if (projection.stdp) {  // all weights may come to be the largest
                synapses.max_weight = std::max(synapses.max_weight, value_of(*projection.stdp, "w_max"));
                synapses.mean_weight = synapses.max_weight;
                synapses.weight_variance = 0.0;
            }
            const double n = max_connections_per_post(rule);
            const SourceRate rate = source_rate(network, projection.pre.population);
            weights.add(synapses.mean_weight * scale, synapses.weight_variance * scale * scale, n);
            rates.add(rate.spikes_per_second, 0.0, n);
            total += rate.spikes_per_tick * synapses.max_weight * n;
            biggest = std::max(biggest, synapses.max_weight * scale);
            delays_vary = delays_vary || synapses.delay_variance_ms2 > 0.0;
        }
        const double lambda = weights.n * rates.mean / ticks_per_second;
        const double upper =
            lambda * weights.mean + ring_buffer_sigma * std::sqrt(lambda * weights.mean * weights.mean +
                                                                  weight_variance_term(lambda, weights.variance()));
        const double largest = delays_vary ? std::max(std::min(upper, total), biggest) : std::max(total, biggest);
        if (!(largest > 0.0)) continue;
        auto shift = static_cast<std::uint32_t>(std::ceil(std::max(0.0, std::log2(largest))));
        if (std::ldexp(1.0, static_cast<int>(shift)) <= largest) ++shift;
        shifts[receptor] = std::min(shift, 15u);
    }
    return shifts;
}

}  // namespace spinn
