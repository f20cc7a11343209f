#include "host/network_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "host/network_yaml_writer.hpp"
#include "host/validate_network.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

Network read(const std::string& text) { return read_network_yaml(text, "net.yaml"); }

std::vector<Problem> problems_of(const std::string& text) {
    try {
        read(text);
    } catch (const InputError& error) {
        return error.problems();
    }
    return {};
}

/// The only problem of a text.
Problem problem_of(const std::string& text) {
    const std::vector<Problem> problems = problems_of(text);
    EXPECT_EQ(problems.size(), 1u) << (problems.empty() ? "no problem" : to_string(problems.back()));
    return problems.empty() ? Problem{} : problems.front();
}

const std::string two_cells =
    "populations:\n"
    "  a: {size: 10, model: IF_curr_exp}\n"
    "  b: {size: 20, model: IF_cond_exp}\n"
    "  s: {size: 10, model: SpikeSourcePoisson}\n";

std::string with_projection(const std::string& projection) {
    return two_cells + "projections:\n  - " + projection + "\n";
}

TEST(NetworkYaml, ReadsEveryKey) {
    const Network network = read(R"(name: all
timestep: 0.5
duration: 25
seed: 18446744073709551615
machine: spinn3
populations:
  cells:
    size: 3
    model: IF_cond_exp
    parameters: {tau_m: 12.5, i_offset: [0.1, 0.2, 0.3], cm: {normal_clipped: {mu: 0.2, sigma: 0.1, low: 0.1, high: .inf}}}
    initial: {v: {uniform: [-60, -50]}}
    max_atoms_per_core: 2
  source: {size: 2, model: SpikeSourceArray, parameters: {spike_times: [[3, 1], []]}}
projections:
  - name: first
    from: source[1]
    to: cells[0:3:2]
    connector: {FixedTotalNumber: {n: 5, with_replacement: true, allow_self_connections: false}}
    synapse: {Static: {weight: {exponential: 0.25}, delay: {uniform_int: [1, 4]}}}
    receptor: inhibitory
record:
  - {population: "cells[2, 0]", variables: [spikes, v, gsyn_exc, gsyn_inh], interval: 1.5}
)");
    EXPECT_EQ(network.name, "all");
    EXPECT_EQ(network.timestep_ms, 0.5);
    EXPECT_EQ(network.duration_ms, 25.0);
    EXPECT_EQ(network.seed, 0xffffffffffffffffu);
    EXPECT_EQ(network.machine, "spinn3");
    ASSERT_EQ(network.populations.size(), 2u);
    const Population& cells = network.populations[0];
    EXPECT_EQ(cells.name, "cells");
    EXPECT_EQ(cells.size, 3u);
    EXPECT_EQ(cells.model, ModelKind::if_cond_exp);
    EXPECT_EQ(cells.parameters.at("tau_m"), Value(constant(12.5)));
    EXPECT_EQ(cells.parameters.at("i_offset"), Value(std::vector<double>{0.1, 0.2, 0.3}));
    EXPECT_EQ(cells.parameters.at("cm"),
              Value(Distribution{DistributionKind::normal_clipped, 0.2, 0.1, 0.1, infinity}));
    EXPECT_EQ(cells.initial_values.at("v"), Value(Distribution{DistributionKind::uniform, -60.0, -50.0}));
    EXPECT_EQ(cells.max_atoms_per_core, 2u);
    EXPECT_THAT(network.populations[1].spike_times_ms, ElementsAre(ElementsAre(1.0, 3.0), ElementsAre()));
    ASSERT_EQ(network.projections.size(), 1u);
    const Projection& projection = network.projections[0];
    EXPECT_EQ(projection.name, "first");
    EXPECT_EQ(projection.pre, (View{1, {1, 1, 1, {}}}));
    EXPECT_EQ(projection.post, (View{0, {0, 2, 2, {}}}));
    EXPECT_EQ(projection.connector.kind, ConnectorKind::fixed_total_number);
    EXPECT_EQ(projection.connector.n, 5u);
    EXPECT_TRUE(projection.connector.with_replacement);
    EXPECT_FALSE(projection.connector.allow_self_connections);
    EXPECT_EQ(projection.weight, (Distribution{DistributionKind::exponential, 0.25}));
    EXPECT_EQ(projection.delay_ms, (Distribution{DistributionKind::uniform_int, 1.0, 4.0}));
    EXPECT_EQ(projection.receptor, Receptor::inhibitory);
    ASSERT_EQ(network.recordings.size(), 1u);
    EXPECT_EQ(network.recordings[0].view, (View{0, {0, 1, 2, {2, 0}}}));
    EXPECT_THAT(network.recordings[0].variables,
                ElementsAre(Variable::spikes, Variable::v, Variable::gsyn_exc, Variable::gsyn_inh));
    EXPECT_EQ(network.recordings[0].sampling_interval_ms, 1.5);
}

TEST(NetworkYaml, LeavesOutWhatHasADefault) {
    const Network network = read(with_projection("{from: a, to: a, connector: AllToAllConnector}"));
    EXPECT_EQ(network.timestep_ms, 1.0);
    EXPECT_EQ(network.duration_ms, 1000.0);
    EXPECT_EQ(network.projections[0].name, "a->a");
    EXPECT_EQ(network.projections[0].weight, constant(0.0));
    EXPECT_EQ(network.projections[0].delay_ms, constant(0.0));
    EXPECT_EQ(network.projections[0].receptor, Receptor::excitatory);
    EXPECT_TRUE(network.projections[0].connector.allow_self_connections);
}

TEST(NetworkYaml, ANegativeCurrentIsInhibitoryUnlessTheFileSaysOtherwise) {
    const std::string projection = "{from: a, to: a, connector: AllToAll, synapse: {StaticSynapse: {weight: -0.5}}";
    EXPECT_EQ(read(with_projection(projection + "}")).projections[0].receptor, Receptor::inhibitory);
    EXPECT_THAT(problem_of(with_projection(projection + ", receptor: excitatory}")).what,
                HasSubstr("-0.5 nA is negative"));
}

TEST(NetworkYaml, UnnamedProjectionsGetNumbersWhereTheNameIsTaken) {
    const Network network = read(two_cells +
                                 "projections:\n"
                                 "  - {from: a, to: b, connector: AllToAll}\n"
                                 "  - {from: a, to: b, connector: AllToAll, name: a->b 2}\n"
                                 "  - {from: a, to: b, connector: AllToAll}\n");
    EXPECT_EQ(network.projections[0].name, "a->b");
    EXPECT_EQ(network.projections[2].name, "a->b 3");
}

TEST(NetworkYaml, ListRowsTakeWeightAndDelayFromTheSynapse) {
    const Network network =
        read(with_projection("{from: a, to: b, connector: {FromList: [[0, 1], [1, 2, 0.5], [2, 3, 0.25, 7]]}, synapse: "
                             "{Static: {weight: 2, delay: 3}}}"));
    EXPECT_THAT(
        network.projections[0].connector.rows,
        ElementsAre(Connector::Row{0, 1, 2.0, 3.0}, Connector::Row{1, 2, 0.5, 3.0}, Connector::Row{2, 3, 0.25, 7.0}));
}

TEST(NetworkYaml, ListColumnsCanBeNamed) {
    const Network network = read(with_projection(
        "{from: a, to: b, connector: {FromList: {columns: [delay, weight], connections: [[0, 1, 4, 0.5]]}}}"));
    EXPECT_THAT(network.projections[0].connector.rows, ElementsAre(Connector::Row{0, 1, 0.5, 4.0}));
}

TEST(NetworkYaml, AliasesRepeatWhatTheyName) {
    const Network network = read(
        "populations:\n"
        "  a: {size: 1, model: IF_curr_exp, parameters: &p {tau_m: 7}}\n"
        "  b: {size: 1, model: IF_curr_exp, parameters: *p}\n");
    EXPECT_EQ(network.populations[1].parameters.at("tau_m"), Value(constant(7.0)));
}

struct Mistake {
    std::string text, where, what, fix;
};

void expect_mistakes(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
        SCOPED_TRACE(mistake.text);
        const Problem problem = problem_of(mistake.text);
        EXPECT_EQ(problem.where, "net.yaml:" + mistake.where);
        EXPECT_THAT(problem.what, HasSubstr(mistake.what));
        EXPECT_THAT(problem.fix, HasSubstr(mistake.fix));
    }
}

TEST(NetworkYamlMistakes, OfTheRunAndThePopulations) {
    const auto cells = [](const std::string& keys) {
        return "populations:\n  a:\n    size: 10\n    model: IF_curr_exp\n" + keys;
    };
    expect_mistakes({
        {two_cells + "timstep: 1", "5: timstep", "unknown key 'timstep'", "did you mean 'timestep'?"},
        {two_cells + "timestep: 0", "5: timestep", "0 ms is out of range", "at most 100 ms"},
        {two_cells + "timestep: 101", "5: timestep", "out of range", "at most 100 ms"},
        {two_cells + "timestep: 0.1005", "5: timestep", "no multiple of 1 us", "0.1"},
        {two_cells + "timestep: .nan", "5: timestep", "not a number", "ms"},
        {two_cells + "duration: -1", "5: duration", "-1 ms is impossible", "0 ms or more"},
        {two_cells + "duration: .inf", "5: duration", "impossible", "finite"},
        {two_cells + "duration: 1e12", "5: duration", "32 bits", "choose less"},
        {two_cells + "seed: -1", "5: seed", "whole number", "0 to"},
        {two_cells + "machine: spin5", "5: machine", "spin5", "did you mean 'spinn5'?"},
        {two_cells + "seed: 1\nseed: 2", "6: seed", "a second time; the first is in line 5", "keep one"},
        {"name: x", "1: populations", "'populations' is missing", "IF_curr_exp"},
        {"populations: {}", "1: populations", "no population", "at least one"},
        {"populations:\n  a: {model: IF_curr_exp}", "2: populations.a.size", "'size' is missing", "size: 100"},
        {"populations:\n  a: {size: 5}", "2: populations.a.model", "'model' is missing", "model: IF_curr_exp"},
        {"populations:\n  a: {size: -5, model: IF_curr_exp}", "2: populations.a.size", "found '-5'", "1 to 2147483647"},
        {"populations:\n  a: {size: 0, model: IF_curr_exp}", "2: populations.a.size", "found '0'", "1 to"},
        {"populations:\n  a: {size: 2147483648, model: IF_curr_exp}", "2: populations.a.size", "2147483648",
         "1 to 2147483647"},
        {"populations:\n  a: {size: many, model: IF_curr_exp}", "2: populations.a.size", "found 'many'", "1 to"},
        {"populations:\n  a: {size: '5', model: IF_curr_exp}", "2: populations.a.size", "the text '5'", "1 to"},
        {"populations:\n  a: {size: 5, model: IF_cur_exp}", "2: populations.a.model", "unknown model 'IF_cur_exp'",
         "did you mean 'IF_curr_exp'?"},
        {"populations:\n  a/b: {size: 5, model: IF_curr_exp}", "2: populations[0]", "cannot be named", "letters"},
        {cells("    parameters:\n      tau_n: 5\n"), "6: populations.a.parameters.tau_n",
         "IF_curr_exp has no parameter 'tau_n'", "did you mean 'tau_m'?"},
        {cells("    parameters:\n      v: -60\n"), "6: populations.a.parameters.v", "no parameter 'v'", "`initial`"},
        {cells("    parameters: {cm: -1}\n"), "5: populations.a.parameters.cm", "-1 nF is out of range", "nF"},
        {cells("    parameters: {cm: .inf}\n"), "5: populations.a.parameters.cm", ".inf nF is out of range", "nF"},
        {cells("    parameters: {cm: 20 pF}\n"), "5: populations.a.parameters.cm", "found '20 pF'", "read as nF"},
        {cells("    parameters: {cm: [1, 2]}\n"), "5: populations.a.parameters.cm",
         "a list of 2 numbers for 10 neurons", "one number a neuron"},
        {cells("    parameters: {e_rev_E: 0}\n"), "5: populations.a.parameters.e_rev_E", "no parameter 'e_rev_E'",
         "one of: v_rest"},
        {cells("    initial: {v: {unifrom: [0, 1]}}\n"), "5: populations.a.initial.v.unifrom", "unknown distribution",
         "did you mean 'uniform'?"},
        {cells("    initial: {v: {uniform: [1, 0]}}\n"), "5: populations.a.initial.v", "low = 1 above high = 0",
         "swap"},
        {cells("    initial: {v: {uniform: [1]}}\n"), "5: populations.a.initial.v.uniform",
         "takes 2 numbers, found a list of 1", "[low, high]"},
        {cells("    initial: {v: {normal: [1, -2]}}\n"), "5: populations.a.initial.v", "sigma = -2", "0 or more"},
        {cells("    initial: {v: {normal: [1, x]}}\n"), "5: populations.a.initial.v.normal[1]", "found 'x'", "number"},
        {"populations:\n  s: {size: 2, model: SpikeSourceArray, parameters: {spike_times: [1, -1]}}",
         "2: populations.s.parameters.spike_times", "-1 ms", "0 ms or later"},
        {"populations:\n  s: {size: 3, model: SpikeSourceArray, parameters: {spike_times: [[1], [2]]}}",
         "2: populations.s.parameters.spike_times", "2 lists of spike times for 3 neurons", "one a neuron"},
    });
}

TEST(NetworkYamlMistakes, OfPatterns) {
    const auto connector = [](const std::string& c, const std::string& synapse = "weight: 1") {
        return with_projection("{from: a, to: a, connector: " + c + ", synapse: {Static: {" + synapse + "}}}");
    };
    const std::string at = "6: projections[0].connector";
    expect_mistakes({
        {connector("OneToOneOffse"), at + ".OneToOneOffse", "unknown connector", "did you mean 'OneToOneOffset'?"},
        {connector("{OneToOneOffset: {offset: 10}}"), at, "reaches beyond", "OneToOneOffset"},
        {connector("{OneToOneOffset: {offset: 1.5}}"), at + ".offset", "1.5", "whole number"},
        {connector("{AllButMe: {n_neurons_per_group: 3}}"), at, "does not divide", "AllButMe"},
        {connector("{SmallWorld: {rewiring: 2}}"), at + ".rewiring", "2 is out of range", "0 to 1"},
        {connector("IndexBasedProbability"), at, "needs parameters", "index_expression"},
        {connector("{IndexBasedProbability: {index_expression: \"i + k\"}}"), at,
         "character 5 of 'i + k': 'k' is unknown", "index_expression"},
        {connector("{Array: {array: [1, 0]}}"), at, "array has 2 numbers, 100 are needed", "Array"},
        {connector("{Kernel: {shape_pre: [2, 5], shape_post: [5, 2], shape_kernel: [0, 3]}}"), at,
         "shape_kernel must be", "Kernel"},
        {connector("{Kernel: {shape_pre: [2, 4], shape_post: [5, 2], shape_kernel: [3, 3]}}"), at,
         "shape_pre is 2 x 4, but there are 10 neurons", "Kernel"},
        {connector("{Kernel: {shape_pre: [2, 5], shape_post: [5, 2], shape_kernel: [1, 2], weight_kernel: [1, -1]}}"),
         at + ".weight_kernel", "negative", "inhibitory"},
        {connector("{Clone: {projection: b}}"), at + ".projection", "no projection 'b' before", "earlier"},
    });
}

TEST(NetworkYaml, AConvolutionOfBothSignsIsTwoProjections) {
    const Network network =
        read(with_projection("{name: c, from: a, to: a, connector: {Convolution: {shape_pre: [2, 5], kernel_shape: [1, "
                             "1], kernel_weights: [2]}}}"));
    EXPECT_EQ(network.projections.size(), 1u);
    const Network both = read(
        "populations:\n  a: {size: 10, model: IF_curr_exp}\n  c: {size: 8, model: IF_curr_exp}\nprojections:\n  - "
        "{name: c, "
        "from: a, to: c, connector: {Convolution: {shape_pre: [2, 5], kernel_shape: [1, 2], kernel_weights: [[2, "
        "-1]]}}}\n");
    ASSERT_EQ(both.projections.size(), 2u);
    EXPECT_EQ(both.projections[0].receptor, Receptor::excitatory);
    EXPECT_EQ(both.projections[1].receptor, Receptor::inhibitory);
    EXPECT_EQ(both.projections[1].name, "c (inhibitory)");
    EXPECT_EQ(connection_rule(both, 0).synapses.size(), 8u);
    EXPECT_EQ(connection_rule(both, 1).synapses.size(), 8u);
    EXPECT_EQ(connection_rule(both, 1).synapses[0].weight, -1.0);
    EXPECT_EQ(read(to_yaml(both)), both);
}

TEST(NetworkYaml, ACloneHasThePairsOfItsOriginal) {
    const Network network =
        read(two_cells +
             "projections:\n  - {name: p, from: a, to: b, connector: {FixedProbability: {p: 0.3}}, synapse: "
             "{Static: {weight: 0.01}}}\n  - {name: c, from: a, to: b, connector: {Clone: {projection: p}}, "
             "synapse: {Static: {weight: 0.02, delay: 3}}}\n");
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs[2];
    for (std::size_t p : {0u, 1u})
        generate(connection_rule(network, p), 0, 20, [&](const Synapse& s) {
            pairs[p].emplace_back(s.pre, s.post);
            EXPECT_EQ(s.weight, p == 0 ? 0.01 : 0.02);
            EXPECT_EQ(s.delay_ticks, p == 0 ? 1u : 3u);
        });
    EXPECT_GT(pairs[0].size(), 30u);
    EXPECT_EQ(pairs[0], pairs[1]);
}

TEST(NetworkYamlMistakes, OfCurrents) {
    const auto current = [](const std::string& into, const std::string& source) {
        return with_projection("{from: a, to: a, connector: AllToAll}") + "currents:\n  - {into: " + into +
               ", source: " + source + "}\n";
    };
    const std::string at = "8: currents[0].";
    expect_mistakes({
        {current("c", "DCSource"), at + "into", "no population 'c'", "did you mean 'a'?"},
        {current("s", "DCSource"), at + "into", "SpikeSourcePoisson, which takes no current", "i_offset"},
        {current("'a[0:11]'", "DC"), at + "into", "outside its population of 10", "0 to 9"},
        {current("a", "DCSourc"), at + "source.DCSourc", "unknown current source 'DCSourc'",
         "did you mean 'DCSource'?"},
        {current("a", "{DCSource: {amplitud: 1}}"), at + "source.amplitud", "unknown key 'amplitud'",
         "did you mean 'amplitude'?"},
        {current("a", "{DCSource: {amplitude: 1e6}}"), at + "source.amplitude", "1e+06 nA", "65535"},
        {current("a", "{ACSource: {frequency: -1}}"), at + "source.frequency", "-1 Hz", "0 to"},
        {current("a", "StepCurrentSource"), at + "source", "needs parameters", "amplitudes: [0.1, 0.3]"},
        {current("a", "{StepCurrentSource: {times: [0, 1], amplitudes: [1]}}"), at + "source", "2 times, but 1",
         "one amplitude a time"},
        {current("a", "{StepCurrentSource: {times: [5, 1], amplitudes: [1, 2]}}"), at + "source.times[1]",
         "a step at 1 ms", "no earlier"},
        {current("a", "{NoisyCurrentSource: {dt: 0.25}}"), at + "source.dt", "no multiple of the timestep",
         "a multiple of 1 ms"},
    });
}

TEST(NetworkYamlMistakes, OfReceptors) {
    const std::string dual =
        "populations:\n  a: {size: 10, model: IF_curr_dual_exp}\nprojections:\n  - {from: a, to: a, "
        "connector: AllToAll, receptor: ";
    EXPECT_EQ(read(dual + "excitatory2}\n").projections[0].receptor, Receptor{1});
    EXPECT_EQ(read(dual + "inhibitory, synapse: {Static: {weight: -1}}}\n").projections[0].receptor, Receptor{2});
    expect_mistakes({{dual + "excitatory3}\n", "4: projections[0].receptor",
                      "unknown receptor 'excitatory3' of IF_curr_dual_exp", "did you mean 'excitatory"},
                     {dual + "excitatory2, synapse: {Static: {weight: -1}}}\n", "4: projections[0].synapse.weight",
                      "negative", "inhibitory"}});
}

TEST(NetworkYamlMistakes, OfProjections) {
    const auto connector = [](const std::string& c) {
        return with_projection("{from: a, to: a, connector: " + c + "}");
    };
    const auto synapse = [](const std::string& s, const std::string& to = "a") {
        return with_projection("{from: a, to: " + to + ", connector: AllToAll, synapse: {Static: {" + s + "}}}");
    };
    const std::string at = "6: projections[0].";
    expect_mistakes({
        {with_projection("{from: a, to: a}"), at + "connector", "'connector' is missing", "AllToAll"},
        {with_projection("{from: c, to: a, connector: AllToAll}"), at + "from", "no population 'c'",
         "did you mean 'a'?"},
        {with_projection("{from: 'a[0:11]', to: a, connector: AllToAll}"), at + "from", "outside its population of 10",
         "0 to 9"},
        {with_projection("{from: 'a[3:3]', to: a, connector: AllToAll}"), at + "from", "empty",
         "start must lie before stop"},
        {with_projection("{from: 'a[3, 4, 3]', to: a, connector: AllToAll}"), at + "from", "neuron 3 twice", "once"},
        {with_projection("{from: 'a[x]', to: a, connector: AllToAll}"), at + "from", "cannot be read", "[start:stop]"},
        {with_projection("{from: a, to: s, connector: AllToAll}"), at + "to",
         "SpikeSourcePoisson, which receives no spikes", "neurons"},
        {with_projection("{from: a, to: a, connector: AllToAll, receptor: excitatry}"), at + "receptor",
         "unknown receptor", "did you mean 'excitatory'?"},
        {connector("OneToOn"), at + "connector.OneToOn", "unknown connector 'OneToOn'", "did you mean 'OneToOne'?"},
        {connector("{FixedProbability: {p: 1.5}}"), at + "connector.p", "1.5", "0 to 1"},
        {connector("{FixedProbability: {p: 0.5, q: 0.5}}"), at + "connector.q", "unknown key 'q'", "did you mean 'p'?"},
        {connector("FixedProbability"), at + "connector", "needs parameters", "p: 0.1"},
        {connector("{FixedTotalNumber: {n: 101}}"), at + "connector.n", "only 100 pairs", "with_replacement"},
        {connector("{FixedTotalNumber: {n: 91, allow_self_connections: false}}"), at + "connector.n", "only 90 pairs",
         "90"},
        {connector("{FixedNumberPre: {n: 11}}"), at + "connector.n", "only 10 neurons", "10"},
        {connector("{FixedNumberPost: {n: 10, allow_self_connections: false}}"), at + "connector.n", "only 9 neurons",
         "9"},
        {connector("{FixedNumberPre: {n: 1.5}}"), at + "connector.n", "whole number", "whole number"},
        {connector("{FixedNumberPre: {n: 5, with_replacement: yes}}"), at + "connector.with_replacement",
         "true or false", "true or false"},
        {connector("{FromList: [[0, 10]]}"), at + "connector.connections[0]", "post = 10 lies outside", "0 to 9"},
        {connector("{FromList: [[0, 1.5]]}"), at + "connector.connections[0]", "index belongs", "from 0"},
        {connector("{FromList: [[0]]}"), at + "connector.connections[0]", "a list of 1", "[pre, post, weight, delay]"},
        {connector("{FromList: [[0, 0, 1, 0.5]]}"), at + "connector.connections[0]", "0.5 ms is out of range",
         "one timestep"},
        {connector("{FromList: [[0, 0, -1, 1], [0, 0, 1, 1]]}"), at + "connector.connections[1]", "both signs",
         "all negative"},
        {connector("{FromList: {file: missing.txt}}"), at + "connector.file", "no readable file 'missing.txt'",
         "relative"},
        {synapse("wait: 1"), at + "synapse.wait", "unknown key 'wait'", "weight"},
        {synapse("delay: 0.5"), at + "synapse.delay", "0.5 ms lies below the timestep of 1 ms", "one timestep"},
        {synapse("delay: 0"), at + "synapse.delay", "0 ms lies below", "one timestep"},
        {synapse("delay: {uniform: [0.1, 0.9]}"), at + "synapse.delay", "at most 0.9 ms", "one timestep"},
        {synapse("delay: 1e9"), at + "synapse.delay", "too long", "65535 ms"},
        {synapse("weight: 65536"), at + "synapse.weight", "65536 nA does not fit", "below 65536 nA"},
        {synapse("weight: 64", "b"), at + "synapse.weight", "64 uS does not fit", "below 64 uS"},
        {synapse("weight: -0.1", "b"), at + "synapse.weight", "-0.1 uS is negative", "reversal potential"},
        {synapse("weight: {uniform: [-0.1, 0.1]}"), at + "synapse.weight", "negative", "inhibitory"},
        {with_projection("{from: a, to: a, connector: AllToAll, synapse: {Stat: {weight: 1}}}"), at + "synapse.Stat",
         "unknown synapse", "Static"},
    });
}

TEST(NetworkYamlMistakes, OfRecordings) {
    const auto record = [](const std::string& r) { return two_cells + "record:\n  - " + r + "\n"; };
    const std::string at = "6: record[0].";
    expect_mistakes({
        {record("{population: s, variables: [v]}"), at + "variables", "SpikeSourcePoisson has no 'v'", "only spikes"},
        {record("{population: a, variables: [spike]}"), at + "variables", "unknown variable 'spike'",
         "did you mean 'spikes'?"},
        {record("{population: a}"), at + "variables", "missing", "[spikes]"},
        {record("{population: a, variables: [v, v]}"), at + "variables", "named twice", "once"},
        {record("{population: a, variables: [v], interval: 1.5}"), at + "interval", "no multiple", "multiple of 1 ms"},
        {record("{population: a, variables: [spikes], interval: 2}"), at + "interval", "spikes alone", "leave it out"},
        {record("{population: 'a[0:11]', variables: [v]}"), at + "population", "outside", "0 to 9"},
    });
}

TEST(NetworkYamlMistakes, AreAllReportedInTheOrderOfTheFile) {
    const std::vector<Problem> problems = problems_of(
        "timestep: -1\npopulations:\n  a: {size: 0, model: IF_curr_exp, colour: red}\n  b: {size: 5, model: "
        "X}\nrecords: []\n");
    ASSERT_EQ(problems.size(), 5u);
    EXPECT_EQ(problems[0].where, "net.yaml:1: timestep");
    EXPECT_EQ(problems[3].where, "net.yaml:4: populations.b.model");
    EXPECT_EQ(problems[4].where, "net.yaml:5: records");
}

TEST(NetworkYamlMistakes, AWrongTimestepIsNotRepeatedForEveryDelay) {
    EXPECT_EQ(problem_of(with_projection("{from: a, to: a, connector: {FromList: [[0, 1, 1, 2]]}, "
                                         "synapse: {Static: {delay: 2}}}") +
                         "record: [{population: a, variables: [v], interval: 2}]\ntimestep: -1\n")
                  .where,
              "net.yaml:8: timestep");
}

TEST(NetworkYamlMistakes, NoModelOfThisKindIsAMistakeToo) {
    Network network;
    network.populations.push_back({"a", 1, static_cast<ModelKind>(99), {}, {}, {}, 0});
    ProblemReport report([](const DocumentPath&) { return FileLocation{"program", 0}; });
    validate(network, report);
    EXPECT_EQ(report.count(), 1u);
}

TEST(NetworkYamlMistakes, OneBadDelayInADistributionIsClampedNotRefused) {
    EXPECT_NO_THROW(
        read(with_projection("{from: a, to: a, connector: AllToAll, synapse: {Static: {delay: {normal_clipped: [1.5, "
                             "0.75, 0.1, .inf]}}}}")));
}

TEST(NetworkYamlLimits, ADocumentOfATaggedNothingIsNoNetwork) {
    for (const char* text : {"!e", "~", "--- !x\n"})
        EXPECT_THROW(read_network_yaml(text, "net.yaml"), InputError) << text;
}

TEST(NetworkYamlLimits, BadYamlNamesItsLine) {
    EXPECT_EQ(problem_of("name: x\npopulations: [1, 2\n").where.substr(0, 9), "net.yaml:");
    EXPECT_THAT(problem_of("").what, HasSubstr("empty"));
    EXPECT_THAT(problem_of("a: 1\n---\nb: 2\n").what, HasSubstr("more than one"));
    EXPECT_THAT(problem_of("[1, 2]").what, HasSubstr("expected a mapping"));
    EXPECT_THAT(problem_of("name: &a [*a]\n").what, HasSubstr("alias"));
    EXPECT_THAT(problem_of(std::string(100'000, '[')).what, HasSubstr("nested deeper"));
}

TEST(NetworkYamlLimits, AliasesCannotMultiplyAListWithoutBound) {
    std::string text = "populations:\n  a: {size: 100000, model: IF_curr_exp, parameters: {cm: &l [1";
    for (int i = 1; i < 100'000; ++i) text += ",1";
    text += "]}}\n";
    for (int i = 0; i < 2000; ++i)
        text += "  p" + std::to_string(i) + ": {size: 100000, model: IF_curr_exp, parameters: {cm: *l}}\n";
    const std::vector<Problem> problems = problems_of(text);
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(problems[0].what, HasSubstr("aliases make this file too long"));
}

TEST(NetworkYamlLimits, ManyPopulationsAndManyMistakesTakeLinearTime) {
    std::string text = "populations:\n", projections = "projections:\n";
    for (int i = 0; i < 10'000; ++i) {
        const std::string n = std::to_string(i);
        text += "  k" + n + ": {size: 1, model: IF_curr_exp}\n";
        projections += "  - {from: k" + n + ", to: missing" + n + ", connector: AllToAll}\n";
    }
    const std::vector<Problem> problems = problems_of(text + projections);  // quadratic steps would take minutes
    ASSERT_EQ(problems.size(), 201u);
    EXPECT_EQ(problems.back().what, "and 9800 more mistakes");
}

}  // namespace
}  // namespace spinn
