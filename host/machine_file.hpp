/// Machines by preset or from a machine file (docs/network-format.md, "Machines").
#pragma once

#include <string>
#include <string_view>

#include "protocols/error.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// A preset ("spinn3", "spinn5", "spinn5*3", "16x16") or, ending in .yaml or .yml, a machine file.
/// @throws InputError that names every mistake
MachineShape read_machine(std::string_view preset_or_path);

/// A machine file:
///
///     machine: spinn5*3
///     dead_chips: [[3, 4]]
///     dead_cores: [[0, 0, 5]]        # x, y, physical core
///     dead_links: [[2, 1, north]]    # x, y, link by name or number (0 east, 1 north_east, 2 north, 3 west, ...)
///
/// @throws InputError with every mistake and its line
MachineShape read_machine_yaml(std::string_view text, const std::string& file_name);

/// What is wrong with a machine's name in a network file; an empty `what` for a preset or a file name.
Problem machine_name_problem(std::string_view name);

}  // namespace spinn
