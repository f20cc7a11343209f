/// What a program does to a session that runs in its own process, and hears of it, while it runs: what others do over
/// UDP (docs/board.md). Calls come between two pieces of a run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/session.hpp"
#include "runtime/core_program.hpp"

namespace spinn {

struct LiveSpike {
    std::uint32_t population = 0, neuron = 0, tick = 0;
    bool operator==(const LiveSpike&) const = default;
};

/// The spikes in what the gatherer of live output sent to hosts, in its order.
std::vector<LiveSpike> live_spikes(const Machine& machine, const SdpMessage& message);

/// Spikes of an injector (or list source) in the tick that comes next. @param neurons  of the population, repeats
/// allowed
/// @throws InputError when the population takes no spikes from outside, or has no such neuron
void inject_spikes(Session& session, std::uint32_t population, std::span<const std::uint32_t> neurons);

/// The rate of one Poisson source, from the next tick on.
/// @throws InputError when it is no source of this kind, or the rate is not between 0 and 65535 Hz
void set_live_rate(Session& session, std::uint32_t population, std::uint32_t neuron, double rate_hz);

}  // namespace spinn
