#include "host/tools/command.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <sstream>

#include "host/machine_file.hpp"
#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

/// Runs a tool's work and turns what it throws into a message on stderr and an exit code.
int guarded(const std::string& tool, const std::function<int()>& work) {
    try {
        return work();
    } catch (const InputError& error) {
        const std::size_t n = error.problems().size();
        std::fprintf(stderr, "%s: %s\n", tool.c_str(), error.what());
        if (n > 1) std::fprintf(stderr, "%s: %zu mistakes\n", tool.c_str(), n);
        return exit_bad_input;
    } catch (const RequestError& error) {
        std::fprintf(stderr, "%s: %s\n", tool.c_str(), error.what());
        return exit_failed;
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "%s: out of memory\n", tool.c_str());
        return exit_failed;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: internal error: %s\n", tool.c_str(), error.what());
        return exit_failed;
    }
}

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const std::string& name, const Reporting& reporting) {
    auto log = std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    log->set_pattern("%n: %^%l%$: %v");
    log->set_level(reporting.quiet          ? spdlog::level::err
                   : reporting.verbose == 0 ? spdlog::level::warn
                   : reporting.verbose == 1 ? spdlog::level::info
                                            : spdlog::level::debug);
    return log;
}

int run_tool(CLI::App& app, Reporting& reporting, int argc, char** argv, const std::function<int()>& work) {
    app.add_flag("--json", reporting.json, "one JSON object on stdout and nothing else");
    app.add_flag("-v,--verbose", reporting.verbose, "a line per pass; twice: more");
    app.add_flag("-q,--quiet", reporting.quiet, "errors only");
    app.set_version_flag("--version", SPINN_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream unheard;
        const int code = reporting.first ? app.exit(error) : app.exit(error, unheard, unheard);
        return code == 0 ? exit_done : exit_bad_input;
    }
    return guarded(app.get_name(), work);
}

bool is_image(const std::filesystem::path& path) { return path.extension() == ".spimg"; }

MappedNetwork read_and_map(const std::filesystem::path& path, const std::string& machine,
                           const std::optional<std::uint64_t>& seed, const MapOptions& options, spdlog::logger& log) {
    MappedNetwork result;
    result.network = read_network_file(path);
    if (seed) result.network.seed = *seed;
    const std::string& wanted = machine.empty() ? result.network.machine : machine;
    const std::optional<MachineShape> shape = wanted.empty() ? std::nullopt : std::optional(read_machine(wanted));
    result.mapping = map_network(result.network, shape, options, log);
    result.mapping.image.network = encode_network(result.network);
    return result;
}

ProgressBar::ProgressBar(std::string label, bool wanted)
    : label_(std::move(label)), on_(wanted && isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
}

void ProgressBar::show(double done, double total, const std::string& unit) {
    if (!on_ || total <= 0.0) return;
    constexpr int width = 30;
    const int filled = static_cast<int>(std::clamp(done / total, 0.0, 1.0) * width);
    std::fprintf(stderr, "\r%s [%s%s] %.0f / %.0f %s\033[K", label_.c_str(),
                 std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - filled), ' ').c_str(), done, total, unit.c_str());
    drawn_ = true;
}

}  // namespace spinn
