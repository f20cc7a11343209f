/// SpikeSourceArray: spikes at given times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocols/types.hpp"
#include "runtime/layout/array_region.hpp"

namespace spinn {

/// The tick at which a spike at this time is sent: ceil(floor(ms * 1000) / timestep_us); none when the time is
/// negative, not a number or beyond the last tick. Source: sPyNNaker, SpikeSourceArray; a time in ms counts in whole
/// us.
std::optional<Tick> spike_tick(double time_ms, std::uint32_t timestep_us);

struct ArraySlice {
    ArrayRegion region;
    std::size_t next = 0;  ///< index in region.ticks of the first tick not yet played
};

/// @param region as decode_array_region() or array_region() gives it
ArraySlice load_array(ArrayRegion region);

/// The atoms that spike in this tick, ascending; one that spikes twice stands there twice. Ticks are asked for in
/// order; spikes of ticks that were skipped are dropped.
std::span<const std::uint32_t> emit(ArraySlice& slice, Tick tick);

}  // namespace spinn
