/// A board on real UDP sockets: one address for each Ethernet chip, paced by the clock when asked to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "emulator/board.hpp"

namespace spdlog {
class logger;
}

namespace spinn {

struct ServeOptions {
    bool realtime = false;        ///< networks run no faster than the wall clock
    double timestep_ms = 1.0;     ///< of a tick, with realtime
    std::function<void()> ready;  ///< called when all sockets are bound
};

/// What serving was like; for the log, and for whoever asks.
struct ServeReport {
    std::uint64_t ticks = 0;
    double most_late_ms = 0.0, mean_late_ms = 0.0;  ///< with realtime: how long after its time a tick was run
    std::uint64_t send_failures = 0;                ///< datagrams that the system did not take
};

/// Serves until `stop` is set. @throws RequestError when an address or port cannot be bound
ServeReport serve(Board& board, const ServeOptions& options, const std::atomic<bool>& stop, spdlog::logger& log);

}  // namespace spinn
