#include "host/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "protocols/error.hpp"

namespace spinn {
namespace {

using Words = std::vector<std::uint32_t>;

/// 'cells' records spikes of all and v of neurons 1 and 3; 'input' is a source that records spikes; 'mute' records
/// nothing.
Network network(std::uint32_t n = 4) {
    Network made{.name = "pair", .timestep_ms = 0.5, .duration_ms = 100.0, .seed = 1};
    made.populations = {{.name = "cells", .size = n, .model = ModelKind::if_curr_exp},
                        {.name = "mute", .size = 2, .model = ModelKind::if_curr_exp},
                        {.name = "input", .size = 2, .model = ModelKind::spike_source_array}};
    made.recordings = {{{0, {.start = 0, .step = 1, .count = n}}, {Variable::spikes}},
                       {{0, {.start = 1, .step = 2, .count = 2}}, {Variable::v}},
                       {{2, {.start = 0, .step = 1, .count = 2}}, {Variable::spikes}}};
    return made;
}

Results results_of(const Network& net) {
    Results results;
    results.header = {
        .network_name = net.name, .timestep_ms = net.timestep_ms, .duration_ms = net.duration_ms, .seed = 9};
    for (const Population& population : net.populations)
        results.header.populations.push_back({population.name, std::string(describe(population.model).name),
                                              population.size, population.name != "mute"});
    results.populations.resize(net.populations.size());
    return results;
}

struct Pair {
    Network net = network();
    Results machine = results_of(net);
    ReferenceResult reference{.ticks = 200, .populations = std::vector<PopulationActivity>(3)};
    Comparison compared() const { return compare(net, machine, reference); }
};

TEST(Compare, SameSpikesAreIdentical) {
    Pair pair;
    pair.machine.populations[0] = {.ticks = {1, 5, 5, 9}, .neurons = {0, 1, 1, 3}};
    pair.reference.populations[0] = pair.machine.populations[0];
    const Comparison result = pair.compared();
    EXPECT_EQ(result.agreement, Agreement::identical);
    EXPECT_EQ(result.identical_spikes, 1.0);
    EXPECT_THAT(result.verdict, testing::HasSubstr("all 4 spikes"));
    EXPECT_EQ(result.populations[0].first_divergence_tick, std::nullopt);
    ASSERT_EQ(result.populations.size(), 2u) << "'mute' records nothing";
    EXPECT_DOUBLE_EQ(result.populations[0].rate_hz, 4 / (4 * 0.1));
}

TEST(Compare, WeightsAreComparedSynapseBySynapseAtTheEnd) {
    Pair pair;
    pair.net.projections.resize(2);
    pair.net.projections[0].name = "fixed";
    pair.net.projections[1].name = "learns";
    pair.reference.weights = {{}, {{0, 0, 1.0, 0.5}, {0, 3, 2.0, 0.5}, {1, 2, 6.0, 1.0}}};
    pair.machine.weights = {{"learns", {50.0, 100.0}, {{}, {{0, 0, 1.5, 0.5}, {0, 3, 2.0, 0.5}, {1, 2, 4.0, 1.0}}}}};
    const Comparison result = pair.compared();
    ASSERT_EQ(result.weights.size(), 1u);
    EXPECT_EQ(result.weights[0].projection, "learns");
    EXPECT_EQ(result.weights[0].synapses, 3u);
    EXPECT_DOUBLE_EQ(result.weights[0].mean, 2.5);
    EXPECT_DOUBLE_EQ(result.weights[0].mean_reference, 3.0);
    EXPECT_DOUBLE_EQ(result.weights[0].rmse, std::sqrt((0.25 + 0.0 + 4.0) / 3.0));
    EXPECT_DOUBLE_EQ(result.weights[0].max_abs, 2.0);
    // Deviations -1, -0.5, 1.5 and -2, -1, 3: the one twice the other.
    EXPECT_NEAR(result.weights[0].correlation, 1.0, 1e-12);
    EXPECT_EQ(to_json(result)["weights"]["learns"]["max_abs"], 2.0);
    EXPECT_THAT(to_text(result), testing::HasSubstr("learns"));

    pair.machine.weights[0].synapses.back()[1].post = 2;
    EXPECT_TRUE(pair.compared().weights.empty()) << "other synapses than the reference's";
}

TEST(Compare, IdenticalSpikesAreTheCommonOnesOverTheLargerCount) {
    Pair pair;
    pair.machine.populations[0] = {.ticks = {1, 5, 5, 9, 20}, .neurons = {0, 1, 1, 3, 0}};
    pair.reference.populations[0] = {.ticks = {1, 5, 9, 21}, .neurons = {0, 1, 2, 0}};
    const Comparison result = pair.compared();
    EXPECT_DOUBLE_EQ(result.identical_spikes, 2.0 / 5.0);
    EXPECT_EQ(result.populations[0].first_divergence_tick, 5u)
        << "the second spike of neuron 1 in tick 5 has no partner";
}

TEST(Compare, ASpikeThatOnlyTheReferenceHasIsADivergence) {
    Pair pair;
    pair.reference.populations[0] = {.ticks = {7}, .neurons = {2}};
    const Comparison result = pair.compared();
    EXPECT_EQ(result.populations[0].first_divergence_tick, 7u);
    EXPECT_EQ(result.identical_spikes, 0.0);
}

RecordedSamples ramp(double offset, double error_after_tick_40) {
    RecordedSamples v{.variable = Variable::v, .interval_ticks = 2, .neurons = {1, 3}};
    for (std::uint32_t tick = 0; tick < 200; tick += 2)
        for (const double neuron : {1.0, 3.0})
            v.values.push_back(neuron * tick + offset + (tick > 40 ? error_after_tick_40 : 0.0));
    return v;
}

TEST(Compare, MembranesAreComparedUntilSpikesPart) {
    Pair pair;
    for (std::size_t p = 0; p < 2; ++p) pair.machine.populations[0].samples = {ramp(0.01, 30.0)};
    pair.reference.populations[0].samples = {ramp(0.0, 0.0)};
    pair.machine.populations[0].ticks = {40, 40};
    pair.machine.populations[0].neurons = {1, 3};
    const Comparison result = pair.compared();
    ASSERT_TRUE(result.populations[0].v);
    EXPECT_EQ(result.populations[0].v->samples, 2u * 21u);
    EXPECT_NEAR(result.populations[0].v->rmse, 0.01, 1e-12);
    EXPECT_NEAR(result.populations[0].v->max_abs, 0.01, 1e-12);
}

TEST(Compare, MembranesAreComparedOnlyWhileNoSpikeDiffersAnywhere) {
    Pair pair;
    pair.machine.populations[0].samples = {ramp(0.01, 30.0)};
    pair.reference.populations[0].samples = {ramp(0.0, 0.0)};
    pair.machine.populations[0].ticks = {40};  // a neuron whose trace is not recorded
    pair.machine.populations[0].neurons = {0};
    const PopulationComparison cells = pair.compared().populations[0];
    EXPECT_EQ(cells.v->samples, 2u * 21u);
    EXPECT_NEAR(cells.v->max_abs, 0.01, 1e-12);
}

TEST(Compare, MissingSamplesAreLeftOut) {
    Pair pair;
    pair.machine.populations[0].samples = {ramp(0.25, 0.0)};
    pair.machine.populations[0].samples[0].values[5] = std::nan("");
    pair.reference.populations[0].samples = {ramp(0.0, 0.0)};
    const Comparison result = pair.compared();
    EXPECT_EQ(result.populations[0].v->samples, 199u);
    EXPECT_NEAR(result.populations[0].v->rmse, 0.25, 1e-12);
    EXPECT_EQ(result.agreement, Agreement::identical);
    EXPECT_THAT(result.verdict, testing::HasSubstr("Neither run has a spike"));
}

TEST(Compare, MembranesThatDriftApartWithoutSpikesAreADifference) {
    Pair pair;
    pair.machine.populations[0].samples = {ramp(0.7, 0.0)};
    pair.reference.populations[0].samples = {ramp(0.0, 0.0)};
    const Comparison result = pair.compared();
    EXPECT_EQ(result.agreement, Agreement::different);
    EXPECT_THAT(result.verdict, testing::HasSubstr("0.70 mV"));
}

TEST(Compare, SourcesThatDifferMeanAnotherNetwork) {
    Pair pair;
    pair.machine.populations[2] = {.ticks = {1}, .neurons = {0}};
    pair.reference.populations[2] = {.ticks = {2}, .neurons = {0}};
    const Comparison result = pair.compared();
    EXPECT_EQ(result.agreement, Agreement::different);
    EXPECT_THAT(result.verdict, testing::HasSubstr("not the same network or seed"));
}

/// n neurons firing as Poisson processes of this rate.
PopulationActivity poisson(std::uint32_t n, std::uint32_t ticks, double per_tick, unsigned seed) {
    std::mt19937 generator(seed);
    std::bernoulli_distribution fires(per_tick);
    PopulationActivity made;
    for (std::uint32_t tick = 0; tick < ticks; ++tick)
        for (std::uint32_t neuron = 0; neuron < n; ++neuron)
            if (fires(generator)) made.ticks.push_back(tick), made.neurons.push_back(neuron);
    return made;
}

Comparison compare_poisson(double rate, double rate_reference, unsigned seed = 1) {
    Pair pair;
    pair.net = network(100);
    pair.net.duration_ms = 1000.0;
    pair.machine = results_of(pair.net);
    pair.reference.ticks = 2000;
    pair.machine.populations[0] = poisson(100, 2000, rate, 2 * seed);
    pair.reference.populations[0] = poisson(100, 2000, rate_reference, 2 * seed + 1);
    return pair.compared();
}

TEST(Compare, TwoDrawsOfOneProcessHaveTheSameStatistics) {
    int statistical = 0;
    for (unsigned seed = 1; seed <= 20; ++seed)
        statistical += compare_poisson(0.01, 0.01, seed).agreement == Agreement::statistical;
    EXPECT_GE(statistical, 19);
    EXPECT_THAT(compare_poisson(0.01, 0.01).verdict, testing::HasSubstr("Same statistics"));
}

TEST(Compare, ARateThatIsAQuarterOffIsADifference) {
    const Comparison result = compare_poisson(0.0125, 0.01);
    EXPECT_EQ(result.agreement, Agreement::different);
    EXPECT_THAT(result.verdict, testing::HasSubstr("'cells' fires at"));
    EXPECT_NEAR(result.populations[0].rate_hz, 25.0, 1.5);
}

TEST(Compare, RegularityThatDiffersIsADifference) {
    Pair pair;
    pair.net = network(100);
    pair.net.duration_ms = 1000.0;
    pair.machine = results_of(pair.net);
    pair.reference.ticks = 2000;
    pair.machine.populations[0] = poisson(100, 2000, 0.01, 3);
    for (std::uint32_t tick = 0; tick < 2000; ++tick)  // clocks with the same mean rate
        for (std::uint32_t neuron = 0; neuron < 100; ++neuron)
            if ((tick + 7 * neuron) % 100 == 0)
                pair.reference.populations[0].ticks.push_back(tick),
                    pair.reference.populations[0].neurons.push_back(neuron);
    const Comparison result = pair.compared();
    EXPECT_EQ(result.agreement, Agreement::different);
    EXPECT_THAT(result.verdict, testing::HasSubstr("interval variation of 'cells'"));
    EXPECT_GT(result.populations[0].cvs.ks, 0.9);
}

TEST(Compare, NothingRecordedIsSaid) {
    Pair pair;
    pair.net.recordings.clear();
    EXPECT_EQ(pair.compared().agreement, Agreement::nothing_recorded);
}

TEST(Compare, JsonHasTheKeysThatProgramsRelyOn) {
    Pair pair;
    pair.machine.populations[0] = {.ticks = {1, 5}, .neurons = {0, 1}};
    pair.reference.populations[0] = {.ticks = {1, 6}, .neurons = {0, 1}};
    const nlohmann::ordered_json json = to_json(pair.compared());
    std::vector<std::string> keys;
    for (const auto& [key, value] : json.items()) keys.push_back(key);
    EXPECT_EQ(keys, (std::vector<std::string>{"populations", "identical_spikes", "verdict"}));
    keys.clear();
    for (const auto& [key, value] : json["populations"]["cells"].items()) keys.push_back(key);
    EXPECT_THAT(keys, testing::UnorderedElementsAre("rate_hz", "rate_hz_ref", "first_divergence_ms", "v_rmse_mv",
                                                    "v_max_abs_mv", "cv_isi", "cv_isi_ref", "ks_rate", "ks_cv",
                                                    "ks_correlation"));
    EXPECT_EQ(json["populations"]["cells"]["first_divergence_ms"], 2.5);
    EXPECT_TRUE(json["populations"]["cells"]["v_rmse_mv"].is_null());
    EXPECT_TRUE(json["populations"]["cells"]["cv_isi"].is_null());
    EXPECT_TRUE(json["populations"]["input"]["first_divergence_ms"].is_null());
    EXPECT_EQ(json["identical_spikes"], 0.5);
    EXPECT_TRUE(json["verdict"].is_string());
}

TEST(NetworkOfRun, TakesSeedAndDurationOfTheRun) {
    Pair pair;
    pair.machine.header.duration_ms = 40.0;
    const Network run = network_of_run(pair.net, pair.machine);
    EXPECT_EQ(run.seed, 9u);
    EXPECT_EQ(run.duration_ms, 40.0);
}

TEST(NetworkOfRun, IsAsShortAsARunThatEndedEarly) {
    Pair pair;
    pair.machine.provenance = R"({"biological_s": 0.02, "stopped": true})";
    EXPECT_DOUBLE_EQ(network_of_run(pair.net, pair.machine).duration_ms, 20.0);
    for (const char* odd :
         {"", "no JSON", "[1]", R"({"biological_s": "long"})", R"({"biological_s": -3})", R"({"biological_s": 3e9})"}) {
        pair.machine.provenance = odd;
        EXPECT_DOUBLE_EQ(network_of_run(pair.net, pair.machine).duration_ms, 100.0) << odd;
    }
}

TEST(NetworkOfRun, NamesEverythingThatDoesNotBelongTogether) {
    Pair pair;
    pair.machine.header.populations[0].size = 5;
    pair.machine.header.populations[2].records_spikes = false;
    pair.machine.header.timestep_ms = 1.0;
    try {
        network_of_run(pair.net, pair.machine);
        FAIL();
    } catch (const InputError& error) {
        EXPECT_EQ(error.problems().size(), 3u);
        EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("'cells'"), testing::HasSubstr("'input'"),
                                                 testing::HasSubstr("timestep")));
    }
}

TEST(CompareText, HasARowForEveryPopulationAndTheVerdict) {
    Pair pair;
    pair.machine.populations[0] = {.ticks = {1}, .neurons = {0}};
    pair.reference.populations[0] = pair.machine.populations[0];
    const std::string text = to_text(pair.compared());
    EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("cells"), testing::HasSubstr("input"),
                                     testing::HasSubstr("Identical")));
}

}  // namespace
}  // namespace spinn
