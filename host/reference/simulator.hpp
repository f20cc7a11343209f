/// The reference: the same network, in double precision.
///
/// Same synapses, initial values and source spikes as on the emulated machine (drawn by the same functions), the same
/// integer times (delays, refractoriness and source spikes in ticks) and the same order of work in a tick (reference:
/// neural runtime, 2.2): arriving input, record, membrane, threshold, reset, send, decay. Parameters, weights and state
/// are doubles. What is left between the two is what fixed point does.
#pragma once

#include <cstdint>
#include <vector>

#include "host/results.hpp"
#include "mapper/network.hpp"

namespace spinn {

struct ReferenceOptions {
    double duration_ms = -1.0;  ///< negative: the network's own
    /// Take the constants that the board derives from time constants (R, exp(-dt/tau), decays, input scaling) as the
    /// board computes them, in its fixed point. At 0.1 ms they are off by up to 2 %, so this tells the error of the
    /// constants from that of the state.
    bool quantised_constants = false;
};

struct ReferenceResult {
    std::uint32_t ticks = 0;                      ///< length of the run
    std::vector<PopulationActivity> populations;  ///< [population]: what the network records, as a results file has it
    std::uint64_t synapses = 0;
    std::uint64_t synaptic_events = 0;
    bool quantised_constants = false;
    double seconds = 0.0;  ///< it took to build and run
};

ReferenceResult run_reference(const Network& network, const ReferenceOptions& options = {});

}  // namespace spinn
