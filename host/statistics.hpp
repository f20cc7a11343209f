/// Statistics of spike trains: rates, regularity, correlation, and how far two samples lie apart.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/results.hpp"

namespace spinn {

/// Spikes grouped by neuron: those of neurons[i] are ticks[offsets[i]] .. ticks[offsets[i + 1]], ascending.
struct SpikeTrains {
    std::vector<std::uint32_t> neurons;
    std::vector<std::size_t> offsets;
    std::vector<std::uint32_t> ticks;
    std::span<const std::uint32_t> of(std::size_t i) const {
        return std::span(ticks).subspan(offsets[i], offsets[i + 1] - offsets[i]);
    }
};
/// @param neurons  ascending; spikes of others are left out
SpikeTrains spike_trains(const PopulationActivity& activity, std::span<const std::uint32_t> neurons);

/// Spikes per second of every neuron.
std::vector<double> rates_hz(const SpikeTrains& trains, double duration_s);

/// Coefficient of variation (standard deviation over mean) of the intervals of every neuron with three spikes or more.
/// Of two intervals or more it is the population's form, divided by n. Neurons whose intervals are all 0 are left out.
std::vector<double> cv_of_intervals(const SpikeTrains& trains);

struct CorrelationOptions {
    std::uint32_t bin_ticks = 1;
    std::uint32_t n_ticks = 0;            ///< length of the run
    std::span<const std::size_t> trains;  ///< which trains to pair, indices into SpikeTrains::neurons
};
/// Pearson's correlation of binned spike counts, one value a pair. Pairs with a train that has the same count in every
/// bin are left out.
std::vector<double> pairwise_correlations(const SpikeTrains& trains, const CorrelationOptions& options);

/// `count` of the numbers 0 .. n - 1, ascending; a fixed choice for each seed.
std::vector<std::size_t> fixed_sample(std::size_t n, std::size_t count, std::uint64_t seed);

/// Spikes of all trains in consecutive bins; the last bin may reach beyond the run. @param bin_ticks >= 1
std::vector<std::uint32_t> binned_counts(const SpikeTrains& trains, std::uint32_t bin_ticks, std::uint32_t n_ticks);

double variance(std::span<const double> values);                ///< of the values, divided by n; NaN for none
double mean(std::span<const double> values);                    ///< NaN for none
double standard_error_of_mean(std::span<const double> values);  ///< of independent values; NaN for fewer than two

/// Two-sample Kolmogorov-Smirnov distance: the largest difference of the two empirical distribution functions, in [0,
/// 1]. NaN when a sample is empty.
double ks_distance(std::vector<double> a, std::vector<double> b);

/// The distance that two samples of one distribution exceed with probability alpha (large samples): c(alpha)
/// sqrt((n + m) / (n m)) with c(alpha) = sqrt(-ln(alpha / 2) / 2), 1.628 for 0.01; at most 1.
double ks_critical(std::size_t n, std::size_t m, double alpha);

}  // namespace spinn
