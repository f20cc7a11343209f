/// Nanoseconds that a source costs in a tick, a core of 256 sources at 0.1 ms.
#include <benchmark/benchmark.h>

#include "runtime/poisson_source.hpp"

namespace spinn {
namespace {

constexpr std::uint32_t n_sources = 256;

/// @param step from one source's rate to the next, relative; 0: all have one rate
PoissonSlice slice_of(double mean, double step, PoissonMode mode) {
    PoissonRegion region{.timestep_us = 100, .seed = 42, .population = 6};
    for (std::uint32_t i = 0; i < n_sources; ++i)
        region.sources.push_back(poisson_parameters(mean * 1e4 * (1.0 + i * step), 0.0, 1e10, 0.1));
    return load_poisson(region, mode);
}

void report(benchmark::State& state) {
    state.counters["ns"] = benchmark::Counter(static_cast<double>(state.iterations()) * n_sources * 1e-9,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

double mean_of(const benchmark::State& state) { return static_cast<double>(state.range(0)) / 1000.0; }

void dense(benchmark::State& state, double step, PoissonMode mode) {
    PoissonSlice slice = slice_of(mean_of(state), step, mode);
    std::vector<std::uint32_t> counts(n_sources);
    std::uint32_t tick = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(emit(slice, Tick{tick++}, counts));
        benchmark::ClobberMemory();
    }
    report(state);
}

void lists(benchmark::State& state) {
    PoissonSlice slice = slice_of(mean_of(state), 0.0, PoissonMode::counter);
    std::vector<std::uint32_t> atoms, counts;
    std::uint32_t tick = 0;
    for (auto _ : state) {
        atoms.clear();
        counts.clear();
        benchmark::DoNotOptimize(emit(slice, Tick{tick++}, atoms, counts));
    }
    report(state);
}

void means(benchmark::internal::Benchmark* bench) {
    bench->ArgName("mean_per_mille");
    for (const std::int64_t mean : {1, 1200, 2300, 8000, 30000, 100000}) bench->Arg(mean);
}
BENCHMARK_CAPTURE(dense, shared_rate, 0.0, PoissonMode::counter)->Apply(means);
BENCHMARK_CAPTURE(dense, distinct_rates, 1e-4, PoissonMode::counter)->Apply(means);
BENCHMARK_CAPTURE(dense, board, 0.0, PoissonMode::board)->Apply(means);
BENCHMARK(lists)->ArgName("mean_per_mille")->Arg(1)->Arg(10)->Arg(100);

}  // namespace
}  // namespace spinn
