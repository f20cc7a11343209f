/// spinn-emu: runs an image (or a network, mapped first) on an emulated machine.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/image_file.hpp"
#include "host/launch.hpp"
#include "host/run.hpp"
#include "host/spike_hash.hpp"
#include "host/tools/command.hpp"
#include "host/tools/serve.hpp"
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
    std::string input, machine, engine = "functional", results, board, live, notify;
    std::optional<std::uint64_t> seed;
    std::optional<double> duration_ms;
    unsigned threads = 1;
    Rounding rounding = Rounding::truncate;
    PoissonMode poisson = PoissonMode::counter;
    std::uint32_t atoms_per_core = 256;
    bool realtime = false;
    Reporting reporting;
    unsigned processors = 0;
    Exchange* exchange = nullptr;  ///< with the other processes of the job, if there are any
    /// Set while this process may fail and the others not: they wait for it then.
    bool alone = false;
};

void print_table(const RunReport& report, const Arguments& arguments) {
    std::printf("%-24s %10s %12s %10s\n", "population", "neurons", "spikes", "rate (Hz)");
    for (const PopulationCount& population : report.populations)
        std::printf("%-24s %10u %12llu %10.2f\n", population.name.c_str(), population.neurons,
                    static_cast<unsigned long long>(population.spikes), population.rate_hz);
    std::printf("\n%.3f s of biological time in %.3f s on %s%u thread%s (load %.3f s): %.3f x real time\n",
                report.biological_s, report.run_s,
                report.processes == 1 ? "" : (std::to_string(report.processes) + " processes of ").c_str(),
                report.threads, report.threads == 1 ? "" : "s", report.load_s,
                report.run_s > 0.0 ? report.biological_s / report.run_s : 0.0);
    std::printf("%llu synapses, %llu synaptic events, %llu packets sent, %llu dropped, %llu saturations\n",
                static_cast<unsigned long long>(report.counters.synapses),
                static_cast<unsigned long long>(report.counters.synaptic_events),
                static_cast<unsigned long long>(report.packets_sent),
                static_cast<unsigned long long>(report.packets_dropped),
                static_cast<unsigned long long>(report.counters.saturations));
    for (const WeightSummary& projection : report.weights)
        std::printf("weights of %s: %llu synapses, mean %.4g, from %.4g to %.4g\n", projection.projection.c_str(),
                    static_cast<unsigned long long>(projection.synapses), projection.mean, projection.smallest,
                    projection.largest);
    std::printf("spike hash %s\n", hash_text(report.spike_hash).c_str());
    if (!arguments.results.empty()) std::printf("results in %s\n", arguments.results.c_str());
}

MachineImage image_of(const Arguments& arguments, spdlog::logger& log) {
    if (arguments.duration_ms && !(*arguments.duration_ms >= 0.0 && *arguments.duration_ms <= 1e9))
        throw InputError(
            std::vector<Problem>{{.what = "a duration that is not between 0 and 1e9 ms", .where = "--duration"}});
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

/// image_of() on all processes. When it fails on some, all give up and the first of these says why.
/// @returns nothing, and the exit code, when another process says it
std::optional<MachineImage> image_of_all(const Arguments& arguments, spdlog::logger& log, int& exit_code) {
    std::exception_ptr failure;
    std::uint64_t failed = exit_done;
    MachineImage image;
    try {
        image = image_of(arguments, log);
    } catch (const InputError&) {
        failure = std::current_exception();
        failed = exit_bad_input;
    } catch (...) {
        failure = std::current_exception();
        failed = exit_failed;
    }
    std::uint32_t first = 0;
    if (arguments.exchange != nullptr) {
        const std::vector<std::vector<std::uint64_t>> codes = share(*arguments.exchange, {&failed, 1});
        while (first < codes.size() && codes[first].at(0) == exit_done) ++first;
        if (first == codes.size()) return image;
        if (first != arguments.exchange->process()) {
            exit_code = static_cast<int>(codes[first].at(0));
            return std::nullopt;
        }
    }
    if (failure) std::rethrow_exception(failure);
    return image;
}

int run(Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-emu", arguments.reporting);
    RunOptions options;
    options.threads = arguments.threads;
    options.rounding = arguments.rounding;
    options.poisson = arguments.poisson;
    options.duration_ms = arguments.duration_ms;
    if (!arguments.results.empty()) options.results = arguments.results;
    options.realtime = arguments.realtime;
    options.board = arguments.board;
    options.live = arguments.live;
    options.notify = arguments.notify;
    if (!arguments.notify.empty() && arguments.board.empty())
        throw InputError(std::vector<Problem>{{.what = "only a board takes part in a conversation",
                                               .where = "--notify",
                                               .fix = "start one with spinn-emu serve, and name it with --board"}});
    if (!arguments.board.empty() && arguments.exchange != nullptr && arguments.exchange->processes() > 1)
        throw InputError(std::vector<Problem>{{.what = "a board is run by one process", .where = "--board"}});
    if (!arguments.board.empty() && arguments.realtime)
        throw InputError(std::vector<Problem>{{.what = "the pace is the board's",
                                               .where = "--realtime",
                                               .fix = "start the board with it: spinn-emu serve --realtime"}});
    options.stop = &interrupted;
    options.exchange = arguments.exchange;
    options.processors = arguments.processors;
    if (!arguments.reporting.first) log->set_level(spdlog::level::off);
    int exit_code = exit_done;
    const std::optional<MachineImage> mapped = image_of_all(arguments, *log, exit_code);
    if (!mapped) return exit_code;
    const MachineImage& image = *mapped;

    if (options.results) options.image_hash = hash_text(image_hash(image));

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    RunReport report;
    {
        ProgressBar bar("run", arguments.reporting.first && !arguments.reporting.quiet && !arguments.reporting.json);
        options.progress = [&](double done, double total) { bar.show(done, total, "ms"); };
        arguments.alone = true;
        report = run_image(image, options, *log);
        arguments.alone = false;
    }
    exit_code = report.stopped || report.counters.recordings_lost > 0 ? exit_failed : exit_done;
    if (!arguments.reporting.first) return exit_code;
    if (arguments.reporting.json)
        std::cout << to_json(report).dump() << "\n";
    else
        print_table(report, arguments);
    if (report.stopped)
        std::fprintf(stderr, "spinn-emu: stopped after %.1f ms of biological time; what was recorded is kept\n",
                     report.biological_s * 1e3);
    return exit_code;
}

}  // namespace

}  // namespace spinn

int main(int argc, char** argv) {
    using namespace spinn;
    if (argc > 1 && std::string_view(argv[1]) == "serve") return serve_main(argc - 1, argv + 1);
    const Launch launch = launch_of_environment();
    std::unique_ptr<Exchange> exchange;
    try {
        exchange = join(launch);
    } catch (const RequestError& error) {
        std::fprintf(stderr, "spinn-emu: %s\n", error.what());
        return exit_failed;
    }
    Arguments arguments;
    arguments.exchange = exchange.get();
    arguments.processors = processors_of(launch);
    arguments.threads = arguments.processors;
    arguments.reporting.first = !exchange || exchange->process() == 0;
    CLI::App app("Runs an image, or a network that is mapped first, on an emulated SpiNNaker machine.", "spinn-emu");
    app.footer(
        "Examples:\n"
        "  spinn-emu examples/va-coba.yaml -o out/va-coba.h5\n"
        "  spinn-emu out/va-coba.spimg --threads 2 --rounding nearest --json\n"
        "  spinn-emu examples/va-coba.yaml --machine 'spinn5*3' --duration 500\n"
        "  mpirun -n 4 spinn-emu examples/va-coba.yaml --threads 1\n"
        "  spinn-emu out/va-coba.spimg --board 127.0.0.2\n"
        "  spinn-emu network.yaml --board 127.0.0.2 --notify 127.0.0.1 --live 127.0.0.1:17895\n"
        "  spinn-emu serve --help                       a board on the network\n\n"
        "The spike hash covers the recorded spikes. Ctrl-C ends the run after the piece under way and keeps the "
        "results.\n"
        "Exit codes: 0 done, 1 could not be done, 2 bad usage or input.");
    app.add_option("input", arguments.input, "IMAGE (*.spimg) or NETWORK (*.yaml, *.pb)")->required();
    app.add_option("--machine", arguments.machine,
                   "spinn3, spinn5, spinn5*N, WxH or a machine file; default: the smallest that fits");
    app.add_option("--seed", arguments.seed, "instead of the network's");
    app.add_option("--duration", arguments.duration_ms, "ms of biological time, instead of the network's");
    app.add_option("--threads", arguments.threads, "worker threads of each process; the spikes do not depend on it")
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
    app.add_option("--board", arguments.board,
                   "name or address of a board that loads and runs it over UDP; it is booted if it is silent")
        ->option_text("HOST");
    app.add_option("--live", arguments.live, "where the spikes of populations under `live` go as they happen (EIEIO)")
        ->option_text("HOST:PORT");
    app.add_option("--notify", arguments.notify,
                   "tell a program there (LiveEventConnection) of the run; with --board. Port 19999 if none is given")
        ->option_text("HOST[:PORT]");
    app.add_flag("--realtime", arguments.realtime, "no faster than the wall clock");
    const int exit_code = run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
    if (exchange && arguments.alone) exchange->abort(exit_code);
    return exit_code;
}
