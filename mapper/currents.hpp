/// From the current sources of a network to those of a slice.
#pragma once

#include <cstdint>

#include "mapper/network.hpp"
#include "runtime/current_source.hpp"

namespace spinn {

/// The sources that reach neurons [first_atom, first_atom + n_atoms) of a population, times in ticks (nearest, halves
/// up), atoms counted from first_atom.
Currents currents_of(const Network& network, std::size_t population, std::uint32_t first_atom, std::uint32_t n_atoms);

}  // namespace spinn
