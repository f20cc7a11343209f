/// SpikeSourcePoisson as the board does it: one generator a core, served in the order of the atoms
/// (sPyNNaker, spike_source_poisson.c), so what a source does depends on which sources share its core.
///
/// Bit for bit but for two things. The seed of a core comes from numpy on a board's host; here from the network's seed,
/// the population and the slice's first atom. And the normal variate of the `faster` algorithm inverts the distribution
/// function exactly where the board has piecewise polynomials: their last bits may differ.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/fixed_point.hpp"
#include "runtime/kiss.hpp"
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

/// (z / 2 + root of the mean)^2, rounded, for a normal variate z.
std::uint32_t squared_normal(Accum root_mean, Accum z);

/// The sources of one core. Times of spikes are 32-bit words that wrap, as on the board.
struct BoardPoisson {
    Kiss random;
    // [atom]
    std::vector<PoissonAlgorithm> algorithm;
    /// fast. 15 significant bits: a mean of 8 a tick comes out as 8.09, one just below 10 as 10.4
    std::vector<UFract> exp_minus_mean;
    std::vector<Accum> root_mean;              ///< faster
    std::vector<std::uint32_t> mean_interval;  ///< slow: whole ticks
    std::vector<std::uint32_t> time_to_spike;  ///< slow: 1/1000 tick
};

/// The seed of the core that holds the slice, validated.
Kiss board_seed(const PoissonRegion& region);

/// Draws the first interval of every slow source. @param random in its state before the first draw
BoardPoisson load_board_poisson(const PoissonRegion& region, Kiss random);

void set_board_rate(BoardPoisson& sources, std::uint32_t atom, ULongAccum rate_hz, std::uint32_t timestep_us);

/// The spikes of one source in one tick in which it is active.
std::uint32_t board_spikes(BoardPoisson& sources, std::uint32_t atom);

}  // namespace spinn
