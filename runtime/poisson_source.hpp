/// SpikeSourcePoisson: how often each source of a slice spikes in a tick.
///
/// Two ways, chosen when a run starts. `counter` inverts the distribution with one counter-based number per source and
/// tick: a draw depends on (seed, population, neuron, tick) and not on the slice, so one slice of a whole population
/// gives the spikes of its parts. Inversion, because it is exact to 2^-32 where the board's product of uniforms against
/// an e^-mean of 15 bits is up to 4 % off in the mean, and because it takes one number whatever the mean. `board` is
/// runtime/poisson_board.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <variant>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/layout/poisson_region.hpp"
#include "runtime/poisson_board.hpp"
#include "runtime/poisson_table.hpp"

namespace spinn {

enum class PoissonMode : std::uint8_t { counter, board };

/// Sources by inversion. Word t % 4 of the block (t / 4, neuron, population, 0) is the draw of tick t, so the spikes of
/// four ticks are counted at once and kept. Sources of more than largest_table_mean spikes a tick square a normal
/// variate, drawn with the block (t, neuron, population, 1); that has a mean 1/4 too high, as on the board.
struct CounterPoisson {
    static constexpr std::uint32_t ticks_per_block = 4;
    static constexpr std::uint32_t no_table = 0xffffffff;

    struct Rate {
        std::uint32_t n_sources = 0;  ///< that have it; 0: free to be another rate
        std::uint64_t raw = 0;        ///< Hz, u32.32
        PoissonTable table;
    };
    /// Neighbours of one table.
    struct Run {
        std::uint32_t first = 0, n = 0, table = 0;
    };

    std::vector<Rate> rates;                         ///< each once
    std::map<std::uint64_t, std::uint32_t> rate_at;  ///< raw rate -> index in `rates`
    std::vector<std::uint32_t> table_of;             ///< [atom] index in `rates`; no_table: above largest_table_mean
    std::vector<Accum> root_mean;                    ///< [atom] where there is no table
    std::vector<std::uint32_t> without_table;        ///< atoms, ascending
    std::vector<Run> runs;                           ///< of atoms with a table, ascending
    bool runs_stale = true;

    std::uint32_t block = 0xffffffff;                  ///< the four ticks that `counts` is of
    std::size_t stride = 0;                            ///< atoms and room to write past them
    std::vector<std::uint8_t> counts;                  ///< [tick of the block][stride]
    std::array<std::uint64_t, ticks_per_block> sum{};  ///< of counts
};

struct PoissonSlice {
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0, timestep_us = 1000, n_atoms = 0;
    std::vector<std::uint32_t> start_tick, end_tick;           ///< [atom]
    std::uint32_t first_active = 0xffffffff, last_active = 0;  ///< ticks outside [first, last) have no spikes
    std::uint32_t all_from = 0, all_until = 0xffffffff;        ///< every source is active within
    std::vector<double> mean;                                  ///< [atom] spikes a tick
    std::variant<CounterPoisson, BoardPoisson> sources;
    std::vector<std::uint32_t> scratch;          ///< [atom] counts of one tick
    std::vector<PoissonRegion::Change> changes;  ///< of rates, still to come from `next_change` on
    std::size_t next_change = 0;
};

/// @param region as decode_poisson_region() gives it
PoissonSlice load_poisson(const PoissonRegion& region, PoissonMode mode = PoissonMode::counter);

/// The new rate of a source. @param atom within the slice. @param tick the first tick at which it holds, the next that
/// emit is called for
void set_rate(PoissonSlice& slice, std::uint32_t atom, ULongAccum rate_hz, Tick tick);

/// Average number of spikes of a source in a tick while all are active.
double mean_per_source(const PoissonSlice& slice);

/// The spikes of every source in this tick. Call one `emit` once for every tick, in order. @param counts  [atom]
/// @returns their sum
std::uint64_t emit(PoissonSlice& slice, Tick tick, std::span<std::uint32_t> counts);

/// The same for slices that rarely spike: appends every atom that does, ascending, and how often (at least 1).
std::uint64_t emit(PoissonSlice& slice, Tick tick, std::vector<std::uint32_t>& atoms,
                   std::vector<std::uint32_t>& counts);

/// Appends the atoms that spike, ascending, and how often. @param by_atom  [atom]
void list_spikes(std::span<const std::uint32_t> by_atom, std::vector<std::uint32_t>& atoms,
                 std::vector<std::uint32_t>& counts);

}  // namespace spinn
