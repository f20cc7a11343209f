#include "runtime/delay_ticks.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace spinn {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(DelayTicks, TheTableIsTheQuantileRounded) {
    for (const Distribution& d :
         {Distribution{DistributionKind::normal_clipped, 1.5, 0.75, 0.1, infinity},
          Distribution{DistributionKind::exponential, 3.0}, Distribution{DistributionKind::uniform_int, 1.0, 4.0},
          Distribution{DistributionKind::uniform, 0.0, 500.0}, constant(1.25)}) {
        const DelayTicks ticks(d, 0.1);
        for (std::uint32_t i = 0; i < 20000; ++i) {
            const std::uint32_t draw = i * 0x9e3779b9u;
            const std::uint32_t expected = delay_in_ticks(quantile(d, unit_of(draw)), 0.1);
            ASSERT_EQ(ticks(draw), expected);
            ASSERT_GE(expected, ticks.smallest());
            ASSERT_LE(expected, ticks.largest());
        }
        const std::uint64_t rise = ticks.first_draw_beyond(ticks.smallest());
        if (!ticks.fixed()) {
            EXPECT_EQ(ticks(static_cast<std::uint32_t>(rise - 1)), ticks.smallest());
            EXPECT_GT(ticks(static_cast<std::uint32_t>(rise)), ticks.smallest());
        }
    }
}

}  // namespace
}  // namespace spinn
