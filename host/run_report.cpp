#include "host/run_report.hpp"

#include <spdlog/logger.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "host/spike_hash.hpp"

namespace spinn {

nlohmann::json to_json(const RunReport& report) {
    nlohmann::json populations = nlohmann::json::object();
    for (const PopulationCount& population : report.populations)
        populations[population.name] = {
            {"neurons", population.neurons}, {"spikes", population.spikes}, {"rate_hz", population.rate_hz}};
    std::uint64_t spikes = 0;
    for (const PopulationCount& population : report.populations) spikes += population.spikes;
    nlohmann::json weights = nlohmann::json::object();
    for (const WeightSummary& projection : report.weights)
        weights[projection.projection] = {{"synapses", projection.synapses},
                                          {"mean", projection.mean},
                                          {"deviation", projection.deviation},
                                          {"smallest", projection.smallest},
                                          {"largest", projection.largest}};
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
            {"plastic_events", report.counters.plastic_events},
            {"wrapped_traces", report.counters.wrapped_traces},
            {"weights", std::move(weights)},
            {"packets_sent", report.packets_sent},
            {"packets_dropped", report.packets_dropped},
            {"packet_hops", report.packet_hops},
            {"saturations", report.counters.saturations},
            {"weights_masked", report.counters.weights_masked},
            {"late_packets", report.counters.late_packets},
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

void set_rates(RunReport& report) {
    for (PopulationCount& population : report.populations)
        if (report.biological_s > 0.0)
            population.rate_hz = static_cast<double>(population.spikes) / population.neurons / report.biological_s;
}

std::uint64_t peak_rss_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void warn_of_losses(const RunReport& report, spdlog::logger& log) {
    if (report.packets_dropped > 0) log.warn("{} packets were dropped by routers", report.packets_dropped);
    if (report.counters.saturations > 0)
        log.warn("{} additions saturated a ring buffer: the input of some neurons was cut",
                 report.counters.saturations);
    if (report.counters.weights_masked > 0)
        log.warn("{} weights did not fit 16 bits and wrapped", report.counters.weights_masked);
    if (report.counters.wrapped_traces > 0)
        log.warn("{} times a trace of plasticity passed 16 and wrapped below 0: spikes come too often for its tau",
                 report.counters.wrapped_traces);
    if (report.counters.delay_overflows > 0)
        log.warn("{} spikes were lost in delay extensions", report.counters.delay_overflows);
    if (report.counters.late_packets > 0)
        log.warn("{} events from hosts came after their time and were dropped", report.counters.late_packets);
    if (report.counters.bad_messages > 0)
        log.warn("{} messages or events from hosts were none that a core takes", report.counters.bad_messages);
    if (report.counters.live_lost > 0) log.warn("{} events of live output were not sent", report.counters.live_lost);
    if (report.counters.recordings_lost > 0)
        log.warn("{} records were lost: a recording buffer was full", report.counters.recordings_lost);
}

}  // namespace spinn
