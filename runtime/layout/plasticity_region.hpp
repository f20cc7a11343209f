/// The plasticity of a core: rule, tables and constants as its arithmetic takes them. All plastic projections into a
/// population have one rule, as on the board.
///
/// | words     | content                                                                               |
/// | --------- | ------------------------------------------------------------------------------------- |
/// | 1         | timing rule (TimingRule)                                                              |
/// | 1         | weight rule (WeightRule)                                                              |
/// | 1         | flags: bit 0 post spikes count after the synapse's delay                              |
/// | 1         | Vogels2011: alpha, s4.11. Recurrent: limits of the accumulator, both positive:        |
/// |           | potentiation in the upper half, depression in the lower                               |
/// | 1         | number of tables: 2, or 4 for the triplet rule                                        |
/// | 1 + n / 2 | each table: entries n (even) in the low half, shift in the high; entries, two a word  |
/// | 8 x 6     | of each receptor: w_min, w_max, A+, A-, A3+, A3-, s16.15; weights as in the neuron    |
///
/// Tables are of e^(-t / tau): tau_plus, tau_minus, then tau_x, tau_y (Vogels2011: tau twice). Those of Recurrent are
/// lengths of windows in ticks, 2048 each, after pre spikes and after post spikes; one is drawn for every spike.
/// Source: sPyNNaker, synapse_dynamics_stdp_mad_impl.c, timing_*_impl.c, weight_*_impl.c (regions of the same words,
/// rule by rule).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/plasticity_rule.hpp"

namespace spinn {

/// e^(-t / tau) by time in ticks: entry t >> shift, s4.11; 0 beyond the last.
struct DecayTable {
    std::uint32_t shift = 0;
    std::vector<std::int16_t> entries;
    bool operator==(const DecayTable&) const = default;
};

/// Of one receptor. Weights in the units of the neuron's input, with its scale (1024 for conductances).
struct WeightConstants {
    Accum w_min, w_max;
    Accum a_plus, a_minus;    ///< additive: with the scale of weights; multiplicative: without
    Accum a3_plus, a3_minus;  ///< additive_triplet only
    bool operator==(const WeightConstants&) const = default;
};

struct PlasticityRegion {
    TimingRule timing = TimingRule::spike_pair;
    WeightRule weight = WeightRule::additive;
    bool backprop_delay = true;
    std::int32_t alpha = 0;                                     ///< s4.11
    std::int32_t potentiation_limit = 0, depression_limit = 0;  ///< recurrent: of the accumulator, 1 to 127
    std::vector<DecayTable> tables;                             ///< tau_plus, tau_minus[, tau_x, tau_y]
    std::array<WeightConstants, max_receptors> constants;       ///< [receptor]
    bool operator==(const PlasticityRegion&) const = default;
};

constexpr std::uint32_t window_table_entries = 2048;

/// Tables of a timing rule.
constexpr std::uint32_t table_count(TimingRule rule) { return rule == TimingRule::pfister_triplet ? 4 : 2; }

std::vector<std::uint32_t> encode(const PlasticityRegion& region);
std::variant<PlasticityRegion, DecodeError> decode_plasticity_region(std::span<const std::uint32_t> words);

}  // namespace spinn
