/// Spike-timing dependent plasticity in double precision: the same rules, deferred in the same way.
///
/// Exact exponentials, all post spikes remembered, weights never rounded. Delays are what the network says: there are
/// no delay extensions. A nearest pair is one at the synapse; the first pre spike has none before it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/reference/delayed_input.hpp"
#include "mapper/network.hpp"
#include "runtime/layout/plasticity_region.hpp"

namespace spinn::reference {

/// A spike with what its side's earlier spikes have left (recurrent: `first` is its window, ticks), itself included in
/// `first`: o1 and o2, or r1 and r2, of the triplet rule.
struct TracedSpike {
    std::uint32_t tick = 0;
    double first = 0.0, second = 0.0;
};

/// The post spikes of a population, neuron by neuron, oldest first.
class PostSpikes {
 public:
    PostSpikes() = default;
    /// @param population  index in the network, whose seed it is: windows of the recurrent rule are drawn with both
    PostSpikes(const StdpRule& rule, std::uint32_t n_neurons, double timestep_ms, std::uint64_t seed,
               std::uint32_t population);
    /// Notes the spikes of a tick.
    void enter(std::uint32_t tick, std::span<const std::uint32_t> spiking);
    std::span<const TracedSpike> of(std::uint32_t neuron) const { return spikes_[neuron]; }

 private:
    std::uint64_t seed_ = 0;
    std::uint32_t population_ = 0;
    DecayTable windows_;                             ///< recurrent: after post spikes
    double tau_ticks_ = 1.0, slow_tau_ticks_ = 1.0;  ///< tau_minus, tau_y
    std::vector<std::vector<TracedSpike>> spikes_;
};

/// What a plastic projection remembers of its source neurons.
struct Learning {
    StdpRule rule;
    double tau_plus = 1.0, tau_minus = 1.0, tau_x = 1.0;  ///< ticks
    std::vector<TracedSpike> last_pre;                    ///< [pre neuron]
    std::vector<std::uint8_t> has_spiked;                 ///< [pre neuron]
    std::uint64_t seed = 0;                               ///< of the network
    std::uint32_t projection = 0;
    DecayTable windows;                      ///< recurrent: after pre spikes
    std::vector<std::int16_t> accumulators;  ///< recurrent: [synapse]
};
/// @param projection  index in the network, whose seed it is
Learning make_learning(const StdpRule& rule, const ProjectionRows& rows, double timestep_ms, std::uint64_t seed,
                       std::uint32_t projection);

/// A pre spike of `repeats`: changes the weights of its row and adds them. @return synaptic events
std::uint64_t learn_and_add_row(Learning& learning, ProjectionRows& rows, const PostSpikes& posts, std::uint32_t pre,
                                std::uint32_t tick, std::uint32_t repeats, DelayedInput& input);

}  // namespace spinn::reference
