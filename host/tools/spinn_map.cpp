/// spinn-map: partitions, places and routes a network and compiles it into an image.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>

#include "host/graph_file.hpp"
#include "host/image_file.hpp"
#include "host/machine_json.hpp"
#include "host/map_report.hpp"
#include "host/mapping_files.hpp"
#include "host/run.hpp"
#include "host/tables_file.hpp"
#include "host/text_file.hpp"
#include "host/tools/command.hpp"
#include "mapper/minimise.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

const std::map<std::string, TableLength> table_lengths{
    {"fit", TableLength::fit}, {"brief", TableLength::brief}, {"least", TableLength::least}};

/// Ctrl-C ends the search for a better placement; the mapping goes on with what there is. The second time it ends the
/// tool. The one mutable global: a signal handler can reach nothing else.
std::atomic<bool> stop_requested{false};
void on_interrupt(int) {
    if (stop_requested.exchange(true)) std::_Exit(exit_failed);
}

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

[[noreturn]] void throw_cannot_write(const std::filesystem::path& path) {
    throw InputError(std::vector<Problem>{
        {.what = "cannot write the report", .where = path.string(), .fix = "name a directory that can be written"}});
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) throw_cannot_write(path);
}

/// The page to look at, and every box of the mapper as a JSON file, so that a fault is found by reading.
void write_report(const std::filesystem::path& directory, const Mapping& mapping, const nlohmann::json& figures_of_map,
                  const std::string& title) {
    const auto write = [&](const char* name, const nlohmann::json& json) {
        write_text(directory / name, json.dump(1) + "\n");
    };
    write("machine.json", to_json(mapping.machine));
    write("graph.json", to_json(mapping.graph));
    write("placements.json", to_json(mapping.placements));
    write("keys.json", to_json(mapping.keys));
    write("routes.json", to_json(mapping.routes));
    write("tables.json", to_json(mapping.tables.tables));
    write("summary.json", figures_of_map);
    write_text(directory / "index.html", map_report_page(map_report_data(mapping, figures_of_map, title)));
}

nlohmann::json run_network(const Arguments& arguments, const MapOptions& options, spdlog::logger& log) {
    const MappedNetwork mapped = read_and_map(arguments.input, arguments.machine, arguments.seed, options, log);
    nlohmann::json figures_of_map = summary(mapped.mapping);
    double synapses = 0.0;
    for (std::size_t p = 0; p < mapped.network.projections.size(); ++p)
        synapses += expected_synapses(connection_rule(mapped.network, p));
    figures_of_map["synapses"] = static_cast<std::uint64_t>(synapses);
    if (!arguments.output.empty()) write_image(mapped.mapping.image, arguments.output);
    if (!arguments.report.empty()) write_report(arguments.report, mapped.mapping, figures_of_map, mapped.network.name);
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
    if (!arguments.report.empty()) write_report(arguments.report, mapping, figures_of_map, file.name);
    return figures_of_map;
}

int run(const Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-map", arguments.reporting);
    if (arguments.input.empty() == arguments.graph.empty())
        throw InputError({{"name one NETWORK or one --graph", "command line", "spinn-map --help shows examples"}});
    MapOptions options;
    options.place.stop = &stop_requested;
    std::signal(SIGINT, on_interrupt);
    std::size_t n_started = 0;
    std::optional<ProgressBar> bar;
    bar.emplace("mapping", !arguments.reporting.json && !arguments.reporting.quiet);
    options.started = [&](const char* pass) { bar->show(static_cast<double>(n_started++), 7.0, pass); };
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
        if (!arguments.report.empty())
            write_text(std::filesystem::path(arguments.report) / "index.html",
                       map_failure_page(error.problem(), arguments.graph.empty() ? arguments.input : arguments.graph));
        if (arguments.reporting.json)
            std::cout << nlohmann::json{{"fits", false},
                                        {"what", error.problem().what},
                                        {"where", error.problem().where},
                                        {"fix", error.problem().fix}}
                             .dump()
                      << "\n";
        throw;
    }
    bar.reset();
    if (stop_requested.load()) log->warn("stopped early: the placement could be better, all else is as it should be");
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

struct DiffArguments {
    std::string a, b;
    Reporting reporting;
};

int run_diff(const DiffArguments& arguments) {
    const nlohmann::json difference = compare_maps(arguments.a, arguments.b);
    if (arguments.reporting.json) {
        std::cout << difference.dump() << "\n";
        return exit_done;
    }
    std::printf("%-22s %18s %18s\n", "", "A", "B");
    for (const auto& [name, values] : difference["figures"].items()) {
        const auto text = [&values = values](std::size_t i) {
            return values[i].is_string() ? values[i].get<std::string>() : values[i].dump();
        };
        std::printf("%-22s %18s %18s\n", name.c_str(), text(0).c_str(), text(1).c_str());
    }
    const auto count = [&](const char* of, const char* what) {
        return static_cast<unsigned long long>(difference[of][what].get<std::uint64_t>());
    };
    std::printf("slices: %llu on another chip, %llu on another core of their chip, %llu in one mapping only\n",
                count("slices", "on_another_chip"), count("slices", "on_another_core"), count("slices", "in_one_only"));
    std::printf("tables: %llu of %llu chips differ; %llu longer, %llu shorter in B\n", count("tables", "differ"),
                count("tables", "chips"), count("tables", "longer"), count("tables", "shorter"));
    return exit_done;
}

struct TablesArguments {
    std::vector<std::string> files;
    std::string output;
    TableLength length = TableLength::brief;
    Reporting reporting;
};

/// Minimises tables of others and proves each result.
int run_tables(const TablesArguments& arguments) {
    nlohmann::json per_table = nlohmann::json::array();
    std::uint64_t before = 0, after = 0, longest = 0;
    double seconds = 0.0;
    RoutingTables results;
    for (const std::string& path : arguments.files) {
        for (const auto& [name, chip, entries] : read_tables(path)) {
            const auto start = std::chrono::steady_clock::now();
            const std::size_t capacity = arguments.length == TableLength::fit ? routing_table_capacity : 0;
            std::vector<RoutingEntry> result;
            for (const TableEntry& entry : entries) result.push_back(entry.entry);
            if (arguments.length != TableLength::fit || entries.size() > capacity)
                result = minimise(entries, capacity, arguments.length == TableLength::least);
            for (const TableEntry& entry : entries) {
                const BlockRoute found = route_of_block(result, {entry.entry.key, entry.entry.mask});
                if (found.differs || found.route != entry.entry.route)
                    throw std::logic_error(name + ": the minimised table does something else with " +
                                           to_string(entry.entry));
            }
            seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            before += entries.size();
            after += result.size();
            longest = std::max<std::uint64_t>(longest, result.size());
            per_table.push_back({{"table", name}, {"before", entries.size()}, {"after", result.size()}});
            results.push_back({chip, std::move(result)});
        }
    }
    if (!arguments.output.empty()) write_text(arguments.output, to_spinntools_tables(results).dump() + "\n");
    if (arguments.reporting.json) {
        std::cout << nlohmann::json{{"tables", std::move(per_table)},
                                    {"entries_before", before},
                                    {"entries", after},
                                    {"max_entries", longest},
                                    {"seconds", seconds}}
                         .dump()
                  << "\n";
        return exit_done;
    }
    for (const nlohmann::json& table : per_table)
        std::printf("%-40s %6llu -> %6llu\n", table["table"].get<std::string>().c_str(),
                    static_cast<unsigned long long>(table["before"].get<std::uint64_t>()),
                    static_cast<unsigned long long>(table["after"].get<std::uint64_t>()));
    std::printf("%zu tables, %llu -> %llu entries, the longest %llu; minimised and proved in %.3f s\n", results.size(),
                static_cast<unsigned long long>(before), static_cast<unsigned long long>(after),
                static_cast<unsigned long long>(longest), seconds);
    return exit_done;
}

int main_diff(int argc, char** argv) {
    DiffArguments arguments;
    CLI::App app("Compares two mappings.", "spinn-map diff");
    app.footer(
        "Example:\n  spinn-map net.yaml --report a; spinn-map net.yaml --objective hops --report b; spinn-map diff a "
        "b");
    app.add_option("A", arguments.a, "directory that --report wrote")->required();
    app.add_option("B", arguments.b, "another")->required();
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run_diff(arguments); });
}

int main_tables(int argc, char** argv) {
    TablesArguments arguments;
    CLI::App app("Minimises routing tables that others made, and proves that the results do the same.",
                 "spinn-map tables");
    app.footer(
        "Examples:\n  spinn-map tables chip_*.csv\n  spinn-map tables routing_tables.json -o shorter.json\n\n"
        "CSV: a line key,mask,route (hexadecimal) an entry, the first match first; JSON: SpiNNTools' routing tables.");
    app.add_option("tables", arguments.files, "*.csv, *.json")->required();
    app.add_option("-o,--output", arguments.output, "the results, as SpiNNTools writes them (*.json)");
    app.add_option("--tables", arguments.length, "fit 1023 entries, all brief, or the least of all ways")
        ->transform(CLI::CheckedTransformer(table_lengths))
        ->option_text("fit|brief|least [brief]");
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run_tables(arguments); });
}

}  // namespace

}  // namespace spinn

int main(int argc, char** argv) {
    using namespace spinn;
    if (argc > 1 && std::string_view(argv[1]) == "diff") return main_diff(argc - 1, argv + 1);
    if (argc > 1 && std::string_view(argv[1]) == "tables") return main_tables(argc - 1, argv + 1);
    Arguments arguments;
    CLI::App app("Maps a network onto a SpiNNaker machine and compiles it into an image.", "spinn-map");
    app.footer(
        "Examples:\n"
        "  spinn-map examples/va-coba.yaml -o out/va-coba.spimg\n"
        "  spinn-map examples/va-coba.yaml --machine 16x16 --json\n"
        "  spinn-map examples/va-coba.yaml --report out/map    (out/map/index.html, and every pass as JSON)\n"
        "  spinn-map --graph netlist.json --machine 12x12 -o out/result\n"
        "  spinn-map diff out/a out/b               (two directories that --report wrote)\n"
        "  spinn-map tables chip_*.csv              (minimises tables of others)\n\n"
        "Ctrl-C ends the search for a better placement and maps with what there is.\n"
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
    app.add_option("--tables", arguments.tables, "minimise those that are too long, all, or all as far as can be")
        ->transform(CLI::CheckedTransformer(table_lengths))
        ->option_text("fit|brief|least [fit; for a graph, brief]");
    app.add_option("--effort", arguments.effort, "rounds of swaps in placement")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    app.add_option("--threads", arguments.threads, "0: one a processor; the result is the same")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    app.add_option("--report", arguments.report, "directory for a page to look at and the result of every pass");
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
}
