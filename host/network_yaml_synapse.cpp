#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "host/network_names.hpp"
#include "host/network_yaml_parts.hpp"

namespace spinn {

std::string_view without_suffix(std::string_view name, std::string_view suffix) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
    return name;
}

namespace {

/// The parameters of a rule, in the order of its description; defaults, NaN among them, for those not given.
std::vector<double> read_rule_parameters(const YamlReader& yaml, const std::optional<YamlNodeId>& node,
                                         std::span<const ParameterDescription> described, const DocumentPath& path) {
    std::vector<double> values;
    std::vector<std::string_view> keys;
    for (const ParameterDescription& parameter : described) {
        values.push_back(parameter.default_value);
        keys.push_back(parameter.name);
    }
    if (!node) return values;
    const YamlMapping fields(yaml, *node, path, keys);
    for (std::size_t i = 0; i < described.size(); ++i)
        if (const auto value = fields.find(keys[i]))
            values[i] = read_number(yaml, *value, path / keys[i], described[i].unit).value_or(0.0);
    return values;
}

/// One rule of a table by its name.
template <class Rules>
auto read_rule(const YamlReader& yaml, const Rules& rules, YamlNodeId node, const DocumentPath& path,
               std::string_view what, std::string_view suffix, std::string_view example,
               std::vector<double>& parameters) -> decltype(&rules[0]) {
    const auto named = read_named(yaml, node, path, example);
    if (!named) return nullptr;
    const auto* const rule = find_name(rules, without_suffix(named->name, suffix));
    if (rule == nullptr) {
        yaml.report.add(path / named->name, "unknown " + std::string(what) + " " + in_quotes(named->name),
                        suggestion(without_suffix(named->name, suffix), names_in(rules)));
        return nullptr;
    }
    parameters = read_rule_parameters(yaml, named->arguments, rule->parameters, path / named->name);
    return rule;
}

ShortTermRule read_short_term(const YamlReader& yaml, const YamlMapping& fields, const DocumentPath& path) {
    ShortTermRule rule;
    const auto parameters = short_term_parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (const auto node = fields.find(parameters[i].name))
            *parameter_of(rule, i) =
                read_number(yaml, *node, path / parameters[i].name, parameters[i].unit).value_or(0.0);
    return rule;
}

StdpRule read_stdp(const YamlReader& yaml, const YamlMapping& fields, const DocumentPath& path) {
    StdpRule rule;
    constexpr std::string_view timing_example = "timing_dependence: {SpikePair: {tau_plus: 20.0, tau_minus: 20.0}}";
    constexpr std::string_view weight_example = "weight_dependence: {Additive: {w_min: 0.0, w_max: 1.0}}";
    if (const auto node = fields.require("timing_dependence", timing_example))
        if (const auto* found = read_rule(yaml, all_timing_rules(), *node, path / "timing_dependence", "timing rule",
                                          "Rule", "{SpikePair: {tau_plus: 20.0}}", rule.timing_parameters))
            rule.timing = found->kind;
    if (const auto node = fields.require("weight_dependence", weight_example))
        if (const auto* found =
                read_rule(yaml, all_weight_rules(), *node, path / "weight_dependence", "weight rule",
                          "WeightDependence", "{Additive: {w_min: 0.0, w_max: 1.0}}", rule.weight_parameters))
            rule.weight = found->kind;
    if (const auto node = fields.find("backprop_delay"))
        rule.backprop_delay = read_boolean(yaml, *node, path / "backprop_delay").value_or(true);
    if (const auto node = fields.find("dendritic_delay_fraction")) {
        const auto fraction = read_number(yaml, *node, path / "dendritic_delay_fraction", "");
        if (fraction && *fraction != 1.0)
            yaml.report.add(path / "dendritic_delay_fraction",
                            "a dendritic delay fraction of " + number_text(*fraction) +
                                "; on this machine all of a plastic synapse's delay is dendritic",
                            "write 1.0, or leave it out");
    }
    return rule;
}

}  // namespace

void read_synapse(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, Projection& projection) {
    static constexpr std::array<std::string_view, 6> keys{
        "weight", "delay", "timing_dependence", "weight_dependence", "dendritic_delay_fraction", "backprop_delay"};
    static constexpr std::array<std::string_view, 5> short_term_keys{"weight", "delay", "U", "tau_rec", "tau_facil"};
    static constexpr std::array<std::string_view, 3> kinds{"Static", "STDP", "TsodyksMarkram"};
    const YamlReader& yaml = reader.yaml;
    const auto named = read_named(yaml, node, path, "{Static: {weight: 0.1, delay: 1.0}}");
    if (!named) return;
    std::string_view kind = without_suffix(named->name, "Synapse");
    if (kind == "STDPMechanism") kind = "STDP";  // PyNN's class
    if (std::ranges::find(kinds, kind) == kinds.end()) {
        yaml.report.add(path / named->name, "unknown synapse " + in_quotes(named->name), suggestion(kind, kinds));
        return;
    }
    const bool learns = kind == "STDP", short_term = kind == "TsodyksMarkram";
    if (short_term) projection.short_term.emplace();
    if (!named->arguments) {
        if (learns)
            yaml.report.add(path, "STDP needs its rules",
                            "write {STDP: {timing_dependence: SpikePair, weight_dependence: Additive, weight: 0.1}}");
        return;
    }
    const YamlMapping fields(yaml, *named->arguments, path,
                             short_term ? std::span<const std::string_view>(short_term_keys)
                                        : std::span(keys).first(learns ? keys.size() : 2));
    if (const auto weight = fields.find("weight"))
        projection.weight = read_distribution(reader, *weight, path / "weight", "nA or uS");
    if (const auto delay = fields.find("delay")) {
        projection.delay_ms = read_distribution(reader, *delay, path / "delay", "ms");
        if (projection.delay_ms == constant(0.0))
            yaml.report.add(
                path / "delay",
                "a delay of 0 ms lies below the timestep of " + number_text(reader.network.timestep_ms) + " ms",
                "the shortest delay is one timestep; leave the delay out to get it");
    }
    if (short_term) projection.short_term = read_short_term(yaml, fields, path);
    if (learns) projection.stdp = read_stdp(yaml, fields, path);
}

}  // namespace spinn
