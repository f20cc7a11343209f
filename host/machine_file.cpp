#include "host/machine_file.hpp"

#include <array>
#include <optional>
#include <stdexcept>

#include "host/text_file.hpp"
#include "host/yaml_reader.hpp"

namespace spinn {

namespace {

constexpr std::array<std::string_view, link_count> link_names{"east", "north_east", "north",
                                                              "west", "south_west", "south"};
constexpr std::array<std::string_view, 3> presets{"spinn3", "spinn5", "spinn5*3"};
constexpr std::string_view preset_help =
    "write spinn3 (4 chips), spinn5 (48 chips), spinn5*N (N boards), WxH chips or the name of a .yaml file";

bool is_file_name(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

/// The preset, or what is wrong with it.
std::optional<MachineShape> try_preset(std::string_view name, Problem& problem) {
    try {
        if (name.size() <= 64) return make_machine(name);
        problem.what = "unknown machine " + in_quotes(name);
    } catch (const std::invalid_argument& error) {
        problem.what = error.what();
    }
    const std::string_view near = nearest(name, presets);
    problem.fix = near.empty() ? std::string(preset_help)
                               : "did you mean '" + std::string(near) + "'? " + std::string(preset_help);
    return std::nullopt;
}

/// Calls read(item, path, chip) for every [x, y, ...] of a list; items that are no present chip are reported.
template <class Read>
void read_parts(const YamlReader& yaml, const YamlMapping& fields, std::string_view key, std::size_t length,
                std::string_view example, const MachineShape& shape, Read read) {
    const auto node = fields.find(key);
    if (!node || node_at(yaml.tree, *node).kind == YamlNode::Kind::null) return;
    const DocumentPath path = DocumentPath{} / key;
    const auto items = read_list(yaml, *node, path, "a list, such as [" + std::string(example) + "]");
    if (!items) return;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto fields_of_item = children_of(yaml.tree, (*items)[i]);
        if (node_at(yaml.tree, (*items)[i]).kind != YamlNode::Kind::sequence || fields_of_item.size() != length) {
            yaml.report.add(path / i,
                            "expected " + std::string(example) + ", found " + describe_node(yaml.tree, (*items)[i]),
                            "write such as " + std::string(example));
            continue;
        }
        const auto x =
            read_whole(yaml, fields_of_item[0], path / i / 0, 0, static_cast<std::uint64_t>(shape.width - 1));
        const auto y =
            read_whole(yaml, fields_of_item[1], path / i / 1, 0, static_cast<std::uint64_t>(shape.height - 1));
        if (!x || !y) continue;
        const ChipCoord chip{static_cast<std::uint8_t>(*x), static_cast<std::uint8_t>(*y)};
        if (!has_chip(shape, chip))
            yaml.report.add(path / i, shape.name + " has no chip " + to_string(chip), "leave it out");
        else
            read(fields_of_item, path / i, chip);
    }
}

std::optional<Link> read_link(const YamlReader& yaml, YamlNodeId node, const DocumentPath& path) {
    const std::string_view text = text_of(yaml.tree, node);
    for (std::size_t i = 0; i < link_names.size(); ++i)
        if (text == link_names[i]) return static_cast<Link>(i);
    if (node_at(yaml.tree, node).plain && parse_number(text)) {
        const auto number = read_whole(yaml, node, path, 0, link_count - 1);
        return number ? std::optional(static_cast<Link>(*number)) : std::nullopt;
    }
    yaml.report.add(path, "unknown link " + in_quotes(text), suggestion(text, link_names));
    return std::nullopt;
}

}  // namespace

MachineShape read_machine_yaml(std::string_view text, const std::string& file_name) {
    static constexpr std::array<std::string_view, 4> keys{"machine", "dead_chips", "dead_cores", "dead_links"};
    const YamlTree tree = parse_yaml(text, file_name);
    ProblemReport report([&](const DocumentPath& path) { return FileLocation{file_name, line_of(tree, path)}; });
    const YamlReader yaml{tree, report};
    const DocumentPath top;
    const YamlMapping fields(yaml, tree.root, top, keys);
    std::optional<MachineShape> shape;
    if (const auto node = fields.require("machine", "machine: spinn5")) {
        if (const auto name = read_text(yaml, *node, top / "machine")) {
            Problem problem;
            shape = try_preset(*name, problem);
            if (!shape) report.add(top / "machine", problem.what, problem.fix);
        }
    }
    if (!shape) report.throw_if_any();  // where the parts lie, nobody can tell without the machine

    MachineFaults faults;
    read_parts(
        yaml, fields, "dead_chips", 2, "[x, y]", *shape,
        [&](std::span<const YamlNodeId>, const DocumentPath&, ChipCoord chip) { faults.dead_chips.push_back(chip); });
    read_parts(yaml, fields, "dead_cores", 3, "[x, y, core]", *shape,
               [&](std::span<const YamlNodeId> item, const DocumentPath& path, ChipCoord chip) {
                   if (const auto core = read_whole(yaml, item[2], path / 2, 0, physical_cores_per_chip - 1))
                       faults.dead_cores.emplace_back(chip, static_cast<int>(*core));
               });
    read_parts(yaml, fields, "dead_links", 3, "[x, y, link]", *shape,
               [&](std::span<const YamlNodeId> item, const DocumentPath& path, ChipCoord chip) {
                   if (const auto link = read_link(yaml, item[2], path / 2))
                       faults.dead_links.emplace_back(chip, *link);
               });
    report.throw_if_any();
    MachineShape with = with_faults(*std::move(shape), faults);
    if (present_chips(with).empty())
        throw InputError({{"no chip is left alive", file_name + ": dead_chips", "leave at least one"}});
    return with;
}

MachineShape read_machine(std::string_view preset_or_path) {
    if (is_file_name(preset_or_path)) {
        const std::string path(preset_or_path);
        const auto text = read_text_file(path);
        if (!text)
            throw InputError({{"there is no readable machine file of this name", path, std::string(preset_help)}});
        return read_machine_yaml(*text, path);
    }
    Problem problem;
    if (auto shape = try_preset(preset_or_path, problem)) return *std::move(shape);
    problem.where = "machine";
    throw InputError({problem});
}

Problem machine_name_problem(std::string_view name) {
    Problem problem;
    if (!is_file_name(name)) try_preset(name, problem);
    return problem;
}

}  // namespace spinn
