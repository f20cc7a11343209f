#include <array>
#include <cmath>
#include <filesystem>
#include <optional>

#include "host/connection_list_file.hpp"
#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"
#include "host/text_file.hpp"
#include "host/validate_network.hpp"
#include "host/validate_projection.hpp"
#include "host/validate_values.hpp"

namespace spinn {

namespace {

/// What a list's row gets where it leaves weight or delay out; a distribution cannot stand in.
Connector::Row row_defaults(const NetworkReader& reader, const Projection& projection) {
    const bool fixed_weight = projection.weight.kind == DistributionKind::constant;
    const bool given_delay = projection.delay_ms.kind == DistributionKind::constant && projection.delay_ms.a != 0.0;
    return {0, 0, fixed_weight ? projection.weight.a : 0.0,
            given_delay ? projection.delay_ms.a : reader.network.timestep_ms};
}

void check_left_out(const NetworkReader& reader, const Projection& projection, bool has_weight, bool has_delay,
                    const DocumentPath& path) {
    if (!has_weight && projection.weight.kind != DistributionKind::constant)
        reader.yaml.report.add(path, "rows leave the weight out, and the synapse's weight is a distribution",
                               "write the weights into the list");
    if (!has_delay && projection.delay_ms.kind != DistributionKind::constant)
        reader.yaml.report.add(path, "rows leave the delay out, and the synapse's delay is a distribution",
                               "write the delays into the list");
}

std::vector<ListColumn> read_columns(const YamlReader& yaml, YamlNodeId node, const DocumentPath& path) {
    static constexpr std::array<NamedKind<ListColumn>, 6> words{{{"pre", ListColumn::pre},
                                                                 {"post", ListColumn::post},
                                                                 {"weight", ListColumn::weight},
                                                                 {"delay", ListColumn::delay},
                                                                 {"i", ListColumn::pre},
                                                                 {"j", ListColumn::post}}};
    std::vector<ListColumn> columns;
    const auto list = read_list(yaml, node, path, "a list, such as [weight, delay]");
    if (!list) return columns;
    unsigned seen = 0;
    for (const YamlNodeId item : *list) {
        const auto name = read_text(yaml, item, path);
        if (!name) return {};
        const auto* word = find_name(words, *name);
        const unsigned bit = word == nullptr ? 0u : 1u << static_cast<unsigned>(word->kind);
        if (word == nullptr || (seen & bit) != 0) {
            yaml.report.add(path,
                            word == nullptr ? "unknown column " + in_quotes(*name)
                                            : "the column " + in_quotes(*name) + " is named twice",
                            suggestion(*name, names_in(words)));
            return {};
        }
        seen |= bit;
        columns.push_back(word->kind);
    }
    const bool pre = (seen & 1u) != 0, post = (seen & 2u) != 0;
    if (!pre && !post) {  // PyNN's column_names: those after the two indices
        columns.insert(columns.begin(), {ListColumn::pre, ListColumn::post});
    } else if (!pre || !post) {
        yaml.report.add(path, "columns name only one of pre and post",
                        "write [pre, post, weight, delay], or [weight, delay] alone");
        return {};
    }
    return columns;
}

void read_inline_list(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path,
                      const std::vector<ListColumn>& columns, Projection& projection) {
    constexpr int most_reported = 10;
    const YamlReader& yaml = reader.yaml;
    const auto rows = read_list(yaml, node, path, "a list of [pre, post, weight, delay]");
    if (!rows || !take_numbers(reader, 4 * rows->size(), path)) return;
    const Connector::Row defaults = row_defaults(reader, projection);
    bool all_weights = true, all_delays = true;
    int wrong = 0;
    projection.connector.rows.reserve(rows->size());
    const std::vector<ListColumn> standard = default_columns(4);
    const std::vector<ListColumn>& layout = columns.empty() ? standard : columns;
    for (std::size_t i = 0; i < rows->size() && wrong < most_reported; ++i) {
        const auto fields = children_of(yaml.tree, (*rows)[i]);
        const bool right_count =
            columns.empty() ? fields.size() >= 2 && fields.size() <= 4 : fields.size() == columns.size();
        Connector::Row row = defaults;
        if (node_at(yaml.tree, (*rows)[i]).kind != YamlNode::Kind::sequence || !right_count) {
            yaml.report.add(path / i,
                            "expected a row of " + (columns.empty() ? "2 to 4" : std::to_string(columns.size())) +
                                " numbers, found " + describe_node(yaml.tree, (*rows)[i]),
                            "write [pre, post, weight, delay]");
            ++wrong;
            projection.connector.rows.push_back(row);  // keeps later rows under their numbers
            continue;
        }
        bool has_weight = false, has_delay = false;
        for (std::size_t k = 0; k < fields.size(); ++k) {
            const auto value =
                node_at(yaml.tree, fields[k]).plain ? parse_number(text_of(yaml.tree, fields[k])) : std::nullopt;
            const ListColumn column = layout[k];
            const bool is_index = column == ListColumn::pre || column == ListColumn::post;
            if (!value || (is_index && !(*value >= 0.0 && *value <= max_population_size &&
                                         *value == static_cast<double>(static_cast<std::uint32_t>(*value))))) {
                yaml.report.add(path / i,
                                "found " + describe_node(yaml.tree, fields[k]) +
                                    (is_index ? " where a neuron's index belongs" : " where a number belongs"),
                                "write [pre, post, weight, delay]; indices count within the views, from 0");
                ++wrong;
                break;
            }
            switch (column) {
                case ListColumn::pre:
                    row.pre = static_cast<std::uint32_t>(*value);
                    break;
                case ListColumn::post:
                    row.post = static_cast<std::uint32_t>(*value);
                    break;
                case ListColumn::weight:
                    row.weight = *value;
                    has_weight = true;
                    break;
                case ListColumn::delay:
                    row.delay_ms = *value;
                    has_delay = true;
                    break;
            }
        }
        all_weights = all_weights && has_weight;
        all_delays = all_delays && has_delay;
        projection.connector.rows.push_back(row);
    }
    if (wrong == 0) check_left_out(reader, projection, all_weights, all_delays, path);
}

void read_list_file(const NetworkReader& reader, std::size_t index, YamlNodeId node, const DocumentPath& path,
                    const std::vector<ListColumn>& columns, Projection& projection) {
    const YamlReader& yaml = reader.yaml;
    const auto name = read_text(yaml, node, path);
    if (!name) return;
    if (name->empty() || !is_printable(*name)) {
        yaml.report.add(path, in_quotes(*name) + " names no file",
                        "write the name of a text file, relative to this one");
        return;
    }
    const std::filesystem::path full = std::filesystem::path(reader.folder) / *name;
    const auto text = read_text_file(full);
    if (!text) {
        yaml.report.add(path, "there is no readable file " + in_quotes(full.string()),
                        "names are relative to the network's file");
        return;
    }
    ConnectionList list = parse_connection_list(*text, full.string(), columns, row_defaults(reader, projection));
    for (std::size_t i = 0; i < list.problems.size(); ++i) {
        const Problem& problem = list.problems[i];
        yaml.report.add_at({problem.where, 0}, path / i, problem.what, problem.fix);
    }
    if (list.problems.empty()) check_left_out(reader, projection, list.has_weight, list.has_delay, path);
    projection.connector.rows = std::move(list.rows);
    reader.list_files[index] = {full.string(), std::move(list.line_of_row)};
}

void read_from_list(const NetworkReader& reader, std::size_t index, YamlNodeId node, const DocumentPath& path,
                    Projection& projection) {
    static constexpr std::array<std::string_view, 3> keys{"connections", "columns", "file"};
    const YamlReader& yaml = reader.yaml;
    if (node_at(yaml.tree, node).kind == YamlNode::Kind::sequence)
        return read_inline_list(reader, node, path / "connections", {}, projection);
    const YamlMapping fields(yaml, node, path, keys);
    std::vector<ListColumn> columns;
    if (const auto names = fields.find("columns")) columns = read_columns(yaml, *names, path / "columns");
    const auto rows = fields.find("connections"), file = fields.find("file");
    if (rows && file)
        yaml.report.add(path / "file", "both `connections` and `file`", "keep one of them");
    else if (rows)
        read_inline_list(reader, *rows, path / "connections", columns, projection);
    else if (file)
        read_list_file(reader, index, *file, path / "file", columns, projection);
    else
        fields.require("connections", "connections: [[0, 1, 0.5, 1.0]]");
}

std::vector<std::string_view> connector_keys(ConnectorKind kind) {
    switch (kind) {
        case ConnectorKind::all_to_all:
            return {"allow_self_connections"};
        case ConnectorKind::one_to_one:
            return {};
        case ConnectorKind::fixed_probability:
            return {"p", "p_connect", "allow_self_connections"};
        case ConnectorKind::fixed_total_number:
        case ConnectorKind::fixed_number_pre:
        case ConnectorKind::fixed_number_post:
            return {"n", "with_replacement", "allow_self_connections"};
        case ConnectorKind::list:
            return {"connections", "columns", "file"};
    }
    return {};
}

std::vector<std::string_view> connector_and_pattern_names() {
    std::vector<std::string_view> names = names_in(connector_names);
    for (const std::string_view pattern : names_in(all_patterns())) names.push_back(pattern);
    names.emplace_back("FromFile");
    return names;
}

void read_connector(const NetworkReader& reader, std::size_t index, YamlNodeId node, const DocumentPath& path,
                    Projection& projection) {
    const YamlReader& yaml = reader.yaml;
    Connector& connector = projection.connector;
    const auto named = read_named(yaml, node, path, "{FixedProbability: {p: 0.1}}");
    if (!named) return;
    const std::string_view name = without_suffix(named->name, "Connector");
    if (const auto* pattern = find_name(all_patterns(), name)) {
        connector.kind = ConnectorKind::list;
        connector.pattern = read_pattern(reader, *pattern, named->arguments, path);
        return;
    }
    const auto* known = find_name(connector_names, name == "FromFile" ? "FromList" : name);
    if (known == nullptr) {
        yaml.report.add(path / named->name, "unknown connector " + in_quotes(named->name),
                        suggestion(name, connector_and_pattern_names()));
        return;
    }
    connector.kind = known->kind;
    if (connector.kind == ConnectorKind::list && named->arguments)
        return read_from_list(reader, index, *named->arguments, path, projection);

    const std::vector<std::string_view> keys = connector_keys(connector.kind);
    const bool needs_p = connector.kind == ConnectorKind::fixed_probability;
    const bool needs_n = !keys.empty() && keys[0] == "n";
    if (!named->arguments) {
        if (needs_p || needs_n || connector.kind == ConnectorKind::list)
            yaml.report.add(path, std::string(known->name) + " needs parameters",
                            needs_p   ? "write {FixedProbability: {p: 0.1}}"
                            : needs_n ? "write {" + std::string(known->name) + ": {n: 10}}"
                                      : "write {FromList: {connections: [[0, 1, 0.5, 1.0]]}}");
        return;
    }
    const YamlMapping fields(yaml, *named->arguments, path, keys);
    if (needs_p) {
        const auto pynn_name = fields.find("p_connect");
        if (pynn_name && fields.find("p"))
            yaml.report.add(path / "p_connect", "`p` and `p_connect` are the same", "keep one of them");
        if (const auto p = pynn_name ? pynn_name : fields.require("p", "p: 0.1"))
            connector.probability = read_number(yaml, *p, path / "p", "").value_or(0.0);
    }
    if (needs_n)
        if (const auto n = fields.require("n", "n: 10"))
            connector.n = read_whole(yaml, *n, path / "n", 0, max_connector_n).value_or(0);
    if (const auto flag = fields.find("with_replacement"))
        connector.with_replacement = read_boolean(yaml, *flag, path / "with_replacement").value_or(false);
    if (const auto flag = fields.find("allow_self_connections"))
        connector.allow_self_connections = read_boolean(yaml, *flag, path / "allow_self_connections").value_or(true);
}

/// Not given: inhibitory where the weight is negative and the target takes currents.
Receptor default_receptor(const Network& network, const Projection& projection) {
    if (projection.post.population >= network.populations.size()) return Receptor::excitatory;
    const ModelDescription& model = describe(network.populations[projection.post.population].model);
    if (model.conductance) return Receptor::excitatory;
    const Support range = support(projection.weight);
    double weight =
        std::isfinite(range.low) && std::isfinite(range.high) ? range.low + range.high : projection.weight.a;
    for (const Connector::Row& row : projection.connector.rows) {
        weight = row.weight;
        if (weight != 0.0) break;
    }
    return weight < 0.0 ? Receptor{receptor_by_name(model, "inhibitory").value_or(0)} : Receptor::excitatory;
}

}  // namespace

std::optional<NamedNode> read_named(const YamlReader& yaml, YamlNodeId node, const DocumentPath& path,
                                    std::string_view example) {
    if (node_at(yaml.tree, node).kind == YamlNode::Kind::scalar)
        return NamedNode{std::string(text_of(yaml.tree, node)), std::nullopt};
    const std::size_t mistakes = yaml.report.count();
    const auto entries = entries_of(yaml, node, path);
    if (entries.size() == 1) return NamedNode{std::string(entries[0].key), entries[0].value};
    if (yaml.report.count() == mistakes)
        yaml.report.add(path, "expected one name with its parameters, found " + describe_node(yaml.tree, node),
                        "write such as " + std::string(example));
    return std::nullopt;
}

Projection read_projection(const NetworkReader& reader, std::size_t index, YamlNodeId node, const DocumentPath& path) {
    static constexpr std::array<std::string_view, 8> keys{"name",    "from",     "to",   "connector",
                                                          "synapse", "receptor", "seed", "record_weights"};
    const YamlReader& yaml = reader.yaml;
    Projection projection;
    projection.pre.population = projection.post.population = no_population;
    const YamlMapping fields(yaml, node, path, keys);
    if (const auto name = fields.find("name")) {
        projection.name = read_text(yaml, *name, path / "name").value_or("");
        if (projection.name.empty()) yaml.report.add(path / "name", "an empty name", "leave it out to have one made");
    }
    if (const auto from = fields.require("from", "from: cells"))
        projection.pre = read_view(reader, *from, path / "from");
    if (const auto to = fields.require("to", "to: cells")) projection.post = read_view(reader, *to, path / "to");
    if (const auto synapse = fields.find("synapse")) read_synapse(reader, *synapse, path / "synapse", projection);
    if (const auto connector = fields.require("connector", "connector: AllToAll"))
        read_connector(reader, index, *connector, path / "connector", projection);
    if (const auto seed = fields.find("seed"))
        projection.seed = read_whole(yaml, *seed, path / "seed", 0, 0xffffffffffffffff);
    if (const auto interval = fields.find("record_weights"))
        projection.record_weights_ms = read_number(yaml, *interval, path / "record_weights", "ms").value_or(0.0);
    projection.receptor = default_receptor(reader.network, projection);
    if (const auto receptor = fields.find("receptor")) {
        if (const auto name = read_text(yaml, *receptor, path / "receptor")) {
            if (projection.post.population < reader.network.populations.size()) {
                const Population& post = reader.network.populations[projection.post.population];
                if (const auto known = receptor_by_name(describe(post.model), *name))
                    projection.receptor = Receptor{*known};
                else if (is_neuron(post.model))
                    report_receptor(yaml.report, post, *name, path / "receptor");
            }
        }
    }
    return projection;
}

}  // namespace spinn
