/// Recordings kept in memory, population by population: what the Python module collects while a session runs.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "host/extract.hpp"

namespace spinn {

struct Recordings {
    struct Spikes {
        std::vector<std::uint32_t> ticks, neurons;  ///< sorted by (tick, neuron)
    };
    std::map<std::uint32_t, Spikes> spikes;  ///< [population]
    /// [(population, variable)]: a matrix for every time that the neurons or the interval changed, by time.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<RecordedMatrix>> samples;
};

/// Appends what was taken from a machine since the last time.
void add(Recordings& recordings, const Recorded& recorded);

/// Forgets what a population recorded.
void clear(Recordings& recordings, std::uint32_t population);

}  // namespace spinn
