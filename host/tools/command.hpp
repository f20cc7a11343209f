/// What the command-line tools share: logs on stderr, exit codes, reading a network or an image.
#pragma once

#include <spdlog/logger.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mapper/map_network.hpp"
#include "mapper/network.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;     ///< could not be done: does not fit, the run failed
constexpr int exit_bad_input = 2;  ///< bad usage or input

/// How a tool reports: options that all tools have.
struct Reporting {
    bool json = false;   ///< one JSON object on stdout and nothing else
    bool quiet = false;  ///< errors only
    int verbose = 0;
    bool first = true;  ///< false: another process of the job says what is wrong with the command line
};

/// A logger on stderr.
std::shared_ptr<spdlog::logger> make_logger(const std::string& name, const Reporting& reporting);

/// A path that ends in .spimg is an image, all else a network.
bool is_image(const std::filesystem::path& path);

struct MappedNetwork {
    Network network;
    Mapping mapping;
};

/// Reads a network file and maps it. @param machine  preset or machine file; empty: what the network says, else the
/// smallest that fits
MappedNetwork read_and_map(const std::filesystem::path& path, const std::string& machine,
                           const std::optional<std::uint64_t>& seed, const MapOptions& options, spdlog::logger& log);

/// Adds --json, -v, -q and --version, parses the command line and runs the tool. @returns the exit code of the process
int run_tool(CLI::App& app, Reporting& reporting, int argc, char** argv, const std::function<int()>& work);

/// A progress bar on stderr, drawn only when that is a terminal.
class ProgressBar {
 public:
    ProgressBar(std::string label, bool wanted);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    void show(double done, double total, const std::string& unit);

 private:
    std::string label_;
    bool on_;
    bool drawn_ = false;
};

}  // namespace spinn
