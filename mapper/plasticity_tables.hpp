/// Plasticity as a user describes it -> tables and constants of a core's plasticity region.
#pragma once

#include <cstdint>

#include "mapper/network.hpp"
#include "runtime/layout/plasticity_region.hpp"

namespace spinn {

/// The rule of the plastic projections into a population; nullptr when there is none. (All have the same: validated.)
const StdpRule* stdp_into(const Network& network, std::size_t population);

/// Entries of decay_table(): up to where e^(-t / tau) falls below 2^-11, an even number.
std::uint64_t decay_table_entries(double timestep_ms, double tau_ms, std::uint32_t shift);
constexpr std::uint64_t most_decay_table_entries = 16384;  ///< half of a core's DTCM

/// Entry i = floor(2048 e^(-(i << shift) dt / tau)). Source: sPyNNaker, stdp/common.py, get_exp_lut_array.
DecayTable decay_table(double timestep_ms, double tau_ms, std::uint32_t shift);

/// Shift of table t (in the order of PlasticityRegion::tables) of a timing rule; which time constant it is of.
struct TableOfRule {
    const char* tau;
    std::uint32_t shift;
};
std::span<const TableOfRule> tables_of(TimingRule rule);

/// Entry i = floor(-mean ln(1 - i / 2048)), ticks: draws of an exponential distribution by its inverse. Source:
/// sPyNNaker, timing_dependence_recurrent.py.
DecayTable window_table(double timestep_ms, double mean_ms);
/// A longer mean has windows that 15 bits do not hold.
constexpr double longest_mean_window_ticks = 32767.0 / 7.625;

/// @param weight_scale  1 (nA) or 1024 (uS): the A of additive rules and the limits are scaled, those of multiplicative
/// rules are factors
PlasticityRegion plasticity_region(const StdpRule& rule, double timestep_ms, std::uint32_t weight_scale);

/// Bytes of DTCM that plasticity takes of a core of n neurons: tables, and the 16 entries of each neuron's history.
std::uint64_t plasticity_dtcm_bytes(const StdpRule& rule, double timestep_ms, std::uint32_t n_atoms);

}  // namespace spinn
