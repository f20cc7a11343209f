/// The functional engine: every packet of a tick arrives within the tick, as on a board with time to spare.
///
/// Routes are resolved once (key_paths, chip_targets). Time advances in windows of `d` ticks, d the smallest delay
/// between two cores: within a window a core needs nothing that another sends in it. In a window each thread adds, chip
/// by chip, the rows of the spikes of the window before, runs its cores for d ticks and lists the spikes they send;
/// then all threads meet. A thread reads what others finished last and writes only what is its own, spikes in the order
/// of tick and key: the result is the same whatever the number of threads. See docs/engine.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "emulator/chip_part.hpp"
#include "emulator/drive.hpp"
#include "emulator/exchange.hpp"
#include "emulator/key_paths.hpp"
#include "emulator/machine.hpp"
#include "emulator/remote_spikes.hpp"
#include "emulator/spike_batch.hpp"

namespace spinn {

struct FunctionalOptions {
    unsigned threads = 1;
    unsigned processors = 0;       ///< that the threads may keep busy while they wait; 0: all of the computer
    Exchange* exchange = nullptr;  ///< with the other processes of the machine; nullptr: this one runs all of it
    /// Ring buffers that take more than this would not stay in the cache: arrivals wait in calendars then. Changes how
    /// fast a run is, and nothing else.
    std::size_t ring_cache_bytes = std::size_t{1} << 20;
};

/// What spikes already sent will add to a ring buffer in a tick to come.
struct PendingInput {
    std::uint32_t core = 0;  ///< index in Machine::cores
    std::uint32_t tick = 0, receptor = 0, atom = 0;
    std::uint16_t sum = 0;
};

class FunctionalEngine {
 public:
    /// The machine must outlive the engine, and so must the exchange. All processes make the same calls of `start` and
    /// `run`, and change tables alike.
    FunctionalEngine(Machine& machine, const FunctionalOptions& options);
    ~FunctionalEngine();
    FunctionalEngine(const FunctionalEngine&) = delete;
    FunctionalEngine& operator=(const FunctionalEngine&) = delete;

    /// Starts the programs (synaptic rows are made here, in parallel). @param first  the tick that comes first
    /// @throws RequestError of the first core that fails
    void start(Tick first = Tick{0});

    /// Advances by n ticks; every spike sent in them has been added when it returns. Tables may be changed between
    /// calls.
    void run(std::uint32_t n_ticks);

    /// Takes all input that waits for ticks to come out of the ring buffers and calendars: the end of this engine, for
    /// another that goes on with a network that was mapped again. Ascending by core, tick, receptor and atom.
    std::vector<PendingInput> take_pending();
    /// Adds input as its ticks come. Call after `start`.
    void give_pending(std::vector<PendingInput> inputs);

    Tick now() const { return now_; }
    std::uint32_t window_ticks() const { return window_; }

    // Of the cores that this process runs; a packet and all its hops belong to the process of its sender.
    std::uint64_t packets_sent() const { return packets_sent_; }
    std::uint64_t packets_dropped() const;
    std::uint64_t packet_hops() const { return packet_hops_; }
    ProgramCounters counters() const;  ///< summed over the cores

 private:
    struct Source;
    struct Worker;

    void resolve_routes();
    void share_out();
    bool is_shared_out_badly() const;
    void run_window(Worker& worker, std::uint32_t first_tick, std::uint32_t n_ticks, std::size_t batch, bool measured);
    void take_costs();
    void run_core(std::uint32_t c, std::uint32_t first_tick, std::uint32_t n_ticks);
    void add_pending(std::uint32_t c, std::uint32_t tick);
    void settle_counters();

    Machine& machine_;
    FunctionalOptions options_;
    LargeBuffer ring_memory_;
    std::vector<ChipTargets> chips_;
    std::vector<Source> sources_;         ///< [core]
    std::vector<std::uint32_t> by_rank_;  ///< [rank]: core; ranks are places in the order of keys
    std::vector<double> cost_ns_;         ///< [core] of a tick, estimated, then measured
    std::vector<double> measured_ns_;     ///< [core] in the measured ticks of the run under way
    std::vector<Worker> workers_;
    std::vector<std::vector<PendingInput>> pending_;  ///< [core] the last comes first; empty when nothing was given
    std::uint32_t window_ = 1;
    Tick now_{0};
    std::uint64_t resolved_version_ = ~std::uint64_t{0};
    std::uint64_t packets_sent_ = 0, packet_hops_ = 0;
    std::unique_ptr<RemoteSpikes> remote_;  ///< none when this process runs all cores
};

}  // namespace spinn
