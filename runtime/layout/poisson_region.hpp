/// The parameter region of a core that holds Poisson sources.
///
/// Words, little-endian:
///   0 model (spike_source_poisson)   1 n_atoms   2 timestep in us   3 seed, low word   4 seed, high word
///   5 population   6 first_atom
///   then for every atom: rate in Hz (u32.32, low word first), first active tick, first tick that is no longer active;
///   then the number of changes, and for each: tick, atom, rate in Hz (u32.32), sorted by tick and atom.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/fixed_point.hpp"

namespace spinn {

struct PoissonRegion {
    /// What one source does, and when. Converted from PyNN's rate, start and duration by poisson_parameters().
    struct Source {
        ULongAccum rate_hz;
        std::uint32_t start_tick = 0;
        std::uint32_t end_tick = 0xffffffff;  ///< exclusive; 0xffffffff is never
        bool operator==(const Source&) const = default;
    };

    std::uint32_t timestep_us = 1000;  ///< 1 to 1000000
    std::uint64_t seed = 1;            ///< the network's
    std::uint32_t population = 0;      ///< index in the network, part of every draw's key
    std::uint32_t first_atom = 0;      ///< the slice's first neuron in the population
    std::vector<Source> sources;       ///< [atom]

    /// A rate that holds from a tick on.
    struct Change {
        std::uint32_t tick = 0, atom = 0;
        ULongAccum rate_hz;
        bool operator==(const Change&) const = default;
    };
    std::vector<Change> changes;  ///< sorted by (tick, atom)
    bool operator==(const PoissonRegion&) const = default;
};

/// PyNN's parameters as the core holds them: start and duration become floor(ms / timestep + 0.5) ticks, and what lies
/// beyond the last tick is never reached. @param rate_hz in the range of describe(); start and duration >= 0, infinity
/// allowed
PoissonRegion::Source poisson_parameters(double rate_hz, double start_ms, double duration_ms, double timestep_ms);

std::vector<std::uint32_t> encode(const PoissonRegion& region);

/// Any words give a region that load_poisson accepts, or the reason why not. Words behind the region are ignored.
std::variant<PoissonRegion, DecodeError> decode_poisson_region(std::span<const std::uint32_t> words);

}  // namespace spinn
