#include "host/tools/serve.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <boost/asio/ip/address_v4.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "emulator/udp_server.hpp"
#include "host/machine_file.hpp"
#include "host/tools/command.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

// A signal handler can reach nothing else. Lock-free, so it may be set there.
std::atomic<bool> interrupted{false};

void on_interrupt(int) {
    // A second Ctrl-C ends the program at once.
    if (interrupted.exchange(true)) std::_Exit(130);
}

struct Arguments {
    std::string machine = "spinn5", bind = "127.0.0.2";
    unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    bool booted = false, realtime = false;
    double timestep_ms = 1.0;
    Reporting reporting;
};

/// One address for each Ethernet chip: those that were given, then the ones that follow the last.
std::vector<std::uint32_t> addresses_of(const std::string& bind, std::size_t n) {
    std::vector<std::uint32_t> addresses;
    for (std::size_t begin = 0; begin <= bind.size();) {
        const std::size_t end = std::min(bind.find(',', begin), bind.size());
        const std::string text = bind.substr(begin, end - begin);
        begin = end + 1;
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address_v4(text, error);
        if (error || address.is_unspecified())
            throw InputError(std::vector<Problem>{
                {.what = "'" + text + "' is not an address of this computer that hosts can be told",
                 .where = "--bind",
                 .fix = "IPv4 addresses, such as 127.0.0.2 or 192.168.240.1,192.168.240.17"}});
        addresses.push_back(address.to_uint());
    }
    while (addresses.size() < n) addresses.push_back(addresses.back() + 1);
    addresses.resize(n);
    return addresses;
}

nlohmann::json to_json(const BoardCounters& c, const ServeReport& report) {
    return {{"datagrams_in", c.datagrams_in},
            {"datagrams_out", c.datagrams_out},
            {"commands", c.commands},
            {"repeated", c.repeated},
            {"refused", c.refused},
            {"undecodable", c.undecodable},
            {"before_boot", c.before_boot},
            {"unwanted", c.unwanted},
            {"untagged", c.untagged},
            {"send_failures", report.send_failures},
            {"ticks", report.ticks},
            {"most_late_ms", report.most_late_ms},
            {"mean_late_ms", report.mean_late_ms}};
}

int run(const Arguments& arguments) {
    const std::shared_ptr<spdlog::logger> log = make_logger("spinn-emu", arguments.reporting);
    // What is bound is what somebody who starts a server wants to know.
    if (!arguments.reporting.quiet && arguments.reporting.verbose == 0) log->set_level(spdlog::level::info);
    const MachineShape shape = read_machine(arguments.machine);
    std::size_t n_ethernet = 0;
    for (const ChipShape& chip : shape.chips) n_ethernet += chip.present && chip.ethernet ? 1 : 0;
    BoardOptions options;
    options.addresses = addresses_of(arguments.bind, n_ethernet);
    options.threads = arguments.threads;
    options.booted = arguments.booted;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    Board board(shape, options,
                static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    ServeOptions serving;
    serving.realtime = arguments.realtime;
    serving.timestep_ms = arguments.timestep_ms;
    serving.ready = [&] {
        const bool loopback = std::all_of(options.addresses.begin(), options.addresses.end(),
                                          [](std::uint32_t address) { return address >> 24 == 127; });
        log->info("{}: {} chips, {} board{}, {}; {}", shape.name, present_chips(shape).size(), n_ethernet,
                  n_ethernet == 1 ? "" : "s", arguments.booted ? "booted" : "waits to be booted",
                  loopback
                      ? "reachable from this computer only; Ctrl-C ends it"
                      : "reachable from the network, by anyone: these protocols know no passwords; Ctrl-C ends it");
    };
    const ServeReport report = serve(board, serving, interrupted, *log);
    const BoardCounters& c = board.counters;
    log->info("ended: {} datagrams in, {} out; {} commands, {} repeated, {} refused; {} datagrams were dropped",
              c.datagrams_in, c.datagrams_out, c.commands, c.repeated, c.refused,
              c.undecodable + c.before_boot + c.unwanted);
    if (arguments.realtime && report.ticks > 0)
        log->info("{} ticks, on average {:.3f} ms late, at most {:.3f} ms", report.ticks, report.mean_late_ms,
                  report.most_late_ms);
    if (report.send_failures > 0) log->warn("{} datagrams could not be sent", report.send_failures);
    if (c.untagged > 0) log->warn("{} messages of cores had no tag to leave by", c.untagged);
    if (arguments.reporting.json) std::cout << to_json(c, report).dump() << "\n";
    return exit_done;
}

}  // namespace

int serve_main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("A SpiNNaker machine on UDP: what talks to a board talks to it.", "spinn-emu serve");
    app.footer(
        "Examples:\n"
        "  spinn-emu serve --machine spinn3                      a board of 4 chips at 127.0.0.2\n"
        "  spinn-emu serve --machine 'spinn5*3' --bind 127.0.0.2  three boards, at 127.0.0.2, .3 and .4\n"
        "  spinn-emu serve --booted --realtime -v\n"
        "  spinn-emu IMAGE --board 127.0.0.2                     loads and runs an image there\n\n"
        "Not 127.0.0.1: SpiNNMan takes that address for a machine that does not exist. UDP ports: 17893 for commands,\n"
        "54321 for booting, and those that hosts ask for with reverse tags. docs/board.md has what is answered.\n"
        "Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 could not be done, 2 bad usage or input.");
    app.add_option("--machine", arguments.machine, "spinn3, spinn5, spinn5*N, WxH or a machine file")
        ->capture_default_str();
    app.add_option("--bind", arguments.bind,
                   "IPv4 address of the first board; further boards take the following addresses, or those that are "
                   "given after commas")
        ->capture_default_str();
    app.add_option("--threads", arguments.threads, "worker threads of a running network")
        ->check(CLI::Range(1u, 1024u))
        ->capture_default_str();
    app.add_flag("--booted", arguments.booted, "the monitor runs already; else it waits to be booted, as a board does");
    app.add_flag("--realtime", arguments.realtime, "networks run no faster than the wall clock");
    app.add_option("--timestep", arguments.timestep_ms, "ms of a tick, with --realtime")
        ->check(CLI::Range(0.01, 1000.0))
        ->capture_default_str();
    return run_tool(app, arguments.reporting, argc, argv, [&] { return run(arguments); });
}

}  // namespace spinn
