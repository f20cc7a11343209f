#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"

namespace spinn {

namespace {

/// "DCSource", "DC"; "StepCurrentSource", "Step".
const CurrentDescription* current_by_name(std::string_view name) {
    for (const CurrentDescription& description : all_currents()) {
        std::string_view known = description.name;
        if (name == known) return &description;
        for (const std::string_view suffix : {"Source", "Current"})
            if (known.ends_with(suffix)) known.remove_suffix(suffix.size());
        if (name == known) return &description;
    }
    return nullptr;
}

void read_source(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, InjectedCurrent& current) {
    const YamlReader& yaml = reader.yaml;
    const auto named = read_named(yaml, node, path, "{DCSource: {amplitude: 0.5, start: 10, stop: 100}}");
    if (!named) return;
    const CurrentDescription* description = current_by_name(named->name);
    if (description == nullptr) {
        yaml.report.add(path / named->name, "unknown current source " + in_quotes(named->name),
                        suggestion(named->name, names_in(all_currents())));
        return;
    }
    current.kind = description->kind;
    const bool steps = current.kind == CurrentKind::step;
    if (!named->arguments) {
        if (steps)
            yaml.report.add(path, "StepCurrentSource needs parameters",
                            "write {StepCurrentSource: {times: [0, 50], amplitudes: [0.1, 0.3]}}");
        return;
    }
    std::vector<std::string_view> keys = names_in(description->parameters);
    if (steps) keys = {"times", "amplitudes"};
    const YamlMapping fields(yaml, *named->arguments, path, keys);
    for (const ParameterDescription& parameter : description->parameters)
        if (const auto field = fields.find(parameter.name))
            if (const auto number = read_number(yaml, *field, path / parameter.name, parameter.unit))
                current.parameters.emplace(parameter.name, *number);
    if (!steps) return;
    if (const auto times = fields.require("times", "times: [0, 50]"))
        current.times_ms = read_number_list(reader, *times, path / "times", "ms");
    if (const auto amplitudes = fields.require("amplitudes", "amplitudes: [0.1, 0.3]"))
        current.amplitudes = read_number_list(reader, *amplitudes, path / "amplitudes", "nA");
}

}  // namespace

InjectedCurrent read_current(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path) {
    static constexpr std::array<std::string_view, 2> keys{"into", "source"};
    const YamlReader& yaml = reader.yaml;
    InjectedCurrent current;
    current.view.population = no_population;
    const YamlMapping fields(yaml, node, path, keys);
    if (const auto view = fields.require("into", "into: cells")) current.view = read_view(reader, *view, path / "into");
    if (const auto source = fields.require("source", "source: {DCSource: {amplitude: 0.5}}"))
        read_source(reader, *source, path / "source", current);
    return current;
}

}  // namespace spinn
