#include "runtime/poisson_source.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/distribution.hpp"
#include "runtime/random.hpp"
#include "runtime/random_batch.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t ticks_per_block = CounterPoisson::ticks_per_block;
constexpr std::size_t atoms_per_chunk = 256;    ///< whose draws lie in the first-level cache until they are counted
constexpr std::size_t shortest_group_run = 16;  ///< shorter runs of one table are searched one by one

double mean_of(const PoissonSlice& slice, ULongAccum rate_hz) { return to_double(rate_hz) * slice.timestep_us / 1e6; }

std::size_t whole_groups(std::size_t n) { return (n + draws_per_group - 1) / draws_per_group; }

SPINN_VECTOR_CLONES std::uint64_t sum_of(const std::uint8_t* __restrict counts, std::size_t n) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += counts[i];
    return sum;
}

SPINN_VECTOR_CLONES void widen(const std::uint8_t* __restrict counts, std::size_t n, std::uint32_t* __restrict out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = counts[i];
}

bool active(const PoissonSlice& slice, std::uint32_t tick, std::uint32_t atom) {
    return tick >= slice.start_tick[atom] && tick < slice.end_tick[atom];
}

// ------------------------------------------------------------------------------------------------ by counter

std::uint32_t rate_index(CounterPoisson& sources, std::uint64_t raw, double mean) {
    const auto found = sources.rate_at.find(raw);
    if (found != sources.rate_at.end()) return found->second;
    // A rate that no source has left makes room, so that rates may change all the time.
    auto free = sources.rate_at.begin();
    if (sources.rates.size() > 2 * sources.table_of.size())
        while (free != sources.rate_at.end() && sources.rates[free->second].n_sources > 0) ++free;
    else
        free = sources.rate_at.end();
    auto index = static_cast<std::uint32_t>(sources.rates.size());
    if (free != sources.rate_at.end()) {
        index = free->second;
        sources.rate_at.erase(free);
    } else {
        sources.rates.emplace_back();
    }
    sources.rates[index] = {0, raw, poisson_table(mean)};
    sources.rate_at[raw] = index;
    return index;
}

void set_counter_rate(CounterPoisson& sources, std::uint32_t atom, ULongAccum rate_hz, double mean,
                      std::uint32_t timestep_us) {
    std::uint32_t& table = sources.table_of[atom];
    if (table != CounterPoisson::no_table) --sources.rates[table].n_sources;
    if (mean > largest_table_mean) {
        table = CounterPoisson::no_table;
        sources.root_mean[atom] = sqrtk(poisson_mean(rate_hz, timestep_us));
    } else {
        table = rate_index(sources, rate_hz.raw, mean);
        ++sources.rates[table].n_sources;
    }
    sources.runs_stale = true;
}

void find_runs(CounterPoisson& sources) {
    sources.runs.clear();
    sources.without_table.clear();
    for (std::uint32_t atom = 0; atom < sources.table_of.size(); ++atom) {
        const std::uint32_t table = sources.table_of[atom];
        if (table == CounterPoisson::no_table) {
            sources.without_table.push_back(atom);
        } else if (!sources.runs.empty() && sources.runs.back().table == table &&
                   sources.runs.back().first + sources.runs.back().n == atom) {
            ++sources.runs.back().n;
        } else {
            sources.runs.push_back({atom, 1, table});
        }
    }
    sources.runs_stale = false;
}

/// Counts the spikes of `n` neighbours of one table in the four ticks. A long run is counted in whole groups, which
/// write past its end: what lies there is counted later.
void count_run(const PoissonTable& table, std::size_t n, const std::uint32_t* draws, std::size_t draw_stride,
               std::uint8_t* counts, std::size_t stride) {
    for (std::uint32_t w = 0; w < ticks_per_block; ++w, draws += draw_stride, counts += stride) {
        if (table.n_thresholds == 0) {
            std::memset(counts, 0, n);
        } else if (n >= shortest_group_run) {
            spikes_of_groups(table, whole_groups(n), draws, counts);
        } else {
            for (std::size_t i = 0; i < n; ++i) counts[i] = static_cast<std::uint8_t>(spikes_of(table, draws[i]));
        }
    }
}

/// Sources do not spike before their start nor after their end.
void silence_inactive(const PoissonSlice& slice, CounterPoisson& sources) {
    const std::uint64_t first = std::uint64_t{sources.block} * ticks_per_block;
    if (first >= slice.all_from && first + ticks_per_block <= slice.all_until) return;
    for (std::uint32_t w = 0; w < ticks_per_block; ++w)
        for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom)
            if (!active(slice, static_cast<std::uint32_t>(first) + w, atom))
                sources.counts[w * sources.stride + atom] = 0;
}

void count_block(const PoissonSlice& slice, CounterPoisson& sources, std::uint32_t block) {
    if (sources.runs_stale) find_runs(sources);
    sources.block = block;
    std::size_t run = 0;
    // The draws of a chunk, [4][whole groups], and room for the last group of a run to read past them.
    std::uint32_t draws[ticks_per_block * atoms_per_chunk + draws_per_group];
    std::memset(draws + ticks_per_block * atoms_per_chunk, 0, draws_per_group * sizeof(std::uint32_t));
    for (std::size_t first = 0; first < slice.n_atoms && run < sources.runs.size(); first += atoms_per_chunk) {
        const std::size_t end = std::min<std::size_t>(first + atoms_per_chunk, slice.n_atoms);
        const std::size_t draw_stride = whole_groups(end - first) * draws_per_group;
        random_blocks(slice.seed, DrawUse::poisson, block, slice.first_atom + static_cast<std::uint32_t>(first),
                      slice.population, 0, draw_stride, draws);
        if (draw_stride < atoms_per_chunk)
            std::memset(draws + ticks_per_block * draw_stride, 0, draws_per_group * sizeof(std::uint32_t));
        for (; run < sources.runs.size() && sources.runs[run].first < end; ++run) {
            const CounterPoisson::Run& r = sources.runs[run];
            const std::size_t from = std::max<std::size_t>(first, r.first),
                              to = std::min<std::size_t>(end, std::size_t{r.first} + r.n);
            count_run(sources.rates[r.table].table, to - from, draws + (from - first), draw_stride,
                      sources.counts.data() + from, sources.stride);
            if (std::size_t{r.first} + r.n > end) break;  // goes on in the next chunk
        }
    }
    for (const std::uint32_t atom : sources.without_table)
        for (std::uint32_t w = 0; w < ticks_per_block; ++w) sources.counts[w * sources.stride + atom] = 0;
    silence_inactive(slice, sources);
    for (std::uint32_t w = 0; w < ticks_per_block; ++w)
        sources.sum[w] = sum_of(sources.counts.data() + w * sources.stride, slice.n_atoms);
}

/// After a change of a source's rate at `tick`: its spikes in the rest of the four ticks that are counted already.
void recount(const PoissonSlice& slice, CounterPoisson& sources, std::uint32_t atom, std::uint32_t tick) {
    if (tick / ticks_per_block != sources.block) return;
    const RandomBlock draws =
        random_block(slice.seed, DrawUse::poisson, sources.block, slice.first_atom + atom, slice.population, 0);
    const std::uint32_t table = sources.table_of[atom];
    for (std::uint32_t w = tick % ticks_per_block; w < ticks_per_block; ++w) {
        std::uint8_t& count = sources.counts[w * sources.stride + atom];
        sources.sum[w] -= count;
        count = 0;
        if (table != CounterPoisson::no_table && active(slice, sources.block * ticks_per_block + w, atom))
            count = static_cast<std::uint8_t>(spikes_of(sources.rates[table].table, draws[w]));
        sources.sum[w] += count;
    }
}

/// One word of the block of this tick, counted.
struct CountedTick {
    const std::uint8_t* counts;  ///< [atom]
    std::uint64_t sum;
};
CountedTick counted(const PoissonSlice& slice, CounterPoisson& sources, std::uint32_t tick) {
    if (sources.block != tick / ticks_per_block) count_block(slice, sources, tick / ticks_per_block);
    if (sources.runs_stale) find_runs(sources);
    const std::uint32_t w = tick % ticks_per_block;
    return {sources.counts.data() + w * sources.stride, sources.sum[w]};
}

std::uint32_t normal_spikes(const PoissonSlice& slice, Accum root_mean, std::uint32_t tick, std::uint32_t atom) {
    const RandomBlock draws =
        random_block(slice.seed, DrawUse::poisson, tick, slice.first_atom + atom, slice.population, 1);
    return squared_normal(root_mean, to_accum(portable_normal_quantile(open_unit(draws[0], draws[1]))));
}

std::uint64_t emit_counter(const PoissonSlice& slice, CounterPoisson& sources, std::uint32_t tick,
                           std::span<std::uint32_t> counts) {
    const CountedTick now = counted(slice, sources, tick);
    widen(now.counts, slice.n_atoms, counts.data());
    std::uint64_t sum = now.sum;
    for (const std::uint32_t atom : sources.without_table) {
        if (!active(slice, tick, atom)) continue;
        counts[atom] = normal_spikes(slice, sources.root_mean[atom], tick, atom);
        sum += counts[atom];
    }
    return sum;
}

/// Eight sources at a time, as nearly all of them are silent.
void list_bytes(const std::uint8_t* by_atom, std::uint32_t n_atoms, std::vector<std::uint32_t>& atoms,
                std::vector<std::uint32_t>& counts) {
    for (std::uint32_t first = 0; first < n_atoms; first += 8) {
        std::uint64_t eight = 0;
        const std::uint32_t n = std::min(8u, n_atoms - first);
        std::memcpy(&eight, by_atom + first, n);
        if (eight == 0) continue;
        for (std::uint32_t atom = first; atom < first + n; ++atom) {
            if (by_atom[atom] == 0) continue;
            atoms.push_back(atom);
            counts.push_back(by_atom[atom]);
        }
    }
}

std::uint64_t emit_board(const PoissonSlice& slice, BoardPoisson& sources, std::uint32_t tick,
                         std::span<std::uint32_t> counts) {
    std::uint64_t sum = 0;
    for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom) {
        counts[atom] = active(slice, tick, atom) ? board_spikes(sources, atom) : 0;
        sum += counts[atom];
    }
    return sum;
}

CounterPoisson load_counter(const PoissonSlice& slice, const PoissonRegion& region) {
    CounterPoisson sources;
    sources.table_of.resize(slice.n_atoms, CounterPoisson::no_table);
    sources.root_mean.resize(slice.n_atoms);
    sources.stride = slice.n_atoms + draws_per_group;
    sources.counts.resize(ticks_per_block * sources.stride);
    for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom)
        set_counter_rate(sources, atom, region.sources[atom].rate_hz, slice.mean[atom], slice.timestep_us);
    return sources;
}

}  // namespace

PoissonSlice load_poisson(const PoissonRegion& region, PoissonMode mode) {
    PoissonSlice slice;
    slice.seed = region.seed;
    slice.population = region.population;
    slice.first_atom = region.first_atom;
    slice.timestep_us = region.timestep_us;
    slice.n_atoms = static_cast<std::uint32_t>(region.sources.size());
    for (const PoissonRegion::Source& source : region.sources) {
        slice.start_tick.push_back(source.start_tick);
        slice.end_tick.push_back(source.end_tick);
        slice.first_active = std::min(slice.first_active, source.start_tick);
        slice.last_active = std::max(slice.last_active, source.end_tick);
        slice.all_from = std::max(slice.all_from, source.start_tick);
        slice.all_until = std::min(slice.all_until, source.end_tick);
        slice.mean.push_back(mean_of(slice, source.rate_hz));
    }
    slice.scratch.resize(slice.n_atoms);
    slice.changes = region.changes;
    if (mode == PoissonMode::board)
        slice.sources = load_board_poisson(region, board_seed(region));
    else
        slice.sources = load_counter(slice, region);
    return slice;
}

void set_rate(PoissonSlice& slice, std::uint32_t atom, ULongAccum rate_hz, Tick tick) {
    slice.mean[atom] = mean_of(slice, rate_hz);
    if (auto* const board = std::get_if<BoardPoisson>(&slice.sources)) {
        set_board_rate(*board, atom, rate_hz, slice.timestep_us);
        return;
    }
    auto& sources = std::get<CounterPoisson>(slice.sources);
    set_counter_rate(sources, atom, rate_hz, slice.mean[atom], slice.timestep_us);
    recount(slice, sources, atom, value(tick));
}

double mean_per_source(const PoissonSlice& slice) {
    double sum = 0.0;
    for (const double mean : slice.mean) sum += mean;
    return slice.n_atoms > 0 ? sum / slice.n_atoms : 0.0;
}

namespace {

void apply_changes(PoissonSlice& slice, Tick tick) {
    for (; slice.next_change < slice.changes.size() && slice.changes[slice.next_change].tick <= value(tick);
         ++slice.next_change) {
        const PoissonRegion::Change& change = slice.changes[slice.next_change];
        set_rate(slice, change.atom, change.rate_hz, tick);
    }
}

}  // namespace

std::uint64_t emit(PoissonSlice& slice, Tick tick, std::span<std::uint32_t> counts) {
    apply_changes(slice, tick);
    const std::uint32_t now = value(tick);
    if (now < slice.first_active || now >= slice.last_active) {
        std::fill(counts.begin(), counts.end(), 0u);
        return 0;
    }
    if (auto* const board = std::get_if<BoardPoisson>(&slice.sources)) return emit_board(slice, *board, now, counts);
    return emit_counter(slice, std::get<CounterPoisson>(slice.sources), now, counts);
}

std::uint64_t emit(PoissonSlice& slice, Tick tick, std::vector<std::uint32_t>& atoms,
                   std::vector<std::uint32_t>& counts) {
    apply_changes(slice, tick);
    const std::uint32_t now = value(tick);
    if (now < slice.first_active || now >= slice.last_active) return 0;
    auto* const sources = std::get_if<CounterPoisson>(&slice.sources);
    if (sources != nullptr) {
        const CountedTick of_tick = counted(slice, *sources, now);
        if (sources->without_table.empty()) {
            if (of_tick.sum > 0) list_bytes(of_tick.counts, slice.n_atoms, atoms, counts);
            return of_tick.sum;
        }
    }
    const std::uint64_t sum = emit(slice, tick, slice.scratch);
    if (sum > 0) list_spikes(slice.scratch, atoms, counts);
    return sum;
}

void list_spikes(std::span<const std::uint32_t> by_atom, std::vector<std::uint32_t>& atoms,
                 std::vector<std::uint32_t>& counts) {
    for (std::uint32_t atom = 0; atom < by_atom.size(); ++atom) {
        if (by_atom[atom] == 0) continue;
        atoms.push_back(atom);
        counts.push_back(by_atom[atom]);
    }
}

}  // namespace spinn
