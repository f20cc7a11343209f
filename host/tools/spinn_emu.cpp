/// spinn-emu: runs an image (or a network, mapped first) on an emulated machine.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "host/image_file.hpp"
#include "host/run.hpp"
#include "host/spike_hash.hpp"
#include "host/tools/command.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

// The one mutable global: a signal handler can reach nothing else. Lock-free, so it may be set there.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) {
    // A second Ctrl-C ends the program at once.
    if (interrupted.exchange(true)) std::_Exit(130);
}

struct Arguments {
    std::string input, machine, engine = "functional", results;
    std::optional<std::uint64_t> seed;
    std::optional<double> duration_ms;
    unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    Rounding rounding = Rounding::truncate;
    PoissonMode poisson = PoissonMode::counter;
    std::uint32_t atoms_per_core = 256;
    bool realtime = false;
    Reporting reporting;
};

void print_table(const RunReport& report, const Arguments& arguments) {
    std::printf("%-24s %10s %12s %10s\n", "population", "neurons", "spikes", "rate (Hz)");
    for (const PopulationCount& population : report.populations)
        std::printf("%-24s %10u %12llu %10.2f\n", population.name.c_str(), population.neurons,
                    static_cast<unsigned long long>(population.spikes), population.rate_hz);
    std::printf("\n%.3f s of biological time in %.3f s on %u thread%s (load %.3f s): %.3f x real time\n",
                report.biological_s, report.run_s, report.threads, report.threads == 1 ? "" : "s", report.load_s,
                report.run_s > 0.0 ? report.biological_s / report.run_s : 0.0);
    std::printf("%llu synapses, %llu synaptic events, %llu packets sent, %llu dropped, %llu saturations\n",
                static_cast<unsigned long long>(report.counters.synapses),
                static_cast<unsigned long long>(report.counters.synaptic_events),
                static_cast<unsigned long long>(report.packets_sent),
                static_cast<unsigned long long>(report.packets_dropped),
                static_cast<unsigned long long>(report.counters.saturations));
    std::printf("spike hash %s\n", hash_text(report.spike_hash).c_str());
    if (!arguments.results.empty()) std::printf("results in %s\n", arguments.results.c_str());
}

MachineImage image_of(const Arguments& arguments, spdlog::logger& log) {
    if (!is_image(arguments.input)) {
        MapOptions map_options;
        map_options.partition.max_atoms_per_core = arguments.atoms_per_core;
        return read_and_map(arguments.input, arguments.machine, arguments.seed, map_options, log).mapping.image;
    }
    if (!arguments.machine.empty() || arguments.seed)
        throw InputError(
            std::vector<Problem>{{.what = "an image has its machine and its seed already",
                                  .where = arguments.machine.empty() ? "--seed" : "--machine",
                                  .fix = "leave the option out, or give the network file instead of the image"}});
    MachineImage image = read_image(arguments.input);
    return image;
}

int run(const Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-emu", arguments.reporting);
    if (arguments.duration_ms && !(*arguments.duration_ms >= 0.0 && *arguments.duration_ms <= 1e9))
        throw InputError(
            std::vector<Problem>{{.what = "a duration that is not between 0 and 1e9 ms", .where = "--duration"}});
    RunOptions options;
    options.threads = arguments.threads;
    options.rounding = arguments.rounding;
    options.poisson = arguments.poisson;
    options.duration_ms = arguments.duration_ms;
    if (!arguments.results.empty()) options.results = arguments.results;
    options.realtime = arguments.realtime;
    options.stop = &interrupted;
    const MachineImage image = image_of(arguments, *log);

    if (options.results) options.image_hash = hash_text(image_hash(image));

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    RunReport report;
    {
        ProgressBar bar("run", !arguments.reporting.quiet && !arguments.reporting.json);
        options.progress = [&](double done, double total) { bar.show(done, total, "ms"); };
        report = run_image(image, options, *log);
    }
    if (arguments.reporting.json)
        std::cout << to_json(report).dump() << "\n";
    else
        print_table(report, arguments);
    if (report.stopped) {
        std::fprintf(stderr, "spinn-emu: stopped after %.1f ms of biological time; what was recorded is kept\n",
                     report.biological_s * 1e3);
        return exit_failed;
    }
    return report.counters.recordings_lost > 0 ? exit_failed : exit_done;
}

}  // namespace

}  // namespace spinn

int main(int argc, char** argv) {
    using namespace spinn;
    Arguments arguments;
    CLI::App app("Runs an image, or a network that is mapped first, on an emulated SpiNNaker machine.", "spinn-emu");
    app.footer(
        "Examples:\n"
        "  spinn-emu examples/va-coba.yaml -o out/va-coba.h5\n"
        "  spinn-emu out/va-coba.spimg --threads 2 --rounding nearest --json\n"
        "  spinn-emu examples/va-coba.yaml --machine 'spinn5*3' --duration 500\n\n"
        "The spike hash covers the recorded spikes. Ctrl-C ends the run after the piece under way and keeps the "
        "results.\n"
        "Exit codes: 0 done, 1 could not be done, 2 bad usage or input.");
    app.add_option("input", arguments.input, "IMAGE (*.spimg) or NETWORK (*.yaml, *.pb)")->required();
    app.add_option("--machine", arguments.machine,
                   "spinn3, spinn5, spinn5*N, WxH or a machine file; default: the smallest that fits");
    app.add_option("--seed", arguments.seed, "instead of the network's");
    app.add_option("--duration", arguments.duration_ms, "ms of biological time, instead of the network's");
    app.add_option("--threads", arguments.threads, "worker threads; the spikes do not depend on it")
        ->check(CLI::Range(1u, 1024u))
        ->capture_default_str();
    app.add_option("--engine", arguments.engine, "how time advances")
        ->check(CLI::IsMember({"functional"}))
        ->capture_default_str();
    app.add_option("--rounding", arguments.rounding,
                   "of every product of a neuron's step: truncate (the board), nearest, stochastic")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Rounding>{
                {"truncate", Rounding::truncate}, {"nearest", Rounding::nearest}, {"stochastic", Rounding::stochastic}},
            CLI::ignore_case))
        ->option_text("R");
    app.add_option("--poisson", arguments.poisson,
                   "how Poisson sources draw: counter (the same spikes for any partition) or board (the board's "
                   "algorithms with one generator a core: spikes depend on which sources share a core, and are not "
                   "those that spinn-compare's reference has)")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, PoissonMode>{{"counter", PoissonMode::counter}, {"board", PoissonMode::board}},
            CLI::ignore_case))
        ->option_text("M");
    app.add_option("--atoms-per-core", arguments.atoms_per_core, "when a network is mapped: most atoms on one core")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_option("-o,--output", arguments.results, "results file (SONATA HDF5)");
    app.add_flag("--realtime", arguments.realtime, "no faster than the wall clock");
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
}
