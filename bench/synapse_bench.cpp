/// Synaptic events per second: rows of a chip's matrix added to ring buffers, by length of the rows, number of columns
/// and where the rows come from.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "runtime/event_calendar.hpp"
#include "runtime/row_adder.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

constexpr SynapseRegion shape{8, 1, 4, {0, 0}, 1};  // 256 atoms, 2 receptors, 16 slots

/// A chip of n cores, each with a ring buffer, and a matrix of rows with a fixed delay or random ones.
struct Chip {
    std::vector<std::uint32_t> pool;
    std::vector<std::uint16_t> sums;
    ChipMatrix matrix;
    RowColumns columns;

    Chip(std::uint32_t n_columns, std::uint32_t words_a_row, std::uint32_t n_rows, bool random_delays) {
        std::mt19937 random(1);
        std::vector<SynapticInput> inputs(n_columns);
        pool.resize(matrix_words_bound(n_rows, std::uint64_t{n_rows} * words_a_row * 2) * n_columns + 64);
        std::vector<ChipCore> cores;
        std::poisson_distribution<std::uint32_t> length(words_a_row);
        for (std::uint32_t c = 0; c < n_columns; ++c) {
            SynapticInput& input = inputs[c];
            input.table = {{{0, 0, 0, 1, 0, 0, n_rows}}, {invalid_matrix_address}};
            input.matrix = pool;
            LooseRows rows{0, n_rows, 15, 15, {}, {}};
            for (std::uint32_t row = 0; row < n_rows; ++row)
                for (std::uint32_t i = length(random); i > 0; --i) {
                    rows.row.push_back(row);
                    rows.word.push_back(synaptic_word(shape, 1 + random() % 3, random_delays ? 1 + random() % 15 : 15,
                                                      random() % 5 == 0, random() % 256));
                }
            input.loose.push_back(std::move(rows));
            cores.push_back({c + 1, &input});
        }
        lay_out_rows(cores);
        matrix = matrix_at(pool, inputs[0].table.addresses[0]);
        const RingBuffer ring = make_ring_buffer(shape);
        const std::size_t stride = ring.sums.size() + (std::size_t{1} << ring.tick_shift);
        sums.resize(n_columns * stride);
        columns.end = n_columns;
        columns.tick_shift = ring.tick_shift;
        columns.index_mask = ring.index_mask;
        columns.sums = sums.data();
        for (std::uint32_t c = 0; c < n_columns; ++c) columns.base.push_back(static_cast<std::uint32_t>(c * stride));
        columns.events.resize(n_columns);
        columns.saturated.resize(n_columns);
    }
};

/// @param state  columns, words a row, rows: few rows stay in the cache, many come from memory
void events(benchmark::State& state, bool with_calendar) {
    Chip chip(static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)),
              static_cast<std::uint32_t>(state.range(2)), with_calendar);
    EventCalendar calendar(16);
    std::vector<std::uint64_t> saturated(32);
    if (with_calendar) {
        chip.columns.calendar = &calendar;
        for (std::uint32_t c = 0; c < chip.columns.end; ++c) chip.columns.base[c] = c << 9;
    }
    constexpr std::uint32_t spikes_a_tick = 200, ahead = 4;
    std::mt19937 random(2);
    std::vector<std::uint32_t> neurons(1 << 16);
    for (std::uint32_t& neuron : neurons) neuron = random() % chip.matrix.n_rows;
    const MatrixRows& rows = chip.matrix.rows;
    const auto words_of = [&](std::uint32_t neuron) {
        return ComingWords{rows.words + rows.offsets[neuron], rows.words + rows.offsets[neuron + 1]};
    };
    std::uint64_t n_events = 0;
    std::uint32_t tick = 0, next = 0;
    for (auto _ : state) {
        for (std::uint32_t i = 0; i < spikes_a_tick; ++i, next = (next + 1) % (neurons.size() - ahead)) {
            const ComingWords words = words_of(neurons[next]);
            if (words.next == words.end) continue;
            add_rows(chip.columns, words.next, rows.n_columns, tick, words_of(neurons[next + ahead]));
            n_events += static_cast<std::uint64_t>(words.end - words.next) - ends_words(rows.n_columns);
        }
        ++tick;
        // The sums of this tick are used up.
        if (with_calendar) {
            drain(calendar, tick, chip.sums.data(), 9, saturated);
            std::fill_n(chip.sums.begin(), std::size_t{chip.columns.end} << 9, std::uint16_t{0});
        } else {
            for (std::uint32_t c = 0; c < chip.columns.end; ++c)
                std::fill_n(chip.sums.begin() + chip.columns.base[c] + ((tick << 9) & chip.columns.index_mask), 512,
                            std::uint16_t{0});
        }
    }
    state.counters["events/s"] = benchmark::Counter(static_cast<double>(n_events), benchmark::Counter::kIsRate);
    state.counters["MB"] = static_cast<double>(chip.pool.size()) * 4e-6;
}

void rows_into_ring_buffers(benchmark::State& state) { events(state, false); }
void rows_through_calendar(benchmark::State& state) { events(state, true); }
BENCHMARK(rows_into_ring_buffers)
    ->ArgNames({"columns", "words", "rows"})
    ->ArgsProduct({{16}, {2, 13, 64}, {500, 100000}})
    ->Args({1, 13, 2000})
    ->Args({1, 1024, 200})
    ->Args({5, 13, 100000})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(rows_through_calendar)
    ->ArgNames({"columns", "words", "rows"})
    ->ArgsProduct({{16}, {6, 13}, {500, 100000}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace spinn
