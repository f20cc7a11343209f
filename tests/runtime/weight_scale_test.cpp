#include "runtime/weight_scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace spinn {
namespace {

/// The plain twin.
std::uint32_t integer_weight(double weight, double factor, std::uint64_t& masked) {
    const double scaled = std::nearbyint(std::abs(weight) * factor);
    const auto integer = static_cast<std::uint64_t>(std::min(scaled, 0x1p62));
    masked += integer > 0xffff ? 1 : 0;
    return static_cast<std::uint32_t>(integer & 0xffff);
}

void expect_same(const std::vector<double>& weights, double factor) {
    std::vector<std::uint32_t> integers(weights.size(), 0xdeadbeef);
    std::uint64_t masked = 0;
    const std::uint64_t batch_masked = integer_weights(weights, factor, integers);
    for (std::size_t i = 0; i < weights.size(); ++i)
        ASSERT_EQ(integers[i], integer_weight(weights[i], factor, masked)) << weights[i] << " * " << factor;
    EXPECT_EQ(batch_masked, masked);
}

TEST(WeightScale, ManyWeightsAreThoseOfOneAtATime) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal(0.5, 2.0);
    for (const std::size_t n : {0, 1, 7, 64, 1001}) {
        std::vector<double> weights(n);
        for (double& weight : weights) weight = normal(random);
        for (const double factor : {0.0, 1.0, 1000.0, 32768.0, 1e9}) expect_same(weights, factor);
    }
}

TEST(WeightScale, HalvesGoToTheEvenNeighbour) {
    std::vector<double> weights;
    for (double x = -20.0; x < 20.0; x += 0.25) weights.push_back(x);
    for (const double edge : {65534.5, 65535.0, 65535.49999999999, 65535.5, 65536.5, 131071.5, -65535.5})
        weights.push_back(edge);
    weights.push_back(std::nextafter(0.5, 0.0));
    expect_same(weights, 1.0);
    std::vector<std::uint32_t> integers(weights.size());
    EXPECT_EQ(integer_weights(std::vector<double>{0.5, 1.5, 2.5, 65535.5}, 1.0, std::span(integers).first(4)), 1u);
    EXPECT_EQ(integers[0], 0u);
    EXPECT_EQ(integers[1], 2u);
    EXPECT_EQ(integers[2], 2u);
    EXPECT_EQ(integers[3], 0u);
}

TEST(WeightScale, HugeWeightsAreCutToo) {
    for (const double huge :
         {0x1p50, 0x1p51 - 0.5, 0x1p51, 0x1p51 + 3, 0x1p52 - 0.5, 0x1p52 + 1, 0x1p53 + 12346, 0x1p63, 1e300})
        expect_same({0.5, huge, -huge, 70000.0}, 1.0);
    expect_same({1e300, 1.0}, 1e300);
}

}  // namespace
}  // namespace spinn
