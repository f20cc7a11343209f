/// The Poisson distribution of one mean, inverted: a 32-bit draw becomes a number of spikes by counting the thresholds
/// that it reaches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinn {

/// Means above this have no table: it would be long, and the normal distribution is near.
inline constexpr double largest_table_mean = 64.0;

struct PoissonTable {
    static constexpr std::uint32_t chunk = 8;  ///< thresholds that are compared before it is asked whether to go on
    static constexpr std::uint32_t guide_shift = 26;

    std::uint32_t n_thresholds = 0;  ///< at most 255; 0: never a spike
    /// [k] P(N <= k) * 2^32, rounded; ascending, those below 2^32. Filled up to a multiple of `chunk` with 0xffffffff.
    std::vector<std::uint32_t> thresholds;
    std::array<std::uint8_t, 64> guide{};  ///< [draw >> guide_shift] thresholds that every such draw reaches
};

/// @param mean spikes a tick, 0 to largest_table_mean. Plain IEEE double arithmetic: the same bits on every machine.
PoissonTable poisson_table(double mean);

/// The spikes of one draw: the number of thresholds <= draw.
inline std::uint32_t spikes_of(const PoissonTable& table, std::uint32_t draw) {
    std::uint32_t k = table.guide[draw >> PoissonTable::guide_shift];
    while (k < table.n_thresholds && draw >= table.thresholds[k]) ++k;
    return k;
}

inline constexpr std::size_t draws_per_group = 64;

/// counts[i] = spikes_of(table, draws[i]) for n_groups * draws_per_group draws, many at a time.
void spikes_of_groups(const PoissonTable& table, std::size_t n_groups, const std::uint32_t* draws,
                      std::uint8_t* counts);

}  // namespace spinn
