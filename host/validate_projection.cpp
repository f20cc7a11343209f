#include "host/validate_projection.hpp"

#include <algorithm>
#include <cmath>

#include "host/network_names.hpp"
#include "host/validate_network.hpp"
#include "host/validate_plasticity.hpp"
#include "host/validate_values.hpp"
#include "host/view_text.hpp"

namespace spinn {

namespace {

/// A delay may miss the step by this part of it, for decimal fractions.
constexpr double tolerance = 1e-9;

struct WeightLimits {
    bool conductance = false;
    bool inhibitory = false;

    double limit() const { return conductance ? max_conductance_weight_us : max_current_weight_na; }
    std::string_view unit() const { return conductance ? "uS" : "nA"; }
    bool allows_negative() const { return !conductance && inhibitory; }
};

void report_weight_size(double weight, const WeightLimits& rule, const DocumentPath& path, ProblemReport& report) {
    report.add(
        path,
        "a weight of " + number_text(weight) + " " + std::string(rule.unit()) + " does not fit the machine's numbers",
        "its magnitude must be below " + number_text(rule.limit()) + " " + std::string(rule.unit()));
}

void report_negative(double weight, const WeightLimits& rule, const DocumentPath& path, ProblemReport& report) {
    if (rule.conductance)
        report.add(path, "a conductance of " + number_text(weight) + " uS is negative",
                   "write it positive; the receptor (inhibitory) and its reversal potential give the sign");
    else
        report.add(path, "an excitatory weight of " + number_text(weight) + " nA is negative",
                   "write it positive, or `receptor: inhibitory`");
}

void validate_weight(const Distribution& weight, const WeightLimits& rule, const DocumentPath& path,
                     ProblemReport& report) {
    if (!validate_distribution(weight, path, report)) return;
    const Support range = support(weight);
    const bool has_typical = weight.kind == DistributionKind::normal || weight.kind == DistributionKind::exponential;
    for (const double bound : {range.low, range.high}) {
        const bool open = std::isinf(bound) && weight.kind != DistributionKind::constant;
        if (!open && !(std::abs(bound) < rule.limit())) return report_weight_size(bound, rule, path, report);
    }
    if ((has_typical || weight.kind == DistributionKind::normal_clipped_to_boundary ||
         weight.kind == DistributionKind::normal_clipped) &&
        !(std::abs(weight.a) < rule.limit()))
        return report_weight_size(weight.a, rule, path, report);

    const double lowest = std::isinf(range.low) ? std::min(weight.a, range.high) : range.low;
    if (!rule.allows_negative()) {
        if (lowest < 0.0) report_negative(lowest, rule, path, report);
    } else if (std::isfinite(range.low) && std::isfinite(range.high) && range.low < 0.0 && range.high > 0.0) {
        report.add(path,
                   "inhibitory weights from " + number_text(range.low) + " to " + number_text(range.high) +
                       " nA have both signs",
                   "write them all negative (as PyNN does) or all positive");
    }
}

void validate_delay(const Distribution& delay, double timestep_ms, const DocumentPath& path, ProblemReport& report) {
    if (!validate_distribution(delay, path, report)) return;
    const bool is_constant = delay.kind == DistributionKind::constant;
    if (is_constant && delay.a == 0.0) return;  // not given: one step
    if (!(timestep_ms > 0.0)) return;           // the timestep is the mistake
    const Support range = support(delay);
    const double step = timestep_ms * (1.0 - tolerance);
    if (range.high < step) {
        report.add(path,
                   (is_constant ? "a delay of " : "delays of at most ") + number_text(range.high) +
                       (is_constant ? " ms lies" : " ms lie") + " below the timestep of " + number_text(timestep_ms) +
                       " ms",
                   "the shortest delay is one timestep; or choose a smaller `timestep`");
    } else if (const double longest = std::isfinite(range.low) ? range.low : delay.a;
               longest >= max_delay_steps * timestep_ms) {
        report.add(path, "delays of " + number_text(longest) + " ms are too long",
                   "at most " + number_text((max_delay_steps - 1) * timestep_ms) + " ms");
    }
}

/// Pairs (pre, post) of one and the same neuron that the connector leaves out.
std::uint64_t forbidden_pairs(const Projection& p) {
    const bool same = p.pre.population == p.post.population;
    return same && !p.connector.allow_self_connections ? overlap(p.pre.neurons, p.post.neurons) : 0;
}

void validate_n(const Projection& projection, const DocumentPath& path, ProblemReport& report) {
    const Connector& connector = projection.connector;
    const std::uint64_t pre = projection.pre.neurons.count, post = projection.post.neurons.count;
    const std::uint64_t forbidden = forbidden_pairs(projection);
    std::uint64_t possible = pre * post - forbidden;
    std::string_view of = "pairs of neurons";
    if (connector.kind == ConnectorKind::fixed_number_pre) {
        possible = pre - (forbidden > 0 ? 1 : 0);
        of = "neurons to choose from before each synapse";
    } else if (connector.kind == ConnectorKind::fixed_number_post) {
        possible = post - (forbidden > 0 ? 1 : 0);
        of = "neurons to choose from behind each synapse";
    }
    const std::uint64_t limit =
        connector.kind == ConnectorKind::fixed_total_number ? max_connector_n : max_population_size;
    if (connector.n > limit) {
        report.add(path / "n", "n = " + std::to_string(connector.n) + " is too large",
                   "at most " + std::to_string(limit));
    } else if (connector.n > possible && (!connector.with_replacement || possible == 0)) {
        report.add(path / "n",
                   "n = " + std::to_string(connector.n) + " without replacement, but there are only " +
                       std::to_string(possible) + " " + std::string(of),
                   possible == 0 ? "allow self-connections, or choose larger views"
                                 : "choose at most " + std::to_string(possible) + ", or `with_replacement: true`");
    }
}

void validate_rows(const Network& network, const Projection& projection, const WeightLimits& rule,
                   const DocumentPath& path, ProblemReport& report) {
    constexpr int most_reported = 10;
    const std::vector<Connector::Row>& rows = projection.connector.rows;
    const std::uint32_t n_pre = projection.pre.neurons.count, n_post = projection.post.neurons.count;
    const double shortest = network.timestep_ms * (1.0 - tolerance), longest = max_delay_steps * network.timestep_ms;
    bool positive = false, negative = false;
    int wrong_rows = 0;
    for (std::size_t i = 0; i < rows.size() && wrong_rows < most_reported; ++i) {
        const Connector::Row& row = rows[i];
        const bool fits = row.pre < n_pre && row.post < n_post && std::abs(row.weight) < rule.limit() &&
                          (row.weight >= 0.0 || rule.allows_negative()) && row.delay_ms >= shortest &&
                          row.delay_ms < longest;
        positive |= row.weight > 0.0;
        negative |= row.weight < 0.0;
        const bool mixed = fits && positive && negative;
        if (fits && !mixed) continue;
        ++wrong_rows;
        const DocumentPath row_path = path / "connections" / i;
        if (row.pre >= n_pre || row.post >= n_post) {
            const bool pre_wrong = row.pre >= n_pre;
            report.add(row_path,
                       (pre_wrong ? "pre = " + std::to_string(row.pre) : "post = " + std::to_string(row.post)) +
                           " lies outside the view",
                       "indices count within the view, from 0 to " + std::to_string((pre_wrong ? n_pre : n_post) - 1));
        } else if (!(std::abs(row.weight) < rule.limit())) {
            report_weight_size(row.weight, rule, row_path, report);
        } else if (row.weight < 0.0 && !rule.allows_negative()) {
            report_negative(row.weight, rule, row_path, report);
        } else if (mixed) {
            report.add(row_path, "the weights of one list have both signs",
                       "write inhibitory weights all negative or all positive");
            return;
        } else {
            report.add(row_path, "a delay of " + number_text(row.delay_ms) + " ms is out of range",
                       "allowed is " + number_text(network.timestep_ms) + " (one timestep) to " +
                           number_text((max_delay_steps - 1) * network.timestep_ms) + " ms");
        }
    }
}

/// Numbers of a pattern one by one, then whether it fits its two ends.
void validate_pattern(const Network& network, const Projection& projection, const WeightLimits& weight_rule,
                      const DocumentPath& path, ProblemReport& report) {
    const ConnectionPattern& pattern = projection.connector.pattern;
    const PatternDescription* description = find_pattern(pattern.kind);
    const std::size_t before = report.count();
    for (const auto& [name, value] : pattern.numbers) {
        const auto* number = find_name(description->numbers, name);
        if (number == nullptr)
            report.add(path / name, std::string(description->name) + " has no " + in_quotes(name),
                       suggestion(name, names_in(description->numbers)));
        else if (!(value >= number->minimum && value <= number->maximum) ||
                 (number->whole && value != std::floor(value)))
            report.add(path / name, number_text(value) + " is out of range",
                       std::string(number->whole ? "a whole number of " : "allowed is ") +
                           number_text(number->minimum) + " to " + number_text(number->maximum));
    }
    for (const auto& [name, values] : pattern.lists) {
        if (find_name(description->lists, name) == nullptr)
            report.add(path / name, std::string(description->name) + " has no " + in_quotes(name),
                       suggestion(name, names_in(description->lists)));
        const bool are_weights = name == "weights" || name == "weight_kernel" || name == "kernel_weights";
        const auto part = pattern.numbers.find("part");
        for (const double value : values) {
            if (!are_weights || (part != pattern.numbers.end() && part->second * value < 0.0)) continue;
            if (!(std::abs(value) < weight_rule.limit()))
                report_weight_size(value, weight_rule, path / name, report);
            else if (value < 0.0 && !weight_rule.allows_negative())
                report_negative(value, weight_rule, path / name, report);
            else
                continue;
            break;
        }
    }
    if (report.count() != before) return;
    if (pattern.kind == PatternKind::clone) {
        const auto original = std::ranges::find(network.projections, pattern.text, &Projection::name);
        if (pattern.text.empty() || original == network.projections.end() || &*original >= &projection)
            report.add(path / "projection", "there is no projection " + in_quotes(pattern.text) + " before this one",
                       "name one that comes earlier in the file; give it a `name`");
        else if (original->pre.neurons.count != projection.pre.neurons.count ||
                 original->post.neurons.count != projection.post.neurons.count)
            report.add(path / "projection", in_quotes(pattern.text) + " connects views of other sizes",
                       "clone between as many neurons");
        return;
    }
    ConnectionRule rule;
    rule.pre = projection.pre.neurons;
    rule.post = projection.post.neurons;
    if (const auto problem = problem_of(pattern, rule))
        report.add(path, std::string(description->name) + ": " + *problem,
                   "write such as " + std::string(description->example));
}

bool validate_view(const Network& network, const View& view, const DocumentPath& path, ProblemReport& report) {
    if (view.population >= network.populations.size()) {
        report.add(path, "there is no population " + std::to_string(view.population),
                   "name one of the network's populations");
        return false;
    }
    const Population& population = network.populations[view.population];
    const ViewError error = selection_error(view.neurons, population.size);
    if (!error.what.empty()) report.add(path, error.what, error.fix);
    return error.what.empty() && population.size > 0;
}

}  // namespace

void report_receptor(ProblemReport& report, const Population& post, std::string_view name, const DocumentPath& path) {
    const std::span<const std::string_view> known = describe(post.model).receptors;
    report.add(path, "unknown receptor " + in_quotes(name) + " of " + std::string(describe(post.model).name),
               suggestion(name, {known.begin(), known.end()}));
}

void validate_projection(const Network& network, const Projection& projection, const DocumentPath& path,
                         ProblemReport& report) {
    if (!projection.name.empty() && !is_valid_name(projection.name))
        report.add(path / "name", "a projection cannot be named " + in_quotes(projection.name),
                   "use 1 to 200 letters, digits and signs other than [ ] /");
    const bool pre_fits = validate_view(network, projection.pre, path / "from", report);
    const bool post_fits = validate_view(network, projection.post, path / "to", report);

    const Connector& connector = projection.connector;
    const DocumentPath connector_path = path / "connector";
    if (find_kind(connector_names, connector.kind) == nullptr)
        report.add(connector_path, "unknown kind of connector", suggestion("", names_in(connector_names)));
    if (!(connector.probability >= 0.0 && connector.probability <= 1.0))
        report.add(connector_path / "p", "a probability of " + number_text(connector.probability), "choose 0 to 1");
    validate_delay(projection.delay_ms, network.timestep_ms, path / "synapse" / "delay", report);
    if (projection.post.population >= network.populations.size()) return;

    const Population& post = network.populations[projection.post.population];
    if (!is_neuron(post.model)) {
        report.add(
            path / "to",
            in_quotes(post.name) + " is a " + std::string(describe(post.model).name) + ", which receives no spikes",
            "project to a population of neurons");
        return;
    }
    const auto receptor = static_cast<std::uint32_t>(projection.receptor);
    if (receptor >= describe(post.model).receptors.size()) {
        report_receptor(report, post, std::to_string(receptor), path / "receptor");
        return;
    }
    const WeightLimits rule{describe(post.model).conductance, is_inhibitory(describe(post.model), receptor)};
    validate_weight(projection.weight, rule, path / "synapse" / "weight", report);
    if (projection.stdp) validate_stdp(*projection.stdp, network.timestep_ms, rule.limit(), path / "synapse", report);
    validate_short_term(projection, path / "synapse", report);
    validate_record_weights(projection, network.timestep_ms, path / "record_weights", report);
    if (!pre_fits || !post_fits) return;
    if (connector.kind == ConnectorKind::fixed_total_number || connector.kind == ConnectorKind::fixed_number_pre ||
        connector.kind == ConnectorKind::fixed_number_post)
        validate_n(projection, connector_path, report);
    if (connector.pattern.kind != PatternKind::none)
        return validate_pattern(network, projection, rule, connector_path, report);
    if (connector.kind == ConnectorKind::list && network.timestep_ms > 0.0)
        validate_rows(network, projection, rule, connector_path, report);
}

}  // namespace spinn
