/// Applications on the cores of a served machine: how hosts start them, hold them at barriers and stop them.
///
/// Life of a core as SARK and the simulation layer of SpiNNFrontEndCommon have it (states in the vcpu block, which
/// hosts count): a program is put at sv.sdram_sys and started: ready (held until the start signal) -> initialising ->
/// paused
/// -> command 7 on SDP port 3 -> sync0 or sync1 -> the signal of that name -> running -> ready at the end tick.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/functional_engine.hpp"
#include "protocols/application_image.hpp"
#include "protocols/sdp.hpp"

namespace spinn {

struct Board;
struct Datagram;

/// What the emulator knows of a core beside the bytes that hosts can see: what lies in its own memories, and its bit of
/// the system controller.
struct NativeCore {
    ApplicationImage program;
    bool held = false;             ///< until the start signal
    bool sync_flag = true;         ///< signal sync0 clears it, sync1 sets it
    bool waits_for_sync1 = false;  ///< next time
    bool infinite = false;
    std::uint32_t end_tick = 0;
};

struct Applications {
    std::map<CoreLocation, NativeCore> cores;
    std::unique_ptr<FunctionalEngine> engine;  ///< of Machine::cores; none: nothing has been started
    unsigned threads = 1;
};

/// Starts the program at sv.sdram_sys on cores of a chip. @param cores  bit n: virtual core n
void start_application(Board& board, Chip& chip, std::uint32_t application, std::uint32_t flags, std::uint32_t cores);
constexpr std::uint32_t application_waits = 1;  ///< flag: held in state ready until the start signal

/// To every core of which (application & mask) == id.
void send_signal(Board& board, Signal signal, std::uint32_t application, std::uint32_t mask);

/// A message to port 1 .. 7 of an application core. @returns the data of its answer, if it gives one
std::optional<Bytes> application_message(Board& board, Chip& chip, int core, int port, std::span<const std::byte> data);

/// Lets started programs initialise, and a network that all its cores wait for advance. @returns the ticks that it did
std::uint32_t advance_applications(Board& board, std::uint32_t most_ticks, std::vector<Datagram>& out);

/// Whether advance_applications has something to do.
bool applications_busy(const Board& board);

/// Writes text to a core's output buffer.
void print(Board& board, Chip& chip, int core, std::string_view text);

}  // namespace spinn
