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

template <typename Timing, typename Rule>
std::uint64_t update_row(PlasticInput& input, const SynapseRegion& shape, const RingView& ring, std::uint32_t* words,
                         std::uint32_t tick) {
    const PlasticityRegion& p = input.rule;
    const PlasticRow row = plastic_row(words);
    const stdp::PreSpike last{
        row.last_pre[0],
        {static_cast<std::int16_t>(row.last_pre[1] & 0xffff), static_cast<std::int16_t>(row.last_pre[1] >> 16)}};
    const TracePair trace = Timing::add_pre(p, tick - last.tick, last);
    input.wrapped_traces += has_wrapped(trace);
    row.last_pre[0] = tick;
    row.last_pre[1] = static_cast<std::uint16_t>(trace.first) |
                      static_cast<std::uint32_t>(static_cast<std::uint16_t>(trace.second)) << 16;

    const std::uint32_t atom_mask = (1u << shape.index_bits) - 1, type_mask = (1u << shape.type_bits) - 1;
    const std::uint32_t delay_mask = (1u << shape.delay_bits) - 1, offset = tick << ring.tick_shift;
    std::uint64_t cut = 0;
    for (std::uint32_t s = 0; s < row.n_synapses; ++s) {
        const std::uint32_t fixed = row.fixed[s];
        const std::uint32_t atom = fixed & atom_mask, receptor = fixed >> shape.index_bits & type_mask;
        const WeightConstants& c = p.constants[receptor];
        const std::uint32_t shift = shape.shift[receptor];
        // A full turn of the ring buffer is written as 0.
        const std::uint32_t code = fixed >> ring.tick_shift & delay_mask;
        const std::uint32_t back = !p.backprop_delay ? 0 : code == 0 ? delay_mask + 1 : code;
        const PostWindow window = post_window(input.history, atom, last.tick > back ? last.tick - back : 0,
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
    const RowUpdate update = update_of(input.rule);
    for (std::uint32_t i = 0; i < repeats; ++i) input.saturations += update(input, shape, ring, words, sent);
    const std::uint32_t n = plastic_row(words).n_synapses;
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
