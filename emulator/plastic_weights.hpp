/// Reading plastic weights back through the bus, as a host does.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/machine.hpp"

namespace spinn {

/// A synapse that learns, as it is now.
struct PlasticSynapse {
    std::uint32_t projection = 0;     ///< index in the network
    std::uint32_t pre = 0, post = 0;  ///< neurons in their populations
    std::uint32_t delay_ticks = 1;
    double weight = 0.0;  ///< nA or uS, without sign: the receptor has it
    auto operator<=>(const PlasticSynapse&) const = default;
};

/// The plastic synapses that end on a core's neurons, in the order of its rows; none for cores without. Between runs.
/// @throws RequestError when the bytes in SDRAM are not rows
std::vector<PlasticSynapse> read_plastic_synapses(Machine& machine, const Core& core);

}  // namespace spinn
