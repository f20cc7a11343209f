#include "runtime/plastic_update.hpp"

#include <algorithm>

namespace spinn {
namespace {

using namespace stdp::one_lane;

// The post spikes of a row are gone through in rounds: first all synapses are found that have one in the window, then
// those that have two, and so on; then the rounds are applied from the last to the first, which is oldest spike first
// for every synapse. How many a synapse has cannot be guessed, and a branch on it would cost more than the work.

using Rounds = std::array<std::uint32_t, remembered_post_events + 1>;  ///< where the synapses of each begin

/// Weights, and where the last post spike of each synapse is.
template <bool one_delay>
void look_up(const RowWork& work, const std::uint16_t* weights, const std::uint16_t* fixed, std::uint32_t n,
                    PlasticScratch& scratch) {
    const std::uint32_t atom_mask = work.atom_mask, delay_shift = work.delay_shift, delay_mask = work.delay_mask;
    const std::uint32_t shift = work.shift, *const view_last = work.view_last, *const views = work.view_of_delay;
    const std::uint32_t one_view = work.view_of_one_delay;
    const std::uint32_t counts = work.backprop_delay ? ~0u : 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        const std::uint32_t code = (fixed[s] >> delay_shift) & delay_mask;
        const std::uint32_t back = one_delay ? work.back : (((code - 1) & delay_mask) + 1) & counts;
        const std::uint32_t place = (one_delay ? one_view : views[code]) + (fixed[s] & atom_mask);
        const std::uint32_t newest = view_last[place];
        scratch.weight[s] = std::int64_t{weights[s]} << shift;
        scratch.place[s] = place;
        scratch.back[s] = back;
        scratch.arrival[s] = newest == 0 ? 0 : newest + back;
    }
}

/// Fills `pending`. @param begin  [round] where the round's synapses begin. @return rounds
std::uint32_t find_rounds(const RowWork& work, const std::uint16_t* fixed, std::uint32_t n,
                          PlasticScratch& scratch, Rounds& begin) {
    std::uint16_t* const pending = scratch.pending.data();
    std::uint32_t end = 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        pending[end] = static_cast<std::uint16_t>(s);
        end += scratch.arrival[s] > work.last.tick ? 1 : 0;
    }
    const std::uint32_t mask = work.capacity - 1;
    std::uint32_t round = 0;
    begin[0] = 0;
    for (; begin[round] != end;) {
        ++round;
        begin[round] = end;
        if (round == remembered_post_events) break;
        for (std::uint32_t i = begin[round - 1]; i < begin[round]; ++i) {
            const std::uint32_t s = pending[i], atom = fixed[s] & work.atom_mask;
            const std::uint32_t number = work.view_packed[scratch.place[s]];
            const std::uint32_t later = (work.view_packed[work.view_of_now + atom] - number) & PostViews::number_mask;
            const std::uint32_t tick = work.events[std::size_t{atom} * work.capacity + ((number - round) & mask)].tick;
            const bool another = (tick != 0) & (tick + scratch.back[s] > work.last.tick) &
                                 (round + later < remembered_post_events);
            pending[end] = static_cast<std::uint16_t>(s);
            end += another ? 1 : 0;
        }
    }
    return round;
}

template <typename Timing, typename Rule>
void apply_rounds(const RowWork& work, const std::uint16_t* fixed, PlasticScratch& scratch, const Rounds& begin,
                  std::uint32_t rounds) {
    const WeightConstants c = work.constants;
    const std::uint32_t mask = work.capacity - 1;
    for (std::uint32_t round = rounds; round-- > 0;)
        for (std::uint32_t i = begin[round]; i < begin[round + 1]; ++i) {
            const std::uint32_t s = scratch.pending[i], atom = fixed[s] & work.atom_mask;
            const std::uint32_t number = work.view_packed[scratch.place[s]] - round;
            const PostEvent* const events = work.events + std::size_t{atom} * work.capacity;
            const PostEvent post = events[number & mask];
            const std::uint32_t since = post.tick + scratch.back[s] - work.last.tick;
            bool another_since = false;
            if constexpr (Timing::has_nearest) {
                const std::uint32_t later =
                    (work.view_packed[work.view_of_now + atom] - number) & PostViews::number_mask;
                const std::uint32_t before = later + 1 < remembered_post_events ? events[(number - 1) & mask].tick : 0;
                another_since = since + work.last.tick - before < since;
            }
            scratch.weight[s] = Timing::template post_spike<Rule>(
                *work.rule, c, scratch.weight[s], work.last.trace, {since, post.trace.second, another_since});
        }
}

template <typename Timing, typename Rule>
void apply_pre_spike(const RowWork& work, std::uint16_t* weights, std::uint32_t n, PlasticScratch& scratch) {
    const WeightConstants c = work.constants;
    const std::uint32_t shift = work.shift, tick = work.tick;
    for (std::uint32_t s = 0; s < n; ++s) {
        const std::uint32_t place = scratch.place[s], packed = work.view_packed[place];
        const std::int32_t first = static_cast<std::int16_t>(packed >> PostViews::trace_shift);
        const std::int64_t weight = scratch.weight[s];
        const std::int64_t after = Timing::template pre_spike<Rule>(
            *work.rule, c, weight, {tick - (work.view_last[place] + scratch.back[s]), first}, work.trace);
        const std::uint32_t integer = stdp::narrowed(c, (packed & PostViews::exists) != 0 ? after : weight, shift);
        scratch.integer[s] = integer;
        weights[s] = static_cast<std::uint16_t>(integer);
    }
}

template <typename Timing, typename Rule>
std::uint64_t update_row(const RowWork& work, PlasticScratch& scratch) {
    Rounds begin;
    std::uint64_t cut = 0;
    for (std::uint32_t first = 0; first < work.n_synapses; first += plastic_chunk) {
        const std::uint32_t n = std::min(plastic_chunk, work.n_synapses - first);
        std::uint16_t* const weights = work.weights + first;
        const std::uint16_t* const fixed = work.fixed + first;
        if (work.one_delay)
            look_up<true>(work, weights, fixed, n, scratch);
        else
            look_up<false>(work, weights, fixed, n, scratch);
        const std::uint32_t rounds = find_rounds(work, fixed, n, scratch, begin);
        apply_rounds<Timing, Rule>(work, fixed, scratch, begin, rounds);
        apply_pre_spike<Timing, Rule>(work, weights, n, scratch);
        cut += transmit(work, fixed, n, scratch.integer.data());
    }
    return cut;
}

struct Loops {
    template <typename Timing, typename Rule>
    static UpdateRow of() {
        return &update_row<Timing, Rule>;
    }
};

}  // namespace

UpdateRow plain_update_row_of(TimingRule timing, WeightRule weight) { return for_rule<Loops>(timing, weight); }

}  // namespace spinn
