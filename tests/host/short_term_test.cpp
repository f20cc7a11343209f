/// Networks with short-term plasticity end to end: the same spikes from any engine, machine, partition and number of
/// threads, those of the reference, and the description's forms and mistakes.
#include "host/reference/short_term.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "emulator/functional_engine.hpp"
#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "host/network_yaml_writer.hpp"
#include "host/reference/simulator.hpp"
#include "host/results.hpp"
#include "host/run.hpp"
#include "host/session.hpp"
#include "host/snapshot.hpp"
#include "mixed_network.hpp"
#include "plain_engine.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// Beside static synapses and ones that learn from the same sources; delays beyond the ring buffer; several spikes a
/// tick; both kinds of weights.
constexpr const char* changing_network = R"(
name: changing
timestep: 0.5
duration: 150
seed: 6
populations:
  exc: {size: 150, model: IF_cond_exp, parameters: {tau_refrac: 2.0}, initial: {v: {uniform: [-65, -50]}}}
  inh: {size: 60, model: IF_curr_exp, parameters: {cm: 0.3, i_offset: 0.2, tau_refrac: 2.0}, initial: {v: {uniform: [-65, -50]}}}
  drive: {size: 150, model: SpikeSourcePoisson, parameters: {rate: 250}}
  loud: {size: 4, model: SpikeSourcePoisson, parameters: {rate: 2500}}
projections:
  - {from: drive, to: exc, connector: OneToOne, synapse: {TsodyksMarkram: {weight: 0.1, delay: 1.0, U: 0.4, tau_rec: 20, tau_facil: 5}}}
  - {from: drive, to: "exc[10:140]", connector: {FixedProbability: {p: 0.1}}, synapse: {Static: {weight: 0.002}}}
  - from: drive
    to: inh
    connector: {FixedProbability: {p: 0.1}}
    synapse:
      STDP:
        timing_dependence: SpikePair
        weight_dependence: {Additive: {w_max: 0.1}}
        weight: 0.05
  - {from: exc, to: exc, connector: {FixedProbability: {p: 0.1}}, synapse: {TsodyksMarkramSynapse: {weight: {uniform: [0.002, 0.006]}, delay: {uniform: [1, 70]}, U: 0.1, tau_rec: 100, tau_facil: 800}}}
  - {from: inh, to: exc, connector: {FixedProbability: {p: 0.2}}, synapse: {TsodyksMarkram: {weight: 0.01, delay: 2}}, receptor: inhibitory}
  - {from: loud, to: inh, connector: AllToAll, synapse: {TsodyksMarkram: {weight: 0.3, delay: {uniform: [1, 6]}, tau_rec: 3}}}
record:
  - {population: exc, variables: [spikes]}
  - {population: inh, variables: [spikes, v]}
)";

TEST(ShortTermNetwork, FastAndPlainEngineGiveTheSame) { expect_engines_agree(map_text(changing_network, "4x4", 32)); }

TEST(ShortTermNetwork, SpikesDependOnNoThreadMachineOrPartition) {
    const auto run = [](const char* machine, std::uint32_t atoms_per_core, unsigned threads) {
        RunOptions options;
        options.threads = threads;
        return run_image(map_text(changing_network, machine, atoms_per_core).image, options, silent());
    };
    const RunReport one = run("spinn3", 256, 1);
    EXPECT_GT(one.counters.spikes, 1000u);
    EXPECT_GT(one.counters.plastic_events, 1000u);
    EXPECT_EQ(one.counters.saturations, 0u);
    for (const auto& [machine, atoms, threads] :
         {std::tuple{"spinn3", 256u, 2u}, {"spinn5", 20u, 2u}, {"8x8", 7u, 3u}}) {
        const RunReport other = run(machine, atoms, threads);
        EXPECT_EQ(other.spike_hash, one.spike_hash) << machine;
    }
}

TEST(ShortTermNetwork, GoesOnAfterMappingAgainAsIfNothingHadBeen) {
    std::string text = changing_network;  // without synapses that learn: they begin anew
    const std::size_t from = text.find("      STDP:"), to = text.find("  - {from: exc, to: exc");
    text.replace(from, to - from, "      Static: {weight: 0.05}\n");
    const std::uint64_t whole = run_image(map_text(text.c_str(), "4x4").image, {}, silent()).spike_hash;
    for (const std::uint32_t first : {1u, 123u, 250u}) {
        Session before(map_text(text.c_str(), "4x4", 256).image, {}, silent());
        before.run(first, {});
        Session after(map_text(text.c_str(), "spinn5", 32).image, {.threads = 2}, silent(), before.take_snapshot());
        after.run(300 - first, {});
        EXPECT_EQ(after.report().spike_hash, whole) << "mapped again after " << first << " ticks";
    }
}

TEST(ShortTermNetwork, AProjectionThatRecoversAtOnceAndUsesAllIsAStaticOne) {
    Network network = read_network_yaml(changing_network, "changing.yaml"), fixed = network;
    for (Projection& projection : network.projections)
        if (projection.short_term) projection.short_term = ShortTermRule{1.0, 0.0, 0.0};
    for (Projection& projection : fixed.projections) projection.short_term.reset();
    const auto hash = [](const Network& of) {
        return run_image(map_network(of, make_machine("spinn3"), {}, silent()).image, {}, silent()).spike_hash;
    };
    EXPECT_EQ(hash(network), hash(fixed));
}

TEST(ShortTermNetwork, MembranesFollowTheReference) {
    const Network network = read_network_file(std::filesystem::path(SPINN_SOURCE_DIR) / "examples" / "short-term.yaml");
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "spinn_short_term_test.h5";
    RunOptions options{.rounding = Rounding::nearest};
    options.results = path;
    run_image(map_network(network, make_machine("spinn3"), {}, silent()).image, options, silent());
    const Results results = read_results(path);
    std::filesystem::remove(path);
    const ReferenceResult reference = run_reference(network, {});
    std::size_t compared = 0;
    for (const RecordedSamples& exact : reference.populations.at(2).samples) {
        const auto ours =
            std::ranges::find(results.populations.at(2).samples, exact.variable, &RecordedSamples::variable);
        ASSERT_NE(ours, results.populations.at(2).samples.end());
        ASSERT_EQ(ours->values.size(), exact.values.size());
        for (std::size_t i = 0; i < exact.values.size(); ++i) ASSERT_NEAR(ours->values[i], exact.values[i], 0.2) << i;
        compared += exact.values.size();
        const auto [low, high] = std::ranges::minmax(exact.values);
        EXPECT_GT(high - low, 2.0) << "they move";
    }
    EXPECT_GT(compared, 1000u);
}

TEST(ShortTermReference, IsTheRecursionOfTheRows) {  // of NEST's tsodyks2_synapse, by hand
    reference::ShortTerm plasticity = reference::make_short_term({0.5, 100.0, 50.0}, 2, 1.0);
    EXPECT_EQ(reference::enter_spike(plasticity, 1, 30), 0.5);
    const double x = 1.0 - 0.5 * std::exp(-0.2), u = 0.5 + 0.25 * std::exp(-0.4);
    EXPECT_DOUBLE_EQ(reference::enter_spike(plasticity, 1, 50), u * x);
    EXPECT_EQ(reference::enter_spike(plasticity, 0, 50), 0.5);
}

TEST(ShortTermDescription, ReadsBackTheSameFromYamlAndProtobuf) {
    const Network network = read_network_yaml(changing_network, "changing.yaml");
    EXPECT_EQ(network.projections[0].short_term, (ShortTermRule{0.4, 20.0, 5.0}));
    EXPECT_EQ(network.projections[4].short_term, (ShortTermRule{0.5, 100.0, 0.0})) << "PyNN's defaults";
    EXPECT_FALSE(network.projections[1].short_term);
    EXPECT_EQ(read_network_yaml(to_yaml(network), "again.yaml"), network);
    EXPECT_EQ(decode_network(encode_network(network), "again.pb"), network);
}

TEST(ShortTermDescription, MistakesSayWhatWouldBeRight) {
    const auto expect = [](const std::string& synapse, const std::string& more, const char* what, const char* fix) {
        std::string message;
        try {
            read_network_yaml(
                "populations:\n  a: {size: 4, model: IF_curr_exp}\nprojections:\n  - {from: a, to: a, "
                "connector: AllToAll, synapse: " +
                    synapse + more + "}\n",
                "n.yaml");
        } catch (const InputError& error) {
            message = error.what();
        }
        EXPECT_NE(message.find(what), std::string::npos) << message;
        EXPECT_NE(message.find(fix), std::string::npos) << message;
    };
    expect("{TsodyksMarkram: {U: 1.5}}", "", "synapse.U: a value of 1.5 is out of range", "0 to 1");
    expect("{TsodyksMarkram: {tau_rec: -1}}", "", "a value of -1 is out of range", "allowed is 0 to");
    expect("{TsodyksMarkram: {tau_fac: 1}}", "", "'tau_fac'", "tau_rec");
    expect("{TsodyksMarkov: {U: 0.5}}", "", "unknown synapse 'TsodyksMarkov'", "TsodyksMarkram");
    expect("{TsodyksMarkram: {weight: 1}}", ", record_weights: 10", "static", "plastic synapses");
    Network both = read_network_yaml(changing_network, "changing.yaml");
    both.projections[2].short_term.emplace();
    EXPECT_THROW(decode_network(encode_network(both), "both.pb"), InputError);
}

}  // namespace
}  // namespace spinn
