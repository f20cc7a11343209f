#include "mapper/machine_graph.hpp"

#include <nlohmann/json.hpp>

namespace spinn {

nlohmann::json to_json(const MachineGraph& graph) {
    nlohmann::json slices = nlohmann::json::array(), nets = nlohmann::json::array();
    for (const Slice& slice : graph.slices) {
        slices.push_back({{"name", slice.name},
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
