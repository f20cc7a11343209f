#include "host/graph_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "host/machine_json.hpp"
#include "host/mapping_files.hpp"
#include "host/text_file.hpp"
#include "mapper/map_network.hpp"
#include "protocols/error.hpp"
#include "spdlog/logger.h"

namespace spinn {
namespace {

constexpr const char* sheet = R"({"format": "sm-graph/1", "name": "tiny",
 "apps": [{"name": "a", "first": 0, "count": 2}, {"name": "b", "first": 2, "count": 1}],
 "vertices": {"app": [0, 0, 1], "atoms": [100, 60, 7]},
 "nets": {"src": [2, 0], "weight": [3.5, 10], "dst": [[1, 0, 1], [2]]}})";

/// Every mistake that a text has, a line each.
template <typename Read>
std::string mistakes(const Read& read) {
    try {
        read();
    } catch (const InputError& error) {
        std::string all;
        for (const Problem& problem : error.problems()) all += problem.where + ": " + problem.what + "\n";
        return all;
    }
    return "none";
}
std::string graph_mistakes(const std::string& text) {
    return mistakes([&] { read_graph_json(text, "g.json"); });
}

TEST(GraphFile, ReadsSmGraphs) {
    const GraphFile file = read_graph_json(sheet, "g.json");
    EXPECT_EQ(file.name, "tiny");
    ASSERT_EQ(file.graph.slices.size(), 3u);
    EXPECT_EQ(slice_name(file.graph, 1), "a[100:160]");
    EXPECT_EQ(slice_name(file.graph, 2), "b[0:7]");
    ASSERT_EQ(file.graph.nets.size(), 2u);  // sorted by source; the file's first is our second
    EXPECT_EQ(file.net_order, (std::vector<std::uint32_t>{1, 0}));
    EXPECT_EQ(file.graph.nets[0].source, 0u);
    EXPECT_EQ(file.graph.nets[0].n_keys, 100u);
    EXPECT_EQ(file.graph.nets[1].targets, (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(file.graph.nets[1].packets_per_s, 3.5);
}

TEST(GraphFile, TellsAllMistakesOfAnSmGraphWithTheirPlaces) {
    EXPECT_EQ(graph_mistakes(R"({"format": "sm-graph/1",
 "apps": [{"name": "a", "first": 0, "count": 3}], "vertices": {"app": [0, 0, 0], "atoms": [1, 1, 1]},
 "nets": {"src": [0, 3, 0], "weight": [-1, 1, 1], "dst": [[0], [7, "x"], 5]}})"),
              "g.json: nets.src[1]: expected a whole number of 0 .. 2, found 3\n"
              "g.json: nets.weight[0]: expected a number that is not negative, found -1\n"
              "g.json: nets.dst[1][0]: expected a whole number of 0 .. 2, found 7\n"
              "g.json: nets.dst[1][1]: expected a whole number of 0 .. 2, found the text 'x'\n"
              "g.json: nets.src[2]: a second net of vertex 0\n"
              "g.json: nets.dst[2]: expected a list, found 5\n");
    EXPECT_EQ(graph_mistakes(R"({"format": "sm-graph/1", "apps": [{"name": "a", "first": 1, "count": 1}],
 "vertices": {"app": [0, 1], "atoms": [1, 0]}, "nets": {"src": [], "dst": []}})"),
              "g.json: vertices.atoms[1]: a vertex without atoms\n"
              "g.json: apps[0].first: expected 0, found 1\n"
              "g.json: vertices.app[1]: expected 0, found 1\n");
    EXPECT_EQ(graph_mistakes("{}"), "g.json: is no graph that Spinn knows\n");
    EXPECT_EQ(graph_mistakes("[]"), "g.json: expected an object, found a list of 0\n");
    EXPECT_NE(graph_mistakes("{\n\n  oops").find("g.json:3"), std::string::npos);
}

TEST(GraphFile, ReadsNetlistsOfRig) {
    const GraphFile file = read_graph_json(
        R"({"vertices_resources": {"x": {"Cores": 1, "SDRAM": 5000}, "7": {"Cores": 2}, "y": {"Cores": 1}},
 "nets": [["x", ["7", "y"], 2.5], ["x", [7]], ["7", ["x"]]], "same_chip_constraints": [["x", "y"]]})",
        "g.json");
    EXPECT_EQ(file.format, GraphFormat::rig);
    EXPECT_EQ(file.vertex_names, (std::vector<std::string>{"7", "x", "y"}));
    ASSERT_EQ(file.graph.slices.size(), 4u);  // "7" takes two cores
    EXPECT_EQ(file.graph.slices[2].sdram_bytes, 5000u);
    EXPECT_EQ(file.graph.constraints.same_chip, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 3}}));
    ASSERT_EQ(file.graph.nets.size(), 3u);
    EXPECT_EQ(file.graph.nets[1].targets, (std::vector<std::uint32_t>{0, 1, 3}));
    EXPECT_EQ(file.graph.nets[1].packets_per_s, 2.5);
    EXPECT_EQ(graph_mistakes(R"({"vertices_resources": {"x": {"Cores": 17}}, "nets": [["x", ["z"]], [1]]})"),
              "g.json: vertices_resources.x.Cores: expected a whole number of 0 .. 16, found 17\n"
              "g.json: nets[0][1][0]: there is no vertex 'z'\n"
              "g.json: nets[1]: expected [source, [sinks], weight], found a list of 1\n");
}

constexpr const char* interchange = R"({"vertices_resources":
 {"a": {"cores": 1, "sdram": 100}, "b": {"cores": 1}, "c": {"cores": 1}, "robot": {"cores": 0}},
 "edges": {"go": {"source": "a", "sinks": ["b", "robot"], "weight": 4, "type": "multicast"},
           "sense": {"source": "robot", "sinks": ["c"]}}})";
constexpr const char* constraints = R"([
 {"type": "location", "vertex": "robot", "location": [0, 0]},
 {"type": "route_endpoint", "vertex": "robot", "direction": "west"},
 {"type": "location", "vertex": "b", "location": [3, 2]},
 {"type": "resource", "vertex": "b", "resource": "cores", "range": [4, 5]},
 {"type": "reserve_resource", "resource": "cores", "reservation": [0, 2]},
 {"type": "same_chip", "vertices": ["a", "c"]}])";

TEST(GraphFile, MapsTheInterchangeFormatWithItsConstraints) {
    GraphFile file = read_graph_json(interchange, "g.json");
    read_constraints_json(constraints, "c.json", file);
    spdlog::logger quiet("test");
    const Mapping mapping = map_graph(file.graph, make_machine("spinn5"), {.keys = {.by_route = true}}, quiet);
    EXPECT_EQ(mapping.placements[1], (CoreLocation{{3, 2}, 4}));
    EXPECT_EQ(mapping.placements[0].chip, mapping.placements[2].chip);
    EXPECT_GE(mapping.placements[0].core, 2);

    const auto directory = std::filesystem::temp_directory_path() / "spinn-interchange-test";
    std::filesystem::remove_all(directory);
    write_mapping_files(directory, file, mapping);
    const auto read = [&](const char* name) { return nlohmann::json::parse(read_text_file(directory / name).value()); };
    EXPECT_EQ(read("placements.json")["b"], (nlohmann::json{3, 2}));
    EXPECT_EQ(read("placements.json")["robot"], (nlohmann::json{0, 0}));
    EXPECT_EQ(read("core_allocations.json")["allocations"]["b"], (nlohmann::json{4, 5}));
    EXPECT_FALSE(read("core_allocations.json")["allocations"].contains("robot"));
    // The route of "sense" begins at the robot's chip and ends at c's core.
    nlohmann::json hop = read("routes.json")["sense"];
    EXPECT_EQ(hop["chip"], (nlohmann::json{0, 0}));
    while (hop["children"][0]["next_hop"].is_object()) hop = nlohmann::json(hop["children"][0]["next_hop"]);
    EXPECT_EQ(hop["children"][0]["next_hop"], "c");
    EXPECT_EQ(hop["children"][0]["route"], "core" + std::to_string(mapping.placements[2].core));
    EXPECT_TRUE(read("routing_keys.json")["go"][0].contains("mask"));
    // Placements that were written can be read: everything is fixed then.
    GraphFile again = read_graph_json(interchange, "g.json");
    read_constraints_json(constraints, "c.json", again);
    read_placements_json(read("placements.json").dump(), "p.json", again);
    const Mapping second = map_graph(again.graph, make_machine("spinn5"), {.keys = {.by_route = true}}, quiet);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(second.placements[i].chip, mapping.placements[i].chip);
    std::filesystem::remove_all(directory);
}

TEST(GraphFile, TellsMistakesOfConstraints) {
    const auto of = [](const char* text) {
        GraphFile file = read_graph_json(interchange, "g.json");
        return mistakes([&] { read_constraints_json(text, "c.json", file); });
    };
    EXPECT_EQ(of(R"([{"type": "location", "vertex": "q", "location": [0]}, {"type": "share_resources"}, 5,
 {"type": "route_endpoint", "vertex": "a", "direction": "core3"}])"),
              "c.json: [0].vertex: there is no vertex 'q'\n"
              "c.json: [0].location: expected [x, y], found a list of 1\n"
              "c.json: [1].type: unknown constraint 'share_resources'\n"
              "c.json: [2]: expected an object with a \"type\", found 5\n"
              "c.json: [3].direction: Spinn routes to devices on links; found the text 'core3'\n");
    EXPECT_NE(of(R"([{"type": "route_endpoint", "vertex": "robot", "direction": "west"}])").find("has no location"),
              std::string::npos);
}

TEST(MachineJson, ReadsSmMachines) {
    const MachineDescription machine = read_machine_json(
        R"({"format": "sm-machine/1", "width": 4, "height": 3, "wrap": false, "cores": 16, "table": 100,
 "ethernet": [[0, 0]], "dead_chips": [[3, 2]], "dead_links": [[0, 0, 0], [1, 0, 3]], "core_exceptions": [[0, 0, 12], [1, 1, 3]]})",
        "m.json");
    EXPECT_EQ(machine.table_capacity, 100);
    EXPECT_EQ(application_cores(chip_at(machine.shape, {0, 0})), 12);
    EXPECT_EQ(application_cores(chip_at(machine.shape, {1, 1})), 3);
    EXPECT_EQ(application_cores(chip_at(machine.shape, {2, 1})), 16);
    EXPECT_FALSE(has_chip(machine.shape, {3, 2}));
    EXPECT_FALSE(neighbour(machine.shape, {0, 0}, Link::east));
    EXPECT_FALSE(neighbour(machine.shape, {0, 0}, Link::west));
    EXPECT_EQ(read_machine_json(to_sm_machine(machine).dump(), "m.json").shape.chips, machine.shape.chips);
}

TEST(MachineJson, ReadsInterchangeMachines) {
    const MachineDescription machine = read_machine_json(
        R"({"width": 2, "height": 2, "chip_resources": {"cores": 18, "sdram": 1000, "router_entries": 1023},
 "chip_resource_exceptions": [[1, 1, {"cores": 17, "sdram": 50}]], "dead_links": [[0, 0, "west"], [0, 1, 3], [0, 0, "south_west"],
 [0, 1, "south_west"], [1, 0, "east"]]})",
        "m.json");
    EXPECT_EQ(working_cores(chip_at(machine.shape, {1, 1})), 17);
    EXPECT_EQ(machine.sdram.back().bytes, 50u);
    EXPECT_FALSE(neighbour(machine.shape, {1, 0}, Link::east));
}

TEST(MachineJson, ReadsMachinesOfSpiNNTools) {
    const MachineDescription machine = read_machine_json(
        R"({"height": 8, "width": 8, "root": [0, 0], "standardResources": {"cores": 17, "monitors": 2, "routerEntries": 1020},
 "ethernetResources": {}, "chips": [[0, 0, {"cores": 18, "ethernet": [0, 0], "deadLinks": [3, 4]}, {"cores": 16}],
 [1, 0, {"cores": 17, "ethernet": [0, 0]}, {}], [1, 1, {"cores": 18, "ethernet": [0, 0]}, {}]]})",
        "m.json");
    EXPECT_EQ(present_chips(machine.shape).size(), 3u);
    EXPECT_TRUE(chip_at(machine.shape, {0, 0}).ethernet);
    EXPECT_EQ(application_cores(chip_at(machine.shape, {1, 0})), 15);
    EXPECT_EQ(machine.table_capacity, 1020);
    EXPECT_FALSE(machine.shape.wrap_x);
}

TEST(MachineJson, TellsAllMistakes) {
    const auto of = [](const char* text) { return mistakes([&] { read_machine_json(text, "m.json"); }); };
    EXPECT_EQ(of(R"({"format": "sm-machine/1", "width": 4, "height": 4, "wrap": 1, "dead_chips": [[4, 0], [1]],
 "dead_links": [[0, 0, 6], [0, 0, "up"]], "core_exceptions": [[0, 0, 17]]})"),
              "m.json: wrap: expected true or false, found 1\n"
              "m.json: dead_chips[0][0]: expected a whole number of 0 .. 3, found 4\n"
              "m.json: dead_chips[1]: expected [x, y], found a list of 1\n"
              "m.json: dead_links[0][2]: expected a whole number of 0 .. 5, found 6\n"
              "m.json: dead_links[1][2]: unknown link 'up'\n"
              "m.json: core_exceptions[0][2]: expected a whole number of 0 .. 16, found 17\n");
    EXPECT_EQ(of(R"({"format": "sm-machine/1", "width": 0, "height": 4, "wrap": true})"),
              "m.json: width: a machine of no chips\n");
    EXPECT_EQ(of(R"({"width": 4000000000, "height": 4, "chips": []})"),
              "m.json: width: expected a whole number of 0 .. 256, found 4000000000\n");
}

TEST(MappingFiles, SmResultsTellPlacesKeysAndTablesInTheOrderOfTheFile) {
    const GraphFile file = read_graph_json(sheet, "g.json");
    spdlog::logger quiet("test");
    const Mapping mapping = map_graph(file.graph, make_machine("spinn5"), {.keys = {.by_route = true}}, quiet);
    std::ostringstream out;
    write_sm_result(out, file, mapping);
    const nlohmann::json result = nlohmann::json::parse(out.str());
    EXPECT_EQ(result["format"], "sm-result/1");
    ASSERT_EQ(result["place"].size(), 3u);
    EXPECT_EQ(result["place"][2][2], mapping.placements[2].core);
    EXPECT_EQ(result["keys"], (nlohmann::json{mapping.keys[1].key, mapping.keys[0].key}));
    std::size_t entries = 0;
    for (const auto& table : result["tables"]) entries += table[2].size();
    EXPECT_EQ(entries, mapping.tables.entries);
}

}  // namespace
}  // namespace spinn
