/// Pass 2, place: a chip and a core for every slice.
#pragma once

#include <atomic>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

using Placements = std::vector<CoreLocation>;  ///< [slice]

/// What a placement makes small.
enum class PlaceObjective {
    hops,     ///< links in the trees, every net alike
    traffic,  ///< links in the trees, each net by its packets
    both,     ///< a net counts 1 + its packets / the mean of all nets
};

struct PlaceOptions {
    std::uint64_t seed = 1;  ///< same seed, graph and machine give the same placement, whatever the number of threads
    PlaceObjective objective = PlaceObjective::both;
    int effort = 4;                           ///< visits to each unit when swaps are tried
    int threads = 0;                          ///< 0: one a processor
    const std::atomic<bool>* stop = nullptr;  ///< set: no more swaps, go on with what there is
};

/// @throws RequestError when the slices do not fit: how many cores or bytes of SDRAM are missing, and what to change
Placements place(const MachineGraph& graph, const MachineShape& machine, const PlaceOptions& options);

/// Throws std::logic_error naming the first broken promise: a slice on an absent chip or core, two on one core, a chip
/// whose SDRAM is overfull.
void check(const Placements& placements, const MachineGraph& graph, const MachineShape& machine);

/// The smallest of spinn3, spinn5, spinn5*3, spinn5*6, ... that has the cores and the SDRAM.
MachineShape smallest_machine(const MachineGraph& graph);

nlohmann::json to_json(const Placements& placements);

}  // namespace spinn
