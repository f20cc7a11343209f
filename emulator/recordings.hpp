/// Reading recordings back through the bus, as a host does: vcpu user0 -> region table -> recording header -> buffers.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/machine.hpp"

namespace spinn {

/// What one core recorded since the buffers were last emptied. Atoms count within the slice.
struct CoreRecordings {
    std::vector<std::uint32_t> spike_ticks,
        spike_atoms;  ///< sorted by (tick, atom); a spike that came twice stands twice
    struct Samples {
        std::uint32_t variable = 0;  ///< 1 v, 2 gsyn_exc, 3 gsyn_inh
        std::uint32_t interval_ticks = 1;
        std::vector<std::uint32_t> atoms;
        std::vector<std::uint32_t> ticks;  ///< [time]
        std::vector<std::int32_t> raw;     ///< [time][atom] s16.15
    };
    std::vector<Samples> samples;
    bool lost = false;  ///< a buffer was full: records are missing
};

/// Takes what a core recorded and empties its buffers. Nothing for cores that record nothing.
/// @throws RequestError when the bytes in SDRAM are not recordings
CoreRecordings take_recordings(Machine& machine, const Core& core);

}  // namespace spinn
