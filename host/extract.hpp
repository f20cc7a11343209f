/// Recordings of all cores, of all processes, brought together by population.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "emulator/exchange.hpp"
#include "emulator/machine.hpp"
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

/// Takes what the cores with programs recorded and empties their buffers.
/// @param exchange  with the other processes, which all take at one time: process 0 gets what all recorded, the others
/// nothing; nullptr: there are no others
Recorded take_all(Machine& machine, Exchange* exchange);

}  // namespace spinn
