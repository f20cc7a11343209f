/// The programs that run on cores: neurons, spike sources and delay extensions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "runtime/array_source.hpp"
#include "runtime/cells.hpp"
#include "runtime/core_program.hpp"
#include "runtime/current_source.hpp"
#include "runtime/layout/gatherer_region.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/poisson_source.hpp"
#include "runtime/recorder.hpp"

namespace spinn {

class CoreBlock;

/// Neurons with static synapses: sPyNNaker's combined core.
class NeuronProgram : public CoreProgram {
 public:
    explicit NeuronProgram(const ProgramOptions& options) : options_(options) {}
    void start(CoreServices& services, std::uint32_t block_address) override;
    void timer_tick(CoreServices& services, Tick tick) override;
    void multicast_received(CoreServices& services, Tick sent, std::span<const MulticastPacket> packets) override;
    SynapticInput* synaptic_input() override { return &input_; }
    std::uint32_t min_delay_ticks() const override { return min_delay_ticks_; }
    void store(CoreServices& services, std::uint32_t block_address) const override;
    void reload(CoreServices& services, std::uint32_t block_address) override;
    ProgramCounters counters() const override;

 private:
    ProgramOptions options_;
    SystemRegion system_;
    SynapticInput input_;
    std::unique_ptr<Cells> cells_;
    Currents currents_;
    std::vector<Accum> injected_;  ///< [atom] scratch of one tick
    Recorder recorder_;
    std::vector<std::uint32_t> spiking_;             ///< [atom] scratch of one tick
    std::vector<std::span<std::uint16_t>> arrived_;  ///< [receptor] the ring buffer's slot of this tick
    std::vector<MulticastPacket> packets_;
    std::uint32_t min_delay_ticks_ = ~0u;
    std::uint64_t spikes_ = 0, synapses_ = 0, weights_masked_ = 0;
};

/// SpikeSourcePoisson and SpikeSourceArray: all spikes of one source in one tick are one packet whose payload is their
/// number.
class SourceProgram : public CoreProgram {
 public:
    explicit SourceProgram(const ProgramOptions& options) : options_(options) {}
    void start(CoreServices& services, std::uint32_t block_address) override;
    void timer_tick(CoreServices& services, Tick tick) override;
    void multicast_received(CoreServices& services, Tick sent, std::span<const MulticastPacket> packets) override;
    void reload(CoreServices& services, std::uint32_t block_address) override;
    void message_received(int port, std::span<const std::byte> data) override;
    ProgramCounters counters() const override;

 private:
    void load_sources(const CoreBlock& block);
    void send_dense(CoreServices& services, Tick tick, PoissonSlice& sources);
    void send_sparse(CoreServices& services, Tick tick);
    void merge_injected(Tick tick);

    ProgramOptions options_;
    SystemRegion system_;
    std::variant<PoissonSlice, ArraySlice> sources_;
    bool mostly_spiking_ = false;  ///< Poisson sources whose counts are worth sending for all atoms at once
    Recorder recorder_;
    std::vector<std::uint32_t> atoms_, counts_;  ///< scratch of one tick
    std::vector<std::uint32_t> by_atom_;         ///< [atom] counts of one tick
    std::vector<MulticastPacket> packets_;
    std::uint64_t spikes_ = 0, unknown_keys_ = 0, late_packets_ = 0, bad_messages_ = 0;
    std::uint32_t now_ = 0;                                         ///< next tick
    std::map<std::uint32_t, std::vector<std::uint32_t>> injected_;  ///< atoms by tick
};

/// Sends the keys that it hears to a host, as EIEIO by a tag.
class GathererProgram : public CoreProgram {
 public:
    void start(CoreServices& services, std::uint32_t block_address) override;
    void timer_tick(CoreServices& services, Tick tick) override;
    void multicast_received(CoreServices& services, Tick sent, std::span<const MulticastPacket> packets) override;
    std::vector<SdpMessage> take_messages() override;
    ProgramCounters counters() const override { return counters_; }

 private:
    std::uint32_t sent_key(std::uint32_t key) const;
    void add(std::uint32_t key);
    void flush();

    GathererRegion region_;
    EieioData message_;
    std::size_t room_ = 0;  ///< events that the message takes
    Tick tick_{0}, tick_of_messages_{0};
    std::uint32_t messages_in_tick_ = 0;
    std::vector<SdpMessage> outbox_;
    ProgramCounters counters_;
};

/// Sends the spikes of one source core again, one stage after another.
class DelayProgram : public CoreProgram {
 public:
    void start(CoreServices& services, std::uint32_t block_address) override;
    void timer_tick(CoreServices& services, Tick tick) override;
    void multicast_received(CoreServices& services, Tick sent, std::span<const MulticastPacket> packets) override;
    std::uint32_t min_delay_ticks() const override { return delay_.slots; }
    ProgramCounters counters() const override { return counters_; }

    /// What the stages have still to send.
    struct Waiting {
        std::uint32_t tick = 0;  ///< in which it will be sent
        Key key{0};
        std::uint32_t count = 0;
    };
    /// @param next  the tick to come
    std::vector<Waiting> waiting(Tick next) const;

 private:
    /// Spikes of one neuron in one tick; the board counts them in 8 bits.
    struct Arrival {
        std::uint32_t neuron = 0, count = 0;
    };
    SystemRegion system_;
    DelayRegion delay_;
    std::vector<std::vector<Arrival>>
        arrivals_;  ///< [tick modulo the total delay + 1 + the smallest], ascending neurons
    std::vector<MulticastPacket> packets_;
    ProgramCounters counters_;
};

}  // namespace spinn
