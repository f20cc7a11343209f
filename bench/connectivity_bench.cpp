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
/// @param n_cores  so many of them, from the first on
void expand(benchmark::State& state, const ConnectionRule& rule, std::uint32_t n_cores = ~0u) {
    std::uint64_t synapses = 0;
    double sum = 0.0;
    for (auto _ : state)
        for (std::uint32_t core = 0; core < n_cores && 256 * core < rule.post.count; ++core)
            generate_batches(rule, 256 * core, 256, [&](const SynapseBatch& batch) {
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
    ->ArgsProduct({{2, 5, 20, 100, 500}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);

void all_to_all(benchmark::State& state) {
    expand(state, rule_of(ConnectorKind::all_to_all, static_cast<int>(state.range(0))));
}
BENCHMARK(all_to_all)->ArgName("draws")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void one_to_one(benchmark::State& state) {
    ConnectionRule rule = rule_of(ConnectorKind::one_to_one, static_cast<int>(state.range(0)));
    rule.pre.count = rule.post.count = 1'000'000;
    state.SetLabel("one core");  // of a million neurons: what a core sets up is left out
    std::uint64_t synapses = 0;
    for (auto _ : state)
        generate_batches(rule, 0, rule.post.count, [&](const SynapseBatch& batch) { synapses += batch.size(); });
    state.counters["synapses/s"] = benchmark::Counter(static_cast<double>(synapses), benchmark::Counter::kIsRate);
}
BENCHMARK(one_to_one)->ArgName("draws")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

/// So many of the pairs, however they are fixed.
template <ConnectorKind kind>
void fixed_number(benchmark::State& state) {
    ConnectionRule rule = rule_of(kind, static_cast<int>(state.range(2)));
    rule.with_replacement = state.range(1) != 0;
    const auto per_neuron = static_cast<std::uint64_t>(4096 * state.range(0) / 1000);
    rule.n = kind == ConnectorKind::fixed_total_number ? 4096 * per_neuron : per_neuron;
    expand(state, rule);
}
BENCHMARK(fixed_number<ConnectorKind::fixed_total_number>)
    ->ArgNames({"per_mille", "replacement", "draws"})
    ->ArgsProduct({{5, 100}, {0, 1}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number<ConnectorKind::fixed_number_pre>)
    ->ArgNames({"per_mille", "replacement", "draws"})
    ->ArgsProduct({{5, 100}, {0, 1}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fixed_number<ConnectorKind::fixed_number_post>)
    ->ArgNames({"per_mille", "replacement", "draws"})
    ->ArgsProduct({{5, 100}, {0, 1}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);

/// The largest projection of the cortical microcircuit (Potjans & Diesmann 2014), the first cores of it.
void microcircuit(benchmark::State& state) {
    ConnectionRule rule = rule_of(ConnectorKind::fixed_total_number, static_cast<int>(state.range(1)));
    rule.pre.count = rule.post.count = 20683;
    rule.with_replacement = true;
    rule.same_population = true;
    rule.allow_self_connections = state.range(0) != 0;
    rule.n = 45'000'000;
    expand(state, rule, 4);
}
BENCHMARK(microcircuit)->ArgNames({"self", "draws"})->ArgsProduct({{0, 1}, {0, 1, 2}})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace spinn
