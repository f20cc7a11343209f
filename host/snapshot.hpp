/// The state of a running network, apart from any machine: what a session hands to the one that goes on with the
/// network mapped again, because connections, recordings or populations have changed.
///
/// Between the two nothing is lost and nothing rounded as long as the scale of the ring buffers stays the same; input
/// on its way into a buffer of another scale is rounded to it. Spikes in a delay extension meet the new synapses.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "host/run_report.hpp"
#include "host/spike_hash.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/short_term.hpp"

namespace spinn {

class Session;

struct Snapshot {
    struct Neurons {
        std::vector<std::vector<Accum>> state;  ///< [state][neuron], as in a NeuronRegion; none for sources
        std::vector<std::int32_t> refractory_timer;
    };
    /// What arrives at a receptor in a tick to come: s16.15, as the neuron will add it.
    struct Arriving {
        std::uint32_t population = 0, neuron = 0, receptor = 0, tick = 0;
        std::uint32_t raw = 0;
    };
    std::uint32_t next_tick = 0;
    std::vector<Neurons> populations;  ///< [population]
    std::vector<Arriving> arriving;
    /// Where the source neurons of projections with short-term plasticity stand after all spikes that were sent, those
    /// in delay extensions included; times are those of sending.
    struct Source {
        std::uint32_t projection = 0, neuron = 0;
        auto operator<=>(const Source&) const = default;
    };
    std::map<Source, ShortTermState> resources;  ///< those that have spiked
    SpikeHash hash;
    RunReport report;
};

}  // namespace spinn
