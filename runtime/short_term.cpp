#include "runtime/short_term.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "protocols/error.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

constexpr double longest_tau_ms = 1e6;
constexpr std::array<ParameterDescription, 3> parameters = {{
    {"U", "", 0.5, 0.0, 1.0},
    {"tau_rec", "ms", 100.0, 0.0, longest_tau_ms},
    {"tau_facil", "ms", 0.0, 0.0, longest_tau_ms},
}};

std::uint32_t rate_of(double timestep_ms, double tau_ms) {
    if (!(tau_ms > 0.0)) return instant_decay;
    const double rate = std::nearbyint(timestep_ms / tau_ms * 0x1p28);
    return rate < instant_decay ? static_cast<std::uint32_t>(rate) : instant_decay;
}

/// Of two u1.31, floor.
constexpr std::uint32_t mul(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 31);
}

/// e^(-n / 2^15), u1.31. expulr() ends at n = 340695, where there are still 3 in 10^5.
std::uint32_t decay_of(std::uint64_t n) {
    if (n == 0) return short_term_one;
    if (n > 680000) return 0;
    if (n > 340000) return mul(decay_of(n / 2), decay_of(n - n / 2));
    return expulr(Accum{-static_cast<std::int32_t>(n)}).raw >> 1;
}

/// e^(-ticks rate), u1.31: of the exponent's first 15 bits behind the point, times 1 less the rest.
std::uint32_t decay(std::uint32_t ticks, std::uint32_t rate) {
    if (rate == instant_decay) return 0;
    const std::uint64_t exponent = std::uint64_t{ticks} * rate, fine = exponent & 0x1fff;
    const std::uint32_t whole = decay_of(exponent >> 13);
    return whole - static_cast<std::uint32_t>(whole * fine >> 28);
}

[[noreturn]] void refuse(const std::string& what) {
    throw RequestError({.what = what,
                        .where = "rows of short-term plasticity of a core",
                        .fix = "map the network again; the reservation is exceeded by chance once in 10^12"});
}

/// Writes the rows of one matrix at the beginning of `place`. @return words taken
std::size_t write_matrix(const LooseRows& loose, ShortTermMatrix& matrix, std::span<std::uint32_t> place) {
    const std::size_t n_rows = loose.n_rows;
    std::vector<std::uint32_t> length(n_rows, 0);
    for (const std::uint32_t row : loose.row) ++length[row];
    std::uint64_t words = n_rows + 1;
    for (const std::uint32_t k : length) words += k == 0 ? 0 : short_term_state_words + k;
    if (words > place.size()) refuse("they need more than the bytes reserved");

    std::uint32_t* const rows = place.data() + n_rows + 1;
    std::uint32_t end = 0;
    for (std::size_t row = 0; row < n_rows; ++row) {
        place[row] = end;
        if (length[row] == 0) continue;
        const ShortTermState fresh;
        const std::uint32_t state[] = {fresh.next_tick, fresh.x, fresh.u};
        std::ranges::copy(state, rows + end);
        end += short_term_state_words + length[row];
    }
    place[n_rows] = end;
    std::vector<std::uint32_t> filled(n_rows, short_term_state_words);
    for (std::size_t i = 0; i < loose.word.size(); ++i)
        rows[place[loose.row[i]] + filled[loose.row[i]]++] = loose.word[i];
    matrix.header.n_rows = loose.n_rows;
    matrix.min_delay_ticks = loose.min_delay_ticks;
    matrix.offsets = place.first(n_rows + 1);
    matrix.rows = rows;
    return words;
}

}  // namespace

std::span<const ParameterDescription> short_term_parameters() { return parameters; }

double* parameter_of(ShortTermRule& rule, std::size_t index) {
    double* const values[] = {&rule.u, &rule.tau_rec_ms, &rule.tau_facil_ms};
    return values[index];
}

ShortTermConstants short_term_constants(const ShortTermRule& rule, double timestep_ms) {
    return {static_cast<std::uint32_t>(std::nearbyint(rule.u * short_term_one)), rate_of(timestep_ms, rule.tau_rec_ms),
            rate_of(timestep_ms, rule.tau_facil_ms)};
}

std::uint32_t enter_spike(ShortTermState& state, const ShortTermConstants& rule, std::uint32_t tick) {
    if (state.next_tick == 0) {
        state.x = short_term_one;
        state.u = rule.u;
    } else {
        const std::uint32_t ticks = tick + 1 - state.next_tick;
        const std::uint32_t left = mul(state.x, short_term_one - state.u);
        state.x = short_term_one - mul(short_term_one - left, decay(ticks, rule.recovery));
        state.u = rule.u + mul(mul(state.u, short_term_one - rule.u), decay(ticks, rule.facilitation));
    }
    state.next_tick = tick + 1;
    return (mul(state.u, state.x) + (1u << 14)) >> 15;
}

std::vector<ShortTermMatrix> lay_out_short_term_rows(std::span<const CoreProjection> projections,
                                                     std::span<const LooseRows> loose,
                                                     std::span<std::uint32_t> region) {
    std::vector<ShortTermMatrix> matrices;
    for (const LooseRows& rows : loose) {
        const CoreProjection* const owner = owner_of(rows, projections);
        if (owner == nullptr || !owner->short_term) refuse("a matrix belongs to no projection");
        ShortTermMatrix& matrix = matrices.emplace_back();
        matrix.header = header_of(rows, *owner);
        matrix.rule = *owner->short_term;
        region = region.subspan(write_matrix(rows, matrix, region));
    }
    return matrices;
}

std::vector<MatrixBlock> resolve(const ShortTermInput& input, const PopulationTable& table, std::uint32_t first_key,
                                 std::uint32_t n_keys) {
    return resolve_rows(input.matrices, table, first_key, n_keys);
}

bool has_synapses(const ShortTermMatrix& matrix, std::uint32_t row) {
    return matrix.offsets[row] != matrix.offsets[row + 1];
}

ShortTermState state_of(const ShortTermMatrix& matrix, std::uint32_t row) {
    const std::uint32_t* const words = matrix.rows + matrix.offsets[row];
    return {words[0], words[1], words[2]};
}

void set_state(const ShortTermMatrix& matrix, std::uint32_t row, const ShortTermState& state) {
    std::uint32_t* const words = matrix.rows + matrix.offsets[row];
    words[0] = state.next_tick;
    words[1] = state.x;
    words[2] = state.u;
}

void receive_short_term(ShortTermInput& input, const RingView& ring, std::uint32_t matrix, std::uint32_t row,
                        std::uint32_t sent, std::uint32_t repeats) {
    const ShortTermMatrix& rows = input.matrices[matrix];
    if (!has_synapses(rows, row)) return;
    const std::uint32_t* const begin = rows.rows + rows.offsets[row] + short_term_state_words;
    const std::uint32_t* const end = rows.rows + rows.offsets[row + 1];
    ShortTermState state = state_of(rows, row);
    const std::uint32_t offset = sent << ring.tick_shift;
    for (std::uint32_t i = 0; i < repeats; ++i) {
        const std::uint32_t factor = enter_spike(state, rows.rule, sent);
        for (const std::uint32_t* word = begin; word != end; ++word)
            input.saturations +=
                add_weight(ring.sums[(*word + offset) & ring.index_mask], transmitted(*word >> 16, factor), 1);
    }
    set_state(rows, row, state);
    input.events += std::uint64_t{repeats} * static_cast<std::uint64_t>(end - begin);
}

}  // namespace spinn
