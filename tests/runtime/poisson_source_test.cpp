#include "runtime/poisson_source.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/random.hpp"

namespace spinn {
namespace {

PoissonRegion region_of(std::uint32_t n, double rate_hz, std::uint32_t timestep_us = 1000) {
    PoissonRegion region;
    region.timestep_us = timestep_us;
    region.seed = 42;
    region.population = 6;
    region.sources.assign(n, poisson_parameters(rate_hz, 0.0, 1e10, timestep_us / 1000.0));
    return region;
}

/// Counts of every source in every tick, [tick][atom].
std::vector<std::vector<std::uint32_t>> run(const PoissonRegion& region, std::uint32_t ticks) {
    PoissonSlice slice = load_poisson(region);
    std::vector<std::vector<std::uint32_t>> result;
    std::vector<std::uint32_t> atoms, counts;
    for (std::uint32_t tick = 0; tick < ticks; ++tick) {
        atoms.clear();
        counts.clear();
        emit(slice, Tick{tick}, atoms, counts);
        result.emplace_back(region.sources.size(), 0);
        for (std::size_t i = 0; i < atoms.size(); ++i) {
            EXPECT_TRUE(i == 0 || atoms[i - 1] < atoms[i]);
            EXPECT_GT(counts[i], 0u);
            result.back()[atoms[i]] = counts[i];
        }
    }
    return result;
}

struct Moments {
    double mean, variance, n;
};
Moments moments(const std::vector<std::vector<std::uint32_t>>& runs) {
    double sum = 0, squares = 0, n = 0;
    for (const auto& counts : runs) {
        for (const double count : counts) sum += count, squares += count * count, n += 1;
    }
    return {sum / n, squares / n - sum / n * sum / n, n};
}

TEST(PoissonSource, TheMeanIsFlooredToTheBoardsBits) {
    EXPECT_EQ(poisson_mean(to_ulong_accum(20000), 100), to_accum(2.0));
    EXPECT_EQ(poisson_mean(to_ulong_accum(10), 1000).raw, 327);  // 0.001 in u0.32 lies below 1/1000
    EXPECT_EQ(poisson_mean(to_ulong_accum(1), 1000000).raw, 32767);
    EXPECT_EQ(poisson_mean(ULongAccum{0xffffffffffffffffu}, 1000000), accum_max);
}

TEST(PoissonSource, AlgorithmsChangeAtAHundredthAndAtTen) {
    EXPECT_EQ(poisson_algorithm({0}), PoissonAlgorithm::slow);
    EXPECT_EQ(poisson_algorithm({327}), PoissonAlgorithm::slow);
    EXPECT_EQ(poisson_algorithm({328}), PoissonAlgorithm::fast);
    EXPECT_EQ(poisson_algorithm({327679}), PoissonAlgorithm::fast);
    EXPECT_EQ(poisson_algorithm({327680}), PoissonAlgorithm::faster);
}

TEST(PoissonSource, FastSourcesHaveTheMeanAndVarianceOfThePoissonDistribution) {
    // The mean is that of the stored e^-mean, which has 15 bits: at 8 a tick it is 10 / 2^15, and the mean 8.094.
    for (const double rate : {20.0, 500.0, 2000.0, 8000.0}) {
        const Accum exp_minus_mean = expk(negate_wrap(poisson_mean(to_ulong_accum(rate), 1000)));
        const double mean = -std::log(to_double(exp_minus_mean));
        const Moments m = moments(run(region_of(500, rate), 400));
        EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(mean / m.n)) << rate;
        EXPECT_NEAR(m.variance, mean, 5 * std::sqrt((mean + 2 * mean * mean) / m.n)) << rate;
    }
}

TEST(PoissonSource, FastSpikesEqualKnuthsProductOneUniformAtATime) {
    // The plain twin of the batch: the board's loop, one draw after another (spike_source_poisson.c).
    for (const double rate : {150.0, 2000.0, 20000.0, 99000.0}) {
        PoissonRegion region = region_of(50, rate);
        region.timestep_us = 100;
        region.first_atom = 1000;
        PoissonSlice slice = load_poisson(region);
        const Accum mean = poisson_mean(region.sources[0].rate_hz, region.timestep_us);
        ASSERT_EQ(poisson_algorithm(mean), PoissonAlgorithm::fast) << rate;
        const std::uint32_t least = static_cast<std::uint32_t>(expk(negate_wrap(mean)).raw) << 17;
        for (std::uint32_t tick = 0; tick < 400; ++tick) {
            std::vector<std::uint32_t> atoms, counts;
            emit(slice, Tick{tick}, atoms, counts);
            std::size_t at = 0;
            for (std::uint32_t atom = 0; atom < 50; ++atom) {
                std::uint32_t n = 0, product = 0xffffffff;
                do {
                    const RandomBlock block =
                        random_block(region.seed, DrawUse::poisson, tick, 1000 + atom, region.population, n / 4);
                    product = static_cast<std::uint32_t>((std::uint64_t{product} * block[n % 4]) >> 32);
                    ++n;
                } while (product > least);
                if (n == 1) continue;
                ASSERT_LT(at, atoms.size());
                ASSERT_EQ(atoms[at], atom);
                ASSERT_EQ(counts[at++], n - 1);
            }
            ASSERT_EQ(at, atoms.size());
        }
    }
}

TEST(PoissonSource, FasterSourcesHaveTheMomentsOfASquaredNormalVariate) {
    // n = (z / 2 + sqrt(mean))^2: mean + 1/4 and mean + 1/8, and 1/12 more of variance by rounding.
    const double mean = to_double(poisson_mean(to_ulong_accum(25000), 1000));
    const Moments m = moments(run(region_of(500, 25000), 400));
    EXPECT_NEAR(m.mean, mean + 0.25, 5 * std::sqrt(mean / m.n) + 0.001);
    EXPECT_NEAR(m.variance, mean + 1.0 / 8 + 1.0 / 12, 5 * std::sqrt(2 * mean * mean / m.n) + 0.01);
}

TEST(PoissonSource, SlowSourcesKeepTheirRate) {
    constexpr double rate = 4.0;  // 0.004 a tick: intervals of 250 ticks
    const Moments m = moments(run(region_of(500, rate), 4000));
    EXPECT_NEAR(m.mean, 0.004, 5 * std::sqrt(0.004 / m.n));
    EXPECT_NEAR(m.variance, 0.004, 5 * std::sqrt(0.004 / m.n));
}

TEST(PoissonSource, IntervalsOfSlowSourcesAreExponential) {
    double sum = 0, squares = 0, n = 0;
    for (const auto& source : {run(region_of(1, 8.0), 400000)}) {
        std::uint32_t last = 0;
        bool first = true;
        for (std::uint32_t tick = 0; tick < source.size(); ++tick) {
            if (source[tick][0] == 0) continue;
            const double interval = tick - last;
            if (!first) sum += interval, squares += interval * interval, n += 1;
            first = false;
            last = tick;
        }
    }
    const double mean = sum / n, deviation = std::sqrt(squares / n - mean * mean);
    EXPECT_NEAR(mean, 125.0, 5 * 125.0 / std::sqrt(n) + 1);
    EXPECT_NEAR(deviation / mean, 1.0, 5 / std::sqrt(n) + 0.02);
}

TEST(PoissonSource, ARateOfZeroIsSilent) { EXPECT_EQ(moments(run(region_of(10, 0.0), 1000)).mean, 0.0); }

TEST(PoissonSource, SpikesFromItsStartUntilItsDurationIsOver) {
    for (const double rate : {5000.0, 20000.0}) {
        PoissonRegion region = region_of(1, rate);
        region.sources[0] = poisson_parameters(rate, 10.0, 20.0, 1.0);
        const auto counts = run(region, 50);
        std::uint32_t outside = 0, inside = 0;
        for (std::uint32_t tick = 0; tick < 50; ++tick) (tick < 10 || tick >= 30 ? outside : inside) += counts[tick][0];
        EXPECT_EQ(outside, 0u);
        EXPECT_GT(inside, 50u);
        EXPECT_GT(counts[10][0], 0u);
        EXPECT_GT(counts[29][0], 0u);
    }
}

TEST(PoissonSource, TimesBecomeTheNearestTick) {
    const auto source = poisson_parameters(1.0, 10.05, 0.94, 0.1);
    EXPECT_EQ(source.start_tick, 101u);
    EXPECT_EQ(source.end_tick, 110u);
    EXPECT_EQ(poisson_parameters(1.0, 5.0, 1e10, 0.1).end_tick, 0xffffffffu);
    EXPECT_EQ(poisson_parameters(1.0, INFINITY, INFINITY, 0.1).start_tick, 0xffffffffu);
}

TEST(PoissonSource, SlicingDoesNotChangeWhatASourceDoes) {
    for (const double rate : {5.0, 1500.0, 30000.0}) {
        const PoissonRegion whole = region_of(30, rate);
        PoissonRegion part = region_of(11, rate);
        part.first_atom = 13;
        const auto whole_counts = run(whole, 300), part_counts = run(part, 300);
        for (std::size_t tick = 0; tick < 300; ++tick) {
            ASSERT_EQ(std::vector(whole_counts[tick].begin() + 13, whole_counts[tick].begin() + 24), part_counts[tick]);
        }
        EXPECT_GT(moments(part_counts).mean, 0.0);
    }
}

TEST(PoissonSource, SeedPopulationAndNeuronEachChangeTheDraws) {
    const PoissonRegion region = region_of(2, 3000);
    PoissonRegion other_seed = region, other_population = region;
    other_seed.seed = 43;
    other_population.population = 7;
    const auto counts = run(region, 100);
    EXPECT_EQ(counts, run(region, 100));
    EXPECT_NE(counts, run(other_seed, 100));
    EXPECT_NE(counts, run(other_population, 100));
    bool atoms_differ = false;
    for (const auto& tick : counts) atoms_differ |= tick[0] != tick[1];
    EXPECT_TRUE(atoms_differ);
}

TEST(PoissonSource, ANewRateHoldsFromItsTickOn) {
    PoissonSlice slice = load_poisson(region_of(1, 0.0));
    std::vector<std::uint32_t> atoms, counts;
    for (std::uint32_t tick = 0; tick < 100; ++tick) emit(slice, Tick{tick}, atoms, counts);
    EXPECT_TRUE(atoms.empty());
    set_rate(slice, 0, to_ulong_accum(5000), Tick{100});
    for (std::uint32_t tick = 100; tick < 200; ++tick) emit(slice, Tick{tick}, atoms, counts);
    EXPECT_GT(atoms.size(), 90u);
    set_rate(slice, 0, to_ulong_accum(0), Tick{200});
    atoms.clear();
    for (std::uint32_t tick = 200; tick < 300; ++tick) emit(slice, Tick{tick}, atoms, counts);
    EXPECT_TRUE(atoms.empty());
}

}  // namespace
}  // namespace spinn
