#include <algorithm>
#include <array>
#include <unordered_map>

#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"
#include "host/view_text.hpp"

namespace spinn {

namespace {

/// `[-60, -50]`, `{low: -60, high: -50}` or, for one argument, the number alone.
void read_arguments(const NetworkReader& reader, const DistributionForm& form, YamlNodeId node,
                    const DocumentPath& path, std::string_view unit, Distribution& distribution) {
    const YamlReader& yaml = reader.yaml;
    const auto arguments = form.used();
    std::string usage;
    for (const auto& argument : arguments) usage += (usage.empty() ? "[" : ", ") + std::string(argument.name);
    usage = std::string(form.name) + ": " + usage + "]";

    const YamlNode::Kind kind = node_at(yaml.tree, node).kind;
    if (kind == YamlNode::Kind::mapping) {
        std::vector<std::string_view> names;
        for (const auto& argument : arguments) names.push_back(argument.name);
        const YamlMapping fields(yaml, node, path, names);
        for (const auto& [name, member] : arguments)
            if (const auto field = fields.require(name, "{" + usage + "}"))
                distribution.*member = read_number(yaml, *field, path / name, unit).value_or(0.0);
    } else if (kind == YamlNode::Kind::scalar && arguments.size() == 1) {
        distribution.*arguments[0].member = read_number(yaml, node, path, unit).value_or(0.0);
    } else if (kind == YamlNode::Kind::sequence && children_of(yaml.tree, node).size() == arguments.size()) {
        for (std::size_t i = 0; i < arguments.size(); ++i)
            distribution.*arguments[i].member =
                read_number(yaml, children_of(yaml.tree, node)[i], path / i, unit).value_or(0.0);
    } else {
        yaml.report.add(path,
                        std::string(form.name) + " takes " + std::to_string(arguments.size()) + " numbers, found " +
                            describe_node(yaml.tree, node),
                        "write {" + usage + "}");
    }
}

bool is_number_list(const YamlTree& tree, std::span<const YamlNodeId> children) {
    return std::none_of(children.begin(), children.end(),
                        [&](YamlNodeId id) { return node_at(tree, id).kind == YamlNode::Kind::sequence; });
}

/// A list of numbers; what is none is reported (once) and read as 0.
std::vector<double> read_numbers(const NetworkReader& reader, std::span<const YamlNodeId> children,
                                 const DocumentPath& path, std::string_view unit) {
    std::vector<double> numbers;
    if (!take_numbers(reader, children.size(), path)) return numbers;
    numbers.reserve(children.size());
    for (std::size_t i = 0; i < children.size(); ++i) {
        const YamlNode& node = node_at(reader.yaml.tree, children[i]);
        const auto value = node.plain ? parse_number(text_of(reader.yaml.tree, children[i])) : std::nullopt;
        numbers.push_back(value ? *value : read_number(reader.yaml, children[i], path / i, unit).value_or(0.0));
    }
    return numbers;
}

}  // namespace

bool take_numbers(const NetworkReader& reader, std::uint64_t count, const DocumentPath& path) {
    if (count > reader.numbers_left) {
        reader.yaml.report.add(path, "aliases make this file too long", "write the values out, or use fewer aliases");
        reader.numbers_left = 0;
        return false;
    }
    reader.numbers_left -= count;
    return true;
}

Distribution read_distribution(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path,
                               std::string_view unit) {
    const YamlReader& yaml = reader.yaml;
    Distribution distribution;
    if (node_at(yaml.tree, node).kind != YamlNode::Kind::mapping) {
        distribution.a = read_number(yaml, node, path, unit).value_or(0.0);
        return distribution;
    }
    const auto entries = entries_of(yaml, node, path);
    if (entries.size() != 1) {
        yaml.report.add(path, "expected a number or one distribution, found " + describe_node(yaml.tree, node),
                        "write a number, or such as {uniform: [0, 1]}");
        return distribution;
    }
    const DistributionForm* form = find_name(distribution_forms, entries[0].key);
    if (form == nullptr) {
        yaml.report.add(path / entries[0].key, "unknown distribution " + in_quotes(entries[0].key),
                        suggestion(entries[0].key, names_in(distribution_forms)));
        yaml.report.mute(path);
        return distribution;
    }
    Distribution read;
    read.kind = form->kind;
    const std::size_t mistakes = yaml.report.count();
    read_arguments(reader, *form, entries[0].value, path / form->name, unit, read);
    if (yaml.report.count() == mistakes) return read;
    yaml.report.mute(path);
    return distribution;
}

std::vector<double> read_number_list(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path,
                                     std::string_view unit) {
    const auto children = read_list(reader.yaml, node, path, "a list of numbers, such as [0, 50]");
    return children ? read_numbers(reader, *children, path, unit) : std::vector<double>{};
}

Value read_value(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, std::string_view unit) {
    if (node_at(reader.yaml.tree, node).kind != YamlNode::Kind::sequence)
        return read_distribution(reader, node, path, unit);
    return read_numbers(reader, children_of(reader.yaml.tree, node), path, unit);
}

std::vector<std::vector<double>> read_number_lists(const NetworkReader& reader, YamlNodeId node,
                                                   const DocumentPath& path, std::string_view unit) {
    const YamlReader& yaml = reader.yaml;
    std::vector<std::vector<double>> trains;
    const auto children =
        read_list(yaml, node, path, "[1.0, 5.0] for all neurons, or such a list for each: [[1.0], [2.0, 5.0]]");
    if (!children || children->empty()) return trains;
    if (is_number_list(yaml.tree, *children)) {
        trains.push_back(read_numbers(reader, *children, path, unit));
    } else {
        for (std::size_t i = 0; i < children->size(); ++i) {
            if (!take_numbers(reader, 4, path)) break;
            const auto times = read_list(yaml, (*children)[i], path / i, "a list for each neuron, [] for none");
            trains.push_back(times ? read_numbers(reader, *times, path / i, unit) : std::vector<double>{});
        }
    }
    return trains;
}

std::vector<std::vector<double>> read_spike_times(const NetworkReader& reader, YamlNodeId node,
                                                  const DocumentPath& path) {
    std::vector<std::vector<double>> trains = read_number_lists(reader, node, path, "ms");
    for (std::vector<double>& train : trains)
        std::sort(train.begin(), train.end(),
                  [](double a, double b) { return !(a != a) && (b != b || a < b); });  // NaN last
    return trains;
}

View read_view(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path) {
    const YamlReader& yaml = reader.yaml;
    View view;
    view.population = no_population;
    const auto text = read_text(yaml, node, path);
    if (!text) return view;
    const ViewText parts = split_view(*text);
    const auto& populations = reader.network.populations;
    const auto found = reader.population_index.find(std::string(parts.population));
    if (found != reader.population_index.end()) view.population = found->second;
    if (view.population == no_population) {
        yaml.report.add(path, "there is no population " + in_quotes(parts.population),
                        yaml.report.is_full() ? "" : suggestion(parts.population, names_in(populations)));
        return view;
    }
    const std::uint32_t size = populations[view.population].size;
    if (size == 0) return view;  // its size is missing or wrong, which has been said
    if (!take_numbers(reader, parts.brackets.size() / 2, path)) return view;
    const auto selection = parse_selection(parts.brackets, size);
    if (const auto* error = std::get_if<ViewError>(&selection)) {
        yaml.report.add(path, error->what, error->fix);
        view.neurons.count = size;
    } else {
        view.neurons = std::get<NeuronSelection>(selection);
    }
    return view;
}

}  // namespace spinn
