#include <gtest/gtest.h>

#include <cmath>

#include "host/reference/delayed_input.hpp"
#include "host/reference/simulator.hpp"
#include "mapper/recorded_view.hpp"
#include "runtime/models/numbers.hpp"

namespace spinn {
namespace {

using Words = std::vector<std::uint32_t>;

NeuronSelection all(std::uint32_t n) { return {.start = 0, .step = 1, .count = n}; }

Population cells(std::uint32_t n, ModelKind model, std::map<std::string, double> parameters, double v = -65.0) {
    Population population{.name = "cells", .size = n, .model = model};
    for (const auto& [name, value] : parameters) population.parameters[name] = constant(value);
    population.initial_values["v"] = constant(v);
    return population;
}

Population array(std::vector<std::vector<double>> times_ms) {
    const auto n = static_cast<std::uint32_t>(times_ms.size());
    return {.name = "input", .size = n, .model = ModelKind::spike_source_array, .spike_times_ms = std::move(times_ms)};
}

/// Rows [pre, post, weight, delay in ms].
Projection list(std::uint32_t pre, std::uint32_t n_pre, std::uint32_t post, std::uint32_t n_post,
                std::vector<Connector::Row> rows, Receptor receptor = Receptor::excitatory) {
    Projection projection{.name = "list", .pre = {pre, all(n_pre)}, .post = {post, all(n_post)}, .receptor = receptor};
    projection.connector.kind = ConnectorKind::list;
    projection.connector.rows = std::move(rows);
    return projection;
}

Network network(std::vector<Population> populations, std::vector<Projection> projections = {}) {
    Network made{.name = "test", .timestep_ms = 1.0, .duration_ms = 100.0, .seed = 7};
    made.populations = std::move(populations);
    made.projections = std::move(projections);
    for (std::uint32_t p = 0; p < made.populations.size(); ++p) {
        Recording recording{.view = {p, all(made.populations[p].size)}, .variables = {Variable::spikes}};
        if (is_neuron(made.populations[p].model))
            recording.variables = {Variable::spikes, Variable::v, Variable::gsyn_exc, Variable::gsyn_inh};
        made.recordings.push_back(recording);
    }
    return made;
}

const std::vector<double>& trace(const ReferenceResult& result, std::size_t population, Variable variable) {
    for (const RecordedSamples& samples : result.populations[population].samples)
        if (samples.variable == variable) return samples.values;
    throw std::out_of_range("not recorded");
}

TEST(Reference, AConstantCurrentChargesTheMembraneExactly) {
    Network net = network({cells(1, ModelKind::if_curr_exp, {{"i_offset", 0.5}})});
    for (const double dt : {1.0, 0.1}) {
        net.timestep_ms = dt;
        const ReferenceResult result = run_reference(net);
        const std::vector<double>& v = trace(result, 0, Variable::v);
        ASSERT_EQ(v.size(), static_cast<std::size_t>(std::lround(100.0 / dt)));
        for (std::size_t t = 0; t < v.size(); ++t)  // R = 20 ms / 1 nF = 20 MOhm, so 10 mV above rest
            ASSERT_NEAR(v[t], -55.0 - 10.0 * std::exp(-static_cast<double>(t) * dt / 20.0), 1e-11) << t;
        EXPECT_TRUE(result.populations[0].ticks.empty());
    }
}

TEST(Reference, FollowsTheBoardWhereTheReferenceGivesItsNumbers) {
    // neural runtime 2.4: tau 20, cm 1, V_rest -65, I 0.8, dt 1, from -65: the raw s16.15 values of the board.
    const double board[] = {-2104352, -2080031, -2056896, -2034889, -2013955};
    const Network net = network({cells(1, ModelKind::if_curr_exp, {{"i_offset", 0.8}})});
    const ReferenceResult exact = run_reference(net),
                          quantised = run_reference(net, {.quantised = {.constants = true}});
    for (std::size_t t = 0; t < 5; ++t) {
        EXPECT_NEAR(trace(quantised, 0, Variable::v)[t + 1] * 32768.0, board[t], 12.0);
        EXPECT_NEAR(trace(exact, 0, Variable::v)[t + 1] * 32768.0, board[t], 60.0);
    }
}

TEST(Reference, FiresWhenTheThresholdIsReachedAndRestsForTheRefractoryTime) {
    // From rest to threshold: 15 = 40 (1 - e^(-t/20)), t = 9.4 ms, so the tenth update, in tick 9.
    Network net = network({cells(1, ModelKind::if_curr_exp, {{"i_offset", 2.0}, {"tau_refrac", 5.0}})});
    net.duration_ms = 60.0;
    const ReferenceResult result = run_reference(net);
    EXPECT_EQ(result.populations[0].ticks, (Words{9, 24, 39, 54})) << "10 updates and 5 silent ones";
    const std::vector<double>& v = trace(result, 0, Variable::v);
    for (std::size_t t = 10; t <= 15; ++t) EXPECT_EQ(v[t], -65.0);
    EXPECT_GT(v[16], -65.0);
}

TEST(Reference, AThresholdBelowTheResetFiresInRefractorinessToo) {
    Network net = network({cells(1, ModelKind::if_curr_exp, {{"v_thresh", -70.0}, {"tau_refrac", 3.0}})});
    net.duration_ms = 4.0;
    EXPECT_EQ(run_reference(net).populations[0].ticks, (Words{0, 1, 2, 3}));
}

TEST(Reference, ASpikeArrivesAfterItsDelayAsChargeOfWeightTimesTau) {
    for (const double delay : {1.0, 3.0, 40.0}) {
        const Network net = network({array({{5.0}}), cells(1, ModelKind::if_curr_exp, {{"tau_syn_E", 5.0}})},
                                    {list(0, 1, 1, 1, {{0, 0, -2.0, delay}})});
        const ReferenceResult result = run_reference(net);
        EXPECT_EQ(result.populations[0].ticks, Words{5});
        EXPECT_EQ(result.synaptic_events, 1u);
        const std::vector<double>& g = trace(result, 1, Variable::gsyn_exc);
        const auto arrival = static_cast<std::size_t>(5.0 + delay);
        double charge = 0.0;
        for (std::size_t t = 0; t < g.size(); ++t) {
            const double age = static_cast<double>(t) - static_cast<double>(arrival);
            // 0.90635 of the weight in the first step (neural runtime 2.6).
            EXPECT_NEAR(g[t], t < arrival ? 0.0 : 2.0 * 5.0 * (1.0 - std::exp(-0.2)) * std::exp(-age / 5.0), 1e-12)
                << t;
            charge += g[t];
        }
        EXPECT_NEAR(charge, 2.0 * 5.0, 1e-3);
        for (const double value : trace(result, 1, Variable::gsyn_inh)) EXPECT_EQ(value, 0.0);
    }
}

TEST(Reference, DelaysOfThousandsOfTicksAreKept) {
    Network net = network({array({{0.0}, {1.0}}), cells(1, ModelKind::if_curr_exp, {})},
                          {list(0, 2, 1, 1, {{0, 0, 1.0, 4000.0}, {1, 0, 1.0, 2.0}}, Receptor::inhibitory)});
    net.duration_ms = 4002.0;
    const ReferenceResult result = run_reference(net);
    const std::vector<double>& g = trace(result, 1, Variable::gsyn_inh);
    EXPECT_EQ(g[2], 0.0);
    EXPECT_GT(g[3], 0.9);
    EXPECT_LT(g[3999], 1e-9);
    EXPECT_GT(g[4000], 0.9);
}

TEST(Reference, ConductancesDriveTowardsTheirReversalPotential) {
    for (const auto& [receptor, e_rev] : {std::pair{Receptor::excitatory, -50.0}, {Receptor::inhibitory, -80.0}}) {
        Network net = network({array({{0.0}}), cells(1, ModelKind::if_cond_exp,
                                                     {{"e_rev_E", -50.0},
                                                      {"e_rev_I", -80.0},
                                                      {"v_thresh", 0.0},
                                                      {"tau_syn_E", 5000.0},
                                                      {"tau_syn_I", 5000.0}})},
                              {list(0, 1, 1, 1, {{0, 0, 0.05, 1.0}}, receptor)});
        net.duration_ms = 300.0;
        const ReferenceResult result = run_reference(net);
        const std::vector<double>& v = trace(result, 1, Variable::v);
        // Stationary while g hardly decays: v = (v_rest + R g E) / (1 + R g), R g = 20 MOhm * 0.05 uS * e^(-300/5000).
        const double rg = 20.0 * 0.05 * std::exp(-299.0 / 5000.0);
        EXPECT_NEAR(v.back(), (-65.0 + rg * e_rev) / (1.0 + rg), 0.05);
    }
}

TEST(Reference, RepeatedSpikesOfOneTickCountEach) {
    const Network net = network({array({{3.0, 3.0, 3.0}}), cells(1, ModelKind::if_curr_exp, {})},
                                {list(0, 1, 1, 1, {{0, 0, 0.1, 1.0}, {0, 0, 0.2, 1.0}})});
    const ReferenceResult result = run_reference(net);
    EXPECT_EQ(result.populations[0].ticks, (Words{3, 3, 3}));
    EXPECT_EQ(result.synaptic_events, 6u);
    EXPECT_NEAR(trace(result, 1, Variable::gsyn_exc)[4], 3 * 0.3 * 5.0 * (1.0 - std::exp(-0.2)), 1e-12);
}

TEST(Reference, PoissonSourcesFireAtTheirRateWhileTheyAreOn) {
    Population source{.name = "source", .size = 200, .model = ModelKind::spike_source_poisson};
    source.parameters["rate"] = constant(100.0);
    source.parameters["start"] = constant(100.0);
    source.parameters["duration"] = constant(500.0);
    Network net = network({source});
    net.duration_ms = 1000.0;
    const ReferenceResult result = run_reference(net);
    const Words& ticks = result.populations[0].ticks;
    ASSERT_FALSE(ticks.empty());
    EXPECT_GE(ticks.front(), 100u);
    EXPECT_LT(ticks.back(), 600u);
    EXPECT_NEAR(static_cast<double>(ticks.size()), 10000.0, 5 * 100.0);
    EXPECT_EQ(run_reference(net).populations[0].ticks, ticks);
}

TEST(Reference, RecordsWhatTheNetworkAsksFor) {
    Network net = network({cells(10, ModelKind::if_curr_exp, {{"i_offset", 2.0}})});
    net.recordings = {{{0, {.start = 8, .step = 1, .count = 2}}, {Variable::spikes, Variable::v}, 5.0},
                      {{0, {.start = 0, .step = 8, .count = 2}}, {Variable::spikes}, 0.0}};
    const ReferenceResult result = run_reference(net, {.duration_ms = 13.0});
    EXPECT_EQ(result.ticks, 13u);
    EXPECT_EQ(result.populations[0].neurons, (Words{0, 8, 9}));
    ASSERT_EQ(result.populations[0].samples.size(), 1u);
    EXPECT_EQ(result.populations[0].samples[0].neurons, (Words{8, 9}));
    EXPECT_EQ(result.populations[0].samples[0].interval_ticks, 5u);
    EXPECT_EQ(result.populations[0].samples[0].values.size(), 6u) << "ticks 0, 5 and 10 of two neurons";
}

TEST(RunTicks, AreTheStepsOfTheDuration) {
    EXPECT_EQ(run_ticks(1000.0, 0.1), 10000u);
    EXPECT_EQ(run_ticks(0.3, 0.1), 3u);
    EXPECT_EQ(run_ticks(10.5, 1.0), 11u);
    EXPECT_EQ(run_ticks(0.0, 1.0), 0u);
}

TEST(ReferenceConstants, AreTheBoardsOwnWhenAsked) {
    // neural runtime 1.3, row 'dt 0.1, tau 20' and '0.1, 0.5'.
    using models::Real;
    const Real board{.quantised = true}, exact{.quantised = false};
    EXPECT_EQ(board.relaxation(0.1, 20.0), 32605.0 / 32768.0);
    EXPECT_EQ(board.decay(0.1, 20.0), 4273656398.0 / 0x1p32);
    EXPECT_EQ(board.decay(0.1, 0.5), 3516383004.0 / 0x1p32);
    EXPECT_EQ(board.arrival_scale(0.1, 20.0, 0.0), 4261919257.0 / 0x1p32);
    EXPECT_NEAR(exact.arrival_scale(0.1, 20.0, 0.0), 0.99750, 5e-6);
    EXPECT_DOUBLE_EQ(exact.relaxation(0.1, 20.0), std::exp(-0.005));
    EXPECT_EQ(Real::steps(2.0, 0.1), 20);
}

TEST(ReferenceWeights, AreTheBoardsSixteenBitsWhenAsked) {
    // 300 inputs of 0.2 nA: 60 nA in a tick at most, shift 6, so a weight is a multiple of 2^-9: 102 of them.
    Network net = network({array(std::vector<std::vector<double>>(300, {0.0})), cells(1, ModelKind::if_curr_exp, {})});
    Projection all_inputs{
        .name = "p", .pre = {0, all(300)}, .post = {1, all(1)}, .weight = constant(0.2), .delay_ms = constant(1.0)};
    net.projections = {all_inputs};
    EXPECT_EQ(reference::weight_unit(net, 0), std::ldexp(1.0, -9));
    const reference::ProjectionRows rows = reference::projection_rows(net, 0, reference::weight_unit(net, 0));
    ASSERT_EQ(rows.weights.size(), 300u);
    EXPECT_EQ(rows.weights[0], 102.0 / 512.0);
    EXPECT_EQ(reference::projection_rows(net, 0).weights[0], 0.2);
    const double exact = trace(run_reference(net), 1, Variable::gsyn_exc)[1];
    const double coarse = trace(run_reference(net, {.quantised = {.weights = true}}), 1, Variable::gsyn_exc)[1];
    EXPECT_NEAR(coarse / exact, 102.0 / 512.0 / 0.2, 1e-12);
}

}  // namespace
}  // namespace spinn
