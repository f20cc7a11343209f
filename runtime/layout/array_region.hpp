/// The region of a core that plays back spikes: ticks that have any, and the atoms of each (compressed sparse rows).
///
/// Words, little-endian:
///   0 model (spike_source_array)   1 n_atoms   2 population   3 first_atom   4 n_ticks   5 n_spikes
///   then n_ticks ticks, strictly ascending; n_ticks + 1 offsets; n_spikes atoms, ascending within a tick. An atom that
///   stands twice in a tick spikes twice.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"

namespace spinn {

struct ArrayRegion {
    std::uint32_t n_atoms = 0;
    std::uint32_t population = 0;
    std::uint32_t first_atom = 0;      ///< the slice's first neuron in the population
    std::vector<std::uint32_t> ticks;  ///< strictly ascending
    std::vector<std::uint32_t>
        offsets;  ///< size ticks + 1; spikes of ticks[i] are atoms[offsets[i]] .. atoms[offsets[i + 1]]
    std::vector<std::uint32_t> atoms;  ///< within the slice, ascending within a tick
    bool operator==(const ArrayRegion&) const = default;
};

/// The region of a slice whose atom i spikes at spike_times_ms[i] (any order). Times that give no tick (negative, NaN,
/// beyond the last tick) are left out. @param timestep_us >= 1
ArrayRegion array_region(std::span<const std::vector<double>> spike_times_ms, std::uint32_t timestep_us);

std::vector<std::uint32_t> encode(const ArrayRegion& region);

/// Any words give a region that load_array accepts, or the reason why not. Words behind the region are ignored.
std::variant<ArrayRegion, DecodeError> decode_array_region(std::span<const std::uint32_t> words);

}  // namespace spinn
