#include "mapper/network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "runtime/random.hpp"

namespace spinn {

namespace {

/// The values of one named quantity; draws are keyed by (seed, use, population, position of the name, neuron).
std::vector<double> drawn_values(const Network& network, std::size_t population_index, std::string_view name,
                                 const std::map<std::string, Value>& given,
                                 std::span<const ParameterDescription> descriptions, DrawUse use) {
    const Population& population = network.populations.at(population_index);
    std::uint32_t position = 0;
    while (position < descriptions.size() && descriptions[position].name != name) ++position;
    if (position == descriptions.size())
        throw std::out_of_range(std::string(describe(population.model).name) + " has no '" + std::string(name) + "'");

    const auto found = given.find(std::string(name));
    if (found == given.end()) return std::vector<double>(population.size, descriptions[position].default_value);
    if (const auto* list = std::get_if<std::vector<double>>(&found->second)) return *list;
    const auto& distribution = std::get<Distribution>(found->second);
    if (distribution.kind == DistributionKind::constant) return std::vector<double>(population.size, distribution.a);
    std::vector<double> values(population.size);
    for (std::uint32_t neuron = 0; neuron < population.size; ++neuron) {
        const RandomBlock draw =
            random_block(network.seed, use, neuron, static_cast<std::uint32_t>(population_index), position, 0);
        values[neuron] = quantile(distribution, open_unit(draw[0], draw[1]));
    }
    return values;
}

/// A projection by its name, among the first `end`.
std::size_t projection_named(const Network& network, std::string_view name, std::size_t end) {
    for (std::size_t p = 0; p < end; ++p)
        if (network.projections[p].name == name) return p;
    throw std::out_of_range("no projection before number " + std::to_string(end) + " is named '" + std::string(name) +
                            "'");
}

std::vector<std::array<double, 3>> selected_positions(const Network& network, const View& view) {
    const Population& population = network.populations[view.population];
    const auto all = positions_of(population.structure, population.size);
    std::vector<std::array<double, 3>> selected;
    selected.reserve(view.neurons.count);
    for (std::uint32_t i = 0; i < view.neurons.count; ++i) selected.push_back(all.at(neuron_at(view.neurons, i)));
    return selected;
}

/// The pairs of another projection, with weights and delays of its own.
ConnectionRule cloned(const Network& network, std::size_t index, ConnectionRule rule) {
    const Projection& projection = network.projections[index];
    ConnectionRule clone =
        connection_rule(network, projection_named(network, projection.connector.pattern.text, index));
    clone.pre = rule.pre;
    clone.post = rule.post;
    clone.weight = rule.weight;
    clone.delay_ms = rule.delay_ms;
    if (clone.kind != ConnectorKind::list) return clone;
    rule.kind = ConnectorKind::list;
    rule.synapses = redrawn(clone.synapses, rule);
    return rule;
}

}  // namespace

std::string_view name_of(Variable variable) {
    switch (variable) {
        case Variable::spikes:
            return "spikes";
        case Variable::v:
            return "v";
        case Variable::gsyn_exc:
            return "gsyn_exc";
        case Variable::gsyn_inh:
            return "gsyn_inh";
    }
    return "?";
}

std::string_view receptor_name(const Network& network, const Projection& projection) {
    const std::span<const std::string_view> names =
        describe(network.populations.at(projection.post.population).model).receptors;
    const auto receptor = static_cast<std::size_t>(projection.receptor);
    return receptor < names.size() ? names[receptor] : "excitatory";
}

ConnectionRule connection_rule(const Network& network, std::size_t projection_index) {
    const Projection& projection = network.projections.at(projection_index);
    ConnectionRule rule;
    rule.kind = projection.connector.kind;
    rule.seed = projection.seed.value_or(network.seed);
    rule.projection = static_cast<std::uint32_t>(projection_index);
    rule.pre = projection.pre.neurons;
    rule.post = projection.post.neurons;
    rule.same_population = projection.pre.population == projection.post.population;
    rule.allow_self_connections = projection.connector.allow_self_connections;
    rule.with_replacement = projection.connector.with_replacement;
    rule.probability = projection.connector.probability;
    rule.n = projection.connector.n;
    rule.weight = projection.weight;
    rule.delay_ms = projection.delay_ms;
    if (rule.delay_ms == constant(0.0)) rule.delay_ms = constant(network.timestep_ms);
    rule.timestep_ms = network.timestep_ms;
    const ConnectionPattern& pattern = projection.connector.pattern;
    if (pattern.kind == PatternKind::clone) return cloned(network, projection_index, std::move(rule));
    if (pattern.kind != PatternKind::none) {
        rule.kind = ConnectorKind::list;
        const bool needs_positions = pattern.kind == PatternKind::small_world ||
                                     pattern.kind == PatternKind::distance_dependent ||
                                     pattern.kind == PatternKind::displacement_dependent;
        using Positions = std::vector<std::array<double, 3>>;
        const Positions pre = needs_positions ? selected_positions(network, projection.pre) : Positions{};
        const Positions post = needs_positions ? selected_positions(network, projection.post) : Positions{};
        rule.synapses = synapses_of(pattern, rule, pre, post);
        return rule;
    }
    rule.synapses.reserve(projection.connector.rows.size());
    for (const Connector::Row& row : projection.connector.rows) {
        const double ticks = std::nearbyint(row.delay_ms / network.timestep_ms);
        rule.synapses.push_back(
            {row.pre, row.post, row.weight, ticks < 1.0 ? 1u : static_cast<std::uint32_t>(std::min(ticks, 4e9))});
    }
    const auto before = [](const ListedSynapse& a, const ListedSynapse& b) {
        return std::pair(a.pre, a.post) < std::pair(b.pre, b.post);
    };
    if (!std::ranges::is_sorted(rule.synapses, before)) std::ranges::stable_sort(rule.synapses, before);
    return rule;
}

std::vector<double> parameter_values(const Network& network, std::size_t population, std::string_view parameter) {
    const Population& described = network.populations.at(population);
    return drawn_values(network, population, parameter, described.parameters, describe(described.model).parameters,
                        DrawUse::parameter);
}

std::vector<double> initial_values(const Network& network, std::size_t population, std::string_view variable) {
    const Population& described = network.populations.at(population);
    return drawn_values(network, population, variable, described.initial_values, describe(described.model).state,
                        DrawUse::initial_value);
}

}  // namespace spinn
