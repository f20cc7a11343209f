/// The parts of a plastic synapse's fixed half-word.
#pragma once

#include <cstdint>

#include "runtime/layout/regions.hpp"

namespace spinn {

/// What the loops over a row's synapses need of the core.
struct FixedFields {
    std::uint32_t atom_mask, type_shift, type_mask, tick_shift, delay_mask;
    bool backprop_delay;
    FixedFields(const SynapseRegion& shape, bool backprop)
        : atom_mask((1u << shape.index_bits) - 1),
          type_shift(shape.index_bits),
          type_mask((1u << shape.type_bits) - 1),
          tick_shift(shape.index_bits + shape.type_bits),
          delay_mask((1u << shape.delay_bits) - 1),
          backprop_delay(backprop) {}
    std::uint32_t atom(std::uint32_t fixed) const { return fixed & atom_mask; }
    std::uint32_t receptor(std::uint32_t fixed) const { return fixed >> type_shift & type_mask; }
    /// Ticks after which a post spike is at the synapse. A full turn of the ring buffer is written as 0.
    std::uint32_t back(std::uint32_t fixed) const {
        return backprop_delay ? (((fixed >> tick_shift) - 1) & delay_mask) + 1 : 0;
    }
};

}  // namespace spinn
