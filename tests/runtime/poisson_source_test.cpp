#include "runtime/poisson_source.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "runtime/distribution.hpp"
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

double pmf(double mean, double k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0)); }

TEST(PoissonTable, ThresholdsAreTheDistributionFunctionToTheLastBit) {
    for (const double mean : {1e-7, 0.001, 0.01, 1.0, 2.3, 9.99, 30.0, 63.0, 64.0}) {
        const PoissonTable table = poisson_table(mean);
        double sum = 0.0;
        for (std::uint32_t k = 0; k < table.n_thresholds; ++k) {
            sum += pmf(mean, k);
            EXPECT_NEAR(table.thresholds[k], sum * 0x1p32, 1.0) << mean << " " << k;
        }
        EXPECT_GT(sum + pmf(mean, table.n_thresholds), 1.0 - 0x1p-32);
        EXPECT_EQ(table.thresholds.size() % PoissonTable::chunk, 0u);
    }
    EXPECT_EQ(poisson_table(0.0).n_thresholds, 0u);
    EXPECT_EQ(poisson_table(1e-11).n_thresholds, 0u);
}

TEST(PoissonTable, GroupsAreCountedAsOneDrawAtATime) {
    for (const double mean : {0.0, 1e-9, 0.001, 0.1, 1.0, 2.3, 7.0, 9.99, 30.0, 63.9, 64.0}) {
        const PoissonTable table = poisson_table(mean);
        std::vector<std::uint32_t> draws(40 * draws_per_group);
        for (std::uint32_t i = 0; i < draws.size(); ++i) draws[i] = random_block(1, DrawUse::poisson, i, 0, 0, 0)[0];
        // Corners, in groups of their own too: both ends, and both sides of every threshold.
        std::fill_n(draws.begin(), 64, 0xffffffffu);
        std::fill_n(draws.begin() + 64, 64, 0u);
        draws[130] = 0xffffffff;
        draws[131] = 0;
        for (std::uint32_t k = 0; k < table.n_thresholds; ++k) {
            draws[192 + 2 * k] = table.thresholds[k];
            draws[193 + 2 * k] = table.thresholds[k] - 1;
        }
        std::vector<std::uint8_t> counts(draws.size());
        spikes_of_groups(table, 40, draws.data(), counts.data());
        for (std::size_t i = 0; i < draws.size(); ++i) {
            std::uint32_t plain = 0;
            for (std::uint32_t k = 0; k < table.n_thresholds; ++k) plain += draws[i] >= table.thresholds[k] ? 1 : 0;
            ASSERT_EQ(counts[i], plain) << mean << " " << i;
            ASSERT_EQ(spikes_of(table, draws[i]), plain) << mean << " " << i;
        }
    }
}

/// The plain twin: one source, one tick, straight from the definition.
std::uint32_t plain_spikes(const PoissonRegion& region, std::uint32_t tick, std::uint32_t atom) {
    const PoissonRegion::Source& source = region.sources[atom];
    if (tick < source.start_tick || tick >= source.end_tick) return 0;
    const double mean = to_double(source.rate_hz) * region.timestep_us / 1e6;
    if (mean > 64.0) {
        const RandomBlock block =
            random_block(region.seed, DrawUse::poisson, tick, region.first_atom + atom, region.population, 1);
        const Accum z = to_accum(portable_normal_quantile(open_unit(block[0], block[1])));
        const double x =
            to_double(Accum{z.raw >> 1}) + to_double(sqrtk(poisson_mean(source.rate_hz, region.timestep_us)));
        return static_cast<std::uint32_t>(std::floor(x * x + 0.5));
    }
    const std::uint32_t draw =
        random_block(region.seed, DrawUse::poisson, tick / 4, region.first_atom + atom, region.population, 0)[tick % 4];
    double p = portable_exp(-mean), sum = p;
    std::uint32_t k = 0;
    while (std::floor(sum * 0x1p32 + 0.5) < 0x1p32 && draw >= std::floor(sum * 0x1p32 + 0.5)) {
        ++k;
        p *= mean / k;
        sum += p;
    }
    return k;
}

void expect_plain(const PoissonRegion& region, std::uint32_t ticks) {
    PoissonSlice dense = load_poisson(region);
    const auto lists = run(region, ticks);
    std::vector<std::uint32_t> counts(region.sources.size(), 77);
    for (std::uint32_t tick = 0; tick < ticks; ++tick) {
        const std::uint64_t sum = emit(dense, Tick{tick}, counts);
        std::uint64_t plain_sum = 0;
        for (std::uint32_t atom = 0; atom < counts.size(); ++atom) {
            const std::uint32_t plain = plain_spikes(region, tick, atom);
            ASSERT_EQ(counts[atom], plain) << tick << " " << atom;
            plain_sum += plain;
        }
        ASSERT_EQ(sum, plain_sum) << tick;
        ASSERT_EQ(lists[tick], counts) << tick;
    }
}

TEST(PoissonSource, CountsEqualThePlainTwinWhateverTheMean) {
    for (const double mean : {0.0, 1e-9, 0.001, 0.01, 1.0, 2.3, 9.99, 63.0, 64.0, 65.0, 5000.0})
        for (const std::uint32_t n : {1u, 15u, 64u, 255u, 257u, 600u}) {
            PoissonRegion region = region_of(n, mean * 1e4, 100);
            region.first_atom = 1000;
            expect_plain(region, 13);
        }
}

TEST(PoissonSource, CountsEqualThePlainTwinWithManyRatesStartsAndEnds) {
    PoissonRegion region = region_of(700, 0.0);
    for (std::uint32_t atom = 0; atom < 700; ++atom) {
        // Runs of one rate of all lengths, single sources, silent ones and ones without a table.
        const std::uint32_t group = atom < 300 ? atom / 70 : atom < 500 ? atom / 17 : atom;
        const double rate = group % 11 == 3 ? 0.0 : group % 13 == 5 ? 70000.0 + group : 3.0 * group * group;
        region.sources[atom] =
            poisson_parameters(rate, atom % 5 == 0 ? atom % 23 : 0.0, atom % 7 == 0 ? 9.0 : 1e10, 1.0);
    }
    expect_plain(region, 41);
}

TEST(PoissonSource, CountsFollowThePoissonDistribution) {
    for (const double mean : {0.004, 0.02, 0.5, 2.3, 8.0, 30.0, 60.0}) {
        const auto counts = run(region_of(500, mean * 1000.0), 400);
        const Moments m = moments(counts);
        EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(mean / m.n)) << mean;
        EXPECT_NEAR(m.variance, mean, 5 * std::sqrt((mean + 2 * mean * mean) / m.n)) << mean;
        // Chi-square over the counts that are expected at least 20 times; the rest is one class.
        std::map<std::uint32_t, double> seen;
        for (const auto& tick : counts)
            for (const std::uint32_t count : tick) seen[count] += 1.0;
        double chi = 0.0, rest = m.n, rest_seen = m.n;
        int classes = 0;
        for (std::uint32_t k = 0; k < 255; ++k) {
            const double expected = pmf(mean, k) * m.n;
            if (expected < 20.0) continue;
            chi += (seen[k] - expected) * (seen[k] - expected) / expected;
            rest -= expected;
            rest_seen -= seen[k];
            ++classes;
        }
        if (rest > 1.0) chi += (rest_seen - rest) * (rest_seen - rest) / rest;
        EXPECT_LT(chi, classes + 5 * std::sqrt(2.0 * classes) + 5) << mean;
    }
}

TEST(PoissonSource, FasterSourcesHaveTheMomentsOfASquaredNormalVariate) {
    // n = (z / 2 + sqrt(mean))^2: mean + 1/4 and mean + 1/8, and 1/12 more of variance by rounding.
    const double mean = to_double(poisson_mean(to_ulong_accum(90000), 1000));
    const Moments m = moments(run(region_of(500, 90000), 400));
    EXPECT_NEAR(m.mean, mean + 0.25, 5 * std::sqrt(mean / m.n) + 0.001);
    EXPECT_NEAR(m.variance, mean + 1.0 / 8 + 1.0 / 12, 5 * std::sqrt(2 * mean * mean / m.n) + 0.01);
}

TEST(PoissonSource, ANewRateHoldsInTheMiddleOfAFourTickBlock) {
    // Every source changes in every tick, among more rates than there are sources.
    PoissonRegion region = region_of(40, 500.0);
    PoissonSlice slice = load_poisson(region);
    std::vector<std::uint32_t> counts(40);
    for (std::uint32_t tick = 0; tick < 50; ++tick) {
        for (std::uint32_t atom = tick % 3; atom < 40; atom += 3) {
            const double rate = (tick + atom) % 9 == 0 ? 80000.0 : 37.0 * tick * atom;
            region.sources[atom].rate_hz = to_ulong_accum(rate);
            set_rate(slice, atom, region.sources[atom].rate_hz, Tick{tick});
        }
        std::uint64_t sum = 0;
        const std::uint64_t told = emit(slice, Tick{tick}, counts);
        for (std::uint32_t atom = 0; atom < 40; ++atom) {
            ASSERT_EQ(counts[atom], plain_spikes(region, tick, atom)) << tick << " " << atom;
            sum += counts[atom];
        }
        ASSERT_EQ(told, sum);
    }
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
