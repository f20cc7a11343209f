// The loop of runtime/plastic_update.cpp in vectors: 16 synapses at a time, weights in lanes of 32 bits.
#include <algorithm>
#include <bit>
#include <type_traits>

#include "runtime/instruction_set.hpp"
#include "runtime/plastic_update.hpp"

namespace spinn {

bool fits_lanes(const PlasticityRegion& rule, const SynapseRegion& shape) {
    // A weight is below 2^29 when it begins. Terms of a rule (traces included) are below 16, or 2^15 as raw numbers,
    // and there are at most 16 of them; products of two traces are below 2^19.
    constexpr std::int32_t weight = 1 << 29, change = 1 << 22, triplet_change = 1 << 17, share = 1 << 11;
    const auto within = [](Accum a, std::int32_t limit) { return -limit <= a.raw && a.raw <= limit; };
    for (std::uint32_t receptor = 0; receptor < shape.n_receptors; ++receptor) {
        const WeightConstants& c = rule.constants[receptor];
        if (shape.shift[receptor] > 13 || c.w_max.raw >= weight) return false;
        if (rule.weight == WeightRule::multiplicative) {  // shares of the room: those above 0 shrink it
            if (c.a_plus.raw < 0 || c.a_minus.raw < 0 || !within(c.a_plus, share) || !within(c.a_minus, share))
                return false;
        } else if (!within(c.a_plus, change) || !within(c.a_minus, change) || !within(c.a3_plus, triplet_change) ||
                   !within(c.a3_minus, triplet_change)) {
            return false;
        }
    }
    return true;
}

#if SPINN_LANES

}  // namespace spinn

#include <immintrin.h>

namespace spinn {
namespace {

// gcc 12 warns of the undefined operand that its own unmasked intrinsics are made with.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")

typedef std::int32_t Signed __attribute__((vector_size(64)));
typedef std::uint32_t Unsigned __attribute__((vector_size(64)));
constexpr std::uint32_t n_lanes = 16;

inline __m512i raw(Signed x) { return reinterpret_cast<__m512i>(x); }
inline __m512i raw(Unsigned x) { return reinterpret_cast<__m512i>(x); }

struct Lanes {
    using Number = Signed;
    using Tick = Unsigned;
    using Weight = Signed;
    using Mask = Signed;  // -1 where it holds
    static Signed constant(std::int32_t x) { return reinterpret_cast<Signed>(_mm512_set1_epi32(x)); }
    static Signed number(Signed w) { return w; }
    static Signed least(Signed a, Signed b) { return reinterpret_cast<Signed>(_mm512_min_epi32(raw(a), raw(b))); }
    static Signed greatest(Signed a, Signed b) { return reinterpret_cast<Signed>(_mm512_max_epi32(raw(a), raw(b))); }
    static Signed choose(Signed mask, Signed yes, Signed no) { return mask ? yes : no; }
    static Signed zero_where(Signed mask, Signed x) { return ~mask & x; }
    static Signed decay(const stdp::Decays& table, Unsigned ticks) {
        const __m512i shifted = _mm512_srl_epi32(raw(ticks), _mm_cvtsi32_si128(static_cast<int>(table.shift)));
        const __m512i i = _mm512_min_epu32(shifted, _mm512_set1_epi32(static_cast<int>(table.last)));
        return reinterpret_cast<Signed>(_mm512_i32gather_epi32(i, table.entries.data(), 4));
    }
    template <int bits>
    static Signed product(Signed a, Signed b) {
        const __m512i even = _mm512_srli_epi64(_mm512_mul_epi32(raw(a), raw(b)), bits);
        const __m512i odd = _mm512_slli_epi64(
            _mm512_mul_epi32(_mm512_srli_epi64(raw(a), 32), _mm512_srli_epi64(raw(b), 32)), 32 - bits);
        return reinterpret_cast<Signed>(_mm512_mask_blend_epi32(0xaaaa, even, odd));
    }
};

#include "runtime/stdp_rules.inc"

inline __m512i all(std::uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
inline __mmask16 first_lanes(std::uint32_t n) { return static_cast<__mmask16>(n >= n_lanes ? 0xffffu : (1u << n) - 1); }
inline __m512i load_halves(const std::uint16_t* from, __mmask16 lanes) {
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, from));
}
inline __m512i gather(__m512i index, const std::uint32_t* from) { return _mm512_i32gather_epi32(index, from, 4); }
inline __m512i gather_tick(__m512i event, const PostEvent* events) { return _mm512_i32gather_epi32(event, events, 8); }
inline __m512i gather_second(__m512i event, const PostEvent* events) {
    return _mm512_srai_epi32(_mm512_i32gather_epi32(event, &events->trace, 8), 16);
}

/// 16 synapses as they are looked up.
struct Group {
    __m512i fixed, back, newest, packed;
};
template <bool one_delay>
Group look_up(const RowWork& work, const std::uint16_t* fixed, __mmask16 lanes) {
    Group group;
    group.fixed = load_halves(fixed, lanes);
    const __m512i atom = _mm512_and_si512(group.fixed, all(work.atom_mask));
    __m512i place;
    if constexpr (one_delay) {
        group.back = all(work.back);
        place = _mm512_add_epi32(atom, all(work.view_of_one_delay));
    } else {
        const __m512i mask = all(work.delay_mask);
        const __m512i code = _mm512_and_si512(
            _mm512_srl_epi32(group.fixed, _mm_cvtsi32_si128(static_cast<int>(work.delay_shift))), mask);
        const __m512i back = _mm512_add_epi32(_mm512_and_si512(_mm512_sub_epi32(code, all(1)), mask), all(1));
        group.back = work.backprop_delay ? back : _mm512_setzero_si512();
        place = _mm512_add_epi32(atom, _mm512_mask_i32gather_epi32(all(0), lanes, code, work.view_of_delay, 4));
    }
    group.newest = gather(place, work.view_last);
    group.packed = gather(place, work.view_packed);
    return group;
}

/// Puts the chosen lanes of one round at the end of the next.
struct RoundEnd {
    LaneRounds& to;
    std::uint32_t end;
    void append(__mmask16 lanes, __m512i weight, __m512i arrival, __m512i event, __m512i back) {
        _mm512_storeu_si512(to.weight.data() + end, _mm512_maskz_compress_epi32(lanes, weight));
        _mm512_storeu_si512(to.arrival.data() + end, _mm512_maskz_compress_epi32(lanes, arrival));
        _mm512_storeu_si512(to.event.data() + end, _mm512_maskz_compress_epi32(lanes, event));
        _mm512_storeu_si512(to.back.data() + end, _mm512_maskz_compress_epi32(lanes, back));
        end += static_cast<std::uint32_t>(std::popcount(static_cast<std::uint32_t>(lanes)));
    }
};

constexpr std::uint32_t next_group(std::uint32_t end) { return (end + n_lanes - 1) / n_lanes * n_lanes; }

/// Index in the history of the spike before.
inline __m512i event_before(__m512i event, std::uint32_t capacity) {
    const __m512i mask = all(capacity - 1);
    return _mm512_or_si512(_mm512_andnot_si512(mask, event), _mm512_and_si512(_mm512_sub_epi32(event, all(1)), mask));
}

/// Lanes whose event is among the 15 that a board remembers at the row's tick.
inline __mmask16 remembered(const RowWork& work, __m512i event, __mmask16 lanes) {
    const int width = std::countr_zero(work.capacity);
    const __m512i atom = _mm512_srl_epi32(event, _mm_cvtsi32_si128(width));
    const __m512i now =
        _mm512_mask_i32gather_epi32(all(0), lanes, _mm512_add_epi32(atom, all(work.view_of_now)), work.view_packed, 4);
    const __m512i later = _mm512_and_si512(_mm512_sub_epi32(now, event), all(work.capacity - 1));
    return _mm512_mask_cmplt_epu32_mask(lanes, later, all(remembered_post_events));
}

/// Which synapses have one post spike in the window or more, two or more, ... @return rounds
/// @param begin  [round] where the round begins, and `end` where it ends
template <bool one_delay>
std::uint32_t find_rounds(const RowWork& work, const std::uint16_t* weights, const std::uint16_t* fixed,
                          std::uint32_t n, PlasticScratch& scratch, std::uint16_t* pending, std::uint32_t* begin,
                          std::uint32_t* ends) {
    LaneRounds& rounds = scratch.rounds;
    const __m512i last = all(work.last.tick), capacity_mask = all(work.capacity - 1);
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(work.shift));
    const __m128i width = _mm_cvtsi32_si128(std::countr_zero(work.capacity));
    RoundEnd next{rounds, 0};
    begin[0] = 0;
    for (std::uint32_t s = 0; s < n; s += n_lanes) {
        const __mmask16 lanes = first_lanes(n - s);
        const Group group = look_up<one_delay>(work, fixed + s, lanes);
        const __m512i arrival = _mm512_add_epi32(group.newest, group.back);
        const __mmask16 in_window =
            _mm512_mask_cmpgt_epu32_mask(_mm512_mask_test_epi32_mask(lanes, group.newest, group.newest), arrival, last);
        const __m512i weight = _mm512_sll_epi32(load_halves(weights + s, lanes), shift);
        const __m512i atom = _mm512_and_si512(group.fixed, all(work.atom_mask));
        const __m512i event =
            _mm512_or_si512(_mm512_sll_epi32(atom, width), _mm512_and_si512(group.packed, capacity_mask));
        next.append(in_window, weight, arrival, event, group.back);
        _mm512_store_si512(scratch.arrival.data() + s, arrival);
        _mm512_store_si512(scratch.packed.data() + s, group.packed);
        pending[s / n_lanes] = static_cast<std::uint16_t>(in_window);
    }
    std::uint32_t round = 0;
    while (next.end != begin[round]) {
        ends[round] = next.end;
        const std::uint32_t first = begin[round], end = next.end;
        next.end = begin[++round] = next_group(end);
        if (round == remembered_post_events) break;
        for (std::uint32_t i = first; i < end; i += n_lanes) {
            const __mmask16 lanes = first_lanes(end - i);
            const __m512i event = event_before(_mm512_load_si512(rounds.event.data() + i), work.capacity);
            const __m512i back = _mm512_load_si512(rounds.back.data() + i);
            const __m512i tick = _mm512_mask_i32gather_epi32(all(0), lanes, event, work.events, 8);
            const __m512i arrival = _mm512_add_epi32(tick, back);
            __mmask16 another = _mm512_mask_cmpgt_epu32_mask(_mm512_test_epi32_mask(tick, tick), arrival, last) & lanes;
            if (round + RowWork::most_on_their_way >= remembered_post_events && another != 0)
                another = remembered(work, event, another);
            next.append(another, _mm512_load_si512(rounds.weight.data() + i), arrival, event, back);
            rounds.goes_on[i / n_lanes] = another;
        }
    }
    return round;
}

/// The weights of the chosen lanes come from the next round, in its order.
inline __m512i take_over(__m512i weight, __mmask16 lanes, const std::int32_t*& from) {
    const __m512i after = _mm512_mask_expand_epi32(weight, lanes, _mm512_loadu_si512(from));
    from += std::popcount(static_cast<std::uint32_t>(lanes));
    return after;
}

template <typename Timing, typename Rule>
void apply_rounds(const RowWork& work, const WeightConstants& c, LaneRounds& rounds, const std::uint32_t* begin,
                  const std::uint32_t* ends, std::uint32_t n_rounds) {
    const __m512i last = all(work.last.tick);
    for (std::uint32_t round = n_rounds; round-- > 0;) {
        const std::int32_t* from = rounds.weight.data() + begin[round + 1];
        for (std::uint32_t i = begin[round]; i < ends[round]; i += n_lanes) {
            const __mmask16 lanes = first_lanes(ends[round] - i);
            __m512i weight = _mm512_load_si512(rounds.weight.data() + i);
            if (round + 1 < n_rounds) weight = take_over(weight, rounds.goes_on[i / n_lanes], from);
            const __m512i arrival = _mm512_load_si512(rounds.arrival.data() + i);
            const __m512i event = _mm512_load_si512(rounds.event.data() + i);
            const __m512i since = _mm512_sub_epi32(arrival, last);
            PostMeetsPre post{reinterpret_cast<Unsigned>(since), {}, {}};
            if constexpr (Timing::has_second)
                post.second = reinterpret_cast<Signed>(
                    _mm512_maskz_mov_epi32(lanes, gather_second(_mm512_maskz_mov_epi32(lanes, event), work.events)));
            if constexpr (Timing::has_nearest) {
                const __m512i before = _mm512_maskz_mov_epi32(lanes, event_before(event, work.capacity));
                __m512i tick = gather_tick(before, work.events);
                if (round + 1 + RowWork::most_on_their_way >= remembered_post_events)
                    tick = _mm512_maskz_mov_epi32(remembered(work, before, lanes), tick);
                const __mmask16 another = _mm512_cmplt_epu32_mask(_mm512_sub_epi32(arrival, tick), since);
                post.another_since = reinterpret_cast<Signed>(_mm512_movm_epi32(another));
            }
            const Signed after = Timing::template post_spike<Rule>(*work.rule, c, reinterpret_cast<Signed>(weight),
                                                                   work.last.trace, post);
            _mm512_store_si512(rounds.weight.data() + i, raw(after));
        }
    }
}

template <typename Timing, typename Rule>
void apply_pre_spike(const RowWork& work, const WeightConstants& c, std::uint16_t* weights, std::uint32_t n,
                     const std::uint16_t* pending, PlasticScratch& scratch) {
    const __m512i tick = all(work.tick), w_min = all(static_cast<std::uint32_t>(c.w_min.raw));
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(work.shift));
    const __m512i largest = all(std::min(static_cast<std::uint32_t>(c.w_max.raw) >> work.shift, 0xffffu));
    const std::int32_t* from = scratch.rounds.weight.data();
    for (std::uint32_t s = 0; s < n; s += n_lanes) {
        const __mmask16 lanes = first_lanes(n - s);
        const __m512i packed = _mm512_load_si512(scratch.packed.data() + s);
        const __m512i weight =
            take_over(_mm512_sll_epi32(load_halves(weights + s, lanes), shift), pending[s / n_lanes], from);
        const __m512i since = _mm512_sub_epi32(tick, _mm512_load_si512(scratch.arrival.data() + s));
        const PreMeetsPost post{
            reinterpret_cast<Unsigned>(since),
            reinterpret_cast<Signed>(_mm512_srai_epi32(packed, static_cast<int>(PostViews::trace_shift)))};
        const Signed changed =
            Timing::template pre_spike<Rule>(*work.rule, c, reinterpret_cast<Signed>(weight), post, work.trace);
        const __mmask16 any = _mm512_test_epi32_mask(packed, all(PostViews::exists));
        __m512i after = _mm512_mask_mov_epi32(weight, any, raw(changed));
        after = _mm512_mask_mov_epi32(after, _mm512_movepi32_mask(after), w_min);  // stdp::narrowed
        __m512i integer = _mm512_srl_epi32(after, shift);
        integer = _mm512_mask_mov_epi32(integer, _mm512_cmpgt_epu32_mask(integer, all(0xffff)), largest);
        _mm256_mask_storeu_epi16(weights + s, lanes, _mm512_cvtepi32_epi16(integer));
        _mm512_store_si512(scratch.integer.data() + s, integer);
    }
}

template <typename Timing, typename Rule, bool one_delay>
std::uint64_t update_chunk(const RowWork& work, std::uint16_t* weights, const std::uint16_t* fixed, std::uint32_t n,
                           PlasticScratch& scratch) {
    std::uint32_t begin[remembered_post_events + 1], ends[remembered_post_events];
    std::uint16_t pending[plastic_chunk / n_lanes];
    const WeightConstants c = work.constants;
    const std::uint32_t n_rounds = find_rounds<one_delay>(work, weights, fixed, n, scratch, pending, begin, ends);
    apply_rounds<Timing, Rule>(work, c, scratch.rounds, begin, ends, n_rounds);
    apply_pre_spike<Timing, Rule>(work, c, weights, n, pending, scratch);
    return transmit(work, fixed, n, scratch.integer.data());
}

template <typename Timing, typename Rule>
std::uint64_t update_row(const RowWork& work, PlasticScratch& scratch) {
    std::uint64_t cut = 0;
    for (std::uint32_t first = 0; first < work.n_synapses; first += plastic_chunk) {
        const std::uint32_t n = std::min(plastic_chunk, work.n_synapses - first);
        cut += work.one_delay
                   ? update_chunk<Timing, Rule, true>(work, work.weights + first, work.fixed + first, n, scratch)
                   : update_chunk<Timing, Rule, false>(work, work.weights + first, work.fixed + first, n, scratch);
    }
    return cut;
}

struct Loops {
    template <typename Timing, typename Rule>
    static UpdateRow of() {
        return &update_row<Timing, Rule>;
    }
};

#pragma GCC pop_options
#pragma GCC diagnostic pop

}  // namespace

UpdateRow avx512_update_row_of(TimingRule timing, WeightRule weight) {
    return have_avx512() ? for_rule<Loops>(timing, weight) : nullptr;
}

#else

UpdateRow avx512_update_row_of(TimingRule, WeightRule) { return nullptr; }

#endif

}  // namespace spinn
