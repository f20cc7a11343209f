/// What this machine allows: the figures that docs/performance.md holds the engine against. One and two threads.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "emulator/large_pages.hpp"

namespace spinn {
namespace {

constexpr std::size_t line_words = 16;

std::span<std::uint32_t> words_of(const LargeBuffer& buffer, std::size_t n) {
    return {reinterpret_cast<std::uint32_t*>(buffer.bytes().data()), n};
}

/// Memory read from one end to the other.
void sequential_read(benchmark::State& state) {
    constexpr std::size_t n = std::size_t{64} << 20;
    const LargeBuffer buffer(n * 4);
    const std::span<std::uint32_t> words = words_of(buffer, n);
    std::fill(words.begin(), words.end(), 1u);
    for (auto _ : state) {
        std::uint32_t sum = 0;
        for (const std::uint32_t word : words) sum += word;
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * n * 4));
}
BENCHMARK(sequential_read)->ThreadRange(1, 2)->UseRealTime();

/// Blocks of some lines at random places, asked for in time: synaptic rows that come from memory.
void random_blocks_read(benchmark::State& state) {
    constexpr std::size_t n = std::size_t{128} << 20, n_blocks = 1 << 19, lines_ahead = 16;
    const auto lines = static_cast<std::size_t>(state.range(0));
    const std::size_t ahead = std::max<std::size_t>(1, lines_ahead / lines);
    const LargeBuffer buffer(n * 4);
    const std::span<std::uint32_t> words = words_of(buffer, n);
    std::fill(words.begin(), words.end(), 1u);
    std::mt19937_64 random(static_cast<std::uint64_t>(state.thread_index()) + 1);
    std::vector<std::size_t> starts(n_blocks + ahead);
    for (std::size_t& start : starts) start = random() % (n / line_words - lines) * line_words;
    for (auto _ : state) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < n_blocks; ++i)
            for (std::size_t line = 0; line < lines; ++line) {
                __builtin_prefetch(&words[starts[i + ahead] + line * line_words]);
                sum += words[starts[i] + line * line_words];
            }
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * n_blocks * lines * 64));
}
BENCHMARK(random_blocks_read)->ArgName("lines")->Arg(1)->Arg(2)->Arg(4)->Arg(16)->ThreadRange(1, 2)->UseRealTime();

/// 16-bit sums that all lie in the first level of the cache, added to at random: the most synaptic events there can be.
void scatter_add_in_cache(benchmark::State& state) {
    std::vector<std::uint16_t> sums(8192);
    std::mt19937 random(1);
    std::vector<std::uint32_t> places(2048);
    for (std::uint32_t& place : places) place = random() % sums.size();
    for (auto _ : state) {
#pragma GCC unroll 16
        for (const std::uint32_t place : places) sums[place] = static_cast<std::uint16_t>(sums[place] + 3);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * places.size()));
}
BENCHMARK(scatter_add_in_cache)->ThreadRange(1, 2)->UseRealTime();

/// Time to a word of a working set when nothing is asked for ahead: tells how large the caches really are.
void latency(benchmark::State& state) {
    const std::size_t n_lines = static_cast<std::size_t>(state.range(0)) * 1024 / 64;
    const LargeBuffer buffer(n_lines * 64);
    const std::span<std::uint32_t> words = words_of(buffer, n_lines * line_words);
    std::vector<std::uint32_t> order(n_lines);
    for (std::uint32_t i = 0; i < n_lines; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    for (std::size_t i = 0; i < n_lines; ++i)
        words[order[i] * line_words] = order[(i + 1) % n_lines] * static_cast<std::uint32_t>(line_words);
    std::uint32_t place = 0;
    for (auto _ : state) {
        for (int i = 0; i < 10000; ++i) place = words[place];
        benchmark::DoNotOptimize(place);
    }
    state.counters["ns"] = benchmark::Counter(static_cast<double>(state.iterations()) * 10000.0 * 1e-9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(latency)->ArgName("KiB")->Arg(16)->Arg(512)->Arg(4096)->Arg(16384)->Arg(262144);

}  // namespace
}  // namespace spinn
