/// Short-term plasticity in double precision: the equations of runtime/short_term.hpp, source neuron by source neuron.
#pragma once

#include <cstdint>
#include <vector>

#include "host/reference/delayed_input.hpp"
#include "runtime/short_term.hpp"

namespace spinn::reference {

struct ShortTerm {
    ShortTermRule rule;
    double timestep_ms = 1.0;
    struct Source {
        bool has_spiked = false;
        std::uint32_t tick = 0;
        double x = 1.0, u = 0.0;  ///< of the last spike
    };
    std::vector<Source> sources;  ///< [pre neuron]
};
ShortTerm make_short_term(const ShortTermRule& rule, std::uint32_t n_pre, double timestep_ms);

/// Enters a spike. @return u x
double enter_spike(ShortTerm& plasticity, std::uint32_t pre, std::uint32_t tick);

/// Adds the row of a neuron that sent `repeats` spikes in a tick. @return synaptic events
std::uint64_t transmit(ShortTerm& plasticity, const ProjectionRows& rows, std::uint32_t pre, std::uint32_t tick,
                       std::uint32_t repeats, DelayedInput& input);

}  // namespace spinn::reference
