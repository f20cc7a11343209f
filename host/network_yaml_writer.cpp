#include "host/network_yaml_writer.hpp"

#include <algorithm>

#include "host/network_names.hpp"
#include "host/problem_report.hpp"
#include "host/view_text.hpp"

namespace spinn {

namespace {

/// Bare where YAML reads a bare word as that word, else in double quotes.
std::string word(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_plain = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    };
    static constexpr std::string_view reserved[] = {"null", "Null", "NULL", "true", "false", "yes",
                                                    "no",   "on",   "off",  "y",    "n"};
    if (!text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_plain) &&
        std::find(std::begin(reserved), std::end(reserved), text) == std::end(reserved))
        return std::string(text);
    std::string quoted_text = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted_text += '\\';
        quoted_text += c;
    }
    return quoted_text + '"';
}

std::string list_text(const std::vector<double>& numbers) {
    std::string text = "[";
    for (const double number : numbers) text += (text.size() > 1 ? ", " : "") + number_text(number);
    return text + ']';
}

std::string distribution_text(const Distribution& distribution) {
    const DistributionForm* form = find_kind(distribution_forms, distribution.kind);
    if (form == nullptr) return number_text(distribution.a);
    std::vector<double> arguments;
    for (const auto& argument : form->used()) arguments.push_back(distribution.*argument.member);
    return '{' + std::string(form->name) + ": " + list_text(arguments) + '}';
}

std::string value_text(const Value& value) {
    if (const auto* distribution = std::get_if<Distribution>(&value)) return distribution_text(*distribution);
    return list_text(std::get<std::vector<double>>(value));
}

std::string view_text(const Network& network, const View& view) {
    const Population& population = network.populations.at(view.population);
    return word(population.name + selection_text(view.neurons, population.size));
}

void write_values(const std::map<std::string, Value>& values, std::string& out) {
    for (const auto& [name, value] : values) out += "      " + word(name) + ": " + value_text(value) + '\n';
}

void write_structure(const Structure& structure, std::string& out) {
    if (structure == Structure{}) return;
    out += "    structure: ";
    if (structure.kind == Structure::Kind::list) {
        out += "{Positions: [";
        for (std::size_t i = 0; i < structure.positions.size(); ++i)
            out += (i > 0 ? ", " : "") + list_text({structure.positions[i].begin(), structure.positions[i].end()});
        out += "]}\n";
        return;
    }
    out += std::string(structure.kind == Structure::Kind::line ? "{Line" : "{Grid2D") +
           ": {aspect_ratio: " + number_text(structure.aspect_ratio) + ", dx: " + number_text(structure.dx) +
           ", dy: " + number_text(structure.dy) + ", x0: " + number_text(structure.x0) +
           ", y0: " + number_text(structure.y0) + ", z0: " + number_text(structure.z0) + "}}\n";
}

void write_population(const Population& population, std::string& out) {
    out += "  " + word(population.name) + ":\n    size: " + std::to_string(population.size) +
           "\n    model: " + std::string(describe(population.model).name) + '\n';
    if (population.max_atoms_per_core > 0)
        out += "    max_atoms_per_core: " + std::to_string(population.max_atoms_per_core) + '\n';
    write_structure(population.structure, out);
    const VariableRates& variable = population.variable_rates;
    if (!population.parameters.empty() || !population.spike_times_ms.empty() || variable != VariableRates{})
        out += "    parameters:\n";
    const std::vector<std::vector<double>>* const lists[] = {&variable.rates_hz, &variable.starts_ms,
                                                             &variable.durations_ms};
    for (std::size_t k = 0; k < 3; ++k) {
        if (lists[k]->empty()) continue;
        out += "      " + std::string(variable_rate_names[k]) + ":\n";
        for (const auto& list : *lists[k]) out += "        - " + list_text(list) + '\n';
    }
    write_values(population.parameters, out);
    if (population.spike_times_ms.size() == 1 && !population.spike_times_ms[0].empty()) {
        out += "      spike_times: " + list_text(population.spike_times_ms[0]) + '\n';
    } else if (!population.spike_times_ms.empty()) {
        out += "      spike_times:\n";
        for (const auto& train : population.spike_times_ms) out += "        - " + list_text(train) + '\n';
    }
    if (!population.initial_values.empty()) out += "    initial:\n";
    write_values(population.initial_values, out);
}

std::string pattern_text(const ConnectionPattern& pattern) {
    const PatternDescription* description = find_pattern(pattern.kind);
    std::string text = '{' + std::string(description->name) + ": {", separator;
    for (const auto& number : description->numbers) {
        const auto found = pattern.numbers.find(std::string(number.name));
        if (found == pattern.numbers.end()) continue;
        const bool is_flag = number.whole && number.minimum == 0.0 && number.maximum == 1.0;
        text += separator + found->first + ": " +
                (is_flag ? std::string(found->second != 0.0 ? "true" : "false") : number_text(found->second));
        separator = ", ";
    }
    for (const auto& [name, list] : pattern.lists) {
        text += separator + name + ": " + list_text(list);
        separator = ", ";
    }
    if (!description->text.empty()) {
        std::string quoted_text;
        for (const char c : pattern.text)
            quoted_text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        text += separator + std::string(description->text) + ": \"" + quoted_text + '"';
    }
    return text + "}}";
}

std::string connector_text(const Connector& connector) {
    if (connector.pattern.kind != PatternKind::none) return pattern_text(connector.pattern);
    const auto* named = find_kind(connector_names, connector.kind);
    std::string name(named == nullptr ? "AllToAll" : named->name);
    const std::string self = connector.allow_self_connections ? "" : "allow_self_connections: false";
    switch (connector.kind) {
        case ConnectorKind::one_to_one:
            return name;
        case ConnectorKind::all_to_all:
            return self.empty() ? name : '{' + name + ": {" + self + "}}";
        case ConnectorKind::fixed_probability:
            return '{' + name + ": {p: " + number_text(connector.probability) + (self.empty() ? "" : ", " + self) +
                   "}}";
        case ConnectorKind::fixed_total_number:
        case ConnectorKind::fixed_number_pre:
        case ConnectorKind::fixed_number_post:
            return '{' + name + ": {n: " + std::to_string(connector.n) +
                   (connector.with_replacement ? ", with_replacement: true" : "") + (self.empty() ? "" : ", " + self) +
                   "}}";
        case ConnectorKind::list:
            break;
    }
    std::string text = "\n      FromList:";
    text += connector.rows.empty() ? "\n        connections: []" : "\n        connections:";
    for (const Connector::Row& row : connector.rows)
        text += "\n          - [" + std::to_string(row.pre) + ", " + std::to_string(row.post) + ", " +
                number_text(row.weight) + ", " + number_text(row.delay_ms) + ']';
    return text;
}

std::string rule_text(std::string_view name, std::span<const ParameterDescription> described,
                      const std::vector<double>& values) {
    std::string text = '{' + std::string(name) + ": {";
    for (std::size_t i = 0; i < described.size(); ++i)
        text += (i > 0 ? ", " : "") + std::string(described[i].name) + ": " + number_text(values.at(i));
    return text + "}}";
}

std::string synapse_text(const Projection& projection) {
    const std::string weight_text = "weight: " + distribution_text(projection.weight);
    const std::string delay_text =
        projection.delay_ms == constant(0.0) ? "" : "delay: " + distribution_text(projection.delay_ms);
    if (projection.short_term) {
        ShortTermRule rule = *projection.short_term;
        std::string text = "{TsodyksMarkram: {" + weight_text + (delay_text.empty() ? "" : ", ") + delay_text;
        for (std::size_t i = 0; i < short_term_parameters().size(); ++i)
            text += ", " + std::string(short_term_parameters()[i].name) + ": " + number_text(*parameter_of(rule, i));
        return text + "}}";
    }
    if (!projection.stdp) return "{Static: {" + weight_text + (delay_text.empty() ? "" : ", ") + delay_text + "}}";
    const StdpRule& rule = *projection.stdp;
    const TimingRuleDescription& timing = describe(rule.timing);
    const WeightRuleDescription& weight = describe(rule.weight);
    return "\n      STDP:\n        timing_dependence: " +
           rule_text(timing.name, timing.parameters, rule.timing_parameters) +
           "\n        weight_dependence: " + rule_text(weight.name, weight.parameters, rule.weight_parameters) +
           (rule.backprop_delay ? "" : "\n        backprop_delay: false") + "\n        " + weight_text +
           (delay_text.empty() ? "" : "\n        ") + delay_text;
}

void write_projection(const Network& network, const Projection& projection, std::string& out) {
    out += "  - name: " + word(projection.name) + "\n    from: " + view_text(network, projection.pre) +
           "\n    to: " + view_text(network, projection.post) + "\n    synapse:" + (projection.stdp ? "" : " ") +
           synapse_text(projection);
    if (projection.record_weights_ms != 0.0)
        out += "\n    record_weights: " + number_text(projection.record_weights_ms);
    out += "\n    receptor: " + std::string(receptor_name(network, projection));
    if (projection.seed) out += "\n    seed: " + std::to_string(*projection.seed);
    const std::string connector = connector_text(projection.connector);
    out += (connector.starts_with('\n') ? "\n    connector:" : "\n    connector: ") + connector + '\n';
}

void write_current(const Network& network, const InjectedCurrent& current, std::string& out) {
    const auto* named = find_kind(all_currents(), current.kind);
    out += "  - {into: " + view_text(network, current.view) + ", source: {" +
           std::string(named == nullptr ? "DCSource" : named->name) + ": {";
    std::string separator;
    for (const auto& [name, number] : current.parameters) {
        out += separator + name + ": " + number_text(number);
        separator = ", ";
    }
    if (current.kind == CurrentKind::step)
        out += "times: " + list_text(current.times_ms) + ", amplitudes: " + list_text(current.amplitudes);
    out += "}}}\n";
}

void write_recording(const Network& network, const Recording& recording, std::string& out) {
    out += "  - {population: " + view_text(network, recording.view) + ", variables: [";
    for (std::size_t i = 0; i < recording.variables.size(); ++i) {
        const auto* variable = find_kind(variable_names, recording.variables[i]);
        out += (i > 0 ? ", " : "") + std::string(variable == nullptr ? "?" : variable->name);
    }
    out += ']';
    if (recording.sampling_interval_ms > 0.0) out += ", interval: " + number_text(recording.sampling_interval_ms);
    out += "}\n";
}

}  // namespace

std::string to_yaml(const Network& network) {
    std::string out;
    if (!network.name.empty()) out += "name: " + word(network.name) + '\n';
    out += "timestep: " + number_text(network.timestep_ms) + "\nduration: " + number_text(network.duration_ms) +
           "\nseed: " + std::to_string(network.seed) + '\n';
    if (!network.machine.empty()) out += "machine: " + word(network.machine) + '\n';
    out += "\npopulations:\n";
    for (const Population& population : network.populations) write_population(population, out);
    if (!network.projections.empty()) out += "\nprojections:\n";
    for (const Projection& projection : network.projections) write_projection(network, projection, out);
    if (!network.currents.empty()) out += "\ncurrents:\n";
    for (const InjectedCurrent& current : network.currents) write_current(network, current, out);
    if (!network.recordings.empty()) out += "\nrecord:\n";
    for (const Recording& recording : network.recordings) write_recording(network, recording, out);
    if (!network.live.empty()) out += "\nlive:\n";
    for (const std::uint32_t population : network.live)
        out += "  - " + word(network.populations[population].name) + '\n';
    return out;
}

}  // namespace spinn
