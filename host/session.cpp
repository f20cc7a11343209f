#include "host/session.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace spinn {

namespace {

constexpr std::uint32_t largest_piece_ticks = 2000;  ///< between two looks at `stop`
constexpr std::uint32_t first_piece_ticks = 50;      ///< when pieces are to be short and their length is not yet known
constexpr double realtime_piece_ms = 10.0;

class Stopwatch {
 public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Exchange* others(Exchange* exchange) { return exchange != nullptr && exchange->processes() > 1 ? exchange : nullptr; }

Machine loaded(const MachineImage& image, const SessionOptions& options) {
    const Exchange* const exchange = others(options.exchange);
    Machine machine = make_machine_of(image.machine);
    load(machine, image, options.programs,
         exchange != nullptr ? ProcessShare{exchange->process(), exchange->processes()} : ProcessShare{});
    return machine;
}

/// Adds what this process's cores counted to what was counted before; synapses are those that there are now.
void count(RunReport& report, const MachineImage& image, const Machine& machine, const FunctionalEngine& engine) {
    report.counters.synapses = report.counters.matrix_bytes = report.counters.weights_masked = 0;
    report.counters += engine.counters();
    report.packets_sent += engine.packets_sent();
    report.packets_dropped += engine.packets_dropped();
    report.packet_hops += engine.packet_hops();
    for (std::size_t p = report.populations.size(); p < image.populations.size(); ++p)
        report.populations.push_back({image.populations[p].name, image.populations[p].size});
    for (const Core& core : machine.cores)
        if (core.program && core.kind != ProgramKind::delay_extension)
            report.populations[core.population].spikes += core.program->counters().spikes;
    report.peak_rss_bytes = peak_rss_bytes();
    report.peak_rss_bytes_per_process = {report.peak_rss_bytes};
}

/// Makes the report of one process that of all: counts are summed, times are the slowest's.
void unite(RunReport& report, Exchange& exchange) {
    const auto counters = counter_fields(report.counters);
    std::vector<std::uint64_t*> sums(counters.begin(), counters.end());
    sums.insert(sums.end(), {&report.packets_sent, &report.packets_dropped, &report.packet_hops});
    for (PopulationCount& population : report.populations) sums.push_back(&population.spikes);
    std::vector<std::uint64_t> values;
    for (const std::uint64_t* value : sums) values.push_back(*value);
    values = sum(exchange, values);
    for (std::size_t i = 0; i < sums.size(); ++i) *sums[i] = values[i];
    for (double* seconds : {&report.load_s, &report.run_s, &report.extract_s, &report.most_behind_s})
        *seconds = largest(exchange, *seconds);
    report.processes = exchange.processes();
    report.peak_rss_bytes_per_process.clear();
    for (const std::vector<std::uint64_t>& peak : share(exchange, {&report.peak_rss_bytes, 1}))
        report.peak_rss_bytes_per_process.push_back(peak.at(0));
    report.peak_rss_bytes =
        *std::max_element(report.peak_rss_bytes_per_process.begin(), report.peak_rss_bytes_per_process.end());
    report.spike_hash = share(exchange, {&report.spike_hash, 1})[0].at(0);
}

/// The next piece, when pieces are to take about `look_up_s`.
std::uint32_t next_piece(std::uint32_t piece, double took_s, double look_up_s) {
    if (took_s < 0.5 * look_up_s) return 2 * piece;
    if (took_s > 2.0 * look_up_s) return std::max(1u, piece / 2);
    return piece;
}

}  // namespace

Session::Session(MachineImage image, const SessionOptions& options, spdlog::logger& log)
    : Session(std::move(image), options, log, Tick{0}) {}

Session::Session(MachineImage image, const SessionOptions& options, spdlog::logger& log, Tick first)
    : image_(std::move(image)),
      exchange_(others(options.exchange)),
      log_(log),
      machine_(loaded(image_, options)),
      engine_(machine_,
              {.threads = std::max(1u, options.threads), .processors = options.processors, .exchange = exchange_}) {
    const Stopwatch loading;
    image_.segments.clear();
    engine_.start(first);
    so_far_.load_s = loading.seconds();
    so_far_.threads = std::max(1u, options.threads);
    so_far_.window_ticks = engine_.window_ticks();
    log_.info("load: cores={} synapses={} window_ticks={} time_s={:.3f}", machine_.cores.size(),
              engine_.counters().synapses, engine_.window_ticks(), so_far_.load_s);
    if (exchange_ == nullptr) return;
    const bool busy =
        std::any_of(machine_.cores.begin(), machine_.cores.end(), [](const Core& core) { return bool(core.program); });
    const std::uint64_t idle = busy ? 0 : 1;
    const std::uint64_t n_idle = sum(*exchange_, {&idle, 1})[0];
    if (n_idle > 0)
        log_.warn("{} of {} processes have nothing to run: a process needs a chip; --atoms-per-core makes more of them",
                  n_idle, exchange_->processes());
}

std::uint32_t Session::run(std::uint32_t n_ticks, const RunControl& control) {
    std::uint32_t longest = largest_piece_ticks;
    if (image_.recording_ticks != 0) longest = std::min(longest, image_.recording_ticks);
    if (control.realtime)
        longest = std::clamp(static_cast<std::uint32_t>(realtime_piece_ms / image_.timestep_ms), 1u, longest);
    std::uint32_t piece = control.look_up_s > 0.0 ? std::min(longest, first_piece_ticks) : longest;
    so_far_.stopped = false;
    const Stopwatch wall;
    std::uint32_t done = 0;
    while (done < n_ticks) {
        std::uint64_t stop = control.stop && control.stop() ? 1 : 0;
        if (exchange_ != nullptr) stop = largest(*exchange_, stop);
        if (stop != 0) {
            so_far_.stopped = true;
            break;
        }
        const std::uint32_t ticks = std::min(piece, n_ticks - done);
        const Stopwatch running;
        engine_.run(ticks);
        const double took_s = running.seconds();
        so_far_.run_s += took_s;
        done += ticks;
        send_live(control);
        if (control.look_up_s > 0.0) piece = std::min(longest, next_piece(piece, took_s, control.look_up_s));
        const Stopwatch extracting;
        take(control);
        so_far_.extract_s += extracting.seconds();
        if (control.realtime) {
            const double ahead_s = done * image_.timestep_ms * 1e-3 - wall.seconds();
            so_far_.most_behind_s = std::max(so_far_.most_behind_s, -ahead_s);
            if (ahead_s > 0.0) std::this_thread::sleep_for(std::chrono::duration<double>(ahead_s));
        }
        if (control.progress) control.progress(done * image_.timestep_ms, n_ticks * image_.timestep_ms);
    }
    return done;
}

void Session::send_live(const RunControl& control) {
    for (Core& core : machine_.cores) {
        if (core.kind != ProgramKind::live_gatherer || !core.program) continue;
        for (const SdpMessage& message : core.program->take_messages())
            if (control.live) control.live(message);
    }
}

void Session::take(const RunControl& control) {
    const Recorded recorded = take_all(machine_, exchange_);
    for (const SpikeEvent& spike : recorded.spikes) hash_.add(spike);
    if (control.recorded) control.recorded(recorded);
}

RunReport Session::report() {
    RunReport report = so_far_;
    report.biological_s = ticks_done() * image_.timestep_ms * 1e-3;
    report.spike_hash = hash_.value();
    count(report, image_, machine_, engine_);
    if (exchange_ != nullptr) unite(report, *exchange_);
    set_rates(report);
    return report;
}

}  // namespace spinn
