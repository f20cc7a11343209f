/// Running an image on an emulated machine: load, run in pieces, extract the recordings, count.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emulator/exchange.hpp"
#include "protocols/machine_image.hpp"
#include "runtime/core_program.hpp"

namespace spdlog {
class logger;
}

namespace spinn {

struct RunOptions {
    unsigned threads = 1;
    unsigned processors = 0;       ///< that this process may keep busy; 0: all of the computer
    Exchange* exchange = nullptr;  ///< with the other processes that run the same image; nullptr: there are none
    Rounding rounding = Rounding::truncate;
    PoissonMode poisson = PoissonMode::counter;
    std::optional<double> duration_ms;                        ///< default: the network's
    std::optional<std::filesystem::path> results;             ///< where to write the results file
    std::string image_hash;                                   ///< provenance
    bool realtime = false;                                    ///< no faster than the wall clock
    const std::atomic<bool>* stop = nullptr;                  ///< set: end after the piece under way
    std::function<void(double done, double total)> progress;  ///< biological ms, after each piece
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
    std::uint64_t peak_rss_bytes = 0;  ///< of the process that took most
    std::vector<std::uint64_t> peak_rss_bytes_per_process;
    double most_behind_s = 0.0;  ///< with RunOptions::realtime: the most that the run fell behind the wall clock
    bool stopped = false;        ///< ended early by RunOptions::stop
};

/// With several processes all call it alike. Each gets the report of the whole run, and process 0 writes the results.
/// @throws RequestError when the image cannot run; InputError when the results file cannot be written
RunReport run_image(const MachineImage& image, const RunOptions& options, spdlog::logger& log);

/// The keys of design section 7.
nlohmann::json to_json(const RunReport& report);

/// Largest resident set of this process so far.
std::uint64_t peak_rss_bytes();

}  // namespace spinn
