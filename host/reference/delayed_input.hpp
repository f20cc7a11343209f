/// The way of a spike in the reference: rows of synapses, and the input they cause some ticks later.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/network.hpp"

namespace spinn::reference {

/// Input to come of one population: a ring of ticks, as long as the longest delay asks for.
class DelayedInput {
 public:
    DelayedInput() = default;
    DelayedInput(std::uint32_t n_neurons, std::size_t n_receptors, std::uint32_t max_delay_ticks)
        : n_neurons_(n_neurons),
          n_receptors_(n_receptors),
          slots_(max_delay_ticks + 1),
          sums_(n_receptors * n_neurons * slots_, 0.0) {}

    /// Sums [neuron] that a receptor receives in a tick; whoever has used them sets them to 0.
    std::span<double> at(std::uint64_t tick, Receptor receptor) {
        const std::size_t row =
            n_receptors_ * static_cast<std::size_t>(tick % slots_) + static_cast<std::size_t>(receptor);
        return {sums_.data() + row * n_neurons_, n_neurons_};
    }

 private:
    std::size_t n_neurons_ = 0, n_receptors_ = 2, slots_ = 1;
    std::vector<double> sums_;  ///< [slot][receptor][neuron]
};

/// The synapses of one projection, compressed rows by pre neuron; the synapses of a row are sorted by delay, then
/// target.
struct ProjectionRows {
    std::uint32_t pre_population = 0, post_population = 0;
    Receptor receptor = Receptor::excitatory;
    std::uint32_t max_delay_ticks = 1;
    std::vector<std::uint64_t> offsets;  ///< [pre neuron + 1]
    std::vector<std::uint32_t> targets;  ///< post neuron
    std::vector<std::uint32_t> delays;   ///< ticks
    std::vector<double> weights;         ///< nA or uS, without sign: the receptor has it
};

/// All synapses of a projection, drawn as the emulated cores draw them.
/// @param weight_unit  above 0: weights are rounded to multiples of it, as 16-bit integers
ProjectionRows projection_rows(const Network& network, std::size_t projection, double weight_unit = 0.0);

/// The step between two 16-bit weights of a projection, nA or uS: 2^(shift - 15), by 1024 for conductances (neural
/// runtime, 1.6).
double weight_unit(const Network& network, std::size_t projection);

/// Adds the row of a neuron, weights times `factor`.
void add_scaled_row(const ProjectionRows& rows, std::uint32_t pre, std::uint64_t tick, double factor,
                    DelayedInput& input);

/// Adds the row of a neuron that sent `repeats` spikes in a tick. @return synaptic events
std::uint64_t add_row(const ProjectionRows& rows, std::uint32_t pre, std::uint64_t tick, std::uint32_t repeats,
                      DelayedInput& input);

}  // namespace spinn::reference
