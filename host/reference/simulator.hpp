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

/// What of the board's own fixed point the reference takes over. Each shows which part of a difference it explains;
/// what is left with both is the arithmetic of the state.
struct Quantised {
    /// What the board derives from time constants: R, exp(-dt/tau), decays, input scaling. At 0.1 ms off by up to 2 %.
    bool constants = false;
    /// Weights in 16 bits, with the ring-buffer shift that the mapper chooses. The shift leaves room for the largest
    /// sum of a tick, so that many inputs make small weights coarse: 0.2 nA becomes 0.203 nA in a network with 800 of
    /// them.
    bool weights = false;
};

struct ReferenceOptions {
    double duration_ms = -1.0;  ///< negative: the network's own
    Quantised quantised;
};

struct ReferenceResult {
    std::uint32_t ticks = 0;                      ///< length of the run
    std::vector<PopulationActivity> populations;  ///< [population]: what the network records, as a results file has it
    std::vector<std::vector<WeightSample>> weights;  ///< [projection]: of plastic ones, when the run ended; sorted
    std::uint64_t synapses = 0;
    std::uint64_t synaptic_events = 0;
    Quantised quantised;
    double seconds = 0.0;  ///< it took to build and run
};

ReferenceResult run_reference(const Network& network, const ReferenceOptions& options = {});

}  // namespace spinn
