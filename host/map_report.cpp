#include "host/map_report.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "host/json_reader.hpp"
#include "host/map_report_page.hpp"
#include "host/report_style.hpp"
#include "host/svg_chart.hpp"
#include "host/text_file.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/lattice.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::size_t most_tree_nodes = 300'000;  // about 3 MB of page
constexpr std::size_t most_names = 50'000;

/// JSON that may stand in a script element: no text in it can end the element.
std::string for_script(const json& data) {
    std::string text = data.dump();
    for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1))
        text.replace(at, 1, "\\u003c");
    return text;
}

json chips_of(const Mapping& mapping) {
    const MachineShape& machine = mapping.machine;
    std::vector<std::vector<std::uint32_t>> slices(machine.chips.size());
    for (std::uint32_t s = 0; s < mapping.placements.size(); ++s)
        if (!mapping.graph.slices[s].device) slices[chip_index(machine, mapping.placements[s].chip)].push_back(s);
    std::vector<std::uint64_t> before(machine.chips.size(), 0), after(machine.chips.size(), 0);
    for (const RouteTree& tree : mapping.routes)
        for (const RouteNode& node : tree) ++before[chip_index(machine, node.chip)];
    for (const RoutingTable& table : mapping.tables.tables)
        after[chip_index(machine, table.chip)] = table.entries.size();
    const bool with_names = mapping.graph.slices.size() <= most_names;
    json chips = json::array();
    for (const ChipCoord at : present_chips(machine)) {
        const std::size_t chip = chip_index(machine, at);
        std::uint64_t bytes = 0;
        json cores = json::array();
        for (const std::uint32_t s : slices[chip]) {
            const Slice& slice = mapping.graph.slices[s];
            bytes += block_bytes(slice);
            const bool is_neurons = !mapping.graph.plans.empty() && slice.program == ProgramKind::neurons;
            const std::uint64_t dtcm =
                is_neurons ? dtcm_reserved_bytes + mapping.graph.plans[slice.population].dtcm_bytes : 0;
            json core = {mapping.placements[s].core, slice.population, slice.sdram_bytes, dtcm};
            if (with_names) core.push_back(slice_name(mapping.graph, s));
            cores.push_back(std::move(core));
        }
        chips.push_back({{"x", at.x},
                         {"y", at.y},
                         {"room", application_cores(machine.chips[chip])},
                         {"ethernet", machine.chips[chip].ethernet},
                         {"bytes", bytes},
                         {"before", before[chip]},
                         {"after", after[chip]},
                         {"cores", std::move(cores)}});
    }
    return chips;
}

/// Trees by the chip that they begin at: [name, packets/s, [x, y, links, ...]].
json trees_of(const Mapping& mapping) {
    std::size_t n_nodes = 0;
    for (const RouteTree& tree : mapping.routes) n_nodes += tree.size();
    if (n_nodes > most_tree_nodes) return nullptr;
    json trees = json::object();
    for (std::size_t n = 0; n < mapping.routes.size(); ++n) {
        const RouteTree& tree = mapping.routes[n];
        if (tree.empty()) continue;
        json nodes = json::array();
        for (const RouteNode& node : tree) {
            nodes.push_back(node.chip.x);
            nodes.push_back(node.chip.y);
            nodes.push_back(node.route & route_links_mask);
        }
        const Net& net = mapping.graph.nets[n];
        const std::string key = std::to_string(tree.front().chip.x) + "," + std::to_string(tree.front().chip.y);
        trees[key].push_back({slice_name(mapping.graph, net.source), net.packets_per_s, std::move(nodes)});
    }
    return trees;
}

json loads_of(const Mapping& mapping) {
    std::vector<double> packets;
    for (const Net& net : mapping.graph.nets) packets.push_back(net.packets_per_s);
    const std::vector<double> loads = link_loads(mapping.routes, packets, mapping.machine);
    json links = json::array();  // x, y, link, packets/s of links that carry something
    for (std::size_t i = 0; i < loads.size(); ++i) {
        if (loads[i] == 0.0) continue;
        const ChipCoord chip = chip_of_index(mapping.machine, i / link_count);
        links.push_back({chip.x, chip.y, i % link_count, loads[i]});
    }
    return links;
}

std::string page(const std::string& title, const std::string& body) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\">"
           "<title>" +
           svg::escaped(title) + "</title><style>" + std::string(report_style) + std::string(map_report_style) +
           "</style></head><body><main>" + body + "</main></body></html>\n";
}

}  // namespace

RouteBounds route_bounds(const Mapping& mapping) {
    RouteBounds bounds;
    std::vector<std::size_t> seen(mapping.machine.chips.size(), 0);
    for (std::size_t n = 0; n < mapping.graph.nets.size(); ++n) {
        const Net& net = mapping.graph.nets[n];
        const ChipCoord source = mapping.placements[net.source].chip;
        std::uint64_t chips = 0;
        int farthest = 0;
        const auto add = [&](std::uint32_t slice) {
            std::size_t& last = seen[chip_index(mapping.machine, mapping.placements[slice].chip)];
            if (last == n + 1) return;
            last = n + 1;
            ++chips;
            farthest = std::max(farthest, distance(mapping.machine, source, mapping.placements[slice].chip));
        };
        add(net.source);
        for (const std::uint32_t target : net.targets) add(target);
        bounds.placed += std::max(chips - 1, static_cast<std::uint64_t>(farthest));
        const bool own = std::binary_search(net.targets.begin(), net.targets.end(), net.source);
        bounds.any += (net.targets.size() + (own ? 0 : 1) + 15) / 16 - 1;
    }
    return bounds;
}

json map_report_data(const Mapping& mapping, const json& summary, const std::string& title) {
    const MachineShape& machine = mapping.machine;
    const RouteBounds bounds = route_bounds(mapping);
    return {{"title", title},
            {"machine", {{"name", machine.name}, {"width", machine.width}, {"height", machine.height}}},
            {"summary", summary},
            {"bounds", {{"placed", bounds.placed}, {"any", bounds.any}}},
            {"sdram_per_chip", sdram_per_chip_bytes},
            {"dtcm_per_core", dtcm_bytes},
            {"table_capacity", routing_table_capacity},
            {"populations", mapping.graph.population_names},
            {"chips", chips_of(mapping)},
            {"links", loads_of(mapping)},
            {"trees", trees_of(mapping)}};
}

std::string map_report_page(const json& data) {
    return page(data["title"].get<std::string>() + ": mapping",
                std::string(map_report_body) + "<script id=\"data\" type=\"application/json\">" + for_script(data) +
                    "</script><script>" + std::string(map_report_script) + "</script>");
}

std::string map_failure_page(const Problem& problem, const std::string& title) {
    return page(title + ": does not fit",
                "<h1>" + svg::escaped(title) + "</h1><div class=\"verdict bad\"><strong>Does not fit</strong>" +
                    svg::escaped(problem.what) + "</div><p><b>Where:</b> " + svg::escaped(problem.where) +
                    "</p><p><b>What to change:</b> " + svg::escaped(problem.fix) + "</p>");
}

json compare_maps(const std::filesystem::path& a, const std::filesystem::path& b) {
    const auto read = [](const std::filesystem::path& directory, const char* name, json::value_t kind) {
        const auto text = read_text_file(directory / name);
        if (!text)
            throw InputError({{"there is no mapping here", (directory / name).string(),
                               "name a directory that spinn-map --report wrote"}});
        json value = parse_json(*text, (directory / name).string());
        if (value.type() != kind)
            throw InputError({{"is not what spinn-map --report writes", (directory / name).string(), "map again"}});
        return value;
    };
    json result = {{"figures", json::object()}};
    const json sa = read(a, "summary.json", json::value_t::object), sb = read(b, "summary.json", json::value_t::object);
    for (const char* key : {"machine", "chips_used", "cores_used", "nets", "hops", "weighted_hops", "max_link_load",
                            "max_table_entries", "table_entries", "table_entries_before", "sdram_bytes_max"})
        if (sa.contains(key) && sb.contains(key)) result["figures"][key] = {sa[key], sb[key]};
    const auto places = [&](const std::filesystem::path& directory) {
        std::map<std::uint64_t, json> map;
        for (const json& place : read(directory, "placements.json", json::value_t::array))
            if (place.is_object() && place.value("slice", json()).is_number_unsigned())
                map[place["slice"].get<std::uint64_t>()] = {place.value("x", 0), place.value("y", 0),
                                                            place.value("core", 0)};
        return map;
    };
    const auto pa = places(a), pb = places(b);
    std::uint64_t on_other_chip = 0, on_other_core = 0, only_one = 0;
    for (const auto& [slice, place] : pa) {
        const auto other = pb.find(slice);
        if (other == pb.end())
            ++only_one;
        else if (place[0] != other->second[0] || place[1] != other->second[1])
            ++on_other_chip;
        else if (place != other->second)
            ++on_other_core;
    }
    for (const auto& [slice, place] : pb) only_one += pa.contains(slice) ? 0 : 1;
    result["slices"] = {
        {"on_another_chip", on_other_chip}, {"on_another_core", on_other_core}, {"in_one_only", only_one}};
    const auto tables = [&](const std::filesystem::path& directory) {
        std::map<std::pair<int, int>, json> map;
        for (const json& table : read(directory, "tables.json", json::value_t::array))
            if (table.is_object())
                map[{table.value("x", 0), table.value("y", 0)}] = table.value("entries", json::array());
        return map;
    };
    const auto ta = tables(a), tb = tables(b);
    std::uint64_t differ = 0, grew = 0, shrank = 0;
    std::set<std::pair<int, int>> chips;
    for (const auto& [chip, entries] : ta) chips.insert(chip);
    for (const auto& [chip, entries] : tb) chips.insert(chip);
    for (const auto& chip : chips) {
        const json none = json::array();
        const json& ea = ta.contains(chip) ? ta.at(chip) : none;
        const json& eb = tb.contains(chip) ? tb.at(chip) : none;
        differ += ea != eb ? 1 : 0;
        grew += eb.size() > ea.size() ? 1 : 0;
        shrank += eb.size() < ea.size() ? 1 : 0;
    }
    result["tables"] = {{"differ", differ}, {"longer", grew}, {"shorter", shrank}, {"chips", chips.size()}};
    return result;
}

}  // namespace spinn
