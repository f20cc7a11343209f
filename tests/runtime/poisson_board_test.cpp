#include "runtime/poisson_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/poisson_source.hpp"

namespace spinn {
namespace {

using testing::ElementsAre;

PoissonRegion region_of(std::uint32_t n, double rate_hz, std::uint32_t timestep_us = 1000) {
    PoissonRegion region{.timestep_us = timestep_us, .seed = 42, .population = 6};
    region.sources.assign(n, poisson_parameters(rate_hz, 0.0, 1e10, timestep_us / 1000.0));
    return region;
}

/// Counts of every source in every tick, [tick][atom].
std::vector<std::vector<std::uint32_t>> run(const PoissonRegion& region, std::uint32_t ticks) {
    PoissonSlice slice = load_poisson(region, PoissonMode::board);
    std::vector<std::vector<std::uint32_t>> result;
    for (std::uint32_t tick = 0; tick < ticks; ++tick)
        emit(slice, Tick{tick}, result.emplace_back(region.sources.size(), 0));
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

TEST(Kiss, GivesTheNumbersOfTheRecurrence) {
    // Computed with Python's integers from the recurrence in neural-runtime, section 1.4.
    Kiss random;
    EXPECT_EQ(random.next(), 0x21649b69u);
    EXPECT_EQ(random.next(), 0x9b20c329u);
    EXPECT_EQ(random.next(), 0x97893d74u);
    EXPECT_EQ(random.next(), 0xc60ba5bcu);
    for (int i = 4; i < 999; ++i) random.next();
    EXPECT_EQ(random.next(), 0xd32a24d7u);
}

TEST(Kiss, SeedsAreValidatedAsOnTheBoard) {
    EXPECT_EQ(validated({1, 0, 3, 0}), (Kiss{1, 13031301, 3, 1}));
    EXPECT_EQ(validated({1, 2, 3, 698769068}), (Kiss{1, 2, 3, 1}));
    EXPECT_EQ(validated({1, 2, 3, 698769067}), (Kiss{1, 2, 3, 698769068}));
}

TEST(PoissonBoard, DrawsInTheOrderOfTheAtomsFromOneGenerator) {
    // A Python twin of spike_source_poisson.c: two slow sources around a fast one, all on the unseeded generator.
    PoissonRegion region = region_of(3, 5.0);
    region.sources[1].rate_hz = to_ulong_accum(2000.0);
    region.sources[2].rate_hz = to_ulong_accum(8.0);
    region.timestep_us = 1000;
    BoardPoisson sources = load_board_poisson(region, Kiss{});
    sources.exp_minus_mean[1] = {4434u << 17};  // e^-2 in s16.15
    std::vector<std::uint32_t> fast, slow[3];
    std::uint32_t sum = 0;
    for (std::uint32_t tick = 0; tick < 1000; ++tick)
        for (const std::uint32_t atom : {0u, 1u, 2u}) {
            const std::uint32_t n = board_spikes(sources, atom);
            if (atom == 1) sum += n;
            if (atom == 1 && tick < 32) fast.push_back(n);
            if (atom != 1) slow[atom].insert(slow[atom].end(), n, tick);
        }
    EXPECT_THAT(fast, ElementsAre(3, 4, 2, 4, 0, 2, 3, 1, 2, 0, 4, 1, 2, 2, 3, 1, 0, 2, 1, 4, 2, 4, 1, 0, 3, 1, 1, 2, 3,
                                  0, 0, 0));
    EXPECT_THAT(slow[0], ElementsAre(26));
    EXPECT_THAT(slow[2], ElementsAre(74, 295, 316, 385, 389, 456, 538, 603, 645, 655, 792, 853, 865));
    EXPECT_EQ(sum, 2018u);
}

TEST(PoissonBoard, TheMeanIsFlooredToTheBoardsBits) {
    EXPECT_EQ(poisson_mean(to_ulong_accum(20000), 100), to_accum(2.0));
    EXPECT_EQ(poisson_mean(to_ulong_accum(10), 1000).raw, 327);  // 0.001 in u0.32 lies below 1/1000
    EXPECT_EQ(poisson_mean(to_ulong_accum(1), 1000000).raw, 32767);
    EXPECT_EQ(poisson_mean(ULongAccum{0xffffffffffffffffu}, 1000000), accum_max);
}

TEST(PoissonBoard, AlgorithmsChangeAtAHundredthAndAtTen) {
    EXPECT_EQ(poisson_algorithm({0}), PoissonAlgorithm::slow);
    EXPECT_EQ(poisson_algorithm({327}), PoissonAlgorithm::slow);
    EXPECT_EQ(poisson_algorithm({328}), PoissonAlgorithm::fast);
    EXPECT_EQ(poisson_algorithm({327679}), PoissonAlgorithm::fast);
    EXPECT_EQ(poisson_algorithm({327680}), PoissonAlgorithm::faster);
}

TEST(PoissonBoard, FastSourcesHaveTheMeanAndVarianceOfTheirStoredExponential) {
    // The mean is that of the stored e^-mean, which has 15 bits: at 8 a tick it is 10 / 2^15, and the mean 8.094.
    for (const double rate : {20.0, 500.0, 2000.0, 8000.0}) {
        const Accum exp_minus_mean = expk(negate_wrap(poisson_mean(to_ulong_accum(rate), 1000)));
        const double mean = -std::log(to_double(exp_minus_mean));
        const Moments m = moments(run(region_of(500, rate), 400));
        EXPECT_NEAR(m.mean, mean, 5 * std::sqrt(mean / m.n)) << rate;
        EXPECT_NEAR(m.variance, mean, 5 * std::sqrt((mean + 2 * mean * mean) / m.n)) << rate;
    }
}

TEST(PoissonBoard, FastSpikesEqualKnuthsProductOneUniformAtATime) {
    for (const double rate : {150.0, 2000.0, 20000.0, 99000.0}) {
        PoissonRegion region = region_of(50, rate, 100);
        region.first_atom = 1000;
        const Accum mean = poisson_mean(region.sources[0].rate_hz, region.timestep_us);
        ASSERT_EQ(poisson_algorithm(mean), PoissonAlgorithm::fast) << rate;
        const std::uint32_t least = static_cast<std::uint32_t>(expk(negate_wrap(mean)).raw) << 17;
        Kiss random = board_seed(region);
        for (const std::vector<std::uint32_t>& counts : run(region, 400))
            for (const std::uint32_t count : counts) {
                std::uint32_t n = 0, product = 0xffffffff;
                do {
                    product = static_cast<std::uint32_t>((std::uint64_t{product} * random.next()) >> 32);
                    ++n;
                } while (product > least);
                ASSERT_EQ(count, n - 1);
            }
    }
}

TEST(PoissonBoard, FasterSourcesHaveTheMomentsOfASquaredNormalVariate) {
    // n = (z / 2 + sqrt(mean))^2: mean + 1/4 and mean + 1/8, and 1/12 more of variance by rounding.
    const double mean = to_double(poisson_mean(to_ulong_accum(25000), 1000));
    const Moments m = moments(run(region_of(500, 25000), 400));
    EXPECT_NEAR(m.mean, mean + 0.25, 5 * std::sqrt(mean / m.n) + 0.001);
    EXPECT_NEAR(m.variance, mean + 1.0 / 8 + 1.0 / 12, 5 * std::sqrt(2 * mean * mean / m.n) + 0.01);
}

TEST(PoissonBoard, SlowSourcesKeepTheirRate) {
    constexpr double rate = 4.0;  // 0.004 a tick: intervals of 250 ticks
    const Moments m = moments(run(region_of(500, rate), 4000));
    EXPECT_NEAR(m.mean, 0.004, 5 * std::sqrt(0.004 / m.n));
    EXPECT_NEAR(m.variance, 0.004, 5 * std::sqrt(0.004 / m.n));
}

TEST(PoissonBoard, IntervalsOfSlowSourcesAreExponential) {
    double sum = 0, squares = 0, n = 0;
    std::uint32_t last = 0, tick = 0;
    for (const auto& counts : run(region_of(1, 8.0), 400000)) {
        if (counts[0] > 0) {
            const double interval = tick - last;
            if (last > 0) sum += interval, squares += interval * interval, n += 1;
            last = tick;
        }
        ++tick;
    }
    const double mean = sum / n, deviation = std::sqrt(squares / n - mean * mean);
    EXPECT_NEAR(mean, 125.0, 5 * 125.0 / std::sqrt(n) + 1);
    EXPECT_NEAR(deviation / mean, 1.0, 5 / std::sqrt(n) + 0.02);
}

TEST(PoissonBoard, SourcesDependOnWhoSharesTheirCore) {
    PoissonRegion part = region_of(11, 1500.0);
    part.first_atom = 13;
    const auto whole_counts = run(region_of(30, 1500.0), 50), part_counts = run(part, 50);
    bool differ = false;
    for (std::size_t tick = 0; tick < 50; ++tick)
        differ |= std::vector(whole_counts[tick].begin() + 13, whole_counts[tick].begin() + 24) != part_counts[tick];
    EXPECT_TRUE(differ);
    EXPECT_EQ(whole_counts, run(region_of(30, 1500.0), 50));
}

TEST(PoissonBoard, SpikesFromItsStartUntilItsDurationIsOver) {
    PoissonRegion region = region_of(1, 5000.0);
    region.sources[0] = poisson_parameters(5000.0, 10.0, 20.0, 1.0);
    const auto counts = run(region, 50);
    std::uint32_t outside = 0, inside = 0;
    for (std::uint32_t tick = 0; tick < 50; ++tick) (tick < 10 || tick >= 30 ? outside : inside) += counts[tick][0];
    EXPECT_EQ(outside, 0u);
    EXPECT_GT(inside, 50u);
}

TEST(PoissonBoard, ARateOfZeroIsSilent) { EXPECT_EQ(moments(run(region_of(10, 0.0), 1000)).mean, 0.0); }

}  // namespace
}  // namespace spinn
