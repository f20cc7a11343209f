#include "host/network_proto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "host/network_yaml.hpp"
#include "host/network_yaml_writer.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Every field differs from its default and from every other.
Network rich_network() {
    Network network;
    network.name = "rich \"net\": \xc3\xa9";
    network.timestep_ms = 0.1;
    network.duration_ms = 12.3;
    network.seed = 0xfedcba9876543210u;
    network.machine = "spinn5*3";
    Population cells{"cells", 40, ModelKind::if_cond_exp, {}, {}, {}, 11};
    cells.parameters["tau_m"] = constant(17.25);
    cells.parameters["cm"] = Distribution{DistributionKind::normal_clipped, 0.2, 0.01, 0.1, infinity};
    cells.parameters["i_offset"] = std::vector<double>(40, 1.0 / 3.0);
    cells.initial_values["v"] = Distribution{DistributionKind::uniform, -61.0, -51.0};
    Population source{"a source", 3, ModelKind::spike_source_array, {}, {}, {{1.5, 2.5}, {}, {0.1}}, 0};
    Population currents{"true", 7, ModelKind::if_curr_exp, {}, {}, {}, 0};
    currents.initial_values["v"] = Distribution{DistributionKind::normal_clipped_to_boundary, -60.0, 5.0, -70.0, -50.0};
    currents.parameters["tau_syn_E"] = Distribution{DistributionKind::exponential, 2.0};
    currents.parameters["tau_refrac"] = Distribution{DistributionKind::uniform_int, 1.0, 4.0};
    currents.parameters["v_rest"] = Distribution{DistributionKind::normal, -65.5, 0.5};
    network.populations = {cells, source, currents};

    const auto project = [&](std::string name, View pre, View post, Connector connector, Distribution weight,
                             Distribution delay, Receptor receptor) {
        network.projections.push_back(
            {std::move(name), std::move(pre), std::move(post), std::move(connector), weight, delay, receptor});
    };
    const View all_cells{0, {0, 1, 40, {}}}, all_currents{2, {0, 1, 7, {}}};
    project("all", {1, {0, 2, 2, {}}}, {0, {5, 1, 1, {}}}, {ConnectorKind::all_to_all, 0, 0, false, false, {}},
            constant(0.25), {}, Receptor::excitatory);
    project("one", {1, {0, 1, 3, {}}}, {0, {0, 1, 2, {9, 3}}}, {ConnectorKind::one_to_one, 0, 0, false, true, {}}, {},
            constant(0.7), Receptor::inhibitory);
    project("p", all_cells, all_currents, {ConnectorKind::fixed_probability, 0.125, 0, false, true, {}},
            {DistributionKind::uniform, -0.5, -0.25}, {DistributionKind::uniform, 0.2, 0.9}, Receptor::inhibitory);
    project("total", all_cells, all_cells, {ConnectorKind::fixed_total_number, 0, 123, true, false, {}}, constant(0.01),
            {}, Receptor::excitatory);
    project("pre", all_cells, all_cells, {ConnectorKind::fixed_number_pre, 0, 5, false, false, {}}, constant(0.02), {},
            Receptor::excitatory);
    project("post", all_cells, all_cells, {ConnectorKind::fixed_number_post, 0, 6, true, true, {}}, constant(0.03), {},
            Receptor::excitatory);
    project("list", all_cells, all_currents,
            {ConnectorKind::list, 0, 0, false, true, {{1, 2, 0.5, 0.3}, {39, 6, 0.75, 4.1}}},
            {DistributionKind::normal, 1.0, 0.5}, constant(0.4), Receptor::excitatory);
    network.projections[2].seed = 0xfedcba9876543210;
    Population dual{"dual", 5, *model_by_name("IF_curr_dual_exp"), {}, {}, {}, 0};
    network.populations.push_back(dual);
    project("second", all_cells, {3, {0, 1, 5, {}}}, {ConnectorKind::one_to_one, 0, 0, false, true, {}}, constant(0.5),
            {}, Receptor{1});
    project("third", all_cells, {3, {0, 1, 5, {}}}, {ConnectorKind::one_to_one, 0, 0, false, true, {}}, constant(-0.5),
            {}, Receptor{2});
    const auto inject = [&](View view, CurrentKind kind, std::map<std::string, double> parameters) {
        InjectedCurrent current;
        current.view = std::move(view);
        current.kind = kind;
        current.parameters = std::move(parameters);
        network.currents.push_back(std::move(current));
    };
    inject({2, {0, 1, 3, {}}}, CurrentKind::dc, {{"amplitude", 0.25}, {"stop", 3.5}});
    inject({0, {0, 1, 2, {4, 1}}}, CurrentKind::step, {});
    network.currents.back().times_ms = {0.5, 1.25};
    network.currents.back().amplitudes = {-0.75, 0.125};
    inject({0, {1, 3, 4, {}}}, CurrentKind::noisy, {{"stdev", 0.5}, {"dt", 0.2}});
    inject({3, {0, 1, 5, {}}}, CurrentKind::ac, {{"frequency", 12.5}});
    network.recordings = {{{0, {0, 1, 40, {}}}, {Variable::spikes}, 0.0},
                          {{2, {1, 3, 2, {}}}, {Variable::v, Variable::gsyn_inh, Variable::gsyn_exc}, 0.3}};
    return network;
}

TEST(NetworkProto, SurvivesARoundTripWithEveryFieldDifferent) {
    const Network network = rich_network();
    const std::string bytes = encode_network(network);
    EXPECT_EQ(decode_network(bytes, "net.pb"), network);
    EXPECT_EQ(encode_network(decode_network(bytes, "net.pb")), bytes);
    EXPECT_EQ(decode_network_text(encode_network_text(network), "net.txtpb"), network);
}

TEST(NetworkYamlWriter, TheReaderReadsBackAnEqualNetwork) {
    const Network network = rich_network();
    const std::string text = to_yaml(network);
    EXPECT_EQ(read_network_yaml(text, "net.yaml"), network) << text;
    EXPECT_EQ(to_yaml(read_network_yaml(text, "net.yaml")), text);
}

TEST(NetworkYamlWriter, EveryDoubleKeepsItsBits) {
    std::mt19937_64 random(7);
    Network network;
    Population cells{"cells", 1000, ModelKind::if_curr_exp, {}, {}, {}, 0};
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i)
        values.push_back(std::ldexp(std::generate_canonical<double, 53>(random), static_cast<int>(random() % 40) - 24));
    cells.parameters["i_offset"] = values;
    network.populations = {cells};
    EXPECT_EQ(read_network_yaml(to_yaml(network), "net.yaml"), network);
    EXPECT_EQ(decode_network(encode_network(network), "net.pb"), network);
}

TEST(NetworkProto, MistakesAreThoseOfTheYamlFile) {
    Network network = rich_network();
    network.timestep_ms = -1.0;
    network.populations[0].size = 0;
    network.projections[4].connector.n = 41;
    network.projections[6].connector.rows[1].post = 7;
    network.recordings[0].variables.clear();
    try {
        decode_network(encode_network(network), "net.pb");
        FAIL() << "must throw";
    } catch (const InputError& error) {
        std::vector<std::string> places;
        for (const Problem& problem : error.problems()) places.push_back(problem.where);
        EXPECT_THAT(places, testing::IsSupersetOf(
                                {"net.pb: timestep", "net.pb: populations.cells.size", "net.pb: record[0].variables"}));
    }
}

TEST(NetworkProto, AnyBytesGiveANetworkOrAnInputError) {
    const std::string good = encode_network(rich_network());
    std::mt19937 random(11);
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = good.substr(0, i % 3 == 0 ? random() % good.size() : good.size());
        for (unsigned k = 0; k < 1 + random() % 4 && !bytes.empty(); ++k)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            decode_network(bytes, "net.pb");
        } catch (const InputError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 100);
    EXPECT_THROW(decode_network("", "net.pb"), InputError);
    EXPECT_THROW(decode_network_text("populations { nam: 1 }", "net.txtpb"), InputError);
}

}  // namespace
}  // namespace spinn
