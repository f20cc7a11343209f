/// spinn-compare: holds the results of a run against the double-precision reference.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "host/compare.hpp"
#include "host/image_file.hpp"
#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "host/report.hpp"
#include "host/spike_hash.hpp"
#include "host/tools/command.hpp"
#include "mapper/poisson_regions.hpp"
#include "protocols/error.hpp"
#include "protocols/image_codec.hpp"

namespace spinn {

namespace {

struct Arguments {
    std::string input, results, report;
    Quantised quantised;
    Reporting reporting;
};

/// The network of an image or of a network file. An image must be the one that was run.
Network network_of(const std::string& input, const Results& results, spdlog::logger& log) {
    if (!is_image(input)) return read_network_file(input);
    const MachineImage image = read_image(input);
    const std::string hash = hash_text(image_hash(image)), ran = results.header.image_hash;
    if (!ran.empty() && ran != hash)
        log.warn("the results are of image {}, this is image {}: the network may differ", ran, hash);
    if (image.network.empty())
        throw InputError({{.what = "this image does not carry its network",
                           .where = input,
                           .fix = "give the network file instead of the image"}});
    return decode_network(image.network, input);
}

/// The reference draws Poisson spikes by counter. Against other spikes a verdict would judge the sources, not the
/// cells.
void refuse_other_draws(const Network& network, const Results& results, const std::string& file) {
    const nlohmann::json run = nlohmann::json::parse(results.provenance, nullptr, false);
    if (!run.is_object() || run.value("poisson", nlohmann::json()) != "board") return;
    for (const Population& population : network.populations)
        if (is_poisson(population.model))
            throw InputError({{.what = "the Poisson sources of this run drew as the board does, the reference's do not",
                               .where = file + ", population '" + population.name + "'",
                               .fix = "run spinn-emu without '--poisson board' to compare"}});
}

int run(const Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-compare", arguments.reporting);
    const Results results = read_results(arguments.results);
    const Network network = network_of_run(network_of(arguments.input, results, *log), results);
    refuse_other_draws(network, results, arguments.results);
    const ReferenceResult reference = run_reference(network, {.quantised = arguments.quantised});
    log->info("reference: ticks={} synapses={} synaptic_events={} time_s={:.3f}", reference.ticks, reference.synapses,
              reference.synaptic_events, reference.seconds);
    const Comparison comparison = compare(network, results, reference);
    if (!arguments.report.empty()) {
        write_report({network, results, reference, comparison}, arguments.report);
        log->info("report: file={}", arguments.report);
    }
    if (arguments.reporting.json)
        std::cout << to_json(comparison).dump() << "\n";
    else
        std::cout << to_text(comparison);
    std::cout.flush();
    if (comparison.agreement == Agreement::different && !(arguments.quantised.constants && arguments.quantised.weights))
        log->warn(
            "to see what rounded weights or decay constants explain of it, add --quantised-weights or "
            "--quantised-constants");
    return std::cout ? exit_done : exit_failed;
}

}  // namespace

}  // namespace spinn

int main(int argc, char** argv) {
    using namespace spinn;
    Arguments arguments;
    CLI::App app("Holds the results of a run against a double-precision simulation of the same network.",
                 "spinn-compare");
    app.footer(
        "Examples:\n"
        "  spinn-emu examples/va-coba.yaml -o out/va-coba.h5\n"
        "  spinn-compare examples/va-coba.yaml out/va-coba.h5 --report out/va-coba.html\n"
        "  spinn-compare out/va-coba.spimg out/va-coba.h5 --json\n"
        "  spinn-compare examples/brunel.yaml out/brunel.h5 --quantised-weights\n\n"
        "Seed and duration are those of the results. A chaotic network parts from the reference spike by spike; the "
        "verdict\n"
        "then rests on rates, interval variation and correlations, and what samples of that size differ by anyway.\n"
        "Exit codes: 0 compared (whatever the verdict), 1 could not be done, 2 bad usage or input.");
    app.add_option("input", arguments.input, "NETWORK (*.yaml, *.pb) or IMAGE (*.spimg) that was run")->required();
    app.add_option("results", arguments.results, "RESULTS of the run (*.h5)")->required();
    app.add_option("--report", arguments.report, "write a report to this file (HTML, needs nothing but itself)");
    app.add_flag("--quantised-constants", arguments.quantised.constants,
                 "give the reference the decay constants that the board computes from time constants");
    app.add_flag("--quantised-weights", arguments.quantised.weights,
                 "give the reference the 16-bit weights of the ring buffers");
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
}
