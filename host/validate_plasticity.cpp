#include "host/validate_plasticity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "host/network_names.hpp"
#include "host/validate_network.hpp"
#include "mapper/plasticity_tables.hpp"

namespace spinn {

namespace {

void validate_parameters(const std::vector<double>& values, std::span<const ParameterDescription> described,
                         std::string_view rule, const DocumentPath& path, ProblemReport& report) {
    if (values.size() != described.size()) return;  // the rule itself is the mistake
    for (std::size_t i = 0; i < values.size(); ++i) {
        const ParameterDescription& parameter = described[i];
        if (std::isnan(values[i]))
            report.add(path, std::string(rule) + " needs " + std::string(parameter.name),
                       "write " + std::string(parameter.name) + ": 20.0");
        else if (!(values[i] >= parameter.minimum && values[i] <= parameter.maximum))
            report.add(path / parameter.name, "a value of " + number_text(values[i]) + " is out of range",
                       "allowed is " + number_text(parameter.minimum) + " to " + number_text(parameter.maximum));
    }
}

template <class Rules>
std::vector<std::string_view> partners(const Rules& rules, TimingRule timing) {
    std::vector<std::string_view> names;
    for (const auto& rule : rules)
        if (fit(timing, rule.kind)) names.push_back(rule.name);
    return names;
}

}  // namespace

void validate_stdp(const StdpRule& rule, double timestep_ms, double largest_weight, const DocumentPath& path,
                   ProblemReport& report) {
    const std::size_t mistakes = report.count();
    const auto* const timing = find_kind(all_timing_rules(), rule.timing);
    const auto* const weight = find_kind(all_weight_rules(), rule.weight);
    const DocumentPath timing_path = path / "timing_dependence", weight_path = path / "weight_dependence";
    if (timing == nullptr) report.add(timing_path, "unknown timing rule", suggestion("", names_in(all_timing_rules())));
    if (weight == nullptr) report.add(weight_path, "unknown weight rule", suggestion("", names_in(all_weight_rules())));
    if (timing == nullptr || weight == nullptr) return;
    if (rule.timing_parameters.size() != timing->parameters.size() ||
        rule.weight_parameters.size() != weight->parameters.size()) {
        report.add(path, "the rules of the plasticity lack parameters",
                   "give " + std::string(timing->name) + " and " + std::string(weight->name) + " theirs");
        return;
    }
    validate_parameters(rule.timing_parameters, timing->parameters, timing->name, timing_path / timing->name, report);
    validate_parameters(rule.weight_parameters, weight->parameters, weight->name, weight_path / weight->name, report);
    if (!fit(rule.timing, rule.weight))
        report.add(weight_path, std::string(timing->name) + " does not go with " + std::string(weight->name),
                   suggestion("", partners(all_weight_rules(), rule.timing)));
    if (report.count() != mistakes) return;
    const double w_min = value_of(rule, "w_min"), w_max = value_of(rule, "w_max");
    if (w_max < w_min)
        report.add(weight_path / weight->name / "w_max",
                   "w_max = " + number_text(w_max) + " lies below w_min = " + number_text(w_min),
                   "choose w_max of " + number_text(w_min) + " or more");
    if (!(w_max < largest_weight))
        report.add(weight_path / weight->name / "w_max",
                   "w_max = " + number_text(w_max) + " does not fit the machine's numbers",
                   "it must be below " + number_text(largest_weight));
    if (!(timestep_ms > 0.0)) return;
    for (const TableOfRule& table : tables_of(rule.timing)) {
        const double tau = value_of(rule, table.tau);
        if (decay_table_entries(timestep_ms, tau, table.shift) > most_decay_table_entries)
            report.add(timing_path / timing->name / table.tau,
                       "a time constant of " + number_text(tau) + " ms is too long for the core's table of decays",
                       "at this timestep at most " +
                           number_text(std::floor(static_cast<double>(most_decay_table_entries << table.shift) *
                                                  timestep_ms / std::log(2048.0))) +
                           " ms; or choose a longer timestep");
    }
}

void validate_short_term(const Projection& projection, const DocumentPath& path, ProblemReport& report) {
    if (!projection.short_term) return;
    ShortTermRule rule = *projection.short_term;
    const auto parameters = short_term_parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const double value = *parameter_of(rule, i);
        if (!(value >= parameters[i].minimum && value <= parameters[i].maximum))
            report.add(
                path / parameters[i].name, "a value of " + number_text(value) + " is out of range",
                "allowed is " + number_text(parameters[i].minimum) + " to " + number_text(parameters[i].maximum));
    }
    if (projection.stdp) report.add(path, "STDP and short-term plasticity of the same synapses", "choose one of them");
}

void validate_stdp_rules(const Network& network, const DocumentPath& path, ProblemReport& report) {
    std::map<std::uint32_t, std::size_t> first;  // [population]: its first plastic projection
    for (std::size_t p = 0; p < network.projections.size(); ++p) {
        const Projection& projection = network.projections[p];
        if (!projection.stdp) continue;
        const auto [found, is_first] = first.emplace(projection.post.population, p);
        if (is_first || *network.projections[found->second].stdp == *projection.stdp) continue;
        report.add(path / p / "synapse",
                   "another plasticity rule than that of projection " + std::to_string(found->second) +
                       " into the same population; a core has one",
                   "give both the same rules and parameters, or split the population");
    }
}

void validate_record_weights(const Projection& projection, double timestep_ms, const DocumentPath& path,
                             ProblemReport& report) {
    const double interval = projection.record_weights_ms;
    if (interval == 0.0 || !(timestep_ms > 0.0)) return;
    const double steps = interval / timestep_ms;
    if (!projection.stdp)
        report.add(path, "these synapses are static: their weights stay what they are",
                   "leave it out, or give the projection plastic synapses");
    else if (!(interval > 0.0) || !(steps < 4e9) || !(steps > 0.5) ||
             std::abs(steps - std::round(steps)) > 1e-6 * steps)
        report.add(path, "an interval of " + number_text(interval) + " ms is no multiple of the timestep",
                   "choose a multiple of " + number_text(timestep_ms) + " ms");
}

}  // namespace spinn
