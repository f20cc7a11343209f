/// Synapses a batch at a time, field by field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace spinn {

struct Synapse {
    std::uint32_t pre = 0, post = 0;  ///< neuron indices in their populations
    double weight = 0.0;              ///< as drawn, before any fixed point
    std::uint32_t delay_ticks = 1;    ///< round half even of delay / timestep, at least 1
};

/// The fields of some synapses, each in a span of its own: all have the same size.
struct SynapseBatch {
    std::span<const std::uint32_t> pre, post;
    std::span<const double> weight;
    std::span<const std::uint32_t> delay_ticks;

    std::size_t size() const { return pre.size(); }
    Synapse operator[](std::size_t i) const { return {pre[i], post[i], weight[i], delay_ticks[i]}; }
};

}  // namespace spinn
