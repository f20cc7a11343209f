/// Plastic networks end to end: the same answer from any engine, machine, partition and number of threads; weights read
/// back; the description's forms and mistakes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "emulator/functional_engine.hpp"
#include "host/extract.hpp"
#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "host/network_yaml_writer.hpp"
#include "host/run.hpp"
#include "host/weights.hpp"
#include "mixed_network.hpp"
#include "plain_engine.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// Two rules, one into each population of neurons; delays within the ring buffer and beyond it; views, several spikes a
/// tick, static projections beside plastic ones of the same source.
constexpr const char* learning_network = R"(
name: learning
timestep: 0.5
duration: 150
seed: 5
populations:
  exc: {size: 150, model: IF_cond_exp, parameters: {tau_refrac: 10.0}, initial: {v: {uniform: [-65, -50]}}}
  inh: {size: 60, model: IF_curr_exp, parameters: {cm: 0.3, i_offset: 0.2, tau_refrac: 10.0}, initial: {v: {uniform: [-65, -50]}}}
  drive: {size: 150, model: SpikeSourcePoisson, parameters: {rate: 250}}
  loud: {size: 4, model: SpikeSourcePoisson, parameters: {rate: 90}}
projections:
  - {from: drive, to: exc, connector: OneToOne, synapse: {Static: {weight: 0.03, delay: 1.0}}}
  - from: drive
    to: "exc[10:140]"
    connector: {FixedProbability: {p: 0.1}}
    synapse: &pair
      STDP:
        timing_dependence: {SpikePair: {tau_plus: 12, tau_minus: 18, A_plus: 0.02, A_minus: 0.012}}
        weight_dependence: {Multiplicative: {w_min: 0.0, w_max: 0.01}}
        weight: {uniform: [0.001, 0.003]}
        delay: {uniform: [1, 6]}
  - {from: exc, to: exc, connector: {FixedProbability: {p: 0.1}}, synapse: *pair}
  - {from: inh, to: exc, connector: {FixedProbability: {p: 0.2}}, synapse: *pair, receptor: inhibitory}
  - from: exc
    to: inh
    record_weights: 50
    connector: {FixedProbability: {p: 0.2}}
    synapse: &triplet
      STDPMechanism:
        timing_dependence: {PfisterSpikeTriplet: {tau_plus: 16.8, tau_minus: 33.7, tau_x: 101, tau_y: 125, A_plus: 0.003, A_minus: 0.002}}
        weight_dependence: {AdditiveTriplet: {w_max: 0.5, A3_plus: 0.001, A3_minus: 0.001}}
        weight: 0.05
        delay: {uniform: [1, 70]}
  - {from: loud, to: inh, connector: AllToAll, synapse: *triplet}
record:
  - {population: exc, variables: [spikes]}
  - {population: inh, variables: [spikes]}
)";

Network network_of(const std::string& text) { return read_network_yaml(text, "learning.yaml"); }

/// With the network in the image, as the tools have it.
MachineImage image_of(const std::string& text, const std::string& machine, std::uint32_t atoms_per_core) {
    MachineImage image = map_text(text.c_str(), machine, atoms_per_core).image;
    image.network = encode_network(network_of(text));
    return image;
}

/// Delays that need no delay extension: what a core sees of a delay then does not depend on the partition.
std::string without_stages() {
    std::string text = learning_network;
    const std::string long_delays = "[1, 70]";
    text.replace(text.find(long_delays), long_delays.size(), "[1, 6]");
    return text;
}

/// @return ticks of the fast engine's windows
std::uint32_t expect_engines_learn_the_same(const std::string& text) {
    return expect_engines_agree(map_text(text.c_str(), "4x4", 32), [](Machine& fast, Machine& plain) {
        const std::vector<PlasticSynapse> learned = plastic_synapses(fast, nullptr);
        EXPECT_GT(learned.size(), 5000u);
        EXPECT_EQ(learned, plastic_synapses(plain, nullptr));
    });
}

TEST(Plasticity, FastAndPlainEngineLearnTheSame) {
    EXPECT_EQ(expect_engines_learn_the_same(learning_network), 1u);  // rows behind delay extensions have short delays
    EXPECT_EQ(expect_engines_learn_the_same(without_stages()), 2u);
}

/// Everything that a run says of a network's spikes and weights.
struct Outcome {
    std::uint64_t spike_hash, plastic_events;
    std::vector<double> means;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome(const std::string& text, const std::string& machine, std::uint32_t atoms_per_core, unsigned threads) {
    RunOptions options;
    options.threads = threads;
    const RunReport report = run_image(image_of(text, machine, atoms_per_core), options, silent());
    Outcome result{report.spike_hash, report.counters.plastic_events, {}};
    for (const WeightSummary& projection : report.weights) {
        EXPECT_GT(projection.synapses, 100u);
        EXPECT_GT(projection.deviation, 0.0);
        result.means.push_back(projection.mean);
    }
    EXPECT_EQ(result.means.size(), 5u);
    EXPECT_GT(result.plastic_events, 10000u);
    EXPECT_EQ(report.counters.wrapped_traces, 0u);
    return result;
}

TEST(Plasticity, SpikesAndWeightsDependOnNoThreadMachineOrPartition) {
    const Outcome one = outcome(without_stages(), "spinn3", 256, 1);
    for (const unsigned threads : {2u, 3u}) EXPECT_EQ(outcome(without_stages(), "spinn3", 256, threads), one);
    const auto nearly = [&](const Outcome& other) {  // sums of weights in another order
        EXPECT_EQ(other.spike_hash, one.spike_hash);
        EXPECT_EQ(other.plastic_events, one.plastic_events);
        for (std::size_t p = 0; p < one.means.size(); ++p) EXPECT_NEAR(other.means[p], one.means[p], 1e-12);
    };
    nearly(outcome(without_stages(), "spinn5", 20, 2));
    nearly(outcome(without_stages(), "8x8", 7, 2));
}

TEST(Plasticity, StaticRowsOfTheSameNetworkStayWhatTheyWere) {
    // Rates of learning of 0: the spikes of the static network with the same weights and ring-buffer shifts.
    Network still = network_of(learning_network);
    for (Projection& projection : still.projections) {
        if (!projection.stdp) continue;
        for (std::vector<double>* values : {&projection.stdp->timing_parameters, &projection.stdp->weight_parameters})
            for (std::size_t i = 0; i < values->size(); ++i) {
                const auto& described = values == &projection.stdp->timing_parameters
                                            ? describe(projection.stdp->timing).parameters
                                            : describe(projection.stdp->weight).parameters;
                if (described[i].name.starts_with("A")) (*values)[i] = 0.0;
            }
        projection.weight = constant(value_of(*projection.stdp, "w_max"));  // the shifts of the static twin
    }
    Network fixed = still;
    for (Projection& projection : fixed.projections) projection.stdp.reset(), projection.record_weights_ms = 0.0;
    const auto hash = [](const Network& network) {
        const Mapping mapping = map_network(network, make_machine("spinn3"), {}, silent());
        return run_image(mapping.image, {}, silent()).spike_hash;
    };
    EXPECT_EQ(hash(still), hash(fixed));
}

TEST(Plasticity, WeightsAreWrittenAtIntervalsAndAtTheEnd) {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "spinn_plasticity_test.h5";
    const Network network = network_of(learning_network);
    const MachineImage image = image_of(learning_network, "spinn3", 50);
    RunOptions options;
    options.results = path;
    options.duration_ms = 120.0;
    const RunReport report = run_image(image, options, silent());
    const Results results = read_results(path);
    std::filesystem::remove(path);
    ASSERT_EQ(results.weights.size(), 5u);
    for (const RecordedWeights& weights : results.weights) {
        const bool sampled = weights.projection == network.projections[4].name;
        EXPECT_EQ(weights.times_ms, (sampled ? std::vector<double>{50, 100, 120} : std::vector<double>{120}));
        const auto summary = std::ranges::find(report.weights, weights.projection, &WeightSummary::projection);
        ASSERT_NE(summary, report.weights.end());
        EXPECT_EQ(weights.synapses.back().size(), summary->synapses);
        // The synapses of the network's own rule, pair by pair and delay by delay.
        const std::size_t p =
            static_cast<std::size_t>(std::ranges::find(network.projections, weights.projection, &Projection::name) -
                                     network.projections.begin());
        std::vector<std::array<std::uint32_t, 3>> expected, found;
        generate(connection_rule(network, p), 0, 150, [&](const Synapse& s) {
            expected.push_back({s.pre, s.post, s.delay_ticks});
        });
        for (const WeightSample& s : weights.synapses.back())
            found.push_back({s.pre, s.post, static_cast<std::uint32_t>(std::lround(s.delay_ms / 0.5))});
        std::ranges::sort(expected);
        std::ranges::sort(found);
        EXPECT_EQ(found, expected) << weights.projection;
        const double w_max = value_of(*network.projections[p].stdp, "w_max");
        EXPECT_TRUE(std::ranges::all_of(weights.synapses.back(), [&](const WeightSample& s) {
            return s.weight >= 0.0 && s.weight <= w_max;
        })) << weights.projection;
        if (sampled) {
            EXPECT_NE(weights.synapses[0], weights.synapses[1]);
        }
    }
}

TEST(Plasticity, AnImageSaysWhetherAnythingLearns) {
    EXPECT_TRUE(learns(image_of(learning_network, "spinn3", 50)));
    EXPECT_FALSE(learns(map_text(mixed_network, "spinn3").image));
}

TEST(Plasticity, InhibitionThatLearnsBringsANetworkToItsTargetRate) {
    Network network = read_network_file(std::filesystem::path(SPINN_SOURCE_DIR) / "examples" / "vogels.yaml");
    const auto spikes_of_exc = [&](double duration_ms) {
        RunOptions options;
        options.duration_ms = duration_ms;
        const Mapping mapping = map_network(network, make_machine("spinn3"), {}, silent());
        return static_cast<double>(run_image(mapping.image, options, silent()).populations.at(1).spikes);
    };
    const double neurons = network.populations.at(1).size;
    const auto rate = [&] { return (spikes_of_exc(20000.0) - spikes_of_exc(15000.0)) / neurons / 5.0; };
    EXPECT_NEAR(rate(), 10.0, 1.0);
    network.projections.at(4).stdp->timing_parameters.at(2) = 0.0;  // A_plus: nothing is learned
    EXPECT_GT(rate(), 12.0);
}

TEST(PlasticityDescription, ReadsBackTheSameFromYamlAndProtobuf) {
    Network network = network_of(learning_network);
    network.projections[1].stdp->backprop_delay = false;
    network.projections[2].stdp->backprop_delay = false;
    network.projections[3].stdp->backprop_delay = false;
    EXPECT_EQ(read_network_yaml(to_yaml(network), "again.yaml"), network);
    EXPECT_EQ(decode_network(encode_network(network), "again.pb"), network);
    EXPECT_EQ(network.projections[4].record_weights_ms, 50.0);
}

std::string mistakes_of(std::string synapse, const std::string& more = "") {
    const std::string text =
        "populations:\n  a: {size: 4, model: IF_curr_exp}\nprojections:\n  - {from: a, to: a, connector: "
        "AllToAll, synapse: " +
        synapse + more + "}\n";
    try {
        read_network_yaml(text, "n.yaml");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(PlasticityDescription, MistakesSayWhatWouldBeRight) {
    const auto expect = [](const std::string& message, const char* what, const char* fix) {
        EXPECT_NE(message.find(what), std::string::npos) << message;
        EXPECT_NE(message.find(fix), std::string::npos) << message;
    };
    EXPECT_EQ(mistakes_of("{STDP: {timing_dependence: SpikePairRule, weight_dependence: AdditiveWeightDependence}}"),
              "");
    expect(mistakes_of("STDP"), "STDP needs its rules", "weight_dependence: Additive");
    expect(mistakes_of("{STDP: {weight: 1}}"), "timing_dependence", "SpikePair");
    expect(mistakes_of("{STDP: {timing_dependence: SpikePear, weight_dependence: Additive}}"),
           "unknown timing rule 'SpikePear'", "did you mean 'SpikePair'");
    expect(mistakes_of("{STDP: {timing_dependence: {SpikePair: {tau: 3}}, weight_dependence: Additive}}"), "'tau'",
           "tau_plus");
    expect(mistakes_of("{STDP: {timing_dependence: PfisterSpikeTriplet, weight_dependence: Additive}}"),
           "PfisterSpikeTriplet needs tau_plus", "write tau_plus");
    expect(mistakes_of("{STDP: {timing_dependence: SpikePair, weight_dependence: AdditiveTriplet}}"),
           "SpikePair does not go with AdditiveTriplet", "Additive, Multiplicative");
    expect(mistakes_of("{STDP: {timing_dependence: {SpikePair: {tau_plus: -1}}, weight_dependence: Additive}}"),
           "a value of -1 is out of range", "allowed is");
    expect(mistakes_of("{STDP: {timing_dependence: SpikePair, weight_dependence: {Additive: {w_min: 2, w_max: 1}}}}"),
           "w_max = 1 lies below w_min = 2", "2 or more");
    expect(mistakes_of("{STDP: {timing_dependence: {SpikePair: {tau_plus: 9000}}, weight_dependence: Additive}}"),
           "too long for the core's table", "at most 2148 ms");
    expect(mistakes_of(
               "{STDP: {timing_dependence: SpikePair, weight_dependence: Additive, dendritic_delay_fraction: 0.5}}"),
           "a dendritic delay fraction of 0.5", "write 1.0");
    expect(mistakes_of("{Static: {weight: 1}}", ", record_weights: 10"), "static", "plastic synapses");
    expect(mistakes_of("{STDP: {timing_dependence: SpikePair, weight_dependence: Additive}}", ", record_weights: 1.5"),
           "1.5 ms is no multiple", "a multiple of 1 ms");
    expect(mistakes_of(
               "{STDP: {timing_dependence: SpikePair, weight_dependence: Additive}}",
               "}\n  - {from: a, to: a, connector: AllToAll, synapse: {STDP: {timing_dependence: SpikeNearestPair, "
               "weight_dependence: Additive}}"),
           "another plasticity rule than that of projection 0", "the same rules");
}

}  // namespace
}  // namespace spinn
