#include "runtime/fixed_point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace spinn {
namespace {

constexpr std::int32_t raw_max = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t raw_min = std::numeric_limits<std::int32_t>::min();

TEST(FixedPoint, SumsAndDifferencesWrap) {
    EXPECT_EQ(add_wrap({raw_max}, {1}).raw, raw_min);
    EXPECT_EQ(sub_wrap({raw_min}, {1}).raw, raw_max);
    EXPECT_EQ(negate_wrap({raw_min}).raw, raw_min);
    EXPECT_EQ(add_wrap({7}, {-9}).raw, -2);
}

TEST(FixedPoint, AProductIsCutOffTowardsMinusInfinityAndWraps) {
    EXPECT_EQ(mul_wrap({1}, {1}).raw, 0);
    EXPECT_EQ(mul_wrap({-1}, {1}).raw, -1);
    EXPECT_EQ(mul_wrap(to_accum(-1.5), to_accum(2.0)), to_accum(-3.0));
    EXPECT_EQ(mul_wrap(to_accum(300.0), to_accum(300.0)), to_accum(90000.0 - 131072.0));
    EXPECT_EQ(mul_wrap({raw_min}, {raw_min}).raw, 0);  // 2^62 >> 15: the low 32 bits are 0
}

TEST(FixedPoint, NearestRoundsHalvesUp) {
    EXPECT_EQ(mul_wrap<Rounding::nearest>({1}, {1 << 14}).raw, 1);
    EXPECT_EQ(mul_wrap<Rounding::nearest>({1}, {(1 << 14) - 1}).raw, 0);
    EXPECT_EQ(mul_wrap<Rounding::nearest>({-1}, {1 << 14}).raw, 0);
    EXPECT_EQ(mul_wrap<Rounding::nearest>({-1}, {(1 << 14) + 1}).raw, -1);
    EXPECT_EQ(decay_s1615<Rounding::nearest>({1}, {0x80000000u}).raw, 1);
    EXPECT_EQ(decay_s1615<Rounding::nearest>({-1}, {0x80000000u}).raw, 0);
    EXPECT_EQ(decay_s1615<Rounding::nearest>({-1}, {0x80000001u}).raw, -1);
}

TEST(FixedPoint, StochasticRoundsUpForAsManyDrawsAsThePartCutOffIsLarge) {
    for (const std::int32_t part : {0, 1, 1000, 16384, 32767}) {
        int ups = 0;
        for (std::uint32_t bits = 0; bits < 32768; ++bits) {
            ups += mul_wrap<Rounding::stochastic>({1}, {part}, bits << 17).raw;
        }
        EXPECT_EQ(ups, part);
    }
    EXPECT_EQ(decay_s1615<Rounding::stochastic>({1}, {0x40000000u}, 0xbfffffffu).raw, 0);
    EXPECT_EQ(decay_s1615<Rounding::stochastic>({1}, {0x40000000u}, 0xc0000000u).raw, 1);
}

TEST(FixedPoint, NegativeValuesNeverDecayToZero) {
    // x stays where |x| (1 - d) < 1: at -1 LSB for d <= 1/2, and at -5 for tau_syn 5 ms at 1 ms.
    Accum quick{-20}, slow{-20};
    for (int i = 0; i < 100; ++i) {
        quick = decay_s1615(quick, {581260615u});
        slow = decay_s1615(slow, {3516490311u});
    }
    EXPECT_EQ(quick.raw, -1);
    EXPECT_EQ(slow.raw, -5);
}

TEST(FixedPoint, DecayTakesTheEndsOfItsRange) {
    EXPECT_EQ(decay_s1615({raw_max}, ufract_max).raw, raw_max - 1);
    EXPECT_EQ(decay_s1615({raw_min}, ufract_max).raw, raw_min);  // -2^31 + 1/2, floored
}

/// floor((a * b + offset) / 2^bits) with 128-bit integers.
std::int64_t exact(std::int64_t a, std::int64_t b, std::int64_t offset, int bits) {
    __extension__ using Wide = __int128;
    return static_cast<std::int64_t>((static_cast<Wide>(a) * b + offset) >> bits);
}

TEST(FixedPoint, ProductsAndDecaysEqualTheirWideDefinitions) {
    std::mt19937 random(5);
    const std::int32_t corners[] = {raw_min, raw_min + 1, -32768, -1, 0, 1, 32768, raw_max};
    const std::uint32_t edges[] = {0, 1, 0x7fffffffu, 0x80000000u, 0xffffffffu};
    for (int i = 0; i < 1000000; ++i) {
        const bool corner = i < 1000;
        const std::int32_t a = corner ? corners[random() % 8] : static_cast<std::int32_t>(random());
        const std::int32_t b = corner ? corners[random() % 8] : static_cast<std::int32_t>(random());
        const std::uint32_t d = corner ? edges[random() % 5] : static_cast<std::uint32_t>(random());
        const auto draw = static_cast<std::uint32_t>(random());
        ASSERT_EQ(mul_wrap({a}, {b}).raw, static_cast<std::int32_t>(exact(a, b, 0, 15)));
        ASSERT_EQ(mul_wrap<Rounding::nearest>({a}, {b}).raw, static_cast<std::int32_t>(exact(a, b, 1 << 14, 15)));
        ASSERT_EQ(mul_wrap<Rounding::stochastic>({a}, {b}, draw).raw,
                  static_cast<std::int32_t>(exact(a, b, draw >> 17, 15)));
        ASSERT_EQ(decay_s1615({a}, {d}).raw, exact(a, d, 0, 32));
        ASSERT_EQ(decay_s1615<Rounding::nearest>({a}, {d}).raw, exact(a, d, std::int64_t{1} << 31, 32));
        ASSERT_EQ(decay_s1615<Rounding::stochastic>({a}, {d}, draw).raw, exact(a, d, draw, 32));
        ASSERT_EQ(decay_s1615_to_u032_wrap({a}, {d}).raw, static_cast<std::uint32_t>(exact(a, d, 0, 15)));
    }
}

TEST(FixedPoint, QuotientsAreFloored) {
    EXPECT_EQ(kdivk_wrap(to_accum(1.0), to_accum(20.0)).raw, 1638);
    EXPECT_EQ(kdivk_wrap(to_accum(0.1), to_accum(20.0)).raw, 163);
    EXPECT_EQ(kdivk_wrap(to_accum(20.0), to_accum(1.0)), to_accum(20.0));
    EXPECT_EQ(kdivui(to_accum(1.0), 3).raw, 10922);
}

TEST(FixedPoint, WholeNumbersByCeilingAndByRounding) {
    EXPECT_EQ(ceil_to_int({0}), 0);
    EXPECT_EQ(ceil_to_int({1}), 1);
    EXPECT_EQ(ceil_to_int({32768}), 1);
    EXPECT_EQ(ceil_to_int({32769}), 2);
    EXPECT_EQ(round_to_int({16383}), 0);
    EXPECT_EQ(round_to_int({16384}), 1);
    EXPECT_EQ(round_to_int({-16384}), 0);
    EXPECT_EQ(round_to_int({-16385}), -1);
}

TEST(FixedPoint, RingBufferValuesAreShiftedLeft) {
    EXPECT_EQ(ring_to_accum_wrap(0xffff, 0).raw, 0xffff);
    EXPECT_EQ(ring_to_accum_wrap(0xffff, 15).raw, 0x7fff8000);
}

TEST(Exponential, OfTheBoardsCheckValues) {  // neural runtime, 1.3
    const struct {
        double x;
        std::int32_t raw;
    } checks[] = {{-10.397, 1}, {-5, 220},  {-1, 12054},  {-0.5, 19874},   {0, 32768},
                  {0.5, 54025}, {1, 89072}, {5, 4863202}, {11, 1961955875}};
    for (const auto& check : checks) EXPECT_EQ(expk(to_accum(check.x)).raw, check.raw) << check.x;
    EXPECT_EQ(expulr({0}).raw, 0u);
    EXPECT_EQ(expulr({-1}).raw, 4294830979u);
}

TEST(Exponential, OfTheBoardsTimeConstants) {  // neural runtime, 1.3
    const struct {
        double timestep, tau;
        std::int32_t argument, exp_tc;
        std::uint32_t decay, init;
    } checks[] = {{1, 20, -1638, 31170, 4085544196u, 4188461980u},   {1, 10, -3276, 29650, 3886339153u, 4086281420u},
                  {1, 5, -6553, 26828, 3516490311u, 3892384920u},    {1, 0.5, -65536, 4434, 581260615u, 1856853340u},
                  {0.1, 10, -327, 32442, 4252324052u, 4264064026u},  {0.1, 20, -163, 32605, 4273656398u, 4261919257u},
                  {0.1, 0.5, -6554, 26827, 3516383004u, 3892683849u}};
    for (const auto& check : checks) {
        const Accum timestep = to_accum(check.timestep), tau = to_accum(check.tau);
        const Accum argument = negate_wrap(kdivk_wrap(timestep, tau));
        EXPECT_EQ(argument.raw, check.argument);
        EXPECT_EQ(expk(argument).raw, check.exp_tc);
        EXPECT_EQ(expulr(argument).raw, check.decay);
        EXPECT_EQ(decay_s1615_to_u032_wrap(kdivk_wrap(tau, timestep), {ufract_max.raw - check.decay}).raw, check.init);
    }
}

TEST(Exponential, StopsAtTheEndsOfItsRange) {
    EXPECT_EQ(expk({363409}), accum_max);
    EXPECT_LT(expk({363408}), accum_max);
    EXPECT_EQ(expk({-340695}).raw, 1);
    EXPECT_EQ(expk({-340696}).raw, 0);
    EXPECT_EQ(expk({raw_min}).raw, 0);
    EXPECT_EQ(expk({raw_max}), accum_max);
    EXPECT_EQ(expulr({-340696}).raw, 0u);
    EXPECT_EQ(expulr({raw_max}).raw, 0x7fffffffu);
}

TEST(Exponential, StaysWithinItsErrorOverAllNegativeArguments) {  // neural runtime, 1.3: measured bounds
    long double lowest = 0, highest = 0, largest_fraction_error = 0;
    for (std::int32_t n = -340695; n < 0; ++n) {
        const long double exact_value = std::exp(static_cast<long double>(n) / 32768.0L);
        const long double error = expk({n}).raw - exact_value * 0x1p15L;
        lowest = std::min(lowest, error);
        highest = std::max(highest, error);
        largest_fraction_error = std::max(largest_fraction_error, std::abs(expulr({n}).raw - exact_value * 0x1p32L));
    }
    EXPECT_NEAR(static_cast<double>(lowest), -1.04, 0.005);
    EXPECT_NEAR(static_cast<double>(highest), 0.04, 0.005);
    EXPECT_NEAR(static_cast<double>(largest_fraction_error), 5295, 1.0);
}

TEST(Exponential, OfWholeNumbersIsTheCorrectlyRoundedTableEntry) {
    for (int z = -10; z <= -1; ++z) {
        EXPECT_EQ(expulr({z * 32768}).raw,
                  static_cast<std::uint32_t>(std::llround(std::exp(static_cast<long double>(z)) * 0x1p32L)));
    }
    for (int z = -10; z <= 11; ++z) {
        const auto entry = static_cast<std::uint64_t>(std::llround(std::exp(static_cast<long double>(z)) * 0x1p32L));
        EXPECT_EQ(expk({z * 32768}).raw, static_cast<std::int32_t>(entry >> 17));
    }
}

TEST(FixedPoint, SquareRootsAreFloored) {
    EXPECT_EQ(sqrtk(to_accum(4.0)), to_accum(2.0));
    EXPECT_EQ(sqrtk({-1}).raw, 0);
    for (const std::int32_t raw : {1, 2, 3, 32768, 327680, 12345678, raw_max}) {
        const auto root = static_cast<std::int64_t>(sqrtk({raw}).raw);
        EXPECT_LE(root * root, std::int64_t{raw} << 15);
        EXPECT_GT((root + 1) * (root + 1), std::int64_t{raw} << 15);
    }
}

TEST(HostConversion, RoundsHalvesToEven) {
    EXPECT_EQ(to_accum(0.5 * 0x1p-15).raw, 0);
    EXPECT_EQ(to_accum(1.5 * 0x1p-15).raw, 2);
    EXPECT_EQ(to_accum(-1.5 * 0x1p-15).raw, -2);
    EXPECT_EQ(to_accum(0.1).raw, 3277);
    EXPECT_EQ(to_ufract(0.001).raw, 4294967u);
    EXPECT_EQ(to_ulong_accum(1.5).raw, 0x180000000u);
}

TEST(HostConversion, RefusesWhatTheFormatCannotHold) {
    EXPECT_EQ(to_accum(-65536.0).raw, raw_min);
    EXPECT_EQ(to_accum(65536.0 - 0x1p-15).raw, raw_max);
    for (const double bad : {65536.0, -65536.1, std::nan(""), HUGE_VAL, -HUGE_VAL})
        EXPECT_THROW(to_accum(bad), std::out_of_range);
    EXPECT_THROW(to_ufract(1.0), std::out_of_range);
    EXPECT_THROW(to_ufract(-0.1), std::out_of_range);
    EXPECT_THROW(to_ulong_accum(0x1p32), std::out_of_range);
    EXPECT_THROW(to_ulong_accum(-1.0), std::out_of_range);
}

TEST(HostConversion, OfEveryFormatIsUndoneByToDouble) {
    for (const double x : {-65536.0, -65.25, 0.0, 1.5, 12345.125}) EXPECT_EQ(to_double(to_accum(x)), x);
    EXPECT_EQ(to_double(to_ufract(0.75)), 0.75);
    EXPECT_EQ(to_double(to_ulong_accum(20000.25)), 20000.25);
}

}  // namespace
}  // namespace spinn
