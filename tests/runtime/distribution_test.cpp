#include "runtime/distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace spinn {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double relative_error(double value, double reference) {
    return value == reference ? 0.0 : std::abs(value - reference) / std::abs(reference);
}

TEST(PortableFunctions, LogarithmAgreesWithTheLibrary) {
    for (double x = 1e-300; x < 1e300; x *= 1.37) EXPECT_LT(relative_error(portable_log(x), std::log(x)), 1e-14) << x;
    for (double x = 0.5; x < 2.0; x += 0.00037) EXPECT_LT(relative_error(portable_log(x), std::log(x)), 1e-14) << x;
    for (double x = 1e-300; x < 10; x *= 1.37) {
        EXPECT_LT(relative_error(portable_log1p(x), std::log1p(x)), 1e-14) << x;
        if (x < 0.99) {
            EXPECT_LT(relative_error(portable_log1p(-x), std::log1p(-x)), 1e-13) << x;
        }
    }
    EXPECT_EQ(portable_log(1.0), 0.0);
    EXPECT_EQ(portable_log(0.0), -infinity);
    EXPECT_TRUE(std::isnan(portable_log(-1.0)));
}

TEST(PortableFunctions, ExponentialAgreesWithTheLibrary) {
    for (double x = -700; x < 709; x += 0.0737) EXPECT_LT(relative_error(portable_exp(x), std::exp(x)), 1e-14) << x;
    EXPECT_EQ(portable_exp(0.0), 1.0);
    EXPECT_EQ(portable_exp(-infinity), 0.0);
    EXPECT_EQ(portable_exp(710.0), infinity);
}

TEST(PortableFunctions, NormalDistributionFunctionKeepsItsPrecisionInTheTail) {
    for (double x = -37.0; x < 9.0; x += 0.0137)
        EXPECT_LT(relative_error(portable_normal_cdf(x), 0.5 * std::erfc(-x * M_SQRT1_2)),
                  std::abs(x) > 5 ? 5e-13 : 1e-13)
            << x;
    EXPECT_EQ(portable_normal_cdf(0.0), 0.5);
    EXPECT_EQ(portable_normal_cdf(-0.0), 0.5);
    EXPECT_EQ(portable_normal_cdf(-infinity), 0.0);
    EXPECT_EQ(portable_normal_cdf(infinity), 1.0);
}

TEST(PortableFunctions, NormalQuantileInvertsTheDistributionFunction) {
    // Values: R, qnorm.
    EXPECT_NEAR(portable_normal_quantile(0.975), 1.959963984540054, 1e-14);
    EXPECT_NEAR(portable_normal_quantile(0.25), -0.6744897501960817, 1e-15);
    EXPECT_NEAR(portable_normal_quantile(1e-10), -6.361340902404056, 1e-13);
    EXPECT_NEAR(portable_normal_quantile(1e-300), -37.0471, 1e-4);
    for (double z = -37.0; z < 5.0; z += 0.0311) {
        // An error of the quantile shows in the distribution function multiplied by the hazard, about |z|.
        const double tolerance = 2e-15 * (1.0 + z * z) + 1e-14;
        EXPECT_NEAR(portable_normal_quantile(portable_normal_cdf(z)), z, z > 0 ? 1e-10 : 10 * tolerance) << z;
    }
    for (double u = 1e-6; u < 0.5; u += 0.00171)
        EXPECT_NEAR(portable_normal_quantile(u), -portable_normal_quantile(1.0 - u), 1e-9);
}

TEST(PortableFunctions, LogFactorialAgreesWithTheLibrary) {
    for (double n = 2; n < 1e15; n = std::floor(n * 1.3 + 1))
        EXPECT_LT(relative_error(portable_log_factorial(n), std::lgamma(n + 1.0)), 1e-13) << n;
    EXPECT_EQ(portable_log_factorial(0), 0.0);
    EXPECT_EQ(portable_log_factorial(1), 0.0);
}

std::vector<Distribution> all_sorts() {
    return {
        constant(-0.75),
        {DistributionKind::uniform, -1.0, 3.0},
        {DistributionKind::normal, 2.0, 0.5},
        {DistributionKind::normal, 2.0, 0.0},
        {DistributionKind::normal_clipped, 1.5, 0.75, 0.1, infinity},
        {DistributionKind::normal_clipped, 0.0, 1.0, -0.5, 0.25},
        {DistributionKind::normal_clipped, 0.0, 1.0, 6.0, 9.0},
        {DistributionKind::normal_clipped, 0.0, 1.0, -infinity, -7.0},
        {DistributionKind::normal_clipped, 0.0, 1.0, 50.0, 60.0},
        {DistributionKind::normal_clipped_to_boundary, 1.0, 2.0, 0.0, 2.5},
        {DistributionKind::normal_clipped_to_boundary, 1.0, 2.0, -infinity, 0.5},
        {DistributionKind::exponential, 2.5},
        {DistributionKind::exponential, 0.0},
        {DistributionKind::uniform_int, -2.0, 7.0},
    };
}

TEST(Distribution, MeanAndVarianceAreThoseOfItsQuantiles) {
    for (const Distribution& d : all_sorts()) {
        constexpr int n = 400000;
        double sum = 0.0, squares = 0.0;
        const PreparedDistribution p = prepare(d);
        const double centre = mean(d);
        for (int i = 0; i < n; ++i) {
            const double x = quantile(p, (i + 0.5) / n) - centre;
            sum += x / n;
            squares += x * x / n;
        }
        const double scale = std::sqrt(variance(d)) + 1e-9;
        EXPECT_NEAR(sum, 0.0, 1e-3 * scale) << name_of(d.kind) << " " << d.low << " " << d.high;
        EXPECT_NEAR(squares - sum * sum, variance(d), 2e-3 * variance(d) + 1e-9) << name_of(d.kind) << " " << d.low;
    }
}

TEST(Distribution, QuantileAndCumulativeAreInverse) {
    for (const Distribution& d : all_sorts()) {
        double previous = -infinity;
        for (double u = 0.0005; u < 1.0; u += 0.001) {
            const double x = quantile(d, u);
            EXPECT_GE(x, previous);
            previous = x;
            const double width = 1e-9 * (1.0 + std::abs(x));
            EXPECT_GE(cumulative(d, x + width), u - 1e-12) << name_of(d.kind) << " " << u;
            EXPECT_LE(cumulative(d, x - width), u + 1e-12) << name_of(d.kind) << " " << u;
        }
    }
}

TEST(Distribution, ManyQuantilesHaveTheBitsOfOne) {
    for (const Distribution& d : all_sorts()) {
        std::vector<std::uint32_t> draws = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
        for (std::uint32_t i = 0; i < 5000; ++i) draws.push_back(i * 0x9e3779b9u);
        std::vector<double> values(draws.size());
        quantiles(prepare(d), draws, values);
        for (std::size_t i = 0; i < draws.size(); ++i)
            ASSERT_EQ(values[i], quantile(d, unit_of(draws[i]))) << name_of(d.kind);
    }
}

TEST(Distribution, TruncatedNormalMatchesItsClosedForm) {
    // Mean of a standard normal above 6: the inverse Mills ratio, 6.1584826... (Mills ratio of 6 is 0.16237766).
    EXPECT_NEAR(mean({DistributionKind::normal_clipped, 0.0, 1.0, 6.0, infinity}), 6.15848, 2e-4);
    EXPECT_NEAR(mean({DistributionKind::normal_clipped, 0.0, 1.0, 0.0, infinity}), std::sqrt(2.0 / M_PI), 1e-14);
    EXPECT_NEAR(variance({DistributionKind::normal_clipped, 0.0, 1.0, 0.0, infinity}), 1.0 - 2.0 / M_PI, 1e-14);
}

TEST(Distribution, ProbableExtremesHoldForNDraws) {
    for (const Distribution& d : all_sorts()) {
        for (const double n : {1.0, 1e3, 1e9, 1e18}) {
            const double high = maximum_probable(d, n), low = minimum_probable(d, n);
            EXPECT_LE(low, high);
            EXPECT_GE(quantile(d, 1e-12), n == 1e18 ? low : -infinity);
            if (n <= 1e9) {
                EXPECT_GE(std::pow(cumulative(d, high), n), 0.99 - 1e-5) << name_of(d.kind) << " " << n;
            }
            if (d.kind == DistributionKind::normal_clipped || d.kind == DistributionKind::normal_clipped_to_boundary) {
                EXPECT_LE(high, d.high);
                EXPECT_GE(low, d.low);
            }
        }
    }
    EXPECT_NEAR(maximum_probable({DistributionKind::normal, 0.0, 1.0}, 1e6), 5.6109, 1e-3);  // qnorm(0.99^1e-6)
}

TEST(Distribution, ParametersThatMakeNoSenseAreNamed) {
    for (const Distribution& d : all_sorts()) EXPECT_EQ(problem_of(d), std::nullopt);
    EXPECT_EQ(problem_of({DistributionKind::normal, 0.0, -1.0}), "sigma is negative");
    EXPECT_NE(problem_of({DistributionKind::uniform, 1.0, 0.0}), std::nullopt);
    EXPECT_NE(problem_of({DistributionKind::uniform_int, 0.5, 2.0}), std::nullopt);
    EXPECT_NE(problem_of({DistributionKind::normal_clipped, 0.0, 1.0, 2.0, 1.0}), std::nullopt);
    EXPECT_NE(problem_of(constant(infinity)), std::nullopt);
}

}  // namespace
}  // namespace spinn
