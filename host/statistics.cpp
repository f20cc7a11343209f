#include "host/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "runtime/random.hpp"

namespace spinn {

namespace {
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}

SpikeTrains spike_trains(const PopulationActivity& activity, std::span<const std::uint32_t> neurons) {
    SpikeTrains trains;
    trains.neurons.assign(neurons.begin(), neurons.end());
    constexpr std::uint32_t unwanted = 0xffffffff;
    std::vector<std::uint32_t> train_of(neurons.empty() ? 0 : std::size_t{neurons.back()} + 1, unwanted);
    for (std::size_t i = 0; i < neurons.size(); ++i) train_of[neurons[i]] = static_cast<std::uint32_t>(i);
    const auto train = [&](std::uint32_t neuron) { return neuron < train_of.size() ? train_of[neuron] : unwanted; };

    trains.offsets.assign(neurons.size() + 1, 0);
    for (const std::uint32_t neuron : activity.neurons)
        if (train(neuron) != unwanted) ++trains.offsets[train(neuron) + 1];
    std::partial_sum(trains.offsets.begin(), trains.offsets.end(), trains.offsets.begin());
    trains.ticks.resize(trains.offsets.back());
    std::vector<std::size_t> next(trains.offsets.begin(), trains.offsets.end() - 1);
    for (std::size_t i = 0; i < activity.ticks.size(); ++i)
        if (const std::uint32_t to = train(activity.neurons[i]); to != unwanted)
            trains.ticks[next[to]++] = activity.ticks[i];
    return trains;
}

std::vector<double> rates_hz(const SpikeTrains& trains, double duration_s) {
    std::vector<double> rates(trains.neurons.size(), 0.0);
    if (duration_s <= 0.0) return rates;
    for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = static_cast<double>(trains.of(i).size()) / duration_s;
    return rates;
}

std::vector<double> cv_of_intervals(const SpikeTrains& trains) {
    std::vector<double> cvs;
    for (std::size_t i = 0; i < trains.neurons.size(); ++i) {
        const std::span<const std::uint32_t> ticks = trains.of(i);
        if (ticks.size() < 3) continue;
        const auto n = static_cast<double>(ticks.size() - 1);
        const double mean_interval = static_cast<double>(ticks.back() - ticks.front()) / n;
        if (mean_interval == 0.0) continue;
        double squares = 0.0;
        for (std::size_t k = 1; k < ticks.size(); ++k) {
            const double deviation = static_cast<double>(ticks[k] - ticks[k - 1]) - mean_interval;
            squares += deviation * deviation;
        }
        cvs.push_back(std::sqrt(squares / n) / mean_interval);
    }
    return cvs;
}

std::vector<double> pairwise_correlations(const SpikeTrains& trains, const CorrelationOptions& options) {
    const std::size_t n_bins = (std::size_t{options.n_ticks} + options.bin_ticks - 1) / options.bin_ticks;
    struct Binned {
        std::vector<std::int32_t> counts;
        double sum = 0.0, variance = 0.0;  // variance times n_bins
    };
    std::vector<Binned> binned;
    for (const std::size_t index : options.trains) {
        Binned train{.counts = std::vector<std::int32_t>(n_bins, 0)};
        for (const std::uint32_t tick : trains.of(index))
            if (tick / options.bin_ticks < n_bins) ++train.counts[tick / options.bin_ticks];
        double squares = 0.0;
        for (const std::int32_t count : train.counts) {
            train.sum += count;
            squares += static_cast<double>(count) * count;
        }
        train.variance = squares - train.sum * train.sum / static_cast<double>(n_bins);
        if (n_bins > 1 && train.variance > 1e-9) binned.push_back(std::move(train));
    }
    std::vector<double> correlations;
    for (std::size_t a = 0; a < binned.size(); ++a) {
        for (std::size_t b = a + 1; b < binned.size(); ++b) {
            const std::int64_t products = std::inner_product(binned[a].counts.begin(), binned[a].counts.end(),
                                                             binned[b].counts.begin(), std::int64_t{0});
            const double covariance =
                static_cast<double>(products) - binned[a].sum * binned[b].sum / static_cast<double>(n_bins);
            correlations.push_back(covariance / std::sqrt(binned[a].variance * binned[b].variance));
        }
    }
    return correlations;
}

std::vector<std::size_t> fixed_sample(std::size_t n, std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> numbers(n);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    if (count >= n) return numbers;
    for (std::size_t i = 0; i < count; ++i) {  // the first steps of a Fisher-Yates shuffle
        const RandomBlock draw =
            random_block(seed, DrawUse::connectivity_split, static_cast<std::uint32_t>(i), 0, 0, 0);
        std::swap(numbers[i], numbers[i + below(draw[0], static_cast<std::uint32_t>(n - i))]);
    }
    numbers.resize(count);
    std::ranges::sort(numbers);
    return numbers;
}

std::vector<std::uint32_t> binned_counts(const SpikeTrains& trains, std::uint32_t bin_ticks, std::uint32_t n_ticks) {
    std::vector<std::uint32_t> counts((std::size_t{n_ticks} + bin_ticks - 1) / bin_ticks, 0);
    for (const std::uint32_t tick : trains.ticks)
        if (tick / bin_ticks < counts.size()) ++counts[tick / bin_ticks];
    return counts;
}

double mean(std::span<const double> values) {
    if (values.empty()) return not_a_number;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
    const double centre = mean(values);
    double squares = 0.0;
    for (const double value : values) squares += (value - centre) * (value - centre);
    return values.empty() ? not_a_number : squares / static_cast<double>(values.size());
}

double standard_error_of_mean(std::span<const double> values) {
    if (values.size() < 2) return not_a_number;
    return std::sqrt(variance(values) / static_cast<double>(values.size() - 1));
}

double ks_distance(std::vector<double> a, std::vector<double> b) {
    if (a.empty() || b.empty()) return not_a_number;
    std::ranges::sort(a);
    std::ranges::sort(b);
    double distance = 0.0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const double at = std::min(a[i], b[j]);
        while (i < a.size() && a[i] <= at) ++i;
        while (j < b.size() && b[j] <= at) ++j;
        distance = std::max(distance, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                               static_cast<double>(j) / static_cast<double>(b.size())));
    }
    return distance;
}

double ks_critical(std::size_t n, std::size_t m, double alpha) {
    if (n == 0 || m == 0) return not_a_number;
    const auto a = static_cast<double>(n), b = static_cast<double>(m);
    return std::min(1.0, std::sqrt(-0.5 * std::log(alpha / 2.0) * (a + b) / (a * b)));
}

}  // namespace spinn
