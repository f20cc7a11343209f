/// Machines in the JSON formats of others (docs/mapping-formats.md).
#pragma once

#include <string>
#include <string_view>

#include "mapper/machine_graph.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// A machine to map a bare graph onto.
struct MachineDescription {
    MachineShape shape;
    int table_capacity = routing_table_capacity;  ///< entries of a router that applications may use
    std::vector<PlaceConstraints::Sdram> sdram;   ///< chips that have another amount than is usual
};

/// sm-machine/1, the place-and-route interchange format (and Rig's), or SpiNNTools' machine.json, told apart by their
/// fields. @throws InputError with every mistake
MachineDescription read_machine_json(std::string_view text, const std::string& file_name);

/// A machine by preset, machine file (*.yaml) or JSON (*.json). @throws InputError
MachineDescription read_machine_description(const std::string& preset_or_path);

/// The machine as sm-machine/1. Links and chips that are absent are listed as dead.
nlohmann::json to_sm_machine(const MachineDescription& machine);

}  // namespace spinn
