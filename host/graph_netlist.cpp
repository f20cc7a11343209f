/// Graphs whose vertices have names: Rig's netlists, the place-and-route interchange format, and what goes with them.
#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "host/graph_file.hpp"
#include "host/graph_file_parts.hpp"
#include "mapper/population_plan.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, link_count> link_names{"east", "north_east", "north",
                                                              "west", "south_west", "south"};

using VertexIndex = std::unordered_map<std::string_view, std::uint32_t>;

VertexIndex index_of(const std::vector<std::string>& names) {
    VertexIndex index;
    for (std::uint32_t v = 0; v < names.size(); ++v) index.emplace(names[v], v);
    return index;
}

/// Netlists write vertices as texts or, where names are numbers, as numbers.
template <typename Path>
std::optional<std::uint32_t> read_vertex(JsonReader& in, const VertexIndex& index, const json& value,
                                         const Path& path) {
    std::string written;
    if (value.is_number_unsigned())
        written = std::to_string(value.get<std::uint64_t>());
    else if (const std::string* text = in.text(value, path))
        written = *text;
    else
        return std::nullopt;
    const auto found = index.find(written);
    if (found != index.end()) return found->second;
    in.report.add(path(), "there is no vertex " + in_quotes(written), "name one of vertices_resources");
    return std::nullopt;
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void read_vertices(JsonReader& in, const json& vertices, GraphFile& file) {
    const DocumentPath at = DocumentPath{} / "vertices_resources";
    for (const auto& [name, resources] : vertices.items()) {
        std::uint64_t cores = 0, sdram = 0;
        if (!resources.is_object()) {
            in.expected(at / name, "an object of resources", resources);
            continue;
        }
        for (const auto& [resource, value] : resources.items()) {
            const auto path = [&, &name = name, &key = resource] { return at / name / key; };
            const std::string kind = lower_case(resource);
            if (kind == "cores") {
                cores = in.whole(value, physical_cores_per_chip - 2, path).value_or(0);
            } else if (kind == "sdram") {
                sdram = in.whole(value, std::uint64_t{1} << 40, path).value_or(0);
            } else if (kind == "dtcm") {
                if (in.whole(value, std::uint64_t{1} << 40, path).value_or(0) > dtcm_bytes)
                    in.report.add(path(), "needs more DTCM than a core has",
                                  "at most " + std::to_string(dtcm_bytes) + " bytes");
            } else {
                in.whole(value, std::uint64_t{1} << 40, path);  // tags and such: nothing that Spinn places
            }
        }
        const auto slice = static_cast<std::uint32_t>(file.graph.slices.size());
        file.first_slice.push_back(slice);
        file.n_slices.push_back(static_cast<std::uint32_t>(std::max<std::uint64_t>(cores, 1)));
        file.vertex_names.push_back(name);
        for (std::uint64_t c = 0; c < std::max<std::uint64_t>(cores, 1); ++c) {
            Slice part;
            part.name = cores > 1 ? name + " core " + std::to_string(c) : name;
            part.n_atoms = 1;
            part.first_atom = static_cast<std::uint32_t>(file.graph.slices.size());
            part.sdram_bytes = c == 0 ? sdram : 0;
            file.graph.slices.push_back(std::move(part));
        }
        if (cores > 1) {
            std::vector<std::uint32_t>& group = file.graph.constraints.same_chip.emplace_back();
            for (std::uint64_t c = 0; c < cores; ++c) group.push_back(slice + static_cast<std::uint32_t>(c));
        }
        if (cores == 0) file.graph.slices.back().device = Link::east;  // until a route end point says which
    }
    file.graph.population_names = {"vertices"};
}

void add_sinks(const GraphFile& file, std::uint32_t vertex, std::vector<std::uint32_t>& targets) {
    for (std::uint32_t c = 0; c < file.n_slices[vertex]; ++c) targets.push_back(file.first_slice[vertex] + c);
}

/// A vertex, or a list of them.
template <typename Path>
void read_sinks(JsonReader& in, const VertexIndex& index, const GraphFile& file, const json& value, Net& net,
                const Path& path) {
    const json::array_t* sinks = in.list(value, path);
    if (sinks == nullptr) return;
    for (std::size_t i = 0; i < sinks->size(); ++i)
        if (const auto vertex = read_vertex(in, index, (*sinks)[i], [&] { return path() / i; }))
            add_sinks(file, *vertex, net.targets);
}

void read_rig_nets(JsonReader& in, const json& root, const VertexIndex& index, GraphFile& file) {
    const json::array_t* nets = in.find_list(root, {}, "nets", true);
    if (nets == nullptr) return;
    for (std::size_t n = 0; n < nets->size(); ++n) {
        const auto path = [&] { return DocumentPath{} / "nets" / n; };
        const json& item = (*nets)[n];
        if (!item.is_array() || item.size() < 2 || item.size() > 3) {
            in.expected(path(), "[source, [sinks], weight]", item);
            continue;
        }
        Net net{0, 1, 1.0, {}};
        const auto source = read_vertex(in, index, item[0], [&] { return path() / 0; });
        read_sinks(in, index, file, item[1], net, [&] { return path() / 1; });
        if (item.size() == 3) net.packets_per_s = in.positive(item[2], [&] { return path() / 2; }).value_or(1.0);
        if (!source) continue;
        net.source = file.first_slice[*source];
        add_net(file, std::move(net));
    }
}

void read_edges(JsonReader& in, const json& root, const VertexIndex& index, GraphFile& file) {
    const json* edges = in.find_object(root, {}, "edges", true);
    if (edges == nullptr) return;
    for (const auto& [name, edge] : edges->items()) {
        const DocumentPath path = DocumentPath{} / "edges" / name;
        if (!edge.is_object()) {
            in.expected(path, "{\"source\", \"sinks\"}", edge);
            continue;
        }
        if (const json* type = in.find(edge, path, "type", false, "\"multicast\"");
            type != nullptr && *type != "multicast") {
            if (type->is_string() && *type == "fake_tag_edge") continue;  // PACMAN's: a core and its tag, no packets
            in.report.add(path / "type", "Spinn routes multicast packets only", "write \"multicast\"");
            continue;
        }
        Net net{0, 1, 1.0, {}};
        const json* source = in.find(edge, path, "source", true, "\"a\"");
        const json* sinks = in.find(edge, path, "sinks", true, "[\"b\"]");
        if (source == nullptr || sinks == nullptr) continue;
        const auto vertex = read_vertex(in, index, *source, [&] { return path / "source"; });
        read_sinks(in, index, file, *sinks, net, [&] { return path / "sinks"; });
        if (const json* weight = in.find(edge, path, "weight", false, "1.0"))
            net.packets_per_s = in.positive(*weight, [&] { return path / "weight"; }).value_or(1.0);
        if (!vertex) continue;
        net.source = file.first_slice[*vertex];
        add_net(file, std::move(net));
        file.net_names.push_back(name);
    }
}

void read_same_chip(JsonReader& in, const json& list, const DocumentPath& at, const VertexIndex& index,
                    GraphFile& file) {
    Net group;  // only its targets are used
    read_sinks(in, index, file, list, group, [&] { return at; });
    if (group.targets.size() > 1) file.graph.constraints.same_chip.push_back(std::move(group.targets));
}

/// [x, y] anywhere on the largest machine; whether the machine has it, the placer says.
std::optional<ChipCoord> read_location(JsonReader& in, const json& value, const DocumentPath& at, std::size_t least) {
    const json::array_t* pair = in.list(value, [&] { return at; });
    if (pair == nullptr) return std::nullopt;
    if (pair->size() < 2 || pair->size() > least) {
        in.expected(at, "[x, y]", value);
        return std::nullopt;
    }
    const auto x = in.whole((*pair)[0], 255, [&] { return at / 0; });
    const auto y = in.whole((*pair)[1], 255, [&] { return at / 1; });
    if (!x || !y) return std::nullopt;
    return ChipCoord{static_cast<std::uint8_t>(*x), static_cast<std::uint8_t>(*y)};
}

/// [first, one past the last] of 0 .. 18.
std::optional<std::pair<int, int>> read_cores(JsonReader& in, const json& value, const DocumentPath& at) {
    const json::array_t* pair = in.list(value, [&] { return at; });
    if (pair == nullptr) return std::nullopt;
    if (pair->size() != 2) {
        in.expected(at, "[first core, one past the last]", value);
        return std::nullopt;
    }
    const auto first = in.whole((*pair)[0], physical_cores_per_chip, [&] { return at / 0; });
    const auto end = in.whole((*pair)[1], physical_cores_per_chip, [&] { return at / 1; });
    if (!first || !end) return std::nullopt;
    if (*first >= *end) {
        in.report.add(at, "a range of no cores", "write [first core, one past the last]");
        return std::nullopt;
    }
    return std::pair(static_cast<int>(*first), static_cast<int>(*end));
}

/// What constraints say of one vertex, until all are read.
struct Wanted {
    std::optional<ChipCoord> chip;
    int core = 0;
    std::optional<Link> link;
};

void read_constraint(JsonReader& in, const json& item, const DocumentPath& at, const VertexIndex& index,
                     GraphFile& file, std::vector<Wanted>& wanted) {
    const json* type = item.is_object() ? in.find(item, at, "type", true, "\"location\"") : nullptr;
    if (type == nullptr || !type->is_string()) {
        in.expected(at, "an object with a \"type\"", item);
        return;
    }
    const std::string& kind = type->get_ref<const std::string&>();
    const auto vertex_of = [&]() -> std::optional<std::uint32_t> {
        const json* value = in.find(item, at, "vertex", true, "\"v\"");
        if (value == nullptr) return std::nullopt;
        return read_vertex(in, index, *value, [&] { return at / "vertex"; });
    };
    if (kind == "location") {
        const auto vertex = vertex_of();
        const json* location = in.find(item, at, "location", true, "[0, 0]");
        if (location == nullptr) return;
        const auto chip = read_location(in, *location, at / "location", 2);
        if (vertex && chip) wanted[*vertex].chip = chip;
    } else if (kind == "same_chip") {
        if (const json* vertices = in.find(item, at, "vertices", true, "[\"a\", \"b\"]"))
            read_same_chip(in, *vertices, at / "vertices", index, file);
    } else if (kind == "resource" || kind == "reserve_resource") {
        const json* resource = in.find(item, at, "resource", true, "\"cores\"");
        if (resource == nullptr) return;
        if (!resource->is_string() || lower_case(resource->get<std::string>()) != "cores") return;  // SDRAM: any
        const std::string_view key = kind == "resource" ? "range" : "reservation";
        const json* range = in.find(item, at, key, true, "[1, 2]");
        if (range == nullptr) return;
        const auto cores = read_cores(in, *range, at / key);
        if (kind == "resource") {
            const auto vertex = vertex_of();
            if (vertex && cores) wanted[*vertex].core = cores->first;
            return;
        }
        std::optional<ChipCoord> chip;
        if (const json* location = in.find(item, at, "location", false, "[0, 0]");
            location != nullptr && !location->is_null()) {
            chip = read_location(in, *location, at / "location", 2);
            if (!chip) return;
        }
        if (!cores) return;
        std::uint32_t mask = 0;
        for (int core = cores->first; core < cores->second; ++core) mask |= 1u << core;
        file.graph.constraints.reserved.push_back({chip, mask});
    } else if (kind == "route_endpoint") {
        const auto vertex = vertex_of();
        const json* direction = in.find(item, at, "direction", true, "\"north\"");
        if (!vertex || direction == nullptr) return;
        const auto* const name = direction->is_string() ? std::find(link_names.begin(), link_names.end(),
                                                                    direction->get_ref<const std::string&>())
                                                        : link_names.end();
        if (name == link_names.end())
            in.report.add(at / "direction", "Spinn routes to devices on links; found " + describe_json(*direction),
                          "write one of east, north_east, north, west, south_west, south");
        else
            wanted[*vertex].link = static_cast<Link>(name - link_names.begin());
    } else {
        in.report.add(at / "type", "unknown constraint " + in_quotes(kind),
                      "write location, resource, reserve_resource, route_endpoint or same_chip");
    }
}

void apply_wanted(JsonReader& in, const DocumentPath& at, GraphFile& file, const std::vector<Wanted>& wanted) {
    for (std::uint32_t v = 0; v < wanted.size(); ++v) {
        const std::uint32_t slice = file.first_slice[v];
        if (wanted[v].link) {
            if (!file.graph.slices[slice].device)
                in.report.add(at, "vertex " + in_quotes(file.vertex_names[v]) + " has cores and a route end point",
                              "a device on a link takes no cores");
            else
                file.graph.slices[slice].device = wanted[v].link;
            if (!wanted[v].chip)
                in.report.add(at, "the device " + in_quotes(file.vertex_names[v]) + " has no location",
                              "add a location constraint: the chip whose link it is on");
        }
        if (wanted[v].core != 0 && !wanted[v].chip)
            in.report.add(at, "vertex " + in_quotes(file.vertex_names[v]) + " has a core but no chip",
                          "add a location constraint");
        if (!wanted[v].chip) continue;
        for (std::uint32_t c = 0; c < file.n_slices[v]; ++c)
            file.graph.constraints.fixed.push_back(
                {slice + c, *wanted[v].chip,
                 static_cast<std::uint8_t>(wanted[v].core == 0 ? 0 : wanted[v].core + static_cast<int>(c))});
    }
}

}  // namespace

GraphFile read_netlist(JsonReader& in, const json& root) {
    GraphFile file;
    file.format = root.contains("edges") ? GraphFormat::interchange : GraphFormat::rig;
    const json* vertices = in.find_object(root, {}, "vertices_resources", true);
    if (vertices == nullptr) return file;
    read_vertices(in, *vertices, file);
    const VertexIndex index = index_of(file.vertex_names);
    if (file.format == GraphFormat::interchange)
        read_edges(in, root, index, file);
    else
        read_rig_nets(in, root, index, file);
    if (const json::array_t* groups = in.find_list(root, {}, "same_chip_constraints", false))
        for (std::size_t g = 0; g < groups->size(); ++g)
            read_same_chip(in, (*groups)[g], DocumentPath{} / "same_chip_constraints" / g, index, file);
    return file;
}

void read_constraints_json(std::string_view text, const std::string& file_name, GraphFile& graph) {
    const json root = parse_json(text, file_name);
    JsonReader in(file_name);
    const VertexIndex index = index_of(graph.vertex_names);
    std::vector<Wanted> wanted(graph.vertex_names.size());
    if (const json::array_t* items = in.list(root, [] { return DocumentPath{}; }))
        for (std::size_t i = 0; i < items->size(); ++i)
            read_constraint(in, (*items)[i], DocumentPath{} / i, index, graph, wanted);
    in.report.throw_if_any();
    apply_wanted(in, {}, graph, wanted);
    in.report.throw_if_any();
}

void read_placements_json(std::string_view text, const std::string& file_name, GraphFile& graph) {
    const json root = parse_json(text, file_name);
    JsonReader in(file_name);
    const VertexIndex index = index_of(graph.vertex_names);
    std::vector<Wanted> wanted(graph.first_slice.size());
    const auto vertex_named = [&](const std::string& name, const DocumentPath& at) -> std::optional<std::uint32_t> {
        if (!graph.vertex_names.empty()) return read_vertex(in, index, json(name), [&] { return at; });
        const auto number = in.whole(json::accept(name) ? json::parse(name) : json(name),
                                     graph.first_slice.empty() ? 0 : graph.first_slice.size() - 1, [&] { return at; });
        return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
    };
    const auto put = [&](std::optional<std::uint32_t> vertex, const json& value, const DocumentPath& at) {
        const auto chip = read_location(in, value, at, 3);
        if (!vertex || !chip) return;
        wanted[*vertex].chip = chip;
        if (value.size() == 3)
            wanted[*vertex].core = static_cast<int>(in.whole(value[2], 17, [&] { return at / 2; }).value_or(0));
    };
    if (root.is_object() && root.value("format", "") == "sm-result/1") {
        if (const json::array_t* place = in.find_list(root, {}, "place", true)) {
            if (place->size() != wanted.size())
                in.expected(DocumentPath{} / "place",
                            "a place for each of " + std::to_string(wanted.size()) + " vertices", root["place"]);
            else
                for (std::uint32_t v = 0; v < place->size(); ++v) put(v, (*place)[v], DocumentPath{} / "place" / v);
        }
    } else if (root.is_object()) {
        for (const auto& [name, value] : root.items())
            put(vertex_named(name, DocumentPath{} / name), value, DocumentPath{} / name);
    } else {
        in.expected({}, "an object: vertex to [x, y] or [x, y, core]", root);
    }
    in.report.throw_if_any();
    apply_wanted(in, {}, graph, wanted);
    in.report.throw_if_any();
}

}  // namespace spinn
