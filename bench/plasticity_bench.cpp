/// Nanoseconds a synaptic event that learns, beside one that does not: rows of one core, added spike after spike.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "runtime/plastic_input.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

constexpr SynapseRegion shape{8, 1, 4, {2, 2}, 1};  // 256 atoms, 2 receptors, 16 slots
constexpr std::uint32_t n_atoms = 256, n_rows = 1000;

struct Rows {
    LooseRows loose{0, n_rows, 1, 15, {}, {}};
    std::vector<std::uint32_t> region;
    std::vector<PlasticMatrix> matrices;
    std::vector<std::vector<std::uint32_t>> words = std::vector<std::vector<std::uint32_t>>(n_rows);

    explicit Rows(std::uint32_t synapses_a_row, std::uint32_t delay) {
        std::mt19937 random(1);
        for (std::uint32_t row = 0; row < n_rows; ++row)
            for (std::uint32_t i = 0; i < synapses_a_row; ++i) {
                const std::uint32_t atom =
                    (i * n_atoms + static_cast<std::uint32_t>(random()) % n_atoms) / synapses_a_row;
                loose.row.push_back(row);
                loose.word.push_back(synaptic_word(shape, 500 + random() % 500, delay, 0, atom));
                words[row].push_back(loose.word.back());
            }
        loose.min_delay_ticks = loose.max_delay_ticks = delay;
        region.resize(1 + plastic_words_bound(n_rows, loose.row.size()));
        const std::vector<CoreProjection> projections(1);
        matrices = lay_out_plastic_rows(projections, {&loose, 1}, region);
    }
};

PlasticityRegion rule_of(TimingRule timing) {
    PlasticityRegion rule;
    rule.timing = timing;
    rule.weight = timing == TimingRule::pfister_triplet ? WeightRule::additive_triplet : WeightRule::additive;
    for (std::uint32_t t = 0; t < table_count(timing); ++t) {
        DecayTable table;
        for (int i = 0; i < 154; ++i) table.entries.push_back(static_cast<std::int16_t>(2048.0 * std::exp(-i / 20.0)));
        rule.tables.push_back(table);
    }
    rule.constants.fill({{0}, {4000 << 2}, {328}, {340}, {100}, {100}});
    return rule;
}

/// The spikes of some ticks: drawn before the clock runs.
struct Raster {
    std::vector<std::vector<std::uint32_t>> atoms, rows;  ///< [tick]
    /// Source neurons and the core's own spike at 10 Hz in steps of 1 ms: a post spike or so between two pre spikes.
    explicit Raster(std::uint32_t n_ticks) : atoms(n_ticks), rows(n_ticks) {
        std::mt19937 random(2);
        for (std::uint32_t tick = 0; tick < n_ticks; ++tick) {
            for (std::uint32_t atom = 0; atom < n_atoms; ++atom)
                if (random() % 100 == 0) atoms[tick].push_back(atom);
            for (std::uint32_t i = 0; i < n_rows / 100; ++i)
                rows[tick].push_back(static_cast<std::uint32_t>(random()) % n_rows);
        }
    }
};

template <typename Add>
void spikes(benchmark::State& state, PlasticInput* input, RingBuffer& ring, const Add& add) {
    const Raster raster(4096);
    std::uint32_t tick = 0;
    std::uint64_t n_events = 0;
    for (auto _ : state) {
        const std::size_t now = ++tick % raster.atoms.size();
        if (input != nullptr) enter_post_spikes(*input, tick, raster.atoms[now]);
        for (const std::uint32_t row : raster.rows[now]) n_events += add(row, tick);
        std::fill_n(ring.sums.begin() + ((tick << ring.tick_shift) & ring.index_mask), 512, std::uint16_t{0});
    }
    state.counters["ns/event"] = benchmark::Counter(static_cast<double>(n_events) * 1e-9,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void static_rows(benchmark::State& state) {
    const Rows rows(static_cast<std::uint32_t>(state.range(0)), 2);
    RingBuffer ring = make_ring_buffer(shape);
    spikes(state, nullptr, ring, [&](std::uint32_t row, std::uint32_t tick) {
        add_row(ring, rows.words[row], tick, 1);
        return rows.words[row].size();
    });
}

void plastic_rows(benchmark::State& state, TimingRule timing, bool plain) {
    Rows rows(static_cast<std::uint32_t>(state.range(0)), 2);
    RingBuffer ring = make_ring_buffer(shape);
    PlasticInput input = make_plastic_input(rule_of(timing), rows.matrices, shape, n_atoms);
    input.plain = plain;
    spikes(state, &input, ring,
           [&](std::uint32_t row, std::uint32_t tick) { return receive_plastic(input, shape, ring, 0, row, tick, 1); });
}

BENCHMARK(static_rows)->Arg(25)->Arg(200);
BENCHMARK_CAPTURE(plastic_rows, pair, TimingRule::spike_pair, false)->Arg(25)->Arg(200);
BENCHMARK_CAPTURE(plastic_rows, pair_plain, TimingRule::spike_pair, true)->Arg(25)->Arg(200);
BENCHMARK_CAPTURE(plastic_rows, nearest, TimingRule::spike_nearest_pair, false)->Arg(25)->Arg(200);
BENCHMARK_CAPTURE(plastic_rows, triplet, TimingRule::pfister_triplet, false)->Arg(25)->Arg(200);
BENCHMARK_CAPTURE(plastic_rows, vogels, TimingRule::vogels_2011, false)->Arg(25)->Arg(200);

}  // namespace
}  // namespace spinn
