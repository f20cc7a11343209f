/// Walking key blocks through routing tables: what a change of tables costs.
#include <benchmark/benchmark.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "emulator/key_paths.hpp"
#include "emulator/machine.hpp"
#include "mapper/map_network.hpp"

namespace spinn {
namespace {

/// A population of n cells that all project to all: every core's packets reach every core.
void resolve_keys(benchmark::State& state) {
    Network network;
    network.timestep_ms = 0.1;
    network.populations.push_back({.name = "cells", .size = static_cast<std::uint32_t>(state.range(0))});
    Projection projection;
    projection.pre = projection.post = {0, {0, 1, network.populations[0].size, {}}};
    projection.connector.kind = ConnectorKind::fixed_probability;
    projection.connector.probability = 0.01;
    projection.weight = constant(0.1);
    projection.delay_ms = constant(1.5);
    network.projections.push_back(projection);
    spdlog::logger log("bench", std::make_shared<spdlog::sinks::null_sink_mt>());
    const Mapping mapping = map_network(network, std::nullopt, {}, log);
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    const CoreIndex index = core_index(machine);
    std::size_t paths = 0;
    for (auto _ : state)
        for (const Core& core : machine.cores) paths += key_paths(machine, index, core).size();
    state.counters["keys/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * network.populations[0].size,
                                                  benchmark::Counter::kIsRate);
    state.counters["cores"] = static_cast<double>(machine.cores.size());
    benchmark::DoNotOptimize(paths);
}
BENCHMARK(resolve_keys)->ArgName("cells")->Arg(4000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace spinn
