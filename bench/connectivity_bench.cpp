/// Synapses per second that one thread generates from a rule, whole population and core by core.
#include <benchmark/benchmark.h>

#include <cmath>

#include "runtime/connection_rule.hpp"

namespace spinn {
namespace {

enum Draws : int { constants = 0, random_weights = 1, random_weights_and_delays = 2 };

ConnectionRule rule_of(ConnectorKind kind, int draws) {
    ConnectionRule rule;
    rule.kind = kind;
    rule.seed = 1;
    rule.pre = {0, 1, 4096, {}};
    rule.post = {0, 1, 4096, {}};
    rule.weight = constant(0.5);
    rule.delay_ms = constant(1.5);
    rule.timestep_ms = 0.1;
    if (draws != constants) rule.weight = {DistributionKind::normal_clipped, 0.5, 0.05, 0.0, INFINITY};
    if (draws == random_weights_and_delays)
        rule.delay_ms = {DistributionKind::normal_clipped, 1.5, 0.75, 0.1, INFINITY};
    return rule;
}

/// Expands the rule core by core, 256 neurons each, as the cores do at load.
void expand(benchmark::State& state, const ConnectionRule& rule) {
    std::uint64_t synapses = 0;
    double sum = 0.0;
    for (auto _ : state)
        for (std::uint32_t first = 0; first < rule.post.count; first += 256)
            generate_batches(rule, first, 256, [&](const SynapseBatch& batch) {
                synapses += batch.size();
                sum += batch.weight.back();
            });
    benchmark::DoNotOptimize(sum);
    state.counters["synapses/s"] = benchmark::Counter(static_cast<double>(synapses), benchmark::Counter::kIsRate);
}

void fixed_probability(benchmark::State& state) {
    ConnectionRule rule = rule_of(ConnectorKind::fixed_probability, static_cast<int>(state.range(1)));
    rule.probability = static_cast<double>(state.range(0)) / 1000.0;
    expand(state, rule);
}
BENCHMARK(fixed_probability)
    ->ArgNames({"p_per_mille", "draws"})
    ->ArgsProduct({{2, 20, 100, 500}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);

void all_to_all(benchmark::State& state) {
    expand(state, rule_of(ConnectorKind::all_to_all, static_cast<int>(state.range(0))));
}
BENCHMARK(all_to_all)->ArgName("draws")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

/// About 10 % of the pairs, however they are fixed.
template <ConnectorKind kind>
void fixed_number(benchmark::State& state) {
    ConnectionRule rule = rule_of(kind, static_cast<int>(state.range(1)));
    rule.with_replacement = state.range(0) != 0;
    rule.n = kind == ConnectorKind::fixed_total_number ? 1'600'000 : 400;
    expand(state, rule);
}
BENCHMARK(fixed_number<ConnectorKind::fixed_total_number>)
    ->ArgNames({"replacement", "draws"})
    ->ArgsProduct({{0, 1}, {0, 2}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number<ConnectorKind::fixed_number_pre>)
    ->ArgNames({"replacement", "draws"})
    ->ArgsProduct({{0, 1}, {0, 2}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number<ConnectorKind::fixed_number_post>)
    ->ArgNames({"replacement", "draws"})
    ->ArgsProduct({{0, 1}, {0, 2}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace spinn
