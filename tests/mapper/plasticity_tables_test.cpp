/// Tables and constants of plasticity against the page (neural-runtime, section 4.2) and by hand.
#include "mapper/plasticity_tables.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace spinn {
namespace {

TEST(DecayTable, HasTheEntriesOfTheReference) {
    const std::vector<std::int16_t> of_20 = {2048, 1948, 1853, 1762, 1676, 1594};
    const std::vector<std::int16_t> of_16_8 = {2048, 1929, 1818, 1713, 1614, 1520};
    const DecayTable a = decay_table(1.0, 20.0, 0), b = decay_table(1.0, 16.8, 0);
    for (std::size_t i = 0; i < of_20.size(); ++i) {
        EXPECT_EQ(a.entries[i], of_20[i]) << i;
        EXPECT_EQ(b.entries[i], of_16_8[i]) << i;
    }
}

TEST(DecayTable, EndsWhereTheDecayIsBelowOneStepAndIsEven) {
    // ln(2048) * 20 = 152.49: made even upwards.
    EXPECT_EQ(decay_table(1.0, 20.0, 0).entries.size(), 154u);
    EXPECT_EQ(decay_table(1.0, 20.0, 0).entries[152], 1);
    EXPECT_EQ(decay_table(1.0, 20.0, 0).entries[153], 0);
    // A shift of 2 keeps every fourth tick.
    const DecayTable quarter = decay_table(1.0, 101.0, 2);
    EXPECT_EQ(quarter.shift, 2u);
    EXPECT_EQ(quarter.entries.size(), 194u);  // 770.1 / 4 = 192.5
    EXPECT_EQ(quarter.entries[25], static_cast<std::int16_t>(std::floor(2048.0 * std::exp(-100.0 / 101.0))));
}

TEST(PlasticityRegionOf, ScalesLimitsAndAdditiveChangesButNotFactors) {
    StdpRule rule;
    rule.timing_parameters = {20.0, 20.0, 0.01, 0.012};
    rule.weight_parameters = {0.25, 2.0};
    const PlasticityRegion additive = plasticity_region(rule, 1.0, 1024);
    EXPECT_EQ(additive.constants[0].w_min.raw, 256 << 15);
    EXPECT_EQ(additive.constants[0].w_max.raw, 2048 << 15);
    EXPECT_EQ(additive.constants[1].a_plus.raw, 335544);   // 10.24 * 32768 = 335544.32
    EXPECT_EQ(additive.constants[1].a_minus.raw, 402653);  // 12.288 * 32768 = 402653.18
    rule.weight = WeightRule::multiplicative;
    EXPECT_EQ(plasticity_region(rule, 1.0, 1024).constants[0].a_plus.raw, 328);  // 327.68
}

TEST(PlasticityRegionOf, VogelsRoundsAlphaHalfToEven) {
    StdpRule rule;
    rule.timing = TimingRule::vogels_2011;
    rule.timing_parameters = {0.12, 20.0, 0.01, 0.01};
    rule.weight_parameters = {0.0, 1.0};
    const PlasticityRegion region = plasticity_region(rule, 1.0, 1);
    EXPECT_EQ(region.alpha, 246);  // 245.76
    EXPECT_EQ(region.tables[0], region.tables[1]);
    rule.timing_parameters[0] = 2.5 / 2048.0;
    EXPECT_EQ(plasticity_region(rule, 1.0, 1).alpha, 2);
}

TEST(PlasticityDtcm, CountsHistoriesAndTables) {
    StdpRule rule;
    rule.timing_parameters = {20.0, 20.0, 0.01, 0.01};
    rule.weight_parameters = {0.0, 1.0};
    EXPECT_EQ(plasticity_dtcm_bytes(rule, 1.0, 10), 10u * (4 + 16 * 6) + 2 * (4 + 2 * 154));
}

}  // namespace
}  // namespace spinn
