/// Pass 1, partition: a network cut into slices (one per core) and nets (one per sending slice).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mapper/population_plan.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

/// The atoms of one population that share a core.
struct Slice {
    std::string name;              ///< "exc[0:256]", "exc[0:256] delayed"
    std::uint32_t population = 0;  ///< of the source, for a delay extension
    std::uint32_t first_atom = 0, n_atoms = 0;
    ProgramKind program = ProgramKind::neurons;
    std::uint64_t sdram_bytes = 0;   ///< in all
    std::uint64_t matrix_bytes = 0;  ///< of these, its part of the matrices that the cores of a chip share
};

/// The packets of one slice: all its atoms share a multicast tree.
struct Net {
    std::uint32_t source = 0;            ///< index in MachineGraph::slices; at most one net a slice
    std::uint32_t n_keys = 0;            ///< one per atom; for a delay extension, stages * atoms_per_core
    double packets_per_s = 0.0;          ///< expected, for placement and link load
    std::vector<std::uint32_t> targets;  ///< slices, sorted, without duplicates; may contain the source; never empty
};

struct MachineGraph {
    std::vector<PopulationPlan> plans;  ///< [population]
    std::vector<Slice> slices;
    std::vector<Net> nets;  ///< sorted by source
};

/// [net]: it reaches one slice only, and nothing reaches its source. Noise with one source a cell, say.
std::vector<bool> driving_nets(const MachineGraph& graph);

nlohmann::json to_json(const MachineGraph& graph);

}  // namespace spinn
