/// Which process runs which core, when several run one machine together.
#pragma once

#include <cstdint>

#include "emulator/machine.hpp"

namespace spinn {

/// Sets Core::process of every core. Chips go to processes in stretches of about equal cost, in their order, so that
/// the cores that share a chip's synaptic rows stay together; a source whose packets all end in one neuron core goes
/// with that core, wherever it is. The same on every process, as it follows from the image alone.
/// @param machine  with its tables and cores loaded; programs are not needed
void divide(Machine& machine, const MachineImage& image, std::uint32_t processes);

}  // namespace spinn
