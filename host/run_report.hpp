/// What a run did, in numbers.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "runtime/core_program.hpp"

namespace spdlog {
class logger;
}

namespace spinn {

/// Weights of a plastic projection when the run ended.
struct WeightSummary {
    std::string projection;
    std::uint64_t synapses = 0;
    double mean = 0.0, deviation = 0.0, smallest = 0.0, largest = 0.0;  ///< nA or uS
};

struct PopulationCount {
    std::string name;
    std::uint32_t neurons = 0;
    std::uint64_t spikes = 0;
    double rate_hz = 0.0;
};

struct RunReport {
    double load_s = 0.0, run_s = 0.0, extract_s = 0.0;
    double biological_s = 0.0;
    unsigned threads = 1;  ///< of each process
    std::uint32_t processes = 1;
    std::uint32_t window_ticks = 1;
    ProgramCounters counters;
    std::uint64_t packets_sent = 0, packets_dropped = 0, packet_hops = 0;
    std::uint64_t spike_hash = 0;  ///< over the recorded spikes
    std::vector<PopulationCount> populations;
    std::vector<WeightSummary> weights;  ///< of every plastic projection; at process 0, when the run was run_image()'s
    std::uint64_t peak_rss_bytes = 0;    ///< of the process that took most
    std::vector<std::uint64_t> peak_rss_bytes_per_process;
    double most_behind_s = 0.0;  ///< in real time: the most that the run fell behind the wall clock
    bool stopped = false;        ///< ended early because it was asked to
};

/// The keys of design section 7.
nlohmann::json to_json(const RunReport& report);

/// Works out the populations' rates from their spikes and the biological time.
void set_rates(RunReport& report);

/// Says what was lost or cut, once a run is over.
void warn_of_losses(const RunReport& report, spdlog::logger& log);

/// Largest resident set of this process so far.
std::uint64_t peak_rss_bytes();

}  // namespace spinn
