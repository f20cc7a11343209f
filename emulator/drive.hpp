/// A source core that drives one neuron core alone, as one-to-one noise does: it runs with that core, tick by tick, and
/// its spikes go straight into the ring buffer. So its short delay does not shorten the windows of everybody else.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emulator/key_paths.hpp"
#include "emulator/machine.hpp"
#include "emulator/spike_batch.hpp"

namespace spinn {

struct Drive {
    std::uint32_t source = 0, target = 0;  ///< indices in Machine::cores

    /// Rows of the keys of one path.
    struct Rows {
        std::uint32_t first = 0, end = 0;  ///< atoms of the source
        RowBlock block;
        /// When atom first + i has one synapse and it ends in neuron `neuron` + i, all with one delay and receptor:
        /// their words, one after another. Empty when it is not so.
        std::vector<std::uint32_t> diagonal;
    };
    std::vector<Rows> rows;
    bool unknown = false;  ///< the target's population table does not know the keys
};

/// The drive that a source core is, when all its packets end in one neuron core, arrive once, and have delays that the
/// core's ring buffer has slots for; nullopt for all others.
std::optional<Drive> drive_of(Machine& machine, std::uint32_t source, std::span<const KeyPath> paths);

/// Adds the spikes of one tick. @param atoms, repeats  a list; @param counts  [atom] or, when the source sent a list,
/// empty
void deliver(Machine& machine, const Drive& drive, std::uint32_t sent, std::span<const std::uint32_t> atoms,
             std::span<const std::uint32_t> repeats, std::span<const std::uint32_t> counts);

}  // namespace spinn
