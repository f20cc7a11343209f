#include "mapper/machine_graph.hpp"

#include <nlohmann/json.hpp>

namespace spinn {

std::vector<bool> driving_nets(const MachineGraph& graph) {
    std::vector<bool> has_input(graph.slices.size(), false);
    for (const Net& net : graph.nets)
        for (const std::uint32_t target : net.targets) has_input[target] = true;
    std::vector<bool> drives;
    for (const Net& net : graph.nets) drives.push_back(net.targets.size() == 1 && !has_input[net.source]);
    return drives;
}

std::string slice_name(const MachineGraph& graph, std::size_t slice) {
    const Slice& named = graph.slices[slice];
    if (!named.name.empty()) return named.name;
    return graph.population_names[named.population] + "[" + std::to_string(named.first_atom) + ":" +
           std::to_string(named.first_atom + named.n_atoms) + "]";
}

nlohmann::json to_json(const MachineGraph& graph) {
    nlohmann::json slices = nlohmann::json::array(), nets = nlohmann::json::array();
    for (std::size_t s = 0; s < graph.slices.size(); ++s) {
        const Slice& slice = graph.slices[s];
        slices.push_back({{"name", slice_name(graph, s)},
                          {"population", slice.population},
                          {"first_atom", slice.first_atom},
                          {"n_atoms", slice.n_atoms},
                          {"program", static_cast<std::uint32_t>(slice.program)},
                          {"sdram_bytes", slice.sdram_bytes}});
    }
    for (const Net& net : graph.nets) {
        nets.push_back({{"source", net.source},
                        {"n_keys", net.n_keys},
                        {"packets_per_s", net.packets_per_s},
                        {"targets", net.targets}});
    }
    return {{"slices", std::move(slices)}, {"nets", std::move(nets)}};
}

}  // namespace spinn
