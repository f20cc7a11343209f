/// The STDP curve against its closed form, rule by rule: on the machine within what fixed point leaves, in the
/// reference to the last bits.
#include "stdp_curve.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace spinn {
namespace {

/// A step of a weight: two rows are read, and each cuts the weight off. The shift of the ring buffer is 4: 8 + 2 nA at
/// most in a tick.
constexpr double weight_step = 0x1p-11;
constexpr double table_step = 0x1p-11;  ///< of decays and traces
constexpr double amplitude_step = 0x1p-15;
/// What the second pre spike, 400 ms after the first, depresses as it reads the weight out.
constexpr double read_later = 1e-5;

constexpr double a_plus = 0.1, a_minus = 0.12, tau_plus = 16.8, tau_minus = 33.7;

/// @param expected  the change at a distance. @param slack  beyond steps of weights and amplitudes
void expect_curve(const CurveSetup& setup, const std::function<double(double)>& expected,
                  const std::function<double(double)>& slack) {
    const std::vector<CurvePoint> curve = measure_curve(setup);
    ASSERT_EQ(curve.size(), 121u);
    for (const CurvePoint& point : curve) {
        EXPECT_NEAR(point.reference, expected(point.delta_ms), read_later) << point.delta_ms << " ms";
        EXPECT_NEAR(point.machine, expected(point.delta_ms),
                    2 * weight_step + 2 * amplitude_step + slack(point.delta_ms))
            << point.delta_ms << " ms";
    }
}

double window(double delta, double up, double down) {
    return delta > 0.0 ? up * std::exp(-delta / tau_plus) : -down * std::exp(delta / tau_minus);
}
double one_table(double) { return 0.12 * table_step; }

constexpr const char* pair_parameters = "{tau_plus: 16.8, tau_minus: 33.7, A_plus: 0.1, A_minus: 0.12}";

TEST(StdpCurve, OfSpikePairsIsTheAnalyticWindow) {
    expect_curve(
        {std::string("{SpikePair: ") + pair_parameters + "}", "{Additive: {w_max: 2.0}}", {}},
        [](double delta) { return window(delta, a_plus, a_minus); }, one_table);
}

TEST(StdpCurve, OfSpikePairsWithMultiplicativeWeightsIsScaledByTheDistanceToTheLimits) {
    // From 1.0: w_max - w = 1.0, w - w_min = 0.75.
    expect_curve(
        {std::string("{SpikePair: ") + pair_parameters + "}", "{Multiplicative: {w_min: 0.25, w_max: 2.0}}", {}},
        [](double delta) { return window(delta, a_plus, 0.75 * a_minus); }, one_table);
}

TEST(StdpCurve, OfSpikePairsAddsUpAllPostSpikes) {
    // A post spike 70 ms before the pre spike depresses too, and adds to the trace of the next.
    expect_curve(
        {std::string("{SpikePair: ") + pair_parameters + "}", "{Additive: {w_max: 2.0}}", {-70.0}},
        [](double delta) { return window(delta, a_plus, a_minus) - a_minus * std::exp(-70.0 / tau_minus); },
        [](double) { return 0.12 * 4 * table_step; });
}

TEST(StdpCurve, OfNearestPairsCountsTheLastPostSpikeOnly) {
    expect_curve(
        {std::string("{SpikeNearestPair: ") + pair_parameters + "}", "{Additive: {w_max: 2.0}}", {-70.0}},
        [](double delta) {
            return window(delta, a_plus, a_minus) - (delta > 0.0 ? a_minus * std::exp(-70.0 / tau_minus) : 0.0);
        },
        [](double) { return 0.12 * 2 * table_step; });
}

constexpr const char* triplet =
    "{PfisterSpikeTriplet: {tau_plus: 16.8, tau_minus: 33.7, tau_x: 101, tau_y: 125, A_plus: 0.1, A_minus: 0.12}}";
constexpr const char* triplet_weights = "{AdditiveTriplet: {w_max: 2.0, A3_plus: 0.08, A3_minus: 0.06}}";

TEST(StdpCurve, OfLonelyTripletRulePairsIsTheWindowOfItsPairTerms) {
    expect_curve(
        {triplet, triplet_weights, {}}, [](double delta) { return window(delta, a_plus, a_minus); }, one_table);
}

TEST(StdpCurve, OfTripletsHasTheThirdSpikesTerm) {
    // Post, pre, post: the first post spike, 70 ms before the pre spike, raises o2 for the second.
    expect_curve(
        {triplet, triplet_weights, {-70.0}},
        [](double delta) {
            const double third =
                delta > 0.0 ? 0.08 * std::exp(-delta / tau_plus) * std::exp(-(70.0 + delta) / 125.0) : 0.0;
            return window(delta, a_plus, a_minus) - a_minus * std::exp(-70.0 / tau_minus) + third;
        },
        // The table of tau_y has every fourth tick only.
        [](double delta) {
            const double coarse = delta > 0.0 ? 0.08 * -std::expm1(-3.0 / 125.0) : 0.0;
            return 0.12 * 4 * table_step + coarse;
        });
}

TEST(StdpCurve, OfVogelsRuleIsSymmetricLessAConstantForEveryPreSpike) {
    // A post spike long before, so that both pre spikes find one; the second pays its alpha too.
    constexpr double alpha = 0.25;
    expect_curve(
        {"{Vogels2011: {alpha: 0.25, tau: 20.0, A_plus: 0.1}}", "{Additive: {w_max: 2.0}}", {-280.0}},
        [](double delta) { return a_plus * (std::exp(-std::abs(delta) / 20.0) - 2.0 * alpha); },
        [](double) { return 0.1 * 4 * table_step; });
}

}  // namespace
}  // namespace spinn
