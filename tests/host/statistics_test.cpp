#include "host/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace spinn {
namespace {

using Words = std::vector<std::uint32_t>;

PopulationActivity activity(std::vector<std::pair<std::uint32_t, std::uint32_t>> spikes) {
    PopulationActivity made;
    for (const auto& [tick, neuron] : spikes) made.ticks.push_back(tick), made.neurons.push_back(neuron);
    return made;
}

TEST(SpikeTrains, AreGroupedByNeuronAndKeepRepeats) {
    const SpikeTrains trains = spike_trains(activity({{1, 5}, {1, 9}, {2, 5}, {2, 5}, {7, 2}}), Words{2, 5, 6});
    EXPECT_EQ(Words(trains.of(0).begin(), trains.of(0).end()), Words{7});
    EXPECT_EQ(Words(trains.of(1).begin(), trains.of(1).end()), (Words{1, 2, 2}));
    EXPECT_TRUE(trains.of(2).empty());
    EXPECT_EQ(rates_hz(trains, 0.5), (std::vector<double>{2.0, 6.0, 0.0}));
}

TEST(CvOfIntervals, IsZeroForAClockAndNeedsThreeSpikes) {
    const SpikeTrains trains =
        spike_trains(activity({{0, 0}, {0, 1}, {0, 2}, {3, 3}, {3, 3}, {3, 3}, {10, 0}, {10, 1}, {20, 0}, {40, 1}}),
                     Words{0, 1, 2, 3});
    const std::vector<double> cvs = cv_of_intervals(trains);
    ASSERT_EQ(cvs.size(), 2u) << "two spikes have one interval; three at once have none to speak of";
    EXPECT_EQ(cvs[0], 0.0);
    EXPECT_DOUBLE_EQ(cvs[1], 10.0 / 20.0) << "intervals 10 and 30";
}

TEST(CvOfIntervals, IsOneForAPoissonProcess) {
    std::mt19937 generator(1);
    std::exponential_distribution<double> interval(1.0 / 1000.0);
    PopulationActivity poisson;
    for (double t = 0; poisson.ticks.size() < 20000; t += interval(generator))
        poisson.ticks.push_back(static_cast<std::uint32_t>(t)), poisson.neurons.push_back(0);
    EXPECT_NEAR(cv_of_intervals(spike_trains(poisson, Words{0})).at(0), 1.0, 0.02);
}

TEST(PairwiseCorrelations, SeeSameOppositeAndUnrelated) {
    PopulationActivity spikes;
    for (std::uint32_t tick = 0; tick < 100; ++tick) {
        const bool odd = tick % 2 == 1, late = tick % 4 >= 2;
        if (odd) spikes.ticks.push_back(tick), spikes.neurons.push_back(0);
        if (odd) spikes.ticks.push_back(tick), spikes.neurons.push_back(1);
        if (!odd) spikes.ticks.push_back(tick), spikes.neurons.push_back(2);
        if (late) spikes.ticks.push_back(tick), spikes.neurons.push_back(3);
    }
    const SpikeTrains trains = spike_trains(spikes, Words{0, 1, 2, 3, 4});
    const std::vector<std::size_t> chosen = {0, 1, 2, 3, 4};  // the last never fires
    const auto r = pairwise_correlations(trains, {.bin_ticks = 1, .n_ticks = 100, .trains = chosen});
    ASSERT_EQ(r.size(), 6u);
    EXPECT_NEAR(r[0], 1.0, 1e-12);
    EXPECT_NEAR(r[1], -1.0, 1e-12);
    EXPECT_NEAR(r[2], 0.0, 1e-12);
    EXPECT_TRUE(
        pairwise_correlations(trains, {.bin_ticks = 2, .n_ticks = 100, .trains = std::span(chosen).first(3)}).empty())
        << "one spike in every bin of two ticks";
}

TEST(FixedSample, IsTheSameEveryTimeAndHasNoRepeats) {
    const auto sample = fixed_sample(1000, 50, 3);
    EXPECT_EQ(sample.size(), 50u);
    EXPECT_EQ(sample, fixed_sample(1000, 50, 3));
    EXPECT_NE(sample, fixed_sample(1000, 50, 4));
    EXPECT_TRUE(std::ranges::is_sorted(sample));
    EXPECT_EQ(std::ranges::adjacent_find(sample), sample.end());
    EXPECT_EQ(fixed_sample(3, 50, 3), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(KolmogorovSmirnov, MatchesHandComputedDistances) {
    EXPECT_EQ(ks_distance({1, 2, 3}, {3, 1, 2}), 0.0);
    EXPECT_EQ(ks_distance({1, 2}, {3, 4, 5}), 1.0);
    EXPECT_DOUBLE_EQ(ks_distance({1, 2, 3, 4}, {3, 4, 5, 6}), 0.5);
    EXPECT_DOUBLE_EQ(ks_distance({1, 1, 1, 2}, {1, 2, 2, 2}), 0.5) << "ties count together";
    EXPECT_TRUE(std::isnan(ks_distance({}, {1})));
}

TEST(KolmogorovSmirnov, CriticalValueIsTheTextbooks) {
    EXPECT_NEAR(ks_critical(100, 100, 0.01), 1.628 * std::sqrt(0.02), 1e-4);
    EXPECT_NEAR(ks_critical(50, 200, 0.05), 1.358 * std::sqrt(0.025), 1e-4);
    EXPECT_EQ(ks_critical(1, 1, 0.01), 1.0);
}

TEST(KolmogorovSmirnov, TwoSamplesOfOneDistributionSeldomExceedIt) {
    std::mt19937 generator(11);
    std::normal_distribution<double> normal;
    int exceeded = 0;
    for (int trial = 0; trial < 1000; ++trial) {
        std::vector<double> a(200), b(300);
        for (double& value : a) value = normal(generator);
        for (double& value : b) value = normal(generator);
        exceeded += ks_distance(a, b) > ks_critical(a.size(), b.size(), 0.01);
    }
    EXPECT_LT(exceeded, 25);
}

TEST(BinnedCounts, CoverTheRun) {
    const SpikeTrains trains = spike_trains(activity({{0, 0}, {9, 0}, {10, 1}, {24, 0}, {99, 1}}), Words{0, 1});
    EXPECT_EQ(binned_counts(trains, 10, 25), (Words{2, 1, 1}));
}

TEST(StandardErrorOfMean, IsTheSampleDeviationOverRootN) {
    EXPECT_DOUBLE_EQ(standard_error_of_mean(std::vector<double>{1, 2, 3, 4}), std::sqrt(5.0 / 3.0 / 4.0));
    EXPECT_TRUE(std::isnan(standard_error_of_mean(std::vector<double>{1})));
}

}  // namespace
}  // namespace spinn
