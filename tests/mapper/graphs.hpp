/// Graphs that the mapper's tests share.
#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "mapper/machine_graph.hpp"

namespace spinn::test {

/// Slices of 100 atoms in populations of `per_population`, without nets.
inline MachineGraph slices_without_nets(std::uint32_t count, std::uint32_t per_population) {
    MachineGraph graph;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t population = i / per_population, first_atom = i % per_population * 100;
        graph.slices.push_back({"pop" + std::to_string(population) + "[" + std::to_string(first_atom) + ":" +
                                    std::to_string(first_atom + 100) + "]",
                                population, first_atom, 100, ProgramKind::neurons, 200'000});
    }
    return graph;
}

inline MachineGraph all_to_all(std::uint32_t count) {
    MachineGraph graph = slices_without_nets(count, 32);
    for (std::uint32_t source = 0; source < count; ++source) {
        Net net{source, 100, 1000.0, {}};
        for (std::uint32_t target = 0; target < count; ++target) net.targets.push_back(target);
        graph.nets.push_back(std::move(net));
    }
    return graph;
}

/// Targets drawn uniformly: no locality at all.
inline MachineGraph random_graph(std::uint32_t count, std::uint32_t fan_out, std::uint64_t seed) {
    MachineGraph graph = slices_without_nets(count, 64);
    std::mt19937_64 random(seed);
    for (std::uint32_t source = 0; source < count; ++source) {
        Net net{source, 100, 1000.0, {}};
        for (std::uint32_t i = 0; i < fan_out; ++i) net.targets.push_back(static_cast<std::uint32_t>(random() % count));
        std::sort(net.targets.begin(), net.targets.end());
        net.targets.erase(std::unique(net.targets.begin(), net.targets.end()), net.targets.end());
        graph.nets.push_back(std::move(net));
    }
    return graph;
}

/// Every slice sends to itself only.
inline MachineGraph self_loops(std::uint32_t count) {
    MachineGraph graph = slices_without_nets(count, count);
    for (std::uint32_t i = 0; i < count; ++i) graph.nets.push_back({i, 100, 10.0, {i}});
    return graph;
}

/// A source, its delay extension, and the targets of both: the extension needs a key per atom and stage.
inline MachineGraph delay_extensions(std::uint32_t count) {
    MachineGraph graph = slices_without_nets(count, count);
    for (std::uint32_t i = 0; i < count; ++i) {
        Slice extension = graph.slices[i];
        extension.name += " delayed";
        extension.program = ProgramKind::delay_extension;
        graph.slices.push_back(extension);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        std::vector<std::uint32_t> targets{(i + 1) % count, (i + 7) % count, count + i};
        std::sort(targets.begin(), targets.end());
        graph.nets.push_back({i, 100, 500.0, targets});
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        graph.nets.push_back({count + i, 100 * (1 + i % 8), 500.0, {(i * 5 + 3) % count}});
    }
    return graph;
}

}  // namespace spinn::test
