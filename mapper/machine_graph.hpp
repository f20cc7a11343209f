/// What is placed and routed: slices (one per core) and nets. Pass 1, partition, cuts a network into one; a bare graph
/// (host/graph_file.hpp) is one already.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mapper/population_plan.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

/// The atoms of one population that share a core; or an external device on a link of a chip, which takes no core.
struct Slice {
    std::string name;              ///< "exc[0:256]", "exc[0:256] delayed"; may be empty, see slice_name()
    std::uint32_t population = 0;  ///< of the source, for a delay extension
    std::uint32_t first_atom = 0, n_atoms = 0;
    ProgramKind program = ProgramKind::neurons;
    std::uint64_t sdram_bytes = 0;   ///< in all
    std::uint64_t matrix_bytes = 0;  ///< of these, its part of the matrices that the cores of a chip share
    std::optional<Link> device;      ///< the link at which it sits; its chip must be fixed
};

/// Packets of one slice that share a multicast tree.
struct Net {
    std::uint32_t source = 0;            ///< index in MachineGraph::slices; at most one net a slice of a network
    std::uint32_t n_keys = 0;            ///< one per atom; for a delay extension, stages * atoms_per_core
    double packets_per_s = 0.0;          ///< expected, for placement and link load
    std::vector<std::uint32_t> targets;  ///< slices, sorted, without duplicates; may contain the source; never empty
};

/// What a placement must keep to, besides the room on chips.
struct PlaceConstraints {
    struct Fixed {
        std::uint32_t slice = 0;
        ChipCoord chip;
        std::uint8_t core = 0;  ///< virtual; 0: any
    };
    struct Reserved {
        std::optional<ChipCoord> chip;  ///< none: every chip
        std::uint32_t cores = 0;        ///< bit p: virtual core p is not to be used
    };
    struct Sdram {
        ChipCoord chip;
        std::uint64_t bytes = 0;  ///< that applications may use, instead of what a chip has
    };
    std::vector<std::vector<std::uint32_t>> same_chip;  ///< slices that share a chip; groups may overlap
    std::vector<Fixed> fixed;
    std::vector<Reserved> reserved;
    std::vector<Sdram> sdram;
};

struct MachineGraph {
    std::vector<PopulationPlan> plans;  ///< [population]; empty for a bare graph
    std::vector<std::string> population_names;
    std::vector<Slice> slices;
    std::vector<Net> nets;  ///< sorted by source
    PlaceConstraints constraints;
};

/// [net]: it reaches one slice only, and nothing reaches its source. Noise with one source a cell, say.
std::vector<bool> driving_nets(const MachineGraph& graph);

/// The name of a slice, or its population and number when it has none.
std::string slice_name(const MachineGraph& graph, std::size_t slice);

nlohmann::json to_json(const MachineGraph& graph);

}  // namespace spinn
