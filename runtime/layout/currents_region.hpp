/// The current sources of a core: a region that only cores with sources have.
///
/// Words, little-endian: 0 n_atoms, 1 population, 2 first_atom, 3 and 4 seed, 5 n_sources; then for each: kind, index,
/// start_tick, stop_tick, hold_ticks, number of steps, number of atoms, level, swing, radians_per_tick, phase
/// (doubles); the steps' ticks, their amplitudes (doubles), the atoms.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/current_source.hpp"

namespace spinn {

std::vector<std::uint32_t> encode(const Currents& currents);

/// Any words give sources that injected() accepts, or the reason why not. Words behind the region are ignored.
std::variant<Currents, DecodeError> decode_currents_region(std::span<const std::uint32_t> words);

}  // namespace spinn
