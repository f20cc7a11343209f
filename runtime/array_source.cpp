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

void emit(ArraySlice& slice, Tick tick, std::vector<std::uint32_t>& atoms, std::vector<std::uint32_t>& counts) {
    const ArrayRegion& region = slice.region;
    while (slice.next < region.ticks.size() && region.ticks[slice.next] < value(tick)) ++slice.next;
    if (slice.next == region.ticks.size() || region.ticks[slice.next] != value(tick)) return;

    const std::size_t first_new = atoms.size();
    for (std::size_t i = region.offsets[slice.next]; i < region.offsets[slice.next + 1]; ++i) {
        if (atoms.size() > first_new && atoms.back() == region.atoms[i]) {
            ++counts.back();
        } else {
            atoms.push_back(region.atoms[i]);
            counts.push_back(1);
        }
    }
    ++slice.next;
}

}  // namespace spinn
