#include "runtime/plastic_input.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "protocols/error.hpp"
#include "runtime/stdp.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t most_ticks_ahead = 256;  ///< an engine runs no longer windows

[[noreturn]] void refuse(const std::string& what) {
    throw RequestError({.what = what,
                        .where = "plastic rows of a core",
                        .fix = "map the network again; the reservation is exceeded by chance once in 10^12"});
}

/// Writes the rows of one matrix at `next`. @return its end
std::size_t write_matrix(const LooseRows& loose, PlasticMatrix& matrix, std::span<std::uint32_t> region,
                         std::size_t next) {
    const std::uint32_t n_rows = loose.n_rows;
    std::vector<std::uint32_t> length(n_rows, 0);
    for (const std::uint32_t row : loose.row) ++length[row];
    std::uint64_t n_words = std::uint64_t{n_rows} + 1;
    for (const std::uint32_t k : length) n_words += plastic_row_words(k);
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
        std::fill_n(words, plastic_row_words(k), 0u);
        words[0] = plastic_header_words - 1 + half_words(k);
        words[plastic_header_words + half_words(k) + 1] = k;
        end += plastic_row_words(k);
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
    trace = Timing::add_pre(input.rule, tick - last.tick, last);
    input.wrapped_traces += has_wrapped(trace);
    row.last_pre[0] = tick;
    row.last_pre[1] = static_cast<std::uint16_t>(trace.first) |
                      static_cast<std::uint32_t>(static_cast<std::uint16_t>(trace.second)) << 16;
    return last;
}

/// What the loops over a row's synapses need of the core.
struct FixedFields {
    std::uint32_t atom_mask, type_shift, type_mask, tick_shift, delay_mask;
    bool backprop_delay;
    FixedFields(const SynapseRegion& shape, bool backprop)
        : atom_mask((1u << shape.index_bits) - 1),
          type_shift(shape.index_bits),
          type_mask((1u << shape.type_bits) - 1),
          tick_shift(shape.index_bits + shape.type_bits),
          delay_mask((1u << shape.delay_bits) - 1),
          backprop_delay(backprop) {}
    std::uint32_t atom(std::uint32_t fixed) const { return fixed & atom_mask; }
    std::uint32_t receptor(std::uint32_t fixed) const { return fixed >> type_shift & type_mask; }
    /// Ticks after which a post spike is at the synapse. A full turn of the ring buffer is written as 0.
    std::uint32_t back(std::uint32_t fixed) const {
        return backprop_delay ? (((fixed >> tick_shift) - 1) & delay_mask) + 1 : 0;
    }
};

/// The obvious way: synapse by synapse, oldest post spike first.
template <typename Timing, typename Rule>
std::uint64_t update_row(PlasticInput& input, const SynapseRegion& shape, const RingView& ring, std::uint32_t* words,
                         std::uint32_t tick) {
    const PlasticityRegion& p = input.rule;
    const PlasticRow row = plastic_row(words);
    const FixedFields fields(shape, p.backprop_delay);
    TracePair trace;
    const stdp::PreSpike last = enter_pre_spike<Timing>(input, row, tick, trace);
    const std::uint32_t offset = tick << ring.tick_shift;
    std::uint64_t cut = 0;
    for (std::uint32_t s = 0; s < row.n_synapses; ++s) {
        const std::uint32_t fixed = row.fixed[s], receptor = fields.receptor(fixed), back = fields.back(fixed);
        const WeightConstants& c = p.constants[receptor];
        const std::uint32_t shift = shape.shift[receptor];
        const PostWindow window =
            post_window(input.history, fields.atom(fixed), last.tick > back ? last.tick - back : 0,
                        tick > back ? tick - back : 0, tick);
        stdp::Weight weight{std::int64_t{row.weights[s]} << shift};
        for (std::uint32_t n = window.first; n != window.end; ++n) {
            const PostEvent post = window.at(n);
            Timing::template post_spike<Rule>(p, c, weight, post.tick + back, post.trace, last, window.before(n).tick);
        }
        if (window.end > window.oldest) {
            const PostEvent post = window.at(window.end - 1);
            Timing::template pre_spike<Rule>(p, c, weight, tick - (post.tick + back), post, trace);
        }
        const std::uint32_t integer = stdp::narrowed(c, weight, shift);
        row.weights[s] = static_cast<std::uint16_t>(integer);
        cut += add_weight(ring.sums[(fixed + offset) & ring.index_mask], integer, 1);
    }
    return cut;
}

constexpr std::uint32_t most_tables = 64;

/// What the last post spike of a neuron adds to an additive weight when a pre spike comes.
/// @param since  ticks between the two, at the synapse
template <typename Timing>
std::int64_t change_by_pre_spike(const PlasticityRegion& p, const WeightConstants& c, std::uint32_t since,
                                 PostEvent post) {
    stdp::Weight weight{0};
    Timing::template pre_spike<stdp::AdditiveWithoutLimits>(p, c, weight, since, post, {});
    return weight.raw;
}

/// The table of tick `sent` for synapses whose post spikes take `back` ticks.
template <typename Timing>
const TickTable& tick_table(PlasticInput& input, const WeightConstants& c, std::uint32_t sent, std::uint32_t back) {
    if (input.tables.size() <= back) input.tables.resize(back + 1);
    TickTable& table = input.tables[back];
    if (table.sent == sent) return table;
    const PlasticityRegion& p = input.rule;
    const std::size_t n = input.history.count.size();
    table.sent = sent;
    for (auto* const numbers : {&table.newest, &table.end, &table.oldest}) numbers->resize(n);
    for (auto* const numbers : {&table.change, &table.lowest, &table.highest}) numbers->resize(n);
    constexpr std::int64_t unlimited = std::int64_t{1} << 40;
    const bool through_potentiation = p.timing == TimingRule::vogels_2011;
    const std::uint32_t end_tick = sent > back ? sent - back : 0;
    for (std::uint32_t atom = 0; atom < n; ++atom) {
        const PostWindow window = post_window(input.history, atom, end_tick, end_tick, sent);
        const bool any = window.end > window.oldest;
        const PostEvent post = window.before(window.end);
        table.newest[atom] = post.tick;
        table.end[atom] = window.end;
        table.oldest[atom] = window.oldest;
        table.change[atom] = any ? change_by_pre_spike<Timing>(p, c, sent - (post.tick + back), post) : 0;
        table.lowest[atom] = any && !through_potentiation ? c.w_min.raw : -unlimited;
        table.highest[atom] = any && through_potentiation ? c.w_max.raw : unlimited;
    }
    return table;
}

/// The same for additive weights that post spikes only raise, of synapses with one delay: sums that are clamped above
/// alone come out the same in any order. What the pre spike does is the same for all rows of a tick, and looked up. The
/// row is gone through in rounds, each of which takes the last post spike not yet taken of the synapses that have one:
/// how many a synapse has cannot be guessed, and a branch on it would cost more than the work.
/// @param back  ticks that post spikes take to the synapse
template <typename Timing>
std::uint64_t update_row_in_rounds(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                   std::uint32_t* words, std::uint32_t tick, std::uint32_t back) {
    const PlasticityRegion& p = input.rule;
    const PlasticRow row = plastic_row(words);
    const FixedFields fields(shape, p.backprop_delay);
    const std::uint32_t receptor = fields.receptor(row.fixed[0]), shift = shape.shift[receptor];  // of a projection
    const WeightConstants c = p.constants[receptor];
    TracePair trace;
    const stdp::PreSpike last = enter_pre_spike<Timing>(input, row, tick, trace);
    const TickTable& now = tick_table<Timing>(input, c, tick, back);
    const std::uint32_t n = row.n_synapses;
    if (input.scratch.weight.size() < n) {
        input.scratch.weight.resize(n);
        input.scratch.pending.resize(n);
    }
    std::int64_t* const weight = input.scratch.weight.data();
    std::uint32_t* const pending = input.scratch.pending.data();
    const std::uint32_t begin_tick = last.tick > back ? last.tick - back : 0, atom_mask = fields.atom_mask;
    const std::uint32_t* const newest = now.newest.data();
    std::uint32_t n_pending = 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        weight[s] = std::int64_t{row.weights[s]} << shift;
        pending[n_pending] = s;
        n_pending += newest[row.fixed[s] & atom_mask] > begin_tick ? 1 : 0;
    }
    const std::int16_t* const decays = p.tables[0].entries.data();
    const auto n_decays = static_cast<std::uint32_t>(p.tables[0].entries.size());
    const std::uint32_t capacity = input.history.capacity, mask = capacity - 1;
    for (std::uint32_t round = 1; n_pending > 0; ++round) {
        std::uint32_t n_left = 0;
        for (std::uint32_t i = 0; i < n_pending; ++i) {
            const std::uint32_t s = pending[i], atom = row.fixed[s] & atom_mask, end = now.end[atom];
            const PostEvent* const of = input.history.events.data() + std::size_t{atom} * capacity;
            const std::uint32_t since = of[(end - round) & mask].tick + back - last.tick;
            const std::int32_t decay = since < n_decays ? decays[since] : 0;
            const std::int64_t raised = weight[s] + stdp::mul_accum(c.a_plus, stdp::mul(last.trace.first, decay));
            weight[s] = std::min<std::int64_t>(raised, c.w_max.raw);
            const bool another = end - now.oldest[atom] > round && of[(end - round - 1) & mask].tick > begin_tick;
            pending[n_left] = s;
            n_left += another ? 1 : 0;
        }
        n_pending = n_left;
    }
    const std::uint32_t offset = tick << ring.tick_shift;
    const std::int64_t *const change = now.change.data(), *const lowest = now.lowest.data(),
                              *const highest = now.highest.data();
    std::uint64_t cut = 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        const std::uint32_t fixed = row.fixed[s], atom = fixed & atom_mask;
        const stdp::Weight after{std::min(std::max(weight[s] + change[atom], lowest[atom]), highest[atom])};
        const std::uint32_t integer = stdp::narrowed(c, after, shift);
        row.weights[s] = static_cast<std::uint16_t>(integer);
        std::uint16_t& sum = ring.sums[(fixed + offset) & ring.index_mask];
        const std::uint32_t wide = sum + integer;
        cut += wide >> 16;
        sum = static_cast<std::uint16_t>(std::min(wide, 0xffffu));
    }
    return cut;
}

template <typename Timing>
RowUpdate update_with(WeightRule weight) {
    return weight == WeightRule::multiplicative ? &update_row<Timing, stdp::Multiplicative>
                                                : &update_row<Timing, stdp::Additive>;
}

RowUpdate update_of(const PlasticityRegion& rule) {
    switch (rule.timing) {
        case TimingRule::spike_pair:
            return update_with<stdp::SpikePair>(rule.weight);
        case TimingRule::spike_nearest_pair:
            return update_with<stdp::SpikeNearestPair>(rule.weight);
        case TimingRule::vogels_2011:
            return update_with<stdp::Vogels2011>(rule.weight);
        case TimingRule::pfister_triplet:
            break;
    }
    return &update_row<stdp::PfisterTriplet, stdp::AdditiveTriplet>;
}

using UpdateInRounds = std::uint64_t (*)(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                         std::uint32_t* words, std::uint32_t tick, std::uint32_t back);

/// The faster way, where there is one and it pays. @param n_synapses  of the row
UpdateInRounds faster_update(const PlasticInput& input, const PlasticMatrix& matrix, std::uint32_t n_synapses) {
    const PlasticityRegion& rule = input.rule;
    const bool pays = 4 * std::size_t{n_synapses} >= input.history.count.size();  // to work a table out
    if (input.plain || !pays || rule.weight != WeightRule::additive || rule.tables[0].shift != 0 ||
        matrix.min_delay_ticks != matrix.max_delay_ticks || matrix.max_delay_ticks >= most_tables ||
        std::ranges::any_of(rule.constants, [](const WeightConstants& c) { return c.a_plus.raw < 0; }))
        return nullptr;
    if (rule.timing == TimingRule::spike_pair) return &update_row_in_rounds<stdp::SpikePair>;
    if (rule.timing == TimingRule::vogels_2011) return &update_row_in_rounds<stdp::Vogels2011>;
    return nullptr;
}

TracePair post_trace(const PlasticityRegion& rule, std::uint32_t since, PostEvent last) {
    switch (rule.timing) {
        case TimingRule::spike_pair:
            return stdp::SpikePair::add_post(rule, since, last);
        case TimingRule::spike_nearest_pair:
            return stdp::SpikeNearestPair::add_post(rule, since, last);
        case TimingRule::vogels_2011:
            return stdp::Vogels2011::add_post(rule, since, last);
        case TimingRule::pfister_triplet:
            break;
    }
    return stdp::PfisterTriplet::add_post(rule, since, last);
}

}  // namespace

std::vector<PlasticMatrix> lay_out_plastic_rows(std::span<const CoreProjection> projections,
                                                std::span<const LooseRows> loose, std::span<std::uint32_t> region) {
    std::vector<PlasticMatrix> matrices;
    if (1 + plastic_matrix_words * loose.size() > region.size()) refuse("there is no room for their headers");
    std::size_t next = 1 + plastic_matrix_words * loose.size();
    for (const LooseRows& rows : loose) {
        const auto owner = std::ranges::find_if(projections, [&](const CoreProjection& p) {
            return p.address_index == rows.address_index ||
                   (p.n_stages > 0 && p.delayed_address_index == rows.address_index);
        });
        if (owner == projections.end()) refuse("a matrix belongs to no projection");
        PlasticMatrix& matrix = matrices.emplace_back();
        matrix.header.projection = owner->rule.projection;
        matrix.header.n_stages = owner->address_index == rows.address_index ? 0 : owner->n_stages;
        matrix.header.stage_ticks = owner->stage_ticks;
        matrix.header.atoms_per_core = owner->atoms_per_core;
        matrix.header.address_index = rows.address_index;
        next = write_matrix(rows, matrix, region, next);
    }
    std::vector<PlasticMatrixHeader> headers;
    for (const PlasticMatrix& matrix : matrices) headers.push_back(matrix.header);
    encode(headers, region);
    return matrices;
}

PlasticInput make_plastic_input(PlasticityRegion rule, std::vector<PlasticMatrix> matrices, std::uint32_t n_atoms) {
    PlasticInput input;
    input.rule = std::move(rule);
    input.matrices = std::move(matrices);
    std::uint32_t ahead = most_ticks_ahead;
    for (const PlasticMatrix& matrix : input.matrices) ahead = std::min(ahead, matrix.min_delay_ticks);
    input.history = make_post_history(n_atoms, ahead);
    return input;
}

std::vector<PlasticBlock> resolve(const PlasticInput& input, const PopulationTable& table, std::uint32_t first_key,
                                  std::uint32_t n_keys) {
    std::vector<PlasticBlock> blocks;
    const PopulationEntry* const entry = n_keys == 0 ? nullptr : find_entry(table, first_key);
    if (entry == nullptr) return blocks;
    const std::uint32_t row = row_of(*entry, first_key);
    for (std::uint32_t m = 0; m < input.matrices.size(); ++m) {
        const PlasticMatrix& matrix = input.matrices[m];
        if (matrix.header.address_index - entry->first_address >= entry->address_count ||
            std::uint64_t{row} + n_keys > matrix.header.n_rows)
            continue;
        blocks.push_back({m, row, matrix.min_delay_ticks});
    }
    return blocks;
}

std::uint32_t receive_plastic(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                              std::uint32_t matrix, std::uint32_t row, std::uint32_t sent, std::uint32_t repeats) {
    const PlasticMatrix& rows = input.matrices[matrix];
    if (rows.offsets[row] == rows.offsets[row + 1]) return 0;
    std::uint32_t* const words = rows.rows + rows.offsets[row];
    const std::uint32_t n = plastic_row(words).n_synapses;
    if (const UpdateInRounds update = faster_update(input, rows, n)) {
        const std::uint32_t back = input.rule.backprop_delay ? rows.min_delay_ticks : 0;
        for (std::uint32_t i = 0; i < repeats; ++i) input.saturations += update(input, shape, ring, words, sent, back);
    } else {
        const RowUpdate obvious = update_of(input.rule);
        for (std::uint32_t i = 0; i < repeats; ++i) input.saturations += obvious(input, shape, ring, words, sent);
    }
    input.events += std::uint64_t{n} * repeats;
    return n;
}

void enter_post_spikes(PlasticInput& input, std::uint32_t tick, std::span<const std::uint32_t> atoms) {
    for (const std::uint32_t atom : atoms) {
        const PostEvent last = last_event(input.history, atom);
        const TracePair trace = post_trace(input.rule, tick - last.tick, last);
        input.wrapped_traces += has_wrapped(trace);
        enter(input.history, atom, {tick, trace});
    }
}

}  // namespace spinn
