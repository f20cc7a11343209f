/// Spikes between processes that run one machine together: who of the others hears a core is told once, when routes are
/// resolved; then every window its spikes go to those and to nobody else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "emulator/chip_targets.hpp"
#include "emulator/exchange.hpp"
#include "emulator/spike_batch.hpp"

namespace spinn {

/// A core that another process runs, as its keys are heard here.
struct RemoteSender {
    std::uint32_t rank = 0, first_key = 0;
    std::vector<KeyPath> paths;  ///< keys and receivers of this process; visits are counted where the sender runs
};

class RemoteSpikes {
 public:
    /// The exchange must outlive it.
    explicit RemoteSpikes(Exchange& exchange) : exchange_(exchange) {}

    /// Tells the others what they hear of these senders, all together at one time. @param senders  of this process, by
    /// rank. @returns what this process hears of the others, by rank
    std::vector<RemoteSender> resolve(const Machine& machine, std::span<const RankedPaths> senders);

    /// Swaps the spikes of one window with the processes that hear this one or are heard.
    /// @param own  of all threads of this process
    void swap(std::span<const SpikeBatch* const> own);

    /// What others sent in the window of the last swap.
    std::span<const SpikeBatch> received() const { return received_; }

 private:
    void write(std::span<const SpikeBatch* const> own);

    Exchange& exchange_;
    Partners partners_;
    std::vector<std::uint32_t> senders_;       ///< ranks of this process's cores that others hear, ascending
    std::vector<std::uint32_t> hearer_begin_;  ///< [index in senders_] into hearers_, and the end
    std::vector<std::uint32_t> hearers_;       ///< processes
    std::vector<Words> outgoing_, incoming_;   ///< [process]
    std::vector<std::size_t> n_runs_at_;       ///< [process] word that counts the runs of the tick being written
    std::vector<SpikeRun> runs_;
    std::vector<SpikeBatch> received_;  ///< one a partner in `from`
};

/// The spikes of one window as a message tells them: for every tick the number of runs, and for each run its rank,
/// twice the number of its spikes, plus one when repeats follow (they do unless all are 1), atoms, repeats.
void append_run(const SpikeRun& run, Words& message);
/// @throws std::runtime_error when the message is not whole
void read_batch(std::span<const std::uint32_t> message, std::uint32_t first_tick, std::size_t n_ticks,
                SpikeBatch& batch);

}  // namespace spinn
