#include "host/graph_file.hpp"

#include <algorithm>
#include <numeric>

#include "host/graph_file_parts.hpp"
#include "host/text_file.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::uint64_t most_vertices = 1u << 28;  // all numbers below fit 32 bits

/// A column of whole numbers.
std::vector<std::uint32_t> read_column(JsonReader& in, const json& object, const DocumentPath& at, std::string_view key,
                                       std::uint64_t most) {
    std::vector<std::uint32_t> column;
    const json::array_t* values = in.find_list(object, at, key, true);
    if (values == nullptr) return column;
    column.reserve(values->size());
    for (std::size_t i = 0; i < values->size(); ++i)
        column.push_back(
            static_cast<std::uint32_t>(in.whole((*values)[i], most, [&] { return at / key / i; }).value_or(0)));
    return column;
}

void read_apps(JsonReader& in, const json& root, GraphFile& file, std::size_t n_vertices) {
    const json::array_t* apps = in.find_list(root, {}, "apps", true);
    if (apps == nullptr) return;
    std::vector<Slice>& slices = file.graph.slices;
    std::uint64_t next = 0;
    for (std::size_t a = 0; a < apps->size(); ++a) {
        const DocumentPath path = DocumentPath{} / "apps" / a;
        const json& app = (*apps)[a];
        if (!app.is_object()) {
            in.expected(path, "{\"name\", \"first\", \"count\"}", app);
            continue;
        }
        const json* name = in.find(app, path, "name", true, "\"exc\"");
        const json* first = in.find(app, path, "first", true, "0");
        const json* count = in.find(app, path, "count", true, "32");
        if (name == nullptr || first == nullptr || count == nullptr) continue;
        const std::string* text = in.text(*name, [&] { return path / "name"; });
        const auto f = in.whole(*first, n_vertices, [&] { return path / "first"; });
        const auto c = in.whole(*count, n_vertices, [&] { return path / "count"; });
        file.graph.population_names.push_back(text == nullptr ? "" : *text);
        if (!f || !c) continue;
        if (*f != next)
            in.report.add(path / "first", "expected " + std::to_string(next) + ", found " + std::to_string(*f),
                          "the vertices of one app follow those of the app before it");
        next = *f + *c;
        std::uint32_t atom = 0;
        for (std::uint64_t v = *f; v < std::min<std::uint64_t>(next, n_vertices); ++v) {
            if (slices[v].population != a)
                in.report.add(DocumentPath{} / "vertices" / "app" / static_cast<std::size_t>(v),
                              "expected " + std::to_string(a) + ", found " + std::to_string(slices[v].population),
                              "it must say what apps say");
            slices[v].first_atom = atom;
            atom += slices[v].n_atoms;
        }
    }
    if (next != n_vertices)
        in.report.add(DocumentPath{} / "apps",
                      "the apps have " + std::to_string(next) + " vertices, there are " + std::to_string(n_vertices),
                      "make the counts add up");
}

void read_sm_nets(JsonReader& in, const json& nets, GraphFile& file) {
    const DocumentPath at = DocumentPath{} / "nets";
    const std::size_t n_vertices = file.graph.slices.size();
    const std::uint64_t last = n_vertices == 0 ? 0 : n_vertices - 1;
    const std::vector<std::uint32_t> sources = read_column(in, nets, at, "src", last);
    const json::array_t* weights = in.find_list(nets, at, "weight", false);
    const json::array_t* targets = in.find_list(nets, at, "dst", true);
    if (targets == nullptr) return;
    if (targets->size() != sources.size() || (weights != nullptr && weights->size() != sources.size())) {
        in.report.add(at, "src, weight and dst have different lengths", "one of each for every net");
        return;
    }
    if (n_vertices == 0 && !sources.empty()) {
        in.report.add(at, "there are nets but no vertices", "write the vertices");
        return;
    }
    std::vector<bool> sends(n_vertices, false);
    for (std::size_t n = 0; n < sources.size(); ++n) {
        Net net{sources[n], file.graph.slices[sources[n]].n_atoms, 1.0, {}};
        if (sends[net.source])
            in.report.add(at / "src" / n, "a second net of vertex " + std::to_string(net.source), "one net a source");
        sends[net.source] = true;
        if (weights != nullptr)
            net.packets_per_s = in.positive((*weights)[n], [&] { return at / "weight" / n; }).value_or(1.0);
        const json::array_t* list = in.list((*targets)[n], [&] { return at / "dst" / n; });
        if (list == nullptr) continue;
        net.targets.reserve(list->size());
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const auto target = in.whole((*list)[i], last, [&] { return at / "dst" / n / i; }))
                net.targets.push_back(static_cast<std::uint32_t>(*target));
        add_net(file, std::move(net));
    }
}

GraphFile read_sm_graph(JsonReader& in, const json& root) {
    GraphFile file;
    file.format = GraphFormat::sm_graph;
    const DocumentPath at = DocumentPath{} / "vertices";
    const json* vertices = in.find_object(root, {}, "vertices", true);
    const json* nets = in.find_object(root, {}, "nets", true);
    if (vertices == nullptr || nets == nullptr) return file;
    const std::vector<std::uint32_t> app = read_column(in, *vertices, at, "app", most_vertices);
    const std::vector<std::uint32_t> atoms = read_column(in, *vertices, at, "atoms", 1u << 24);
    if (app.size() != atoms.size()) {
        in.report.add(at, "app and atoms have different lengths", "one of each for every vertex");
        return file;
    }
    if (app.size() > most_vertices) {
        in.report.add(at, "too many vertices", "at most 2^28");
        return file;
    }
    file.graph.slices.resize(app.size());
    for (std::size_t v = 0; v < app.size(); ++v) {
        file.graph.slices[v].population = app[v];
        file.graph.slices[v].n_atoms = atoms[v];
        if (atoms[v] == 0) in.report.add(at / "atoms" / v, "a vertex without atoms", "write at least 1");
    }
    read_apps(in, root, file, app.size());
    if (!in.report.empty()) return file;
    read_sm_nets(in, *nets, file);
    file.first_slice.resize(app.size());
    std::iota(file.first_slice.begin(), file.first_slice.end(), 0u);
    file.n_slices.assign(app.size(), 1);
    return file;
}

}  // namespace

void add_net(GraphFile& file, Net net) {
    std::sort(net.targets.begin(), net.targets.end());
    net.targets.erase(std::unique(net.targets.begin(), net.targets.end()), net.targets.end());
    file.net_order.push_back(static_cast<std::uint32_t>(file.graph.nets.size()));
    file.graph.nets.push_back(std::move(net));
}

void sort_nets(GraphFile& file) {
    std::vector<Net>& nets = file.graph.nets;
    const auto before = [](const Net& a, const Net& b) { return a.source < b.source; };
    if (std::is_sorted(nets.begin(), nets.end(), before)) return;
    std::vector<std::uint32_t> order(nets.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return before(nets[a], nets[b]); });
    std::vector<Net> sorted;
    sorted.reserve(nets.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        file.net_order[order[i]] = static_cast<std::uint32_t>(i);
        sorted.push_back(std::move(nets[order[i]]));
    }
    nets = std::move(sorted);
}

GraphFile read_graph_json(std::string_view text, const std::string& file_name) {
    const json root = parse_json(text, file_name);
    JsonReader in(file_name);
    GraphFile file;
    if (!root.is_object())
        in.expected({}, "an object", root);
    else if (root.contains("format") && root["format"] == "sm-graph/1")
        file = read_sm_graph(in, root);
    else if (root.contains("vertices_resources"))
        file = read_netlist(in, root);
    else
        in.report.add({}, "is no graph that Spinn knows",
                      "write sm-graph/1 (\"format\"), a netlist of Rig or the interchange format "
                      "(\"vertices_resources\")");
    in.report.throw_if_any();
    sort_nets(file);
    if (root.contains("name") && root["name"].is_string()) file.name = root["name"].get<std::string>();
    return file;
}

GraphFile read_graph_file(const std::filesystem::path& path) {
    const auto text = read_text_file(path);
    if (!text)
        throw InputError({{"there is no readable graph of this name", path.string(),
                           "name a JSON file: sm-graph/1, a netlist of Rig or the interchange format"}});
    GraphFile file = read_graph_json(*text, path.string());
    if (file.name.empty()) file.name = path.stem().string();
    return file;
}

}  // namespace spinn
