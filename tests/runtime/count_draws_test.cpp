#include "runtime/count_draws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace spinn {
namespace {

double relative_error(double value, double reference) {
    return value == reference ? 0.0 : std::abs(value - reference) / std::abs(reference);
}

TEST(CountDraws, ProbabilitiesSumToOneAndMatchTheDefinition) {
    for (const auto& [n, p] : {std::pair{10.0, 0.3}, {256.0, 0.02}, {256.0, 1e-6}, {1000.0, 0.999}, {3e5, 0.5}}) {
        double sum = 0.0;
        for (double k = 0; k <= n; ++k) {
            const double value = binomial_pmf(k, n, p);
            sum += value;
            const double reference = std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                                              k * std::log(p) + (n - k) * std::log1p(-p));
            if (n <= 1000 && reference > 1e-200) {
                EXPECT_LT(relative_error(value, reference), 1e-10) << n << " " << k;
            }
        }
        EXPECT_NEAR(sum, 1.0, 1e-12);
    }
    double sum = 0.0;
    for (double k = 0; k <= 40; ++k) sum += hypergeometric_pmf(k, 40, 100, 350);
    EXPECT_NEAR(sum, 1.0, 1e-12);
    EXPECT_NEAR(hypergeometric_pmf(1, 2, 3, 5), 0.6, 1e-14);  // C(3,1) C(2,1) / C(5,2)
}

TEST(CountDraws, DrawsHaveTheProbabilitiesOfTheirDistribution) {
    constexpr int n = 200000;
    std::vector<double> binomial(31), hypergeometric(31), table(31);
    const BinomialTable quick(30, 0.4);
    for (int i = 0; i < n; ++i) {
        const double u = (i + 0.5) / n;
        binomial[draw_binomial(u, 30, 40, 100)] += 1.0 / n;
        hypergeometric[draw_hypergeometric(u, 30, 40, 100)] += 1.0 / n;
        table[quick.count(static_cast<std::uint64_t>(u * 0x1p64))] += 1.0 / n;
    }
    for (int k = 0; k <= 30; ++k) {
        const auto i = static_cast<std::size_t>(k);
        EXPECT_NEAR(binomial[i], binomial_pmf(k, 30, 0.4), 2.0 / n);
        EXPECT_NEAR(table[i], binomial_pmf(k, 30, 0.4), 2.0 / n);
        EXPECT_NEAR(hypergeometric[i], hypergeometric_pmf(k, 30, 40, 100), 2.0 / n);
    }
}

TEST(CountDraws, ExtremeDrawsArePossibleNumbers) {
    constexpr std::uint64_t huge = std::uint64_t{1} << 40;
    for (const double u : {0x1p-53, 0.5, 1.0 - 0x1p-53}) {
        EXPECT_NEAR(static_cast<double>(draw_binomial(u, huge, 1, 2)), 0x1p39, 10 * 0x1p19);
        EXPECT_NEAR(static_cast<double>(draw_hypergeometric(u, huge / 2, huge / 2, huge)), 0x1p38, 10 * 0x1p19);
        EXPECT_EQ(draw_binomial(u, 7, 0, 5), 0u);
        EXPECT_EQ(draw_binomial(u, 7, 5, 5), 7u);
        for (std::uint64_t total = 1; total < 12; ++total)
            for (std::uint64_t marked = 0; marked <= total; ++marked)
                for (std::uint64_t drawn = 0; drawn <= total; ++drawn) {
                    const std::uint64_t k = draw_hypergeometric(u, drawn, marked, total);
                    EXPECT_LE(k, std::min(drawn, marked));
                    EXPECT_LE(drawn - k, total - marked);
                }
    }
}

TEST(CountDraws, UpperQuantileIsTheSmallestThatKeepsTheTail) {
    for (const auto& [n, p] : {std::pair{1000.0, 0.1}, {50.0, 0.5}, {1e6, 1e-6}}) {
        const double k = binomial_upper_quantile(1e-4, n, p);
        double above = 0.0;
        for (double i = k + 1; i <= std::min(n, k + 500); ++i) above += binomial_pmf(i, n, p);
        EXPECT_LE(above, 1e-4);
        EXPECT_GT(above + binomial_pmf(k, n, p), 1e-4);
    }
    EXPECT_EQ(binomial_upper_quantile(1e-4, 10, 1.0), 10.0);
}

TEST(CountDraws, RememberedSplitsAreThoseDrawnAfresh) {
    for (const bool replacement : {false, true}) {
        SplitDraws splits(replacement);
        for (std::uint64_t i = 0; i < 20000; ++i) {
            const std::uint64_t total = 1 + i * 7919 % 900, part = i * 104729 % (total + 1);
            const std::uint64_t n = i * 31 % (replacement ? 500 : total + 1);
            const double u = (static_cast<double>(i * 2654435761u % 100000) + 0.5) / 100000;
            const std::uint64_t afresh =
                replacement ? draw_binomial(u, n, part, total) : draw_hypergeometric(u, n, part, total);
            ASSERT_EQ(splits.draw(u, n, part, total), afresh);
            ASSERT_EQ(splits.draw(u, n, part, total), afresh);
        }
    }
}

TEST(CountDraws, RememberedSplitsGiveTheSameNumbersForEveryDraw) {
    for (const bool replacement : {false, true}) {
        SplitDraws splits(replacement);
        for (const auto& [n, part, total] : std::vector<std::array<std::uint64_t, 3>>{{1, 1, 2},
                                                                                      {20, 2048, 4096},
                                                                                      {400, 256, 1000},
                                                                                      {3, 255, 100'000},
                                                                                      {5000, 2500, 5001},
                                                                                      {100'000, 50'000, 20'000'000}}) {
            const auto expect_same = [&, n = n, part = part, total = total](double u) {
                ASSERT_EQ(splits.draw(u, n, part, total),
                          replacement ? draw_binomial(u, n, part, total) : draw_hypergeometric(u, n, part, total))
                    << u << " " << n << " " << part << " " << total;
            };
            for (int i = 0; i < 20000; ++i) expect_same((i * 7919 % 20000 + 0.5) / 20000);
            for (int bucket = 0; bucket <= 64; ++bucket)
                for (const double step : {-0x1p-52, -0x1p-53, 0.0, 0x1p-53, 0x1p-52})
                    if (const double u = bucket / 64.0 + step; u > 0.0 && u < 1.0) expect_same(u);
        }
    }
}

}  // namespace
}  // namespace spinn
