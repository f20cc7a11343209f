/// SpikeSourcePoisson: how often each source of a slice spikes in a tick.
///
/// The board's three algorithms and thresholds (sPyNNaker, spike_source_poisson.c), fed by counter-based numbers: a
/// draw depends on (seed, population, neuron, tick) and not on the slice, so one slice of a whole population gives the
/// spikes of its parts.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/layout/poisson_region.hpp"

namespace spinn {

enum class PoissonAlgorithm : std::uint8_t {
    silent,  ///< rate 0
    slow,    ///< mean below 0.01 a tick: exponential intervals in 1/1000 tick
    fast,    ///< product of uniforms against e^-mean (Knuth)
    faster,  ///< mean from 10 a tick: square of a normal variate around the root of the mean
};

/// The mean number of spikes in a tick: rate * seconds_per_tick, floor; saturates at accum_max.
Accum poisson_mean(ULongAccum rate_hz, std::uint32_t timestep_us);
PoissonAlgorithm poisson_algorithm(Accum mean_per_tick);

struct PoissonSlice {
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0, timestep_us = 1000;
    // [atom]
    std::vector<std::uint32_t> start_tick, end_tick;
    std::vector<PoissonAlgorithm> algorithm;
    /// fast. 15 significant bits, as on the board: a mean of 8 a tick comes out as 8.09, one just below 10 as 10.4
    std::vector<UFract> exp_minus_mean;
    std::vector<Accum> root_mean;              ///< faster
    std::vector<std::uint64_t> mean_interval;  ///< slow: whole ticks
    std::vector<std::uint64_t> time_to_spike;  ///< slow: 1/1000 tick; the only state

    std::uint32_t n_fast = 0;                                  ///< sources of the fast algorithm
    std::uint32_t first_active = 0xffffffff, last_active = 0;  ///< ticks outside [first, last) have no spikes
    // Scratch of one tick: uniform numbers [4][atom], spikes and products of the fast algorithm [atom].
    std::vector<std::uint32_t> uniforms, fast_count;
    std::vector<UFract> fast_product;
};

/// @param region as decode_poisson_region() gives it
PoissonSlice load_poisson(const PoissonRegion& region);

/// The new rate of a source. @param atom within the slice. @param tick the first tick at which it holds
void set_rate(PoissonSlice& slice, std::uint32_t atom, ULongAccum rate_hz, Tick tick);

/// Appends every atom that spikes in this tick, ascending, and how often (at least 1) it does. Call once for every
/// tick, in order.
void emit(PoissonSlice& slice, Tick tick, std::vector<std::uint32_t>& atoms, std::vector<std::uint32_t>& counts);

}  // namespace spinn
