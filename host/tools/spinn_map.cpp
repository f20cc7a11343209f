/// spinn-map: partitions, places and routes a network and compiles it into an image.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "host/graph_file.hpp"
#include "host/image_file.hpp"
#include "host/machine_json.hpp"
#include "host/mapping_files.hpp"
#include "host/run.hpp"
#include "host/text_file.hpp"
#include "host/tools/command.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

struct Arguments {
    std::string input, graph, constraints, placements, output, machine, report;
    std::optional<std::uint64_t> seed;
    std::uint32_t atoms_per_core = 256;
    PlaceObjective objective = PlaceObjective::both;
    std::optional<TableLength> tables;
    int threads = 0, effort = PlaceOptions{}.effort;
    Reporting reporting;
};

/// The keys of design section 7.
nlohmann::json summary(const Mapping& mapping) {
    std::set<ChipCoord> chips;
    std::map<ChipCoord, std::uint64_t> sdram;
    for (std::size_t s = 0; s < mapping.placements.size(); ++s) {
        chips.insert(mapping.placements[s].chip);
        sdram[mapping.placements[s].chip] += mapping.graph.slices[s].sdram_bytes;
    }
    const RouteFigures figures_of_routes = figures(mapping.routes, mapping.graph, mapping.machine);
    nlohmann::json phases = nlohmann::json::object();
    for (const auto& [name, seconds] : mapping.phase_seconds) phases[name] = seconds;
    std::uint64_t most = 0;
    for (const auto& [chip, bytes] : sdram) most = std::max(most, bytes);
    return {{"machine", mapping.machine.name},
            {"chips_used", chips.size()},
            {"cores_used", mapping.placements.size()},
            {"nets", mapping.graph.nets.size()},
            {"hops", figures_of_routes.hops},
            {"weighted_hops", figures_of_routes.weighted_hops},
            {"max_link_load", figures_of_routes.max_link_load},
            {"max_table_entries", mapping.tables.max_entries},
            {"table_entries_before", mapping.tables.entries_before},
            {"table_entries", mapping.tables.entries},
            {"sdram_bytes_max", most},
            {"phases", std::move(phases)},
            {"peak_rss_bytes", peak_rss_bytes()},
            {"fits", true}};
}

/// Every box of the mapper as a JSON file, so that a fault is found by reading.
void write_report(const std::filesystem::path& directory, const Mapping& mapping,
                  const nlohmann::json& figures_of_map) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    const auto write = [&](const char* name, const nlohmann::json& json) {
        std::ofstream file(directory / name);
        file << json.dump(1) << "\n";
        file.close();
        if (!file)
            throw InputError(std::vector<Problem>{{.what = "cannot write the report",
                                                   .where = (directory / name).string(),
                                                   .fix = "name a directory that can be written"}});
    };
    write("machine.json", to_json(mapping.machine));
    write("graph.json", to_json(mapping.graph));
    write("placements.json", to_json(mapping.placements));
    write("keys.json", to_json(mapping.keys));
    write("routes.json", to_json(mapping.routes));
    write("tables.json", to_json(mapping.tables.tables));
    write("summary.json", figures_of_map);
}

nlohmann::json run_network(const Arguments& arguments, const MapOptions& options, spdlog::logger& log) {
    const MappedNetwork mapped = read_and_map(arguments.input, arguments.machine, arguments.seed, options, log);
    nlohmann::json figures_of_map = summary(mapped.mapping);
    double synapses = 0.0;
    for (std::size_t p = 0; p < mapped.network.projections.size(); ++p)
        synapses += expected_synapses(connection_rule(mapped.network, p));
    figures_of_map["synapses"] = static_cast<std::uint64_t>(synapses);
    if (!arguments.output.empty()) write_image(mapped.mapping.image, arguments.output);
    if (!arguments.report.empty()) write_report(arguments.report, mapped.mapping, figures_of_map);
    return figures_of_map;
}

std::string text_of_file(const std::string& path, const char* what) {
    auto text = read_text_file(path);
    if (!text)
        throw InputError({{std::string("there is no readable ") + what + " of this name", path, "name a JSON file"}});
    return *std::move(text);
}

nlohmann::json run_graph(const Arguments& arguments, MapOptions options, spdlog::logger& log) {
    GraphFile file = read_graph_file(arguments.graph);
    if (!arguments.constraints.empty())
        read_constraints_json(text_of_file(arguments.constraints, "constraints file"), arguments.constraints, file);
    if (!arguments.placements.empty())
        read_placements_json(text_of_file(arguments.placements, "placements file"), arguments.placements, file);
    std::optional<MachineShape> machine;
    if (!arguments.machine.empty()) {
        MachineDescription description = read_machine_description(arguments.machine);
        machine = std::move(description.shape);
        options.tables.capacity = std::min(options.tables.capacity, description.table_capacity);
        file.graph.constraints.sdram = std::move(description.sdram);
    }
    options.keys.by_place = true;
    if (arguments.seed) options.place.seed = *arguments.seed;
    const Mapping mapping = map_graph(std::move(file.graph), machine, options, log);
    nlohmann::json figures_of_map = summary(mapping);
    if (!arguments.output.empty()) write_mapping_files(arguments.output, file, mapping);
    if (!arguments.report.empty()) write_report(arguments.report, mapping, figures_of_map);
    return figures_of_map;
}

int run(const Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-map", arguments.reporting);
    if (arguments.input.empty() == arguments.graph.empty())
        throw InputError({{"name one NETWORK or one --graph", "command line", "spinn-map --help shows examples"}});
    MapOptions options;
    options.partition.max_atoms_per_core = arguments.atoms_per_core;
    options.place.objective = arguments.objective;
    options.place.effort = arguments.effort;
    options.tables.length = arguments.tables.value_or(arguments.graph.empty() ? TableLength::fit : TableLength::brief);
    options.place.threads = options.route.threads = options.tables.threads = arguments.threads;
    nlohmann::json figures_of_map;
    try {
        figures_of_map =
            arguments.graph.empty() ? run_network(arguments, options, *log) : run_graph(arguments, options, *log);
    } catch (const RequestError& error) {
        if (arguments.reporting.json)
            std::cout << nlohmann::json{{"fits", false},
                                        {"what", error.problem().what},
                                        {"where", error.problem().where},
                                        {"fix", error.problem().fix}}
                             .dump()
                      << "\n";
        throw;
    }
    if (arguments.reporting.json) {
        std::cout << figures_of_map.dump() << "\n";
        return exit_done;
    }
    std::printf("machine              %s\n", figures_of_map["machine"].get<std::string>().c_str());
    for (const char* key :
         {"chips_used", "cores_used", "synapses", "nets", "hops", "max_table_entries", "sdram_bytes_max"})
        if (figures_of_map.contains(key))
            std::printf("%-20s %llu\n", key, static_cast<unsigned long long>(figures_of_map[key].get<std::uint64_t>()));
    if (!arguments.output.empty())
        std::printf("%-20s %s\n", arguments.graph.empty() ? "image" : "results", arguments.output.c_str());
    return exit_done;
}

}  // namespace

}  // namespace spinn

int main(int argc, char** argv) {
    using namespace spinn;
    Arguments arguments;
    CLI::App app("Maps a network onto a SpiNNaker machine and compiles it into an image.", "spinn-map");
    app.footer(
        "Examples:\n"
        "  spinn-map examples/va-coba.yaml -o out/va-coba.spimg\n"
        "  spinn-map examples/va-coba.yaml --machine 16x16 --json\n"
        "  spinn-map examples/va-coba.yaml --report out/map    (every pass as JSON)\n"
        "  spinn-map --graph netlist.json --machine 12x12 -o out/result\n\n"
        "Exit codes: 0 done, 1 does not fit, 2 bad usage or input.");
    app.add_option("network", arguments.input, "NETWORK (*.yaml, *.pb)");
    app.add_option("--graph", arguments.graph, "instead: a graph to place and route (*.json)");
    app.add_option("--constraints", arguments.constraints, "of the graph, in the interchange format (*.json)");
    app.add_option("--placements", arguments.placements, "of the graph: vertices named here keep their place (*.json)");
    app.add_option("-o,--output", arguments.output, "image file (*.spimg); for a graph, a directory");
    app.add_option("--machine", arguments.machine,
                   "spinn3, spinn5, spinn5*N, WxH or a machine file (*.yaml, *.json); default: the smallest that fits");
    app.add_option("--seed", arguments.seed, "instead of the network's");
    app.add_option("--atoms-per-core", arguments.atoms_per_core, "most atoms on one core")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    const std::map<std::string, PlaceObjective> objectives{
        {"hops", PlaceObjective::hops}, {"traffic", PlaceObjective::traffic}, {"both", PlaceObjective::both}};
    app.add_option("--objective", arguments.objective,
                   "what placement makes small: hops, traffic (packets x hops) or both")
        ->transform(CLI::CheckedTransformer(objectives))
        ->option_text("hops|traffic|both [both]");
    const std::map<std::string, TableLength> lengths{
        {"fit", TableLength::fit}, {"brief", TableLength::brief}, {"least", TableLength::least}};
    app.add_option("--tables", arguments.tables, "minimise those that are too long, all, or all as far as can be")
        ->transform(CLI::CheckedTransformer(lengths))
        ->option_text("fit|brief|least [fit; for a graph, brief]");
    app.add_option("--effort", arguments.effort, "rounds of swaps in placement")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    app.add_option("--threads", arguments.threads, "0: one a processor; the result is the same")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    app.add_option("--report", arguments.report, "directory for the result of every pass");
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
}
