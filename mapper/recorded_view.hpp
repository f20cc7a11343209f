/// What a network file asks to record, per population and variable.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/network.hpp"

namespace spinn {

/// Neurons whose variable is recorded, ascending; empty when nobody asked.
struct RecordedView {
    std::vector<std::uint32_t> neurons;
    std::uint32_t interval_ticks = 1;  ///< of v and gsyn; the shortest one asked for
};
RecordedView recorded_view(const Network& network, std::size_t population, Variable variable);

/// Steps of a run: duration / timestep, rounded up (a thousandth of a step more than a whole number is rounding error).
std::uint32_t run_ticks(double duration_ms, double timestep_ms);

}  // namespace spinn
