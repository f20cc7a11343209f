/// A machine with an image loaded and started, which runs in pieces: what spinn-emu and the Python module both stand
/// on.
#pragma once

#include <cstdint>
#include <functional>

#include "emulator/exchange.hpp"
#include "emulator/functional_engine.hpp"
#include "emulator/machine.hpp"
#include "host/extract.hpp"
#include "host/run_report.hpp"
#include "host/spike_hash.hpp"
#include "protocols/machine_image.hpp"
#include "runtime/core_program.hpp"

namespace spdlog {
class logger;
}

namespace spinn {

struct SessionOptions {
    unsigned threads = 1;
    unsigned processors = 0;       ///< that this process may keep busy; 0: all of the computer
    Exchange* exchange = nullptr;  ///< with the other processes that run the same image; nullptr: there are none
    ProgramOptions programs;
};

/// How a call of Session::run goes on, and who hears of it.
struct RunControl {
    bool realtime = false;                                    ///< no faster than the wall clock
    double look_up_s = 0.0;                                   ///< pieces of about this long; 0: as long as they can be
    std::function<bool()> stop;                               ///< asked before each piece: true ends the run there
    std::function<void(const Recorded&)> recorded;            ///< after each piece; at process 0 only
    std::function<void(double done, double total)> progress;  ///< ms of this call, after each piece
    std::function<void(const SdpMessage&)> live;              ///< what cores send to hosts, after each piece
};

struct Snapshot;

class Session {
 public:
    /// Loads the image and starts its programs. The image's bytes are not needed afterwards, its manifest is kept.
    /// With several processes all make the same calls.
    /// @throws RequestError when the image cannot run
    Session(MachineImage image, const SessionOptions& options, spdlog::logger& log);
    /// Goes on where another session stopped (host/snapshot.hpp): the image is of its network, with what has changed.
    Session(MachineImage image, const SessionOptions& options, spdlog::logger& log, const Snapshot& before);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Runs n ticks, piece by piece; what was recorded is taken out after each. run(a) and run(b) give the spikes of
    /// run(a + b). @returns the ticks done: fewer when `control.stop` said so
    std::uint32_t run(std::uint32_t n_ticks, const RunControl& control);

    /// Of everything since the session began; the same for all processes, which all ask at one time.
    /// What happened before a session that this one continues counts too.
    RunReport report();

    const MachineImage& image() const { return image_; }
    Machine& machine() { return machine_; }
    const Machine& machine() const { return machine_; }
    /// @throws RequestError when it is one of several processes, none of which has all of the state
    Snapshot take_snapshot();
    std::uint32_t ticks_done() const { return value(engine_.now()); }

 private:
    Session(MachineImage image, const SessionOptions& options, spdlog::logger& log, Tick first);
    void take(const RunControl& control);
    void send_live(const RunControl& control);

    MachineImage image_;
    Exchange* exchange_;
    spdlog::logger& log_;
    Machine machine_;
    FunctionalEngine engine_;
    RunReport so_far_;  ///< times and what ended the last run; counts, of what was before this session
    SpikeHash hash_;
};

}  // namespace spinn
