#include "mapper/map_network.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace spinn {

namespace {

/// Runs one pass, keeps its time and says one line about it.
template <typename Pass>
auto timed(const char* name, Mapping& mapping, const MapOptions& options, spdlog::logger& log, const Pass& pass) {
    if (options.started) options.started(name);
    const auto start = std::chrono::steady_clock::now();
    auto result = pass();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    mapping.phase_seconds.emplace_back(name, seconds);
    log.info("{}: time_s={:.3f}", name, seconds);
    return result;
}

/// The passes that a network and a bare graph share. Each result is checked before the next pass uses it.
void place_and_route(Mapping& mapping, const std::optional<MachineShape>& machine, const MapOptions& options,
                     spdlog::logger& log) {
    const MachineGraph& graph = mapping.graph;
    mapping.machine = machine ? *machine : smallest_machine(graph);
    mapping.placements =
        timed("place", mapping, options, log, [&] { return place(graph, mapping.machine, options.place); });
    check(mapping.placements, graph, mapping.machine);
    mapping.routes = timed("route", mapping, options, log,
                           [&] { return route(graph, mapping.placements, mapping.machine, options.route); });
    mapping.keys = timed("keys", mapping, options, log, [&] {
        return options.keys.by_route
                   ? allocate_keys_by_route(graph, mapping.placements, mapping.routes, mapping.machine)
                   : allocate_keys(graph);
    });
    mapping.tables = timed("tables", mapping, options, log, [&] {
        return build_tables(mapping.routes, mapping.keys, graph, mapping.machine, options.tables);
    });
    timed("proofs", mapping, options, log, [&] {
        check(mapping.routes, graph, mapping.placements, mapping.machine);
        check(mapping.keys, graph);
        check(mapping.tables.tables, mapping.routes, mapping.keys, graph, mapping.machine, options.tables.threads);
        return true;
    });
}

}  // namespace

Mapping map_network(const Network& network, const std::optional<MachineShape>& machine, const MapOptions& options,
                    spdlog::logger& log) {
    Mapping mapping;
    mapping.graph = timed("partition", mapping, options, log, [&] { return partition(network, options.partition); });
    check(mapping.graph, network);
    place_and_route(mapping, machine, options, log);
    mapping.image = timed("compile", mapping, options, log, [&] {
        return compile(network, mapping.graph, mapping.placements, mapping.keys, mapping.tables.tables,
                       mapping.machine);
    });
    return mapping;
}

Mapping map_graph(MachineGraph graph, const std::optional<MachineShape>& machine, const MapOptions& options,
                  spdlog::logger& log) {
    Mapping mapping;
    mapping.graph = std::move(graph);
    place_and_route(mapping, machine, options, log);
    return mapping;
}

}  // namespace spinn
