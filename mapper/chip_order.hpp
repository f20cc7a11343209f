/// The order in which chips are filled: a curve that keeps what follows each other close together.
#pragma once

#include <vector>

#include "protocols/machine_shape.hpp"

namespace spinn {

/// All present chips. The first `cores_wanted` application cores lie in a rectangle at (0, 0), as square as the machine
/// and its dead parts allow, visited along a generalised Hilbert curve (consecutive chips touch wherever the rectangle
/// is whole); the rest follows by distance from the middle of that rectangle.
std::vector<ChipCoord> chips_along_curve(const MachineShape& machine, std::size_t cores_wanted);

}  // namespace spinn
