/// The seam between the code on a core and the machine around it.
///
/// A program reads everything from the block that the mapper compiled for it and reaches its machine only through
/// CoreServices. Callbacks have the meaning of spin1_api's; engines decide when they come. The tick-synchronous engine
/// hands over a whole tick's packets at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "protocols/machine_image.hpp"
#include "protocols/sdp.hpp"
#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/poisson_source.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

class CoreServices {
 public:
    virtual ~CoreServices() = default;

    /// Hands packets to the router; a batch, so that nothing is called per spike. Keys ascend within a batch.
    virtual void send_multicast(std::span<const MulticastPacket> packets) = 0;

    /// For every i with counts[i] > 0 a packet with key `first + i` and payload counts[i]: what a source sends whose
    /// atoms mostly spike in every tick. Once a tick at most. @param counts  [atom] spikes of this tick;
    /// they stay as they are until the program's next tick
    virtual void send_counts(Key first, std::span<const std::uint32_t> counts) = 0;

    /// Words of this chip's SDRAM. The span stays valid as long as the machine. Empty when the range is not in SDRAM.
    virtual std::span<std::uint32_t> sdram(std::uint32_t address, std::uint32_t n_words) = 0;
};

/// What went on in a core; provenance (neural-runtime, section 9). Sums since start.
struct ProgramCounters {
    std::uint64_t spikes = 0;           ///< of this core's own atoms
    std::uint64_t synaptic_events = 0;  ///< synaptic words added to a ring buffer, times the packet's repeats
    std::uint64_t plastic_events = 0;   ///< of these, those of synapses that learn
    std::uint64_t wrapped_traces = 0;   ///< traces of plasticity that did not fit their 16 bits
    std::uint64_t saturations = 0;      ///< additions that a 16-bit ring buffer could not hold
    std::uint64_t unknown_keys = 0;     ///< packets without an entry in the population table
    std::uint64_t synapses = 0;         ///< in this core's matrices
    std::uint64_t matrix_bytes = 0;     ///< of SDRAM that the matrices take
    std::uint64_t weights_masked = 0;   ///< weights that did not fit 16 bits when the rows were made
    std::uint64_t delay_overflows = 0;  ///< spikes that a delay extension could not count
    std::uint64_t recordings_lost = 0;  ///< records that found their buffer full
    std::uint64_t late_packets = 0;     ///< events from hosts with a time that was over
    std::uint64_t bad_messages = 0;     ///< from hosts: what the program does not take, or events of no atom of its
    std::uint64_t live_lost = 0;        ///< events that a gatherer was not allowed to send
    ProgramCounters& operator+=(const ProgramCounters& other);
};

/// Pointers to all counters, in the order above: a new one goes into both lists.
/// @tparam Counters  ProgramCounters or const ProgramCounters
template <typename Counters>
constexpr auto counter_fields(Counters& c) {
    const std::array fields{&c.spikes,         &c.synaptic_events, &c.plastic_events,  &c.wrapped_traces,
                            &c.saturations,    &c.unknown_keys,    &c.synapses,        &c.matrix_bytes,
                            &c.weights_masked, &c.delay_overflows, &c.recordings_lost, &c.late_packets,
                            &c.bad_messages,   &c.live_lost};
    static_assert(sizeof c == fields.size() * sizeof c.spikes, "a counter is missing here");
    return fields;
}

struct ProgramOptions {
    Rounding rounding = Rounding::truncate;
    PoissonMode poisson = PoissonMode::counter;
};

class CoreProgram {
 public:
    virtual ~CoreProgram() = default;

    /// Reads the block at `block_address` and prepares to run. @throws RequestError when the block is not what it must
    /// be
    virtual void start(CoreServices& services, std::uint32_t block_address) = 0;

    /// One timer tick: state moves from `tick` to `tick + 1`, spikes of `tick` are sent.
    virtual void timer_tick(CoreServices& services, Tick tick) = 0;

    /// Packets that were sent in tick `sent`, which may lie before the core's own time by less than its smallest delay.
    virtual void multicast_received(CoreServices& services, Tick sent, std::span<const MulticastPacket> packets) = 0;

    /// The synaptic rows that received keys lead to. An engine that knows the routing tables resolves keys once and
    /// adds the rows itself; the result equals multicast_received. nullptr: the program takes packets.
    virtual SynapticInput* synaptic_input() { return nullptr; }

    /// The least number of ticks between a packet's sending and the first tick that it changes. At least 1.
    virtual std::uint32_t min_delay_ticks() const { return ~0u; }

    /// Between two runs: writes what has changed of the program's region (the state of neurons) back into the block,
    /// where a host reads it.
    virtual void store(CoreServices&, std::uint32_t /*block_address*/) const {}

    /// Between two runs: takes parameters and state from the program's region, which a host may have changed. What
    /// `store` wrote, unchanged, goes on as if nothing had been; but a board's generator of Poisson spikes begins anew.
    /// @throws RequestError when the region is not what it must be
    virtual void reload(CoreServices&, std::uint32_t /*block_address*/) {}

    /// A message to the core. @param port  1: events, in EIEIO; run control (3) is the machine's own
    virtual void message_received(int port, std::span<const std::byte> data);

    /// Messages that the program sent since they were last taken: what lies in its mailbox for the monitor.
    virtual std::vector<SdpMessage> take_messages() { return {}; }

    virtual ProgramCounters counters() const = 0;
};

std::unique_ptr<CoreProgram> make_program(ProgramKind kind, const ProgramOptions& options);

}  // namespace spinn
