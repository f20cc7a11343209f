#include "runtime/array_source.hpp"

#include <cmath>
#include <utility>

namespace spinn {

std::optional<Tick> spike_tick(double time_ms, std::uint32_t timestep_us) {
    const double time_us = std::floor(time_ms * 1000.0);
    if (!(time_us >= 0.0)) return std::nullopt;
    const double tick = std::ceil(time_us / timestep_us);
    if (tick > 0xffffffffu) return std::nullopt;
    return Tick{static_cast<std::uint32_t>(tick)};
}

ArraySlice load_array(ArrayRegion region) { return {std::move(region), 0}; }

std::span<const std::uint32_t> emit(ArraySlice& slice, Tick tick) {
    const ArrayRegion& region = slice.region;
    while (slice.next < region.ticks.size() && region.ticks[slice.next] < value(tick)) ++slice.next;
    if (slice.next == region.ticks.size() || region.ticks[slice.next] != value(tick)) return {};
    const std::uint32_t first = region.offsets[slice.next];
    const std::uint32_t last = region.offsets[slice.next + 1];
    ++slice.next;
    return std::span(region.atoms).subspan(first, last - first);
}

}  // namespace spinn
