// Every example loads, and says what its file says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "host/network_yaml_writer.hpp"
#include "host/text_file.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

namespace fs = std::filesystem;

const fs::path source = SPINN_SOURCE_DIR;

class TemporaryFolder {
 public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "spinn-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TemporaryFolder() { fs::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return path_; }

 private:
    fs::path path_;
};

TEST(Examples, AllButTheMistakesLoadAndSurviveBothWriters) {
    int loaded = 0;
    for (const auto& entry : fs::directory_iterator(source / "examples")) {
        if (entry.path().extension() != ".yaml" || entry.path().filename() == "mistakes.yaml") continue;
        SCOPED_TRACE(entry.path().filename());
        const Network network = read_network_file(entry.path());
        EXPECT_EQ(read_network_yaml(to_yaml(network), "again.yaml"), network);
        EXPECT_EQ(decode_network(encode_network(network), "again.pb"), network);
        ++loaded;
    }
    EXPECT_GE(loaded, 4);
}

TEST(Examples, VaCobaHasItsPublishedSizes) {
    const Network network = read_network_file(source / "examples/va-coba.yaml");
    EXPECT_EQ(network.name, "vogels-abbott-coba");
    EXPECT_EQ(network.timestep_ms, 0.1);
    EXPECT_EQ(network.seed, 98765u);
    ASSERT_EQ(network.populations.size(), 2u);
    EXPECT_EQ(network.populations[0].size, 4000u);
    ASSERT_EQ(network.projections.size(), 3u);
    EXPECT_EQ(network.projections[0].pre.neurons, (NeuronSelection{0, 1, 3200, {}}));
    EXPECT_EQ(network.projections[1].pre.neurons, (NeuronSelection{3200, 1, 800, {}}));
    EXPECT_EQ(network.projections[1].weight, constant(0.051));
    EXPECT_EQ(network.projections[1].receptor, Receptor::inhibitory);
}

TEST(Examples, TheMistakesAreAllFound) {
    try {
        read_network_file(source / "examples/mistakes.yaml");
        FAIL() << "must throw";
    } catch (const InputError& error) {
        std::vector<std::string> places;
        for (const Problem& problem : error.problems()) {
            places.push_back(problem.where.substr(problem.where.find("mistakes.yaml") + 14));
            EXPECT_FALSE(problem.what.empty());
            EXPECT_FALSE(problem.fix.empty());
        }
        EXPECT_THAT(places, testing::ElementsAre(
                                "4: duration", "5: sed", "12: populations.cells.parameters.tau_n",
                                "13: populations.cells.parameters.cm", "14: populations.cells.parameters.v_rest",
                                "15: populations.cells.parameters.cm", "16: populations.cells.initial.v.unifrom",
                                "19: populations.stimulus.model", "20: populations.source.size",
                                "22: populations.source.parameters.spike_times", "25: projections[0].from",
                                "26: projections[0].to", "27: projections[0].connector.p",
                                "28: projections[0].synapse.delay", "31: projections[1].connector.n",
                                "32: projections[1].synapse.weight", "34: projections[2].connector.OneToOn",
                                "34: projections[2].to", "38: record[1].variables", "38: record[1].interval"));
    }
}

TEST(NetworkFile, TheEndingTellsTheFormat) {
    const TemporaryFolder folder;
    const Network network = read_network_file(source / "examples/small-delays.yaml");
    for (const char* name : {"a.pb", "a.txtpb", "a.yml"}) {
        write_network_file(network, folder.path() / name);
        EXPECT_EQ(read_network_file(folder.path() / name), network);
    }
    EXPECT_NE(read_text_file(folder.path() / "a.pb"), read_text_file(folder.path() / "a.yml"));
    EXPECT_THROW(write_network_file(network, folder.path() / "a.json"), InputError);
    EXPECT_THROW(write_network_file(network, folder.path() / "missing/a.pb"), RequestError);
    EXPECT_THROW(read_network_file(folder.path() / "a.json"), InputError);
    EXPECT_THROW(read_network_file(folder.path() / "b.yaml"), InputError);
    EXPECT_THROW(read_network_file(folder.path()), InputError);
}

TEST(NetworkFile, ConnectionListsLieBesideTheNetwork) {
    const TemporaryFolder folder;
    const std::string head =
        "populations: {a: {size: 10, model: IF_curr_exp}}\nprojections:\n  - {from: a, to: a, connector: {FromList: "
        "{file: list.txt}}}\n";
    std::ofstream(folder.path() / "net.yaml") << head;
    std::ofstream(folder.path() / "list.txt") << "# pre post weight delay\n0 1 0.5 2\n\n3\t4,0.25 , 1e0  # last\n";
    const Network network = read_network_file(folder.path() / "net.yaml");
    EXPECT_THAT(network.projections[0].connector.rows,
                testing::ElementsAre(Connector::Row{0, 1, 0.5, 2.0}, Connector::Row{3, 4, 0.25, 1.0}));

    std::ofstream(folder.path() / "list.txt") << "0 1 0.5 2\n\n0 10 0.5 2\n";
    try {
        read_network_file(folder.path() / "net.yaml");
        FAIL() << "must throw";
    } catch (const InputError& error) {
        ASSERT_EQ(error.problems().size(), 1u);
        EXPECT_EQ(error.problems()[0].where,
                  (folder.path() / "list.txt").string() + ":3: projections[0].connector.connections[1]");
    }
    std::ofstream(folder.path() / "list.txt") << "0 1 half 2\n0 1\n0 -1\n1\n";
    try {
        read_network_file(folder.path() / "net.yaml");
        FAIL() << "must throw";
    } catch (const InputError& error) {
        ASSERT_EQ(error.problems().size(), 3u) << error.what();
        EXPECT_THAT(error.problems()[0].where, testing::HasSubstr("list.txt:1"));
        EXPECT_THAT(error.problems()[2].where, testing::HasSubstr("list.txt:4"));
    }
}

/// Networks of the working notes, where they lie beside the checkout.
TEST(Inputs, LoadWherePresent) {
    const fs::path inputs = source.parent_path() / "shared/inputs";
    const fs::path up = source.parent_path().parent_path() / "shared/inputs";
    const fs::path folder = fs::exists(inputs) ? inputs : up;
    if (!fs::exists(folder)) GTEST_SKIP() << "no inputs beside the checkout";
    for (const char* name : {"va-coba", "va-cuba", "brunel"}) {
        const fs::path file = folder / (std::string(name) + ".yaml");
        EXPECT_EQ(read_network_file(file), read_network_file(source / "examples" / file.filename())) << name;
    }
    if (std::system("python3 -c '' 2>/dev/null") != 0) GTEST_SKIP() << "no python3 to run the generators";
    const TemporaryFolder out;
    const fs::path yaml = out.path() / "generated.yaml";
    for (const char* arguments :
         {"brunel.py", "brunel.py --input dc", "brunel.py --n 100000", "microcircuit.py", "microcircuit.py --input dc",
          "microcircuit.py --scale 0.1", "microcircuit.py --scale 0.01"}) {
        SCOPED_TRACE(arguments);
        ASSERT_EQ(
            std::system(("python3 '" + folder.string() + "'/" + arguments + " > '" + yaml.string() + "'").c_str()), 0);
        const Network network = read_network_file(yaml);
        EXPECT_EQ(read_network_yaml(to_yaml(network), "again.yaml"), network);
    }
}

}  // namespace
}  // namespace spinn
