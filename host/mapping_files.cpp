#include "host/mapping_files.hpp"

#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "mapper/lattice.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::array<const char*, link_count> link_names{"east", "north_east", "north", "west", "south_west", "south"};

[[noreturn]] void throw_cannot_write(const std::filesystem::path& path) {
    throw InputError(std::vector<Problem>{
        {.what = "cannot write the file", .where = path.string(), .fix = "name a directory that can be written"}});
}

void write_json(const std::filesystem::path& path, const json& value) {
    std::ofstream file(path);
    file << value.dump() << "\n";
    file.close();
    if (!file) throw_cannot_write(path);
}

json to_placements(const GraphFile& file, const Placements& placements) {
    json object = json::object();
    for (std::size_t v = 0; v < file.vertex_names.size(); ++v) {
        const ChipCoord chip = placements[file.first_slice[v]].chip;
        object[file.vertex_names[v]] = {chip.x, chip.y};
    }
    return object;
}

json to_allocations(const GraphFile& file, const Mapping& mapping) {
    json cores = json::object();
    for (std::size_t v = 0; v < file.vertex_names.size(); ++v) {
        const std::uint32_t first = file.first_slice[v];
        if (mapping.graph.slices[first].device) continue;
        const int core = mapping.placements[first].core;
        cores[file.vertex_names[v]] = {core, core + static_cast<int>(file.n_slices[v])};
    }
    return {{"type", "cores"}, {"allocations", std::move(cores)}};
}

std::string net_name(const GraphFile& file, std::size_t net) {
    return file.net_names.empty() ? std::to_string(net) : file.net_names[net];
}

/// A tree as the interchange format nests it. Trees may be thousands of hops deep: children are filled before parents.
json to_route(const RouteTree& tree, const Net& net, const GraphFile& file, const Mapping& mapping,
              const std::vector<std::uint32_t>& vertex_of) {
    std::map<ChipCoord, std::vector<std::uint32_t>> vertices;
    for (const std::uint32_t target : net.targets) vertices[mapping.placements[target].chip].push_back(target);
    std::map<ChipCoord, json> hop;
    for (auto node = tree.rbegin(); node != tree.rend(); ++node) {
        json children = json::array();
        if (const auto here = vertices.find(node->chip); here != vertices.end()) {
            for (const std::uint32_t slice : here->second) {
                const std::optional<Link> device = mapping.graph.slices[slice].device;
                const std::string route = device ? link_names[static_cast<std::size_t>(*device)]
                                                 : "core" + std::to_string(mapping.placements[slice].core);
                children.push_back({{"route", route}, {"next_hop", file.vertex_names[vertex_of[slice]]}});
            }
        }
        for (const Link link : all_links) {
            if ((node->route & route_bit(link)) == 0) continue;
            const auto next = neighbour(mapping.machine, node->chip, link);
            if (!next) continue;  // a device
            const auto below = hop.find(*next);
            if (below == hop.end()) continue;
            children.push_back(
                {{"route", link_names[static_cast<std::size_t>(link)]}, {"next_hop", std::move(below->second)}});
            hop.erase(below);
        }
        hop[node->chip] = {{"chip", {node->chip.x, node->chip.y}}, {"children", std::move(children)}};
    }
    return std::move(hop.at(tree.front().chip));
}

}  // namespace

void write_sm_result(std::ostream& out, const GraphFile& file, const Mapping& mapping) {
    const auto separated = [&](std::size_t i) -> std::ostream& { return i == 0 ? out : out << ','; };
    out << R"({"format":"sm-result/1","place":[)";
    for (std::size_t v = 0; v < file.first_slice.size(); ++v) {
        const CoreLocation core = mapping.placements[file.first_slice[v]];
        separated(v) << '[' << int{core.chip.x} << ',' << int{core.chip.y} << ',' << int{core.core} << ']';
    }
    out << R"(],"keys":[)";
    for (std::size_t n = 0; n < file.net_order.size(); ++n) separated(n) << mapping.keys[file.net_order[n]].key;
    out << R"(],"tables":[)";
    for (std::size_t t = 0; t < mapping.tables.tables.size(); ++t) {
        const RoutingTable& table = mapping.tables.tables[t];
        separated(t) << '[' << int{table.chip.x} << ',' << int{table.chip.y} << ",[";
        for (std::size_t e = 0; e < table.entries.size(); ++e) {
            const RoutingEntry& entry = table.entries[e];
            separated(e) << '[' << entry.key << ',' << entry.mask << ',' << entry.route << ']';
        }
        out << "]]";
    }
    json phases = json::object();
    for (const auto& [name, seconds] : mapping.phase_seconds) phases[name] = seconds;
    out << R"(],"phases":)" << phases.dump() << "}\n";
}

json to_spinntools_tables(const RoutingTables& tables) {
    json list = json::array();
    for (const RoutingTable& table : tables) {
        json entries = json::array();
        for (const RoutingEntry& entry : table.entries)
            entries.push_back(
                {{"key", entry.key}, {"mask", entry.mask}, {"defaultable", false}, {"spinnaker_route", entry.route}});
        list.push_back({{"x", table.chip.x}, {"y", table.chip.y}, {"entries", std::move(entries)}});
    }
    return list;
}

void write_mapping_files(const std::filesystem::path& directory, const GraphFile& file, const Mapping& mapping) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    write_json(directory / "routing_tables.json", to_spinntools_tables(mapping.tables.tables));
    if (file.format == GraphFormat::sm_graph) {
        std::ofstream out(directory / "result.json");
        write_sm_result(out, file, mapping);
        out.close();
        if (!out) throw_cannot_write(directory / "result.json");
        return;
    }
    write_json(directory / "placements.json", to_placements(file, mapping.placements));
    write_json(directory / "core_allocations.json", to_allocations(file, mapping));
    std::vector<std::uint32_t> vertex_of(mapping.graph.slices.size(), 0);
    for (std::uint32_t v = 0; v < file.first_slice.size(); ++v)
        for (std::uint32_t c = 0; c < file.n_slices[v]; ++c) vertex_of[file.first_slice[v] + c] = v;
    json routes = json::object(), keys = json::object();
    for (std::size_t n = 0; n < file.net_order.size(); ++n) {
        const std::uint32_t net = file.net_order[n];
        routes[net_name(file, n)] = to_route(mapping.routes[net], mapping.graph.nets[net], file, mapping, vertex_of);
        keys[net_name(file, n)] = json::array({{{"key", mapping.keys[net].key}, {"mask", mapping.keys[net].mask}}});
    }
    write_json(directory / "routes.json", routes);
    write_json(directory / "routing_keys.json", keys);
}

}  // namespace spinn
