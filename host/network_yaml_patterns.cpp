#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"

namespace spinn {

namespace {

/// Numbers, or rows of numbers one after the other.
std::vector<double> read_table(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path) {
    const YamlTree& tree = reader.yaml.tree;
    const auto children = read_list(reader.yaml, node, path, "a list of numbers, or of rows of numbers");
    if (!children) return {};
    if (children->empty() || node_at(tree, children->front()).kind != YamlNode::Kind::sequence)
        return read_number_list(reader, node, path, "");
    std::vector<double> table;
    for (std::size_t i = 0; i < children->size(); ++i) {
        const std::vector<double> row = read_number_list(reader, (*children)[i], path / i, "");
        table.insert(table.end(), row.begin(), row.end());
    }
    return table;
}

}  // namespace

ConnectionPattern read_pattern(const NetworkReader& reader, const PatternDescription& description,
                               std::optional<YamlNodeId> arguments, const DocumentPath& path) {
    const YamlReader& yaml = reader.yaml;
    ConnectionPattern pattern;
    pattern.kind = description.kind;
    const bool needs = !description.text.empty() || std::any_of(description.lists.begin(), description.lists.end(),
                                                                [](const auto& l) { return l.required; });
    if (!arguments) {
        if (needs)
            yaml.report.add(path, std::string(description.name) + " needs parameters",
                            "write " + std::string(description.example));
        return pattern;
    }
    std::vector<std::string_view> keys = names_in(description.numbers);
    for (const std::string_view list : names_in(description.lists)) keys.push_back(list);
    if (!description.text.empty()) keys.push_back(description.text);
    const YamlMapping fields(yaml, *arguments, path, keys);
    for (const PatternDescription::Number& number : description.numbers) {
        const auto field = fields.find(number.name);
        if (!field) continue;
        const bool is_flag = number.whole && number.minimum == 0.0 && number.maximum == 1.0;
        if (is_flag) {
            if (const auto flag = read_boolean(yaml, *field, path / number.name))
                pattern.numbers.emplace(number.name, *flag ? 1.0 : 0.0);
        } else if (const auto value = read_number(yaml, *field, path / number.name, "")) {
            pattern.numbers.emplace(number.name, *value);
        }
    }
    for (const PatternDescription::List& list : description.lists)
        if (const auto field = list.required ? fields.require(list.name, description.example) : fields.find(list.name))
            pattern.lists.emplace(
                list.name, node_at(yaml.tree, *field).kind == YamlNode::Kind::scalar
                               ? std::vector<double>{read_number(yaml, *field, path / list.name, "").value_or(1.0)}
                               : read_table(reader, *field, path / list.name));
    if (!description.text.empty())
        if (const auto field = fields.require(description.text, description.example))
            pattern.text = std::string(text_of(yaml.tree, *field));
    return pattern;
}

Structure read_structure(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path) {
    static constexpr std::array<std::string_view, 3> kinds{"Line", "Grid2D", "Positions"};
    static constexpr std::array<std::string_view, 6> keys{"aspect_ratio", "dx", "dy", "x0", "y0", "z0"};
    const YamlReader& yaml = reader.yaml;
    Structure structure;
    const auto named = read_named(yaml, node, path, "{Grid2D: {aspect_ratio: 1.0, dx: 1.0, dy: 1.0}}");
    if (!named) return structure;
    if (named->name == "Positions") {
        structure.kind = Structure::Kind::list;
        if (!named->arguments) return structure;
        const auto rows = read_list(yaml, *named->arguments, path / "Positions", "[[0, 0, 0], [1, 0, 0]]");
        for (std::size_t i = 0; rows && i < rows->size(); ++i) {
            const std::vector<double> place = read_number_list(reader, (*rows)[i], path / "Positions" / i, "um");
            if (place.size() != 3) {
                yaml.report.add(path / "Positions" / i, "a place of " + std::to_string(place.size()) + " numbers",
                                "write [x, y, z]");
                break;
            }
            structure.positions.push_back({place[0], place[1], place[2]});
        }
        return structure;
    }
    if (named->name != "Line" && named->name != "Grid2D") {
        yaml.report.add(path / named->name, "unknown structure " + in_quotes(named->name),
                        suggestion(named->name, kinds));
        return structure;
    }
    structure.kind = named->name == "Line" ? Structure::Kind::line : Structure::Kind::grid_2d;
    if (!named->arguments) return structure;
    const YamlMapping fields(yaml, *named->arguments, path, keys);
    double* const members[] = {&structure.aspect_ratio, &structure.dx, &structure.dy,
                               &structure.x0,           &structure.y0, &structure.z0};
    for (std::size_t k = 0; k < keys.size(); ++k)
        if (const auto field = fields.find(keys[k]))
            if (const auto value = read_number(yaml, *field, path / keys[k], "um")) *members[k] = *value;
    return structure;
}

}  // namespace spinn
