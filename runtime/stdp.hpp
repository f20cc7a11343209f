/// Spike-timing dependent plasticity in the board's arithmetic: s4.11 traces and tables, s16.15 weights, every product
/// cut off towards minus infinity. One struct for each timing rule, one for each weight rule.
///
/// Sources: sPyNNaker, plasticity/stdp/maths.h, timing_dependence/timing_*_impl.h, weight_dependence/weight_*_impl.h
/// (neural-runtime, sections 4.2 to 4.4).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "runtime/layout/plasticity_region.hpp"
#include "runtime/post_history.hpp"

namespace spinn::stdp {

constexpr std::int32_t one = 2048;  ///< 1.0 in s4.11

/// Product of two s4.11 numbers.
constexpr std::int32_t mul(std::int32_t a, std::int32_t b) { return (a * b) >> 11; }

/// s16.15 times s4.11 (mul_accum_fixed).
constexpr std::int32_t mul_accum(Accum a, std::int32_t x) {
    return static_cast<std::int32_t>((std::int64_t{a.raw} * (std::int64_t{x} << 4)) >> 15);
}

/// e^(-ticks / tau), s4.11.
inline std::int32_t decay(const DecayTable& table, std::uint32_t ticks) {
    const std::uint32_t i = ticks >> table.shift;
    return i < table.entries.size() ? table.entries[i] : 0;
}

/// A weight while it is updated.
struct Weight {
    std::int64_t raw;  ///< s16.15, in the neuron's units; wide, so that no rule of an image can overflow it
};

struct Additive {
    static void potentiate(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw = std::min<std::int64_t>(w.raw + mul_accum(c.a_plus, x), c.w_max.raw);
    }
    static void depress(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw = std::max<std::int64_t>(w.raw - mul_accum(c.a_minus, x), c.w_min.raw);
    }
};

/// What the clamps of the additive rule are applied to.
struct AdditiveWithoutLimits {
    static void potentiate(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw += mul_accum(c.a_plus, x);
    }
    static void depress(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw -= mul_accum(c.a_minus, x);
    }
};

struct Multiplicative {
    static void potentiate(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw += mul_accum(mul_wrap(Accum{static_cast<std::int32_t>(c.w_max.raw - w.raw)}, c.a_plus), x);
    }
    static void depress(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t) {
        w.raw -= mul_accum(mul_wrap(Accum{static_cast<std::int32_t>(w.raw - c.w_min.raw)}, c.a_minus), x);
    }
};

struct AdditiveTriplet {
    static void potentiate(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t x3) {
        w.raw = std::min<std::int64_t>(w.raw + mul_accum(c.a_plus, x) + mul_accum(c.a3_plus, x3), c.w_max.raw);
    }
    static void depress(const WeightConstants& c, Weight& w, std::int32_t x, std::int32_t x3) {
        w.raw = std::max<std::int64_t>(w.raw - mul_accum(c.a_minus, x) - mul_accum(c.a3_minus, x3), c.w_min.raw);
    }
};

/// The integer that goes back to the row: cut off, so that small changes can be lost. Where it would not fit 16 bits (a
/// rule that clamps on the other side only), the board's wraps around; here it stops at the limit.
constexpr std::uint32_t narrowed(const WeightConstants& c, Weight w, std::uint32_t shift) {
    if (w.raw < 0) w.raw = c.w_min.raw;
    const std::int64_t integer = w.raw >> shift;
    return integer <= 0xffff ? static_cast<std::uint32_t>(integer)
                             : std::min(static_cast<std::uint32_t>(c.w_max.raw) >> shift, 0xffffu);
}

/// A pre spike, as a post spike after it sees it: the last one.
struct PreSpike {
    std::uint32_t tick = 0;
    TracePair trace;
};

/// Sums of all earlier spikes on both sides.
struct SpikePair {
    static TracePair add(const DecayTable& table, std::uint32_t since, TracePair last) {
        return {static_cast<std::int16_t>(mul(last.first, decay(table, since)) + one), 0};
    }
    static TracePair add_pre(const PlasticityRegion& p, std::uint32_t since, PreSpike last) {
        return add(p.tables[0], since, last.trace);
    }
    static TracePair add_post(const PlasticityRegion& p, std::uint32_t since, PostEvent last) {
        return add(p.tables[1], since, last.trace);
    }
    /// @param tick  of the post spike at the synapse
    template <typename Rule>
    static void post_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t tick,
                           TracePair, PreSpike pre, std::uint32_t) {
        if (tick == pre.tick) return;
        Rule::potentiate(c, w, mul(pre.trace.first, decay(p.tables[0], tick - pre.tick)), 0);
    }
    /// @param since  ticks since the last post spike at the synapse. @param pre  the spike itself, its trace with it
    template <typename Rule>
    static void pre_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t since,
                          PostEvent last_post, TracePair) {
        Rule::depress(c, w, mul(last_post.trace.first, decay(p.tables[1], since)), 0);
    }
};

/// Only the last spike of the other side counts.
struct SpikeNearestPair {
    static TracePair add_pre(const PlasticityRegion&, std::uint32_t, PreSpike) { return {}; }
    static TracePair add_post(const PlasticityRegion&, std::uint32_t, PostEvent) { return {}; }
    /// @param before  tick of the post spike before, at the neuron: the board does not add the delay to it
    template <typename Rule>
    static void post_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t tick,
                           TracePair, PreSpike pre, std::uint32_t before) {
        if (tick == pre.tick) return;
        const bool another_since = tick - before < tick - pre.tick;
        Rule::potentiate(c, w, another_since ? 0 : decay(p.tables[0], tick - pre.tick), 0);
    }
    template <typename Rule>
    static void pre_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t since,
                          PostEvent, TracePair) {
        Rule::depress(c, w, decay(p.tables[1], since), 0);
    }
};

/// Pairs, and triplets with a second trace on either side that is sampled just before the spike (Pfister and Gerstner
/// 2006). A spike whose last one was at tick 0 counts as the first.
struct PfisterTriplet {
    static TracePair add(const DecayTable& first, const DecayTable& second, std::uint32_t since,
                         std::uint32_t last_tick, TracePair last) {
        return {static_cast<std::int16_t>(mul(last.first, decay(first, since)) + one),
                static_cast<std::int16_t>(last_tick == 0 ? 0 : mul(last.second + one, decay(second, since)))};
    }
    static TracePair add_pre(const PlasticityRegion& p, std::uint32_t since, PreSpike last) {
        return add(p.tables[0], p.tables[2], since, last.tick, last.trace);
    }
    static TracePair add_post(const PlasticityRegion& p, std::uint32_t since, PostEvent last) {
        return add(p.tables[1], p.tables[3], since, last.tick, last.trace);
    }
    template <typename Rule>
    static void post_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t tick,
                           TracePair trace, PreSpike pre, std::uint32_t) {
        if (tick == pre.tick) return;
        const std::int32_t r1 = mul(pre.trace.first, decay(p.tables[0], tick - pre.tick));
        Rule::potentiate(c, w, r1, mul(r1, trace.second));
    }
    template <typename Rule>
    static void pre_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t since,
                          PostEvent last_post, TracePair pre_trace) {
        const std::int32_t o1 = mul(last_post.trace.first, decay(p.tables[1], since));
        Rule::depress(c, w, o1, mul(o1, pre_trace.second));
    }
};

/// Symmetric, minus a constant for every pre spike (Vogels et al. 2011). Both go through the potentiation.
struct Vogels2011 {
    static TracePair add_pre(const PlasticityRegion& p, std::uint32_t since, PreSpike last) {
        return SpikePair::add(p.tables[0], since, last.trace);
    }
    static TracePair add_post(const PlasticityRegion& p, std::uint32_t since, PostEvent last) {
        return SpikePair::add(p.tables[1], since, last.trace);
    }
    template <typename Rule>
    static void post_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t tick,
                           TracePair, PreSpike pre, std::uint32_t) {
        Rule::potentiate(c, w, mul(pre.trace.first, decay(p.tables[0], tick - pre.tick)), 0);
    }
    template <typename Rule>
    static void pre_spike(const PlasticityRegion& p, const WeightConstants& c, Weight& w, std::uint32_t since,
                          PostEvent last_post, TracePair) {
        Rule::potentiate(c, w, mul(last_post.trace.first, decay(p.tables[1], since)) - p.alpha, 0);
    }
};

}  // namespace spinn::stdp
