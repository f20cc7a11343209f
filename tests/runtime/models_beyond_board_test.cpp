// The models that no board has, against closed forms and integrations in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "one_neuron.hpp"
#include "runtime/cells.hpp"

namespace spinn {
namespace {

TEST(AlphaConductance, RisesToTheWeightAtItsTimeConstant) {
    constexpr double dt = 0.1, tau = 2.0, weight = 0.02;
    Neuron neuron("IF_cond_alpha", dt, {{"tau_syn_E", tau}, {"tau_syn_I", 5.0}, {"v_thresh", 0.0}});
    neuron.tick({{0, static_cast<std::uint16_t>(std::lround(weight * 1024.0 * 32768.0 / 16.0))}});
    EXPECT_EQ(neuron.exc[0], 0.0);
    double largest = 0.0;
    for (int k = 1; k < 100; ++k) {
        neuron.tick();
        const double t = dt * k, expected = weight / 16.0 * t / tau * std::exp(1.0 - t / tau);
        EXPECT_NEAR(neuron.exc[static_cast<std::size_t>(k)], expected, 4e-5) << k;
        largest = std::max(largest, neuron.exc[static_cast<std::size_t>(k)]);
    }
    EXPECT_NEAR(largest, weight / 16.0, 4e-5);
}

TEST(AdaptiveExponential, SpikesWhenAFineIntegrationDoes) {
    // PyNN's defaults, 0.7 nA: 30 MOhm, spikes that come further and further apart.
    std::vector<double> exact, spikes;
    std::array<double, 2> y = {-70.6, 0.0};
    const double g = 0.281 / 9.3667;
    integrate(
        y, 0.001, 400.0,
        [&](const std::array<double, 2>& s) {
            const double current = g * (-70.6 - s[0]) + g * 2.0 * std::exp((s[0] + 50.4) / 2.0) - s[1] + 0.7;
            return std::array{current / 0.281, (0.004 * (s[0] + 70.6) - s[1]) / 144.0};
        },
        [&](double t, std::array<double, 2>& s) {
            if (s[0] < -40.0) return;
            exact.push_back(t);
            s = {-70.6, s[1] + 0.0805};
        });
    Neuron neuron("EIF_cond_exp_isfa_ista", 0.1, {{"i_offset", 0.7}, {"tau_refrac", 0.0}});
    for (int tick = 0; tick < 4000; ++tick)
        if (neuron.tick()) spikes.push_back(0.1 * tick);
    ASSERT_GE(exact.size(), 5u);
    ASSERT_NEAR(static_cast<double>(spikes.size()), static_cast<double>(exact.size()), 1.0);
    EXPECT_NEAR(spikes[0], exact[0], 0.5);
    EXPECT_GT(exact[4] - exact[3], 1.2 * (exact[1] - exact[0])) << "it adapts";
    for (std::size_t i = 1; i < std::min(spikes.size(), exact.size()); ++i)
        EXPECT_NEAR((spikes[i] - spikes[i - 1]) / (exact[i] - exact[i - 1]), 1.0, 0.05) << i;
}

TEST(GeneralisedIf, SpikesWithItsIntensity) {
    // v held at the threshold, no traces: 200 Hz, and 4 ms of silence after each spike.
    constexpr std::uint32_t n = 256, ticks = 2000;
    for (const double above : {0.0, 1.0, -0.5}) {
        const Values parameters = {{"v_rest", -48.0 + above}, {"v_reset", -48.0 + above},
                                   {"v", -48.0 + above},      {"lambda0", 200.0},
                                   {"a_eta1", 0.0},           {"a_eta2", 0.0},
                                   {"a_eta3", 0.0},           {"a_gamma1", 0.0},
                                   {"a_gamma2", 0.0},         {"a_gamma3", 0.0}};
        const auto cells = make_cells(board_region("GIF_cond_exp", n, 0.1, parameters), Rounding::truncate);
        std::vector<std::uint32_t> spiking(n);
        double spikes = 0.0;
        for (std::uint32_t tick = 0; tick < ticks; ++tick) spikes += cells->update(Tick{tick}, {}, spiking);
        const double rate = 0.2 * std::exp(above / 0.5), expected = n * ticks * 0.1 / (1.0 / rate + 4.0);
        EXPECT_NEAR(spikes / expected, 1.0, 0.05) << above;
    }
}

TEST(GeneralisedIf, ASpikeStartsItsTraces) {
    Neuron neuron("GIF_cond_exp", 0.1, {{"v", 0.0}, {"a_gamma2", 3.0}, {"a_eta3", 0.5}});
    EXPECT_TRUE(neuron.tick()) << "far above the threshold";
    const auto trace = [&](std::size_t state) { return neuron.state()[state]; };  // v, synapses, gamma, eta
    EXPECT_EQ(trace(4), 3.0);
    EXPECT_EQ(trace(8), 0.5);
    for (int i = 0; i < 50; ++i) neuron.tick();
    EXPECT_NEAR(trace(4), 3.0 * std::exp(-0.5), 3e-3);
    EXPECT_NEAR(trace(8), 0.5 * std::exp(-0.05), 3e-3);
}

TEST(GeneralisedIf, ASmallSlowTraceDecaysToItsLastBits) {  // a tick takes a thousandth of 0.01 nA, less than 2^-15
    Neuron neuron("GIF_cond_exp", 0.1, {{"v", -65.0}, {"i_eta3", 0.01}, {"lambda0", 0.001}});
    for (int i = 0; i < 2000; ++i) neuron.tick();
    EXPECT_NEAR(neuron.state()[8], 0.01 * std::exp(-2.0), 6e-4) << "a step of 2^-20 each tick, of which 500 add up";
}

TEST(HodgkinHuxley, SpikesWhenAFineIntegrationDoes) {
    std::vector<double> exact, spikes, trace;
    std::array<double, 4> y = {-65.0, 0.0, 1.0, 0.0};  // v, m, h, n
    const auto linoid = [](double x, double k) { return std::abs(x) < 1e-9 ? k : x / std::expm1(x / k); };
    bool above = false;
    integrate(
        y, 0.001, 100.0,
        [&](const std::array<double, 4>& s) {
            const double u = s[0] + 63.0;
            const double am = 0.32 * linoid(13.0 - u, 4.0), bm = 0.28 * linoid(u - 40.0, 5.0);
            const double ah = 0.128 * std::exp((17.0 - u) / 18.0), bh = 4.0 / (1.0 + std::exp((40.0 - u) / 5.0));
            const double an = 0.032 * linoid(15.0 - u, 5.0), bn = 0.5 * std::exp((10.0 - u) / 40.0);
            const double current = 0.01 * (-65.0 - s[0]) + 20.0 * s[1] * s[1] * s[1] * s[2] * (50.0 - s[0]) +
                                   6.0 * s[3] * s[3] * s[3] * s[3] * (-90.0 - s[0]) + 0.3;
            return std::array{current / 0.2, am * (1 - s[1]) - bm * s[1], ah * (1 - s[2]) - bh * s[2],
                              an * (1 - s[3]) - bn * s[3]};
        },
        [&](double t, const std::array<double, 4>& s) {
            if (s[0] >= -40.0 && !above) exact.push_back(t);
            above = s[0] >= -40.0;
        });
    Neuron neuron("HH_cond_exp", 0.1, {{"i_offset", 0.3}});
    for (int tick = 0; tick < 1000; ++tick)
        if (neuron.tick()) spikes.push_back(0.1 * tick);
    ASSERT_GE(exact.size(), 3u);
    ASSERT_NEAR(static_cast<double>(spikes.size()), static_cast<double>(exact.size()), 1.0);
    EXPECT_NEAR(spikes[0], exact[0], 0.3);
    const double interval = (spikes.back() - spikes[0]) / static_cast<double>(spikes.size() - 1);
    EXPECT_NEAR(interval / ((exact.back() - exact[0]) / static_cast<double>(exact.size() - 1)), 1.0, 0.04);
    EXPECT_NEAR(*std::max_element(neuron.v.begin(), neuron.v.end()), 45.0, 8.0) << "the height of a spike";
}

}  // namespace
}  // namespace spinn
