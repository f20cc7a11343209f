/// Spike-timing dependent plasticity in the board's arithmetic: s4.11 traces and tables, s16.15 weights, every product
/// cut off towards minus infinity. One struct for each timing rule, one for each weight rule.
///
/// Sources: sPyNNaker, plasticity/stdp/maths.h, timing_dependence/timing_*_impl.h, weight_dependence/weight_*_impl.h
/// (neural-runtime, sections 4.2 to 4.4).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "runtime/layout/plasticity_region.hpp"
#include "runtime/post_history.hpp"

namespace spinn::stdp {

constexpr std::int32_t one = 2048;  ///< 1.0 in s4.11

/// A DecayTable as loops read it: without a branch, in lanes as wide as the rest.
struct Decays {
    std::vector<std::int32_t> entries{0};  ///< with a 0 behind them
    std::uint32_t last = 0, shift = 0;     ///< index of that 0
};

/// What the timing rules read of a PlasticityRegion.
struct RuleTables {
    std::array<Decays, 4> tables;  ///< tau_plus, tau_minus, tau_x, tau_y
    std::int32_t alpha = 0;
};
inline RuleTables rule_tables(const PlasticityRegion& region) {
    RuleTables rule;
    rule.alpha = region.alpha;
    for (std::size_t t = 0; t < region.tables.size(); ++t) {
        const DecayTable& from = region.tables[t];
        rule.tables[t] = {
            {from.entries.begin(), from.entries.end()}, static_cast<std::uint32_t>(from.entries.size()), from.shift};
        rule.tables[t].entries.push_back(0);
    }
    return rule;
}

/// Product of two s4.11 numbers.
constexpr std::int32_t mul(std::int32_t a, std::int32_t b) { return (a * b) >> 11; }

/// e^(-ticks / tau), s4.11.
inline std::int32_t decay(const Decays& table, std::uint32_t ticks) {
    return table.entries[std::min(ticks >> table.shift, table.last)];
}

/// A pre spike, as a post spike after it sees it: the last one.
struct PreSpike {
    std::uint32_t tick = 0;
    TracePair trace;
};

/// The trace of a spike, from that of the one before.
inline std::int16_t added(const Decays& table, std::uint32_t since, std::int16_t trace) {
    return static_cast<std::int16_t>(mul(trace, decay(table, since)) + one);
}

/// The integer that goes back to the row: cut off, so that small changes can be lost. Where it would not fit 16 bits (a
/// rule that clamps on the other side only), the board's wraps around; here it stops at the limit.
inline std::uint32_t narrowed(const WeightConstants& c, std::int64_t w, std::uint32_t shift) {
    const std::int64_t integer = (w < 0 ? c.w_min.raw : w) >> shift;
    const std::int64_t largest = std::min<std::int64_t>(c.w_max.raw >> shift, 0xffff);
    return static_cast<std::uint32_t>(integer <= 0xffff ? integer : largest);
}

/// The rules are written once for lanes of any width (runtime/stdp_rules.inc). These are lanes of one, with weights
/// (s16.15, in the neuron's units) so wide that no rule of an image can overflow them.
struct OneLane {
    using Number = std::int32_t;  ///< s4.11, or s16.15 that does not sum up
    using Tick = std::uint32_t;
    using Weight = std::int64_t;
    using Mask = bool;
    static Number constant(std::int32_t x) { return x; }
    static Number number(Weight w) { return static_cast<std::int32_t>(w); }
    static Weight least(Weight a, Weight b) { return std::min(a, b); }
    static Weight greatest(Weight a, Weight b) { return std::max(a, b); }
    static Weight choose(Mask mask, Weight yes, Weight no) { return mask ? yes : no; }
    static Number zero_where(Mask mask, Number x) { return mask ? 0 : x; }
    static Number decay(const Decays& table, Tick ticks) { return stdp::decay(table, ticks); }
    /// The lower half of (a b) >> bits, which has no sign to shift in.
    template <int bits>
    static Number product(Number a, Number b) {
        return static_cast<std::int32_t>(static_cast<std::uint64_t>(std::int64_t{a} * b) >> bits);
    }
};

namespace one_lane {
using Lanes = OneLane;
#include "runtime/stdp_rules.inc"
}  // namespace one_lane

}  // namespace spinn::stdp
