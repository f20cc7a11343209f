#include "host/network_yaml.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"
#include "host/validate_network.hpp"

namespace spinn {

namespace {

void read_population(const NetworkReader& reader, const YamlEntry& entry, const DocumentPath& path) {
    static constexpr std::array<std::string_view, 6> keys{"size",    "model",     "parameters",
                                                          "initial", "structure", "max_atoms_per_core"};
    const YamlReader& yaml = reader.yaml;
    Population population;
    population.name = entry.key;
    const YamlMapping fields(yaml, entry.value, path, keys);
    if (const auto node = fields.require("size", "size: 100"))
        if (const auto size = read_whole(yaml, *node, path / "size", 1, max_population_size))
            population.size = static_cast<std::uint32_t>(*size);
    bool model_known = false;
    if (const auto node = fields.require("model", "model: IF_curr_exp")) {
        if (const auto name = read_text(yaml, *node, path / "model")) {
            const auto model = model_by_name(*name);
            model_known = model.has_value();
            if (model)
                population.model = *model;
            else
                yaml.report.add(path / "model", "unknown model " + in_quotes(*name),
                                suggestion(*name, names_in(all_models())));
        }
    }
    const ModelDescription& model = describe(population.model);
    const auto read_values = [&](std::string_view key, std::span<const ParameterDescription> known,
                                 std::map<std::string, Value>& values) {
        const auto node = fields.find(key);
        if (!node) return;
        for (const YamlEntry& field : entries_of(yaml, *node, path / key)) {
            if (!model_known) continue;  // which names are right, the unknown model cannot tell
            const DocumentPath field_path = path / key / field.key;
            if (key == "parameters" && field.key == "spike_times" &&
                population.model == ModelKind::spike_source_array) {
                population.spike_times_ms = read_spike_times(reader, field.value, field_path);
                continue;
            }
            if (key == "parameters" && population.model == ModelKind::spike_source_poisson_variable) {
                VariableRates& rates = population.variable_rates;
                if (field.key == "rates")
                    rates.rates_hz = read_number_lists(reader, field.value, field_path, "Hz");
                else if (field.key == "starts")
                    rates.starts_ms = read_number_lists(reader, field.value, field_path, "ms");
                else if (field.key == "durations")
                    rates.durations_ms = read_number_lists(reader, field.value, field_path, "ms");
                else
                    yaml.report.add(field_path, std::string(model.name) + " has no parameter " + in_quotes(field.key),
                                    suggestion(field.key, variable_rate_names));
                continue;
            }
            const ParameterDescription* description = find_name(known, field.key);
            if (description == nullptr) {
                const bool is_state = find_name(model.state, field.key) != nullptr && key == "parameters";
                const bool is_parameter = find_name(model.parameters, field.key) != nullptr && key == "initial";
                std::vector<std::string_view> names = names_in(known);
                if (key == "parameters" && population.model == ModelKind::spike_source_array)
                    names.emplace_back("spike_times");
                yaml.report.add(field_path,
                                std::string(model.name) + " has no " +
                                    (key == "initial" ? "initial value " : "parameter ") + in_quotes(field.key),
                                is_state       ? "it is a state: write it under `initial`"
                                : is_parameter ? "it is a parameter: write it under `parameters`"
                                               : suggestion(field.key, names));
                continue;
            }
            values.emplace(field.key, read_value(reader, field.value, field_path, description->unit));
        }
    };
    read_values("parameters", model.parameters, population.parameters);
    read_values("initial", model.state, population.initial_values);
    if (const auto node = fields.find("structure"))
        population.structure = read_structure(reader, *node, path / "structure");
    if (const auto node = fields.find("max_atoms_per_core"))
        if (const auto n = read_whole(yaml, *node, path / "max_atoms_per_core", 1, max_population_size))
            population.max_atoms_per_core = static_cast<std::uint32_t>(*n);
    reader.population_index.emplace(population.name, static_cast<std::uint32_t>(reader.network.populations.size()));
    reader.network.populations.push_back(std::move(population));
}

void read_recording(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path) {
    static constexpr std::array<std::string_view, 3> keys{"population", "variables", "interval"};
    const YamlReader& yaml = reader.yaml;
    Recording recording;
    const YamlMapping fields(yaml, node, path, keys);
    recording.view.population = no_population;
    if (const auto view = fields.require("population", "population: cells"))
        recording.view = read_view(reader, *view, path / "population");
    if (const auto list = fields.require("variables", "variables: [spikes]")) {
        if (const auto variables = read_list(yaml, *list, path / "variables", "a list, such as [spikes, v]")) {
            for (const YamlNodeId variable : *variables) {
                const auto name = read_text(yaml, variable, path / "variables");
                if (!name) continue;
                if (const auto* known = find_name(variable_names, *name)) {
                    if (recording.variables.size() < 2 * variable_names.size())
                        recording.variables.push_back(known->kind);
                } else {
                    yaml.report.add(path / "variables", "unknown variable " + in_quotes(*name),
                                    suggestion(*name, names_in(variable_names)));
                }
            }
        }
    }
    if (const auto interval = fields.find("interval")) {
        const auto ms = read_number(yaml, *interval, path / "interval", "ms");
        if (ms && *ms == 0.0)
            yaml.report.add(path / "interval", "an interval of 0 ms", "leave it out to record every step");
        recording.sampling_interval_ms = ms.value_or(0.0);
    }
    reader.network.recordings.push_back(std::move(recording));
}

/// Reads a list of projections or recordings; a key without a value is an empty list.
template <class Read>
void read_each(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, Read read) {
    if (node_at(reader.yaml.tree, node).kind == YamlNode::Kind::null) return;
    const auto entries = read_list(reader.yaml, node, path, "a list: one `- {...}` each");
    if (!entries) return;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        if (!take_numbers(reader, 1, path)) return;
        read(i, (*entries)[i], path / i);
    }
}

void read_document(const NetworkReader& reader) {
    static constexpr std::array<std::string_view, 10> keys{
        "name", "timestep", "duration", "seed", "machine", "populations", "projections", "currents", "record", "live"};
    const YamlReader& yaml = reader.yaml;
    Network& network = reader.network;
    const DocumentPath top;
    const YamlMapping fields(yaml, yaml.tree.root, top, keys);
    // A document that is no mapping has been told so; one that is empty lacks its populations like any other.
    const YamlNode::Kind kind = node_at(yaml.tree, yaml.tree.root).kind;
    if (kind != YamlNode::Kind::mapping && kind != YamlNode::Kind::null) yaml.report.mute(top / "populations");
    if (const auto node = fields.find("name")) network.name = read_text(yaml, *node, top / "name").value_or("");
    if (const auto node = fields.find("timestep"))
        network.timestep_ms = read_number(yaml, *node, top / "timestep", "ms").value_or(network.timestep_ms);
    if (const auto node = fields.find("duration"))
        network.duration_ms = read_number(yaml, *node, top / "duration", "ms").value_or(network.duration_ms);
    if (const auto node = fields.find("seed"))
        network.seed = read_whole(yaml, *node, top / "seed", 0, 0xffffffffffffffff).value_or(network.seed);
    if (const auto node = fields.find("machine"))
        network.machine = read_text(yaml, *node, top / "machine").value_or("");
    if (const auto node = fields.require("populations", "populations: {cells: {size: 100, model: IF_curr_exp}}"))
        for (const YamlEntry& entry : entries_of(yaml, *node, top / "populations"))
            read_population(reader, entry, top / "populations" / entry.key);
    if (const auto node = fields.find("projections"))
        read_each(reader, *node, top / "projections", [&](std::size_t i, YamlNodeId item, const DocumentPath& path) {
            network.projections.push_back(read_projection(reader, i, item, path));
        });
    if (const auto node = fields.find("currents"))
        read_each(reader, *node, top / "currents", [&](std::size_t, YamlNodeId item, const DocumentPath& path) {
            network.currents.push_back(read_current(reader, item, path));
        });
    if (const auto node = fields.find("record"))
        read_each(reader, *node, top / "record",
                  [&](std::size_t, YamlNodeId item, const DocumentPath& path) { read_recording(reader, item, path); });
    if (const auto node = fields.find("live"))
        read_each(reader, *node, top / "live", [&](std::size_t, YamlNodeId item, const DocumentPath& path) {
            if (const auto name = read_text(yaml, item, path)) {
                const auto found = reader.population_index.find(*name);
                if (found != reader.population_index.end())
                    network.live.push_back(found->second);
                else
                    yaml.report.add(path, "there is no population " + in_quotes(*name),
                                    "the name of one of the populations");
            }
        });
}

/// projections[3].connector.connections[17] lies in the list's own file, if it has one.
FileLocation locate(const YamlTree& tree, const std::string& file_name,
                    const std::map<std::size_t, ListFileLines>& list_files, const DocumentPath& path) {
    const auto& steps = path.steps;
    if (steps.size() == 5 && steps[0].key == "projections" && steps[3].key == "connections") {
        const auto found = list_files.find(steps[1].index);
        if (found != list_files.end() && steps[4].index < found->second.line_of_row.size())
            return {found->second.file, found->second.line_of_row[steps[4].index]};
    }
    return {file_name, line_of(tree, path)};
}

}  // namespace

Network read_network_yaml(std::string_view text, const std::string& file_name) {
    const YamlTree tree = parse_yaml(text, file_name);
    std::map<std::size_t, ListFileLines> list_files;
    ProblemReport report([&](const DocumentPath& path) { return locate(tree, file_name, list_files, path); });
    Network network;
    std::unordered_map<std::string, std::uint32_t> population_index;
    std::uint64_t numbers_left = 1'000'000 + 16 * std::uint64_t{text.size()};
    const NetworkReader reader{{tree, report},   network,
                               population_index, std::filesystem::path(file_name).parent_path().string(),
                               list_files,       numbers_left};
    read_document(reader);
    split_signs(network);
    validate(network, report);
    report.throw_if_any();
    name_projections(network);
    return network;
}

}  // namespace spinn
