#include "runtime/plastic_input.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "protocols/error.hpp"
#include "runtime/plastic_fields.hpp"
#include "runtime/plastic_row_loop.hpp"
#include "runtime/plastic_update.hpp"
#include "runtime/recurrent_update.hpp"
#include "runtime/stdp.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

using namespace stdp::one_lane;

constexpr std::uint32_t most_ticks_ahead = 256;  ///< an engine runs no longer windows
constexpr std::uint32_t most_ticks_back = 512;   ///< that states of post spikes are kept for

[[noreturn]] void refuse(const std::string& what) {
    throw RequestError({.what = what,
                        .where = "plastic rows of a core",
                        .fix = "map the network again; the reservation is exceeded by chance once in 10^12"});
}

/// Writes the rows of one matrix at `next`. @return its end
std::size_t write_matrix(const LooseRows& loose, PlasticMatrix& matrix, bool states, std::span<std::uint32_t> region,
                         std::size_t next) {
    const std::uint32_t n_rows = loose.n_rows;
    std::vector<std::uint32_t> length(n_rows, 0);
    for (const std::uint32_t row : loose.row) ++length[row];
    std::uint64_t n_words = std::uint64_t{n_rows} + 1;
    for (const std::uint32_t k : length) n_words += plastic_row_words(k, states);
    if (next + n_words > region.size())
        refuse("the plastic rows need more than the " + std::to_string(region.size() * 4) + " bytes reserved");

    matrix.header.n_rows = n_rows;
    matrix.header.offsets = static_cast<std::uint32_t>(next);
    matrix.header.rows = matrix.header.offsets + n_rows + 1;
    matrix.offsets = region.subspan(next, std::size_t{n_rows} + 1);
    matrix.rows = region.data() + matrix.header.rows;
    matrix.min_delay_ticks = loose.min_delay_ticks;
    matrix.max_delay_ticks = loose.max_delay_ticks;
    std::uint32_t* const offsets = region.data() + next;
    std::uint32_t end = 0;
    for (std::uint32_t row = 0; row < n_rows; ++row) {
        offsets[row] = end;
        const std::uint32_t k = length[row];
        if (k == 0) continue;
        std::uint32_t* const words = matrix.rows + end;
        std::fill_n(words, plastic_row_words(k, states), 0u);
        words[0] = plastic_header_words - 1 + (states ? 2 : 1) * half_words(k);
        words[1 + words[0] + 1] = k;
        end += plastic_row_words(k, states);
    }
    offsets[n_rows] = end;
    std::vector<std::uint32_t> filled(n_rows, 0);
    for (std::size_t i = 0; i < loose.word.size(); ++i) {
        const std::uint32_t row = loose.row[i], s = filled[row]++;
        std::uint32_t* const words = matrix.rows + offsets[row];
        const std::uint32_t shift = 16 * (s % 2);
        words[plastic_header_words + s / 2] |= (loose.word[i] >> 16) << shift;
        words[1 + words[0] + fixed_header_words + s / 2] |= (loose.word[i] & 0xffff) << shift;
    }
    return next + n_words;
}

/// Traces are sums of positive numbers.
std::uint64_t has_wrapped(TracePair trace) { return trace.first < 0 || trace.second < 0 ? 1 : 0; }

/// What a spike does to a row. @return additions that were cut
using RowUpdate = std::uint64_t (*)(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                    std::uint32_t* words, std::uint32_t tick);

/// Enters a pre spike in its row. @return the one before it
template <typename Timing>
stdp::PreSpike enter_pre_spike(PlasticInput& input, const PlasticRow& row, std::uint32_t tick, TracePair& trace) {
    const stdp::PreSpike last{
        row.last_pre[0],
        {static_cast<std::int16_t>(row.last_pre[1] & 0xffff), static_cast<std::int16_t>(row.last_pre[1] >> 16)}};
    trace = Timing::add_pre(input.arithmetic, tick - last.tick, last);
    input.wrapped_traces += has_wrapped(trace);
    row.last_pre[0] = tick;
    row.last_pre[1] = static_cast<std::uint16_t>(trace.first) |
                      static_cast<std::uint32_t>(static_cast<std::uint16_t>(trace.second)) << 16;
    return last;
}

/// The obvious way: synapse by synapse, oldest post spike first.
template <typename Timing, typename Rule>
std::uint64_t update_row(PlasticInput& input, const SynapseRegion& shape, const RingView& ring, std::uint32_t* words,
                         std::uint32_t tick) {
    const stdp::RuleTables& p = input.arithmetic;
    const PlasticRow row = plastic_row(words);
    TracePair trace;
    const stdp::PreSpike last = enter_pre_spike<Timing>(input, row, tick, trace);
    return update_each_synapse(
        input, shape, ring, row, last.tick, tick,
        [&](std::uint32_t, const WeightConstants& c, const PostWindow& window, std::uint32_t back,
            std::int64_t weight) {
            for (std::uint32_t n = window.first; n != window.end; ++n) {
                const PostEvent post = window.at(n);
                const std::uint32_t at = post.tick + back,
                                    since = at - last.tick;  // the board adds no delay to the one before
                weight = Timing::template post_spike<Rule>(
                    p, c, weight, last.trace, {since, post.trace.second, at - window.before(n).tick < since});
            }
            if (window.end > window.oldest) {
                const PostEvent post = window.at(window.end - 1);
                weight = Timing::template pre_spike<Rule>(p, c, weight, {tick - (post.tick + back), post.trace.first},
                                                          trace);
            }
            return weight;
        });
}

struct ObviousLoops {
    template <typename Timing, typename Rule>
    static RowUpdate of() {
        return &update_row<Timing, Rule>;
    }
};

/// Of every delay code, where the synapses of that delay find the post spikes that a pre spike of tick `sent` meets.
void find_views(PlasticInput& input, const SynapseRegion& shape, std::uint32_t sent) {
    if (input.views_of == sent) return;
    input.views_of = sent;
    const std::uint32_t mask = (1u << shape.delay_bits) - 1;
    for (std::uint32_t delay = input.min_delay_ticks; delay <= input.max_delay_ticks; ++delay) {
        const std::uint32_t back = input.rule.backprop_delay ? delay : 0;
        input.view_of_delay[delay & mask] = input.views.at(sent > back ? sent - back : 0);
    }
    input.view_of_now = input.views.at(sent);
}

/// The faster way (runtime/plastic_update.hpp).
template <typename Timing>
std::uint64_t update_fast(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                          const PlasticMatrix& matrix, std::uint32_t* words, std::uint32_t tick) {
    const PlasticRow row = plastic_row(words);
    const FixedFields fields(shape, input.rule.backprop_delay);
    const std::uint32_t receptor = fields.receptor(row.fixed[0]);  // of a projection
    RowWork work;
    work.rule = &input.arithmetic;
    work.constants = input.rule.constants[receptor];
    work.shift = shape.shift[receptor];
    work.tick = tick;
    work.last = enter_pre_spike<Timing>(input, row, tick, work.trace);
    work.weights = row.weights;
    work.fixed = row.fixed;
    work.n_synapses = row.n_synapses;
    work.atom_mask = fields.atom_mask;
    work.delay_shift = fields.tick_shift;
    work.delay_mask = fields.delay_mask;
    work.backprop_delay = input.rule.backprop_delay;
    work.one_delay = matrix.min_delay_ticks == matrix.max_delay_ticks;
    work.back = work.backprop_delay ? matrix.min_delay_ticks : 0;
    find_views(input, shape, tick);
    work.view_of_one_delay = input.view_of_delay[matrix.min_delay_ticks & fields.delay_mask];
    work.view_of_delay = input.view_of_delay.data();
    work.view_of_now = input.view_of_now;
    work.view_last = input.views.last();
    work.view_packed = input.views.packed();
    work.events = input.history.events.data();
    work.capacity = input.history.capacity;
    work.sums = ring.sums;
    work.ring_offset = tick << ring.tick_shift;
    work.ring_mask = ring.index_mask;
    const bool lanes = input.update_lanes != nullptr && work.last.trace.first >= 0;
    return (lanes ? input.update_lanes : input.update)(work, *input.scratch);
}

using FastUpdate = std::uint64_t (*)(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                     const PlasticMatrix& matrix, std::uint32_t* words, std::uint32_t tick);

using PostTrace = TracePair (*)(const stdp::RuleTables& rule, std::uint32_t since, PostEvent last);

}  // namespace

std::vector<PlasticMatrix> lay_out_plastic_rows(std::span<const CoreProjection> projections,
                                                std::span<const LooseRows> loose, std::span<std::uint32_t> region,
                                                TimingRule timing) {
    std::vector<PlasticMatrix> matrices;
    if (1 + plastic_matrix_words * loose.size() > region.size()) refuse("there is no room for their headers");
    std::size_t next = 1 + plastic_matrix_words * loose.size();
    for (const LooseRows& rows : loose) {
        const CoreProjection* const owner = owner_of(rows, projections);
        if (owner == nullptr) refuse("a matrix belongs to no projection");
        PlasticMatrix& matrix = matrices.emplace_back();
        matrix.header = header_of(rows, *owner);
        next = write_matrix(rows, matrix, has_accumulators(timing), region, next);
    }
    std::vector<PlasticMatrixHeader> headers;
    for (const PlasticMatrix& matrix : matrices) headers.push_back(matrix.header);
    encode(headers, region);
    return matrices;
}

PlasticInput::PlasticInput() = default;
PlasticInput::PlasticInput(PlasticInput&&) noexcept = default;
PlasticInput& PlasticInput::operator=(PlasticInput&&) noexcept = default;
PlasticInput::~PlasticInput() = default;

PlasticInput make_plastic_input(PlasticityRegion rule, std::vector<PlasticMatrix> matrices, const SynapseRegion& shape,
                                std::uint32_t n_atoms, InstructionSet set) {
    PlasticInput input;
    input.rule = std::move(rule);
    input.matrices = std::move(matrices);
    input.arithmetic = stdp::rule_tables(input.rule);
    for (const PlasticMatrix& matrix : input.matrices) {
        input.min_delay_ticks = std::min(input.min_delay_ticks, matrix.min_delay_ticks);
        input.max_delay_ticks = std::max(input.max_delay_ticks, matrix.max_delay_ticks);
    }
    const std::uint32_t ahead = std::min(most_ticks_ahead, input.min_delay_ticks);
    input.history = make_post_history(n_atoms, ahead);
    input.ticks_back = ahead + input.max_delay_ticks;
    if (input.rule.timing == TimingRule::recurrent) return input;
    if (input.matrices.empty() || input.max_delay_ticks == 0 || input.ticks_back > most_ticks_back) return input;
    input.views = PostViews(n_atoms, input.ticks_back);
    input.view_of_delay.resize(std::bit_ceil(input.max_delay_ticks + 1));
    input.scratch = std::make_unique<PlasticScratch>();
    input.update = plain_update_row_of(input.rule.timing, input.rule.weight);
    if (set == InstructionSet::avx512 && fits_lanes(input.rule, shape))
        input.update_lanes = avx512_update_row_of(input.rule.timing, input.rule.weight);
    return input;
}

std::vector<MatrixBlock> resolve(const PlasticInput& input, const PopulationTable& table, std::uint32_t first_key,
                                 std::uint32_t n_keys) {
    return resolve_rows(input.matrices, table, first_key, n_keys);
}

std::uint32_t receive_plastic(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                              std::uint32_t matrix, std::uint32_t row, std::uint32_t sent, std::uint32_t repeats) {
    const PlasticMatrix& rows = input.matrices[matrix];
    if (rows.offsets[row] == rows.offsets[row + 1]) return 0;
    std::uint32_t* const words = rows.rows + rows.offsets[row];
    const std::uint32_t n = plastic_row(words).n_synapses;
    if (input.rule.timing == TimingRule::recurrent) {
        const std::uint32_t pre = owner_of_row(rows.header, row).pre;
        for (std::uint32_t i = 0; i < repeats; ++i)
            input.saturations += receive_recurrent(input, shape, ring, rows.header.projection, pre, words, sent, i);
    } else if (input.plain || input.views.empty() || sent < input.crowded_until) {
        const RowUpdate obvious = for_rule<ObviousLoops>(input.rule.timing, input.rule.weight);
        for (std::uint32_t i = 0; i < repeats; ++i) input.saturations += obvious(input, shape, ring, words, sent);
    } else {
        const FastUpdate update =
            for_timing(input.rule.timing, []<typename Timing>(Timing) -> FastUpdate { return &update_fast<Timing>; });
        for (std::uint32_t i = 0; i < repeats; ++i) input.saturations += update(input, shape, ring, rows, words, sent);
    }
    input.events += std::uint64_t{n} * repeats;
    return n;
}

void enter_post_spikes(PlasticInput& input, std::uint32_t tick, std::span<const std::uint32_t> atoms) {
    if (atoms.empty()) return;
    PostHistory& history = input.history;
    const bool has_views = !input.views.empty();
    const std::uint32_t view = has_views ? input.views.begin(tick) : 0;
    input.views_of = no_tick;
    if (input.rule.timing == TimingRule::recurrent) {
        for (const std::uint32_t atom : atoms) {
            const std::uint32_t neuron = input.first_neuron + atom;
            enter(history, atom,
                  {tick, {drawn_post_window(input.rule.tables[1], input.seed, input.population, neuron, tick), 0}});
        }
        return;
    }
    const PostTrace post_trace =
        for_timing(input.rule.timing, []<typename Timing>(Timing) -> PostTrace { return &Timing::add_post; });
    for (const std::uint32_t atom : atoms) {
        const PostEvent last = last_event(history, atom);
        const PostEvent event{tick, post_trace(input.arithmetic, tick - last.tick, last)};
        input.wrapped_traces += has_wrapped(event.trace);
        const std::uint32_t number = history.count[atom];
        enter(history, atom, event);
        if (!has_views) continue;
        input.views.set(view, atom, number, event);
        if (number < RowWork::most_on_their_way) continue;
        const PostEvent oldest =
            history.events[atom * history.capacity + ((number - RowWork::most_on_their_way) & (history.capacity - 1))];
        if (tick - oldest.tick <= input.ticks_back) input.crowded_until = tick + input.ticks_back + 1;
    }
}

}  // namespace spinn
