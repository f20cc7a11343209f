/// The functional engine: every packet of a tick arrives within the tick, as on a board with time to spare.
///
/// Routes are resolved once (key_paths). Time advances in windows of `d` ticks, d the smallest delay between two cores:
/// within a window a core needs nothing that another sends in it. In a window each core first adds the rows of the
/// spikes that its sources sent in the window before, then runs its d ticks and lists the spikes it sends; then the
/// lists are swapped. A core reads what others finished last and writes only what is its own, sources in key order: the
/// result is the same whatever the number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "emulator/key_paths.hpp"
#include "emulator/machine.hpp"

namespace spinn {

struct FunctionalOptions {
    unsigned threads = 1;
};

/// Spikes that one core sent in a window, tick after tick. A spike is told by its key less the core's first key.
struct SpikeList {
    std::uint32_t first_tick = 0;
    std::vector<std::uint32_t> atoms;
    std::vector<std::uint32_t> repeats;     ///< [spike]; empty while all are 1
    std::vector<std::uint32_t> tick_begin;  ///< [tick of the window], and the end
};

class FunctionalEngine {
 public:
    /// The machine must outlive the engine.
    FunctionalEngine(Machine& machine, const FunctionalOptions& options);
    ~FunctionalEngine();
    FunctionalEngine(const FunctionalEngine&) = delete;
    FunctionalEngine& operator=(const FunctionalEngine&) = delete;

    /// Starts the programs (synaptic rows are made here, in parallel). @throws RequestError of the first core that
    /// fails
    void start();

    /// Advances by n ticks. Tables may be changed between calls.
    void run(std::uint32_t n_ticks);

    Tick now() const { return now_; }
    std::uint32_t window_ticks() const { return window_; }

    std::uint64_t packets_sent() const { return packets_sent_; }
    std::uint64_t packets_dropped() const;
    std::uint64_t packet_hops() const { return packet_hops_; }
    ProgramCounters counters() const;  ///< summed over the cores

 private:
    struct Source;
    struct Target;
    struct Worker;

    void resolve_routes();
    void share_out();
    void run_window(Worker& worker, std::uint32_t first_tick, std::uint32_t n_ticks, std::size_t parity);
    void deliver(Worker& worker, Target& target, CoreProgram& program, CoreServices& services, std::size_t parity);
    void settle_counters();

    Machine& machine_;
    FunctionalOptions options_;
    std::vector<Source> sources_;  ///< [core]
    std::vector<Target> targets_;  ///< [core]
    std::vector<Worker> workers_;
    std::uint32_t window_ = 1;
    std::size_t parity_ = 0;  ///< which of the two spike lists is written next
    Tick now_{0};
    std::uint64_t resolved_version_ = ~std::uint64_t{0};
    std::uint64_t packets_sent_ = 0, packet_hops_ = 0;
};

}  // namespace spinn
