#include "host/run.hpp"

#include <spdlog/logger.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "emulator/functional_engine.hpp"
#include "emulator/machine.hpp"
#include "host/extract.hpp"
#include "host/results.hpp"
#include "host/spike_hash.hpp"
#include "mapper/recorded_view.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t largest_piece_ticks = 2000;  ///< between two looks at `stop`
constexpr double realtime_piece_ms = 10.0;

class Stopwatch {
 public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Takes recordings and writes them out. Only process 0 has something to write.
class Extractor {
 public:
    Extractor(Machine& machine, const MachineImage& image, ResultsWriter* writer, Exchange* exchange)
        : machine_(machine), image_(image), writer_(writer), exchange_(exchange) {}

    void take() {
        const Recorded recorded = take_all(machine_, exchange_);
        lost_ = lost_ || recorded.lost;
        for (const SpikeEvent& spike : recorded.spikes) hash_.add(spike);
        if (writer_ == nullptr) return;
        write_spikes(recorded.spikes);
        for (const auto& [which, parts] : recorded.samples) write_samples(which.first, which.second, parts);
    }

    std::uint64_t hash() const { return hash_.value(); }
    bool lost() const { return lost_; }

 private:
    using Part = Recorded::Part;

    void write_spikes(const std::vector<SpikeEvent>& spikes) {
        std::vector<std::vector<std::uint32_t>> ticks(image_.populations.size()), neurons(image_.populations.size());
        for (const SpikeEvent& spike : spikes) {
            ticks[spike.population].push_back(spike.tick);
            neurons[spike.population].push_back(spike.neuron);
        }
        for (std::size_t p = 0; p < ticks.size(); ++p)
            if (!ticks[p].empty()) writer_->append_spikes(p, ticks[p], neurons[p]);
    }

    /// Cores of a population sample at the same ticks: their columns stand side by side.
    void write_samples(std::uint32_t population, std::uint32_t variable, const std::vector<Part>& parts) {
        std::vector<std::uint32_t> neurons;
        for (const Part& part : parts)
            for (const std::uint32_t atom : part.samples.atoms) neurons.push_back(part.first_atom + atom);
        const std::vector<std::uint32_t>& ticks = parts.front().samples.ticks;
        if (ticks.empty()) return;
        std::vector<double> values(ticks.size() * neurons.size());
        std::size_t column = 0;
        for (const Part& part : parts) {
            const std::size_t width = part.samples.atoms.size();
            for (std::size_t t = 0; t < ticks.size(); ++t)
                for (std::size_t a = 0; a < width; ++a)
                    values[t * neurons.size() + column + a] = to_double(Accum{part.samples.raw[t * width + a]});
            column += width;
        }
        writer_->append_samples(population, static_cast<Variable>(variable), ticks.front(),
                                parts.front().samples.interval_ticks, neurons, std::span<const double>(values));
    }

    Machine& machine_;
    const MachineImage& image_;
    ResultsWriter* writer_;
    Exchange* exchange_;
    SpikeHash hash_;
    bool lost_ = false;
};

std::string_view name_of(Rounding rounding) {
    switch (rounding) {
        case Rounding::truncate:
            return "truncate";
        case Rounding::nearest:
            return "nearest";
        case Rounding::stochastic:
            return "stochastic";
    }
    return "?";
}

std::string_view name_of(PoissonMode mode) { return mode == PoissonMode::board ? "board" : "counter"; }

std::string provenance(const MachineImage& image, const RunOptions& options, const RunReport& report) {
    nlohmann::json json = to_json(report);
    json["program"] = "spinn-emu";
    json["version"] = SPINN_VERSION;
    json["network"] = image.network_name;
    json["seed"] = image.seed;
    json["timestep_ms"] = image.timestep_ms;
    json["machine"] = image.machine.name;
    json["rounding"] = name_of(options.rounding);
    json["poisson"] = name_of(options.poisson);
    json["image_hash"] = options.image_hash;
    return json.dump();
}

/// What this process's cores counted; times, and the hash at process 0, are there already.
void count(RunReport& report, const MachineImage& image, const Machine& machine, const FunctionalEngine& engine) {
    report.counters = engine.counters();
    report.packets_sent = engine.packets_sent();
    report.packets_dropped = engine.packets_dropped();
    report.packet_hops = engine.packet_hops();
    for (const PopulationInfo& population : image.populations)
        report.populations.push_back({population.name, population.size});
    for (const Core& core : machine.cores)
        if (core.program && core.kind != ProgramKind::delay_extension)
            report.populations[core.population].spikes += core.program->counters().spikes;
    report.peak_rss_bytes = peak_rss_bytes();
    report.peak_rss_bytes_per_process = {report.peak_rss_bytes};
}

/// Makes the report of one process that of all: counts are summed, times are the slowest's.
void unite(RunReport& report, Exchange& exchange) {
    ProgramCounters& c = report.counters;
    std::vector<std::uint64_t*> sums = {
        &c.spikes,          &c.synaptic_events,   &c.saturations,          &c.unknown_keys,
        &c.synapses,        &c.matrix_bytes,      &c.weights_masked,       &c.delay_overflows,
        &c.recordings_lost, &report.packets_sent, &report.packets_dropped, &report.packet_hops};
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

}  // namespace

RunReport run_image(const MachineImage& image, const RunOptions& options, spdlog::logger& log) {
    RunReport report;
    report.threads = std::max(1u, options.threads);
    Exchange* const exchange =
        options.exchange != nullptr && options.exchange->processes() > 1 ? options.exchange : nullptr;
    const ProcessShare share_of_machine =
        exchange != nullptr ? ProcessShare{exchange->process(), exchange->processes()} : ProcessShare{};
    const double duration_ms = options.duration_ms.value_or(image.duration_ms);
    const auto total_ticks = run_ticks(duration_ms, image.timestep_ms);

    std::unique_ptr<ResultsWriter> writer;
    if (options.results && share_of_machine.process == 0)
        writer = std::make_unique<ResultsWriter>(
            *options.results, ResultsHeader{image.network_name, image.timestep_ms, duration_ms, image.seed,
                                            options.image_hash, image.populations});

    const Stopwatch loading;
    Machine machine = make_machine_of(image.machine);
    load(machine, image, {.rounding = options.rounding, .poisson = options.poisson}, share_of_machine);
    FunctionalEngine engine(machine,
                            {.threads = report.threads, .processors = options.processors, .exchange = exchange});
    engine.start();
    report.load_s = loading.seconds();
    report.window_ticks = engine.window_ticks();
    log.info("load: cores={} synapses={} window_ticks={} time_s={:.3f}", machine.cores.size(),
             engine.counters().synapses, engine.window_ticks(), report.load_s);

    Extractor extractor(machine, image, writer.get(), exchange);
    std::uint32_t piece = largest_piece_ticks;
    if (image.recording_ticks != 0) piece = std::min(piece, image.recording_ticks);
    if (options.realtime)
        piece = std::clamp(static_cast<std::uint32_t>(realtime_piece_ms / image.timestep_ms), 1u, piece);
    if (exchange != nullptr) {
        const std::uint64_t idle =
            std::any_of(machine.cores.begin(), machine.cores.end(), [](const Core& core) { return bool(core.program); })
                ? 0
                : 1;
        const std::uint64_t n_idle = sum(*exchange, {&idle, 1})[0];
        if (n_idle > 0)
            log.warn(
                "{} of {} processes have nothing to run: a process needs a chip; --atoms-per-core makes more of them",
                n_idle, exchange->processes());
    }
    const Stopwatch wall;
    std::uint32_t done = 0;
    while (done < total_ticks) {
        std::uint64_t stop = options.stop != nullptr && options.stop->load() ? 1 : 0;
        if (exchange != nullptr) stop = largest(*exchange, stop);
        if (stop != 0) {
            report.stopped = true;
            break;
        }
        const std::uint32_t ticks = std::min(piece, total_ticks - done);
        const Stopwatch running;
        engine.run(ticks);
        report.run_s += running.seconds();
        done += ticks;
        const Stopwatch extracting;
        extractor.take();
        report.extract_s += extracting.seconds();
        if (options.realtime) {
            const double ahead_s = done * image.timestep_ms * 1e-3 - wall.seconds();
            report.most_behind_s = std::max(report.most_behind_s, -ahead_s);
            if (ahead_s > 0.0) std::this_thread::sleep_for(std::chrono::duration<double>(ahead_s));
        }
        if (options.progress) options.progress(done * image.timestep_ms, duration_ms);
    }

    report.biological_s = done * image.timestep_ms * 1e-3;
    report.spike_hash = extractor.hash();
    count(report, image, machine, engine);
    if (exchange != nullptr) unite(report, *exchange);
    for (PopulationCount& population : report.populations)
        if (report.biological_s > 0.0)
            population.rate_hz = static_cast<double>(population.spikes) / population.neurons / report.biological_s;
    if (report.packets_dropped > 0) log.warn("{} packets were dropped by routers", report.packets_dropped);
    if (report.counters.saturations > 0)
        log.warn("{} additions saturated a ring buffer: the input of some neurons was cut",
                 report.counters.saturations);
    if (report.counters.weights_masked > 0)
        log.warn("{} weights did not fit 16 bits and wrapped", report.counters.weights_masked);
    if (report.counters.delay_overflows > 0)
        log.warn("{} spikes were lost in delay extensions", report.counters.delay_overflows);
    if (extractor.lost())
        log.warn("{} records were lost: a recording buffer was full", report.counters.recordings_lost);
    if (writer) writer->finish(provenance(image, options, report));
    return report;
}

nlohmann::json to_json(const RunReport& report) {
    nlohmann::json populations = nlohmann::json::object();
    for (const PopulationCount& population : report.populations)
        populations[population.name] = {
            {"neurons", population.neurons}, {"spikes", population.spikes}, {"rate_hz", population.rate_hz}};
    std::uint64_t spikes = 0;
    for (const PopulationCount& population : report.populations) spikes += population.spikes;
    return {{"load_s", report.load_s},
            {"run_s", report.run_s},
            {"extract_s", report.extract_s},
            {"biological_s", report.biological_s},
            {"realtime_factor", report.biological_s > 0.0 ? report.run_s / report.biological_s : 0.0},
            {"threads", report.threads},
            {"processes", report.processes},
            {"spikes", spikes},
            {"synapses", report.counters.synapses},
            {"matrix_bytes", report.counters.matrix_bytes},
            {"synaptic_events", report.counters.synaptic_events},
            {"packets_sent", report.packets_sent},
            {"packets_dropped", report.packets_dropped},
            {"packet_hops", report.packet_hops},
            {"saturations", report.counters.saturations},
            {"weights_masked", report.counters.weights_masked},
            {"late_packets", 0},
            {"timer_overruns", 0},
            {"recordings_lost", report.counters.recordings_lost},
            {"unknown_keys", report.counters.unknown_keys},
            {"most_behind_s", report.most_behind_s},
            {"stopped", report.stopped},
            {"populations", std::move(populations)},
            {"peak_rss_bytes", report.peak_rss_bytes},
            {"peak_rss_bytes_per_process", report.peak_rss_bytes_per_process},
            {"spike_hash", hash_text(report.spike_hash)}};
}

std::uint64_t peak_rss_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace spinn
