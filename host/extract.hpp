/// Recordings of all cores, of all processes, brought together by population.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "emulator/exchange.hpp"
#include "emulator/machine.hpp"
#include "emulator/plastic_weights.hpp"
#include "emulator/recordings.hpp"
#include "host/spike_hash.hpp"

namespace spinn {

/// What was recorded since it was last taken.
struct Recorded {
    struct Part {
        std::uint32_t first_atom = 0;  ///< of the core, in its population
        CoreRecordings::Samples samples;
    };
    std::vector<SpikeEvent> spikes;                                                ///< sorted
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Part>> samples;  ///< (population, variable): by atom
    bool lost = false;                                                             ///< records are missing
};

/// Samples of one variable of one population, core after core side by side.
struct RecordedMatrix {
    std::uint32_t first_tick = 0, interval_ticks = 1;
    std::vector<std::uint32_t> neurons;  ///< ascending
    std::vector<std::int32_t> raw;       ///< [time][neuron] s16.15
    std::size_t n_times() const { return neurons.empty() ? 0 : raw.size() / neurons.size(); }
};
/// @param parts  of one variable of one population, at least one: cores of a population sample at the same ticks
RecordedMatrix side_by_side(const std::vector<Recorded::Part>& parts);

/// Takes what the cores with programs recorded and empties their buffers.
/// @param exchange  with the other processes, which all take at one time: process 0 gets what all recorded, the others
/// nothing; nullptr: there are no others
Recorded take_all(Machine& machine, Exchange* exchange);

/// The plastic synapses of the whole machine, sorted by (projection, pre, post, delay, weight). What they are now:
/// between runs of the engine, as often as one likes. @param exchange  as of take_all()
std::vector<PlasticSynapse> plastic_synapses(Machine& machine, Exchange* exchange);

}  // namespace spinn
