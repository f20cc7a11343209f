/// Running an image from beginning to end: load, run, extract the recordings into a file, count.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "emulator/exchange.hpp"
#include "host/run_report.hpp"
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
    std::optional<double> duration_ms;             ///< default: the network's
    std::optional<std::filesystem::path> results;  ///< where to write the results file
    std::string image_hash;                        ///< provenance
    bool realtime = false;                         ///< no faster than the wall clock
    std::string board;                             ///< name or address of one that runs it; empty: here
    std::string live;                              ///< HOST:PORT for live output; empty: nowhere
    std::string notify;  ///< HOST or HOST:PORT of a program that wants to see the run; empty: none. Needs a board
    std::filesystem::path database = "spinn-live.sqlite3";    ///< that it is told
    const std::atomic<bool>* stop = nullptr;                  ///< set: end after the piece under way
    std::function<void(double done, double total)> progress;  ///< biological ms, after each piece
};

/// With several processes all call it alike. Each gets the report of the whole run, and process 0 writes the results.
/// @throws RequestError when the image cannot run; InputError when the results file cannot be written
RunReport run_image(const MachineImage& image, const RunOptions& options, spdlog::logger& log);

}  // namespace spinn
