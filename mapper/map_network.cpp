#include "mapper/map_network.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace spinn {

namespace {

/// Runs one pass, keeps its time and says one line about it.
template <typename Pass>
auto timed(const char* name, Mapping& mapping, spdlog::logger& log, const Pass& pass) {
    const auto start = std::chrono::steady_clock::now();
    auto result = pass();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    mapping.phase_seconds.emplace_back(name, seconds);
    log.info("{}: time_s={:.3f}", name, seconds);
    return result;
}

}  // namespace

Mapping map_network(const Network& network, const std::optional<MachineShape>& machine, const MapOptions& options,
                    spdlog::logger& log) {
    Mapping mapping;
    mapping.graph = timed("partition", mapping, log, [&] { return partition(network, options.partition); });
    check(mapping.graph, network);
    mapping.machine = machine ? *machine : smallest_machine(mapping.graph);
    mapping.placements =
        timed("place", mapping, log, [&] { return place(mapping.graph, mapping.machine, options.place); });
    check(mapping.placements, mapping.graph, mapping.machine);
    mapping.keys = timed("keys", mapping, log, [&] { return allocate_keys(mapping.graph, options.keys); });
    check(mapping.keys, mapping.graph);
    mapping.routes = timed("route", mapping, log,
                           [&] { return route(mapping.graph, mapping.placements, mapping.machine, options.route); });
    check(mapping.routes, mapping.graph, mapping.placements, mapping.machine);
    mapping.tables = timed("tables", mapping, log,
                           [&] { return build_tables(mapping.routes, mapping.keys, mapping.graph, options.tables); });
    check(mapping.tables.tables, mapping.routes, mapping.keys, mapping.graph, mapping.machine);
    mapping.image = timed("compile", mapping, log, [&] {
        return compile(network, mapping.graph, mapping.placements, mapping.keys, mapping.tables.tables,
                       mapping.machine);
    });
    return mapping;
}

}  // namespace spinn
