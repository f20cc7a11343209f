/// Leaky integrate-and-fire neurons with exponential synapses, in double precision; the update of sPyNNaker.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/network.hpp"

namespace spinn::reference {

/// One population, [neuron] each. Units: mV, nA or uS, MOhm, ticks. Receptor 0 is excitatory, 1 inhibitory.
struct Neurons {
    bool conductance = false;
    std::vector<double> v, synapse[2];
    std::vector<std::int32_t> refractory_timer;
    std::vector<double> v_rest, v_reset, v_thresh, i_offset, e_rev[2];
    std::vector<double> resistance;              ///< tau_m / cm
    std::vector<double> exp_tc;                  ///< e^(-dt / tau_m)
    std::vector<double> decay[2];                ///< e^(-dt / tau_syn)
    std::vector<double> init[2];                 ///< (tau_syn / dt) (1 - decay): charge stays weight * tau_syn
    std::vector<std::int32_t> refractory_steps;  ///< the board's own, ceil in its fixed point
};

/// @param quantised  take resistance, exp_tc, decay and init as the board computes them
Neurons make_neurons(const Network& network, std::size_t population, bool quantised);

/// Adds the input that arrives in a tick, and clears it.
void add_input(Neurons& neurons, int receptor, std::span<double> arriving);

/// One tick: membrane, threshold (tested in refractoriness too), reset, decay of the synapses. Appends who spiked,
/// ascending.
void update(Neurons& neurons, std::vector<std::uint32_t>& spiking);

}  // namespace spinn::reference
