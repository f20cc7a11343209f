/// From Poisson sources of a network to those of a slice.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/network.hpp"
#include "runtime/layout/poisson_region.hpp"

namespace spinn {

constexpr bool is_poisson(ModelKind model) {
    return model == ModelKind::spike_source_poisson || model == ModelKind::spike_source_poisson_variable;
}

/// The highest rate that each neuron ever has, Hz.
std::vector<double> highest_rates(const Network& network, std::size_t population);

/// The sources [first_atom, first_atom + n_atoms) of a population for which is_poisson() holds. Times become ticks by
/// floor(ms / timestep + 0.5); of two changes in one tick the later one in the list counts.
PoissonRegion poisson_region(const Network& network, std::size_t population, std::uint32_t first_atom,
                             std::uint32_t n_atoms);

}  // namespace spinn
