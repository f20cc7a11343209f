/// What the mapper estimates of a projection before its synapses exist.
#pragma once

#include <cstdint>

#include "runtime/connection_rule.hpp"

namespace spinn {

struct ProjectionStatistics {
    double max_connections_per_post = 0.0;  ///< largest number of synapses into one neuron
    double mean_weight = 0.0;               ///< of |w|, PyNN units
    double weight_variance = 0.0;
    double max_weight = 0.0;                ///< largest |w| that is likely among all synapses
    double delay_variance = 0.0;            ///< ms^2
    std::uint32_t max_delay_ticks = 1;
    std::uint32_t min_delay_ticks = 1;
};

ProjectionStatistics projection_statistics(const ConnectionRule& rule);

}  // namespace spinn
