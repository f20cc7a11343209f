/// Building a Network from Python: arrays and distributions in, connections out.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "host/problem_report.hpp"
#include "host/python/bindings.hpp"
#include "host/validate_network.hpp"
#include "mapper/network.hpp"

namespace spinn::python {

namespace {

using GivenValue = std::variant<double, Distribution, InArray<double>>;

Distribution distribution_of(const std::variant<double, Distribution>& given) {
    if (const double* const number = std::get_if<double>(&given)) return constant(*number);
    return std::get<Distribution>(given);
}

Value value_of(const GivenValue& given) {
    if (const double* const number = std::get_if<double>(&given)) return constant(*number);
    if (const auto* const distribution = std::get_if<Distribution>(&given)) return *distribution;
    const std::span<const double> values = span_of(std::get<InArray<double>>(given));
    return std::vector<double>(values.begin(), values.end());
}

/// A selection by indices; evenly spaced ones become start and step, which cost nothing.
NeuronSelection selection_of(std::span<const std::uint32_t> neurons) {
    NeuronSelection selection{.start = 0, .step = 1, .count = static_cast<std::uint32_t>(neurons.size())};
    if (neurons.empty()) return selection;
    selection.start = neurons[0];
    if (neurons.size() == 1) return selection;
    if (neurons[1] > neurons[0]) {
        selection.step = neurons[1] - neurons[0];
        bool even = true;
        for (std::size_t i = 1; i < neurons.size() && even; ++i)
            even = neurons[i] == selection.start + std::uint64_t{selection.step} * i;
        if (even) return selection;
    }
    selection.start = 0;
    selection.step = 1;
    selection.indices.assign(neurons.begin(), neurons.end());
    return selection;
}

template <typename Kind, typename Named>
Kind kind_of(std::string_view name, std::initializer_list<Named> names, const char* what) {
    for (const Named& named : names)
        if (named.first == name) return named.second;
    throw std::invalid_argument(std::string("no ") + what + " is called '" + std::string(name) + "'");
}

ModelKind model_of(std::string_view name) {
    const std::optional<ModelKind> kind = model_by_name(name);
    if (!kind) throw std::invalid_argument("no model is called '" + std::string(name) + "'");
    return *kind;
}

using Connectors = std::pair<std::string_view, ConnectorKind>;
ConnectorKind connector_of(std::string_view name) {
    return kind_of<ConnectorKind, Connectors>(name,
                                              {{"all_to_all", ConnectorKind::all_to_all},
                                               {"one_to_one", ConnectorKind::one_to_one},
                                               {"fixed_probability", ConnectorKind::fixed_probability},
                                               {"fixed_total_number", ConnectorKind::fixed_total_number},
                                               {"fixed_number_pre", ConnectorKind::fixed_number_pre},
                                               {"fixed_number_post", ConnectorKind::fixed_number_post},
                                               {"list", ConnectorKind::list}},
                                              "connector");
}

using Distributions = std::pair<std::string_view, DistributionKind>;
Distribution make_distribution(const std::string& name, double a, double b, double low, double high) {
    const auto kind = kind_of<DistributionKind, Distributions>(
        name,
        {{"constant", DistributionKind::constant},
         {"uniform", DistributionKind::uniform},
         {"normal", DistributionKind::normal},
         {"normal_clipped", DistributionKind::normal_clipped},
         {"normal_clipped_to_boundary", DistributionKind::normal_clipped_to_boundary},
         {"exponential", DistributionKind::exponential},
         {"uniform_int", DistributionKind::uniform_int}},
        "distribution");
    return {kind, a, b, low, high};
}

Variable variable_of(std::string_view name) {
    for (const Variable variable : {Variable::spikes, Variable::v, Variable::gsyn_exc, Variable::gsyn_inh})
        if (name_of(variable) == name) return variable;
    throw std::invalid_argument("no variable is called '" + std::string(name) + "'");
}

nb::list descriptions(std::span<const ParameterDescription> parameters) {
    nb::list out;
    for (const ParameterDescription& p : parameters) {
        nb::dict entry;
        entry["name"] = std::string(p.name);
        entry["unit"] = std::string(p.unit);
        entry["default"] = p.default_value;
        entry["minimum"] = p.minimum;
        entry["maximum"] = p.maximum;
        out.append(entry);
    }
    return out;
}

nb::list models() {
    nb::list out;
    for (const ModelDescription& model : all_models()) {
        nb::dict entry;
        entry["name"] = std::string(model.name);
        entry["parameters"] = descriptions(model.parameters);
        entry["state"] = descriptions(model.state);
        entry["conductance"] = model.conductance;
        entry["neuron"] = is_neuron(model.kind);
        nb::list receptors;
        for (const std::string_view receptor : model.receptors) receptors.append(std::string(receptor));
        entry["receptors"] = receptors;
        out.append(entry);
    }
    return out;
}

template <typename Description>
nb::list named_descriptions(std::span<const Description> all) {
    nb::list out;
    for (const Description& description : all) {
        nb::dict entry;
        entry["name"] = std::string(description.name);
        entry["parameters"] = descriptions(description.parameters);
        out.append(entry);
    }
    return out;
}

template <typename Description>
const Description& named(std::span<const Description> all, std::string_view name, const char* what) {
    const auto found = std::ranges::find(all, name, &Description::name);
    if (found == all.end())
        throw std::invalid_argument(std::string("no ") + what + " is called '" + std::string(name) + "'");
    return *found;
}

/// The values in the order of the descriptions; what is not given has its default.
std::vector<double> in_order(const std::map<std::string, double>& given, std::span<const ParameterDescription> known,
                             std::string_view of) {
    std::vector<double> values;
    std::size_t used = 0;
    for (const ParameterDescription& parameter : known) {
        const auto found = given.find(std::string(parameter.name));
        values.push_back(found == given.end() ? parameter.default_value : found->second);
        used += found != given.end();
    }
    if (used != given.size()) throw std::invalid_argument(std::string(of) + " has other parameters");
    return values;
}

void add_current(Network& network, const std::string& kind, std::uint32_t population,
                 const InArray<std::uint32_t>& neurons, const std::map<std::string, double>& parameters,
                 const std::vector<double>& times_ms, const std::vector<double>& amplitudes) {
    const CurrentDescription& description = named(all_currents(), kind, "current source");
    network.currents.push_back(
        {{population, selection_of(span_of(neurons))}, description.kind, parameters, times_ms, amplitudes});
}

void set_stdp(Network& network, std::uint32_t projection, const std::string& timing,
              const std::map<std::string, double>& timing_parameters, const std::string& weight,
              const std::map<std::string, double>& weight_parameters, bool backprop_delay) {
    const TimingRuleDescription& times = named(all_timing_rules(), timing, "timing rule");
    const WeightRuleDescription& weights = named(all_weight_rules(), weight, "weight rule");
    network.projections.at(projection).stdp =
        StdpRule{times.kind, in_order(timing_parameters, times.parameters, times.name), weights.kind,
                 in_order(weight_parameters, weights.parameters, weights.name), backprop_delay};
}

void set_short_term(Network& network, std::uint32_t projection, const std::map<std::string, double>& parameters) {
    const std::vector<double> values = in_order(parameters, short_term_parameters(), "TsodyksMarkram");
    ShortTermRule& rule = network.projections.at(projection).short_term.emplace();
    for (std::size_t i = 0; i < values.size(); ++i) *parameter_of(rule, i) = values[i];
}

std::uint32_t add_population(Network& network, const std::string& name, std::uint32_t size, const std::string& model,
                             std::uint32_t max_atoms_per_core) {
    Population population;
    population.name = name;
    population.size = size;
    population.model = model_of(model);
    population.max_atoms_per_core = max_atoms_per_core;
    network.populations.push_back(std::move(population));
    return static_cast<std::uint32_t>(network.populations.size() - 1);
}

std::uint32_t add_projection(Network& network, const std::string& name, std::uint32_t pre_population,
                             const InArray<std::uint32_t>& pre, std::uint32_t post_population,
                             const InArray<std::uint32_t>& post, const std::string& connector,
                             const std::variant<double, Distribution>& weight,
                             const std::variant<double, Distribution>& delay_ms, std::uint32_t receptor,
                             double probability, std::uint64_t n, bool with_replacement, bool allow_self_connections,
                             std::optional<std::uint64_t> seed) {
    Projection projection;
    projection.name = name;
    projection.pre = {pre_population, selection_of(span_of(pre))};
    projection.post = {post_population, selection_of(span_of(post))};
    projection.connector.kind = connector_of(connector);
    projection.connector.probability = probability;
    projection.connector.n = n;
    projection.connector.with_replacement = with_replacement;
    projection.connector.allow_self_connections = allow_self_connections;
    projection.weight = distribution_of(weight);
    projection.delay_ms = distribution_of(delay_ms);
    projection.receptor = static_cast<Receptor>(receptor);
    projection.seed = seed;
    network.projections.push_back(std::move(projection));
    return static_cast<std::uint32_t>(network.projections.size() - 1);
}

void set_connections(Network& network, std::uint32_t projection, const InArray<std::uint32_t>& pre,
                     const InArray<std::uint32_t>& post, const InArray<double>& weight, const InArray<double>& delay) {
    const std::size_t n = pre.size();
    if (post.size() != n || weight.size() != n || delay.size() != n)
        throw std::invalid_argument("pre, post, weight and delay must be equally long");
    std::vector<Connector::Row> rows(n);
    for (std::size_t i = 0; i < n; ++i) rows[i] = {pre.data()[i], post.data()[i], weight.data()[i], delay.data()[i]};
    // As connection_rule() wants them: sorted once here, not each time that it is asked.
    const auto before = [](const Connector::Row& a, const Connector::Row& b) {
        return std::pair(a.pre, a.post) < std::pair(b.pre, b.post);
    };
    if (!std::ranges::is_sorted(rows, before)) std::ranges::stable_sort(rows, before);
    network.projections.at(projection).connector.rows = std::move(rows);
}

/// What the machine draws for a parameter or an initial value that has a distribution, as for a network from a file.
/// @param nth  how many times it has been drawn before: each time gives other numbers
nb::ndarray<nb::numpy, double> draw(const Network& network, std::uint32_t population, const std::string& name,
                                    const Distribution& distribution, bool initial, std::uint64_t nth) {
    Network drawn;
    drawn.seed = network.seed + 0x9e3779b97f4a7c15 * nth;
    drawn.populations.resize(std::size_t{population} + 1);
    drawn.populations.back().size = network.populations.at(population).size;
    drawn.populations.back().model = network.populations[population].model;
    (initial ? drawn.populations.back().initial_values : drawn.populations.back().parameters)[name] = distribution;
    return to_numpy(initial ? initial_values(drawn, population, name) : parameter_values(drawn, population, name));
}

/// Connectors that are written as a pattern: what each is called and takes.
nb::list patterns() {
    nb::list out;
    for (const PatternDescription& pattern : all_patterns()) {
        nb::dict entry;
        nb::list numbers, lists;
        for (const PatternDescription::Number& number : pattern.numbers) numbers.append(std::string(number.name));
        for (const PatternDescription::List& list : pattern.lists) lists.append(std::string(list.name));
        entry["name"] = std::string(pattern.name);
        entry["numbers"] = numbers;
        entry["lists"] = lists;
        entry["text"] = std::string(pattern.text);
        out.append(entry);
    }
    return out;
}

void set_pattern(Network& network, std::uint32_t projection, const std::string& name,
                 const std::map<std::string, double>& numbers, const std::map<std::string, std::vector<double>>& lists,
                 const std::string& text) {
    Connector connector;
    connector.kind = ConnectorKind::list;
    connector.pattern = {named(all_patterns(), name, "pattern").kind, numbers, lists, text};
    network.projections.at(projection).connector = std::move(connector);
}

std::optional<std::string> problem_of_projection(const Network& network, std::uint32_t projection) {
    const Connector& connector = network.projections.at(projection).connector;
    ConnectionRule rule;
    rule.kind = connector.kind;
    rule.pre = network.projections[projection].pre.neurons;
    rule.post = network.projections[projection].post.neurons;
    rule.same_population =
        network.projections[projection].pre.population == network.projections[projection].post.population;
    return problem_of(connector.pattern, rule);
}

void set_positions(Network& network, std::uint32_t population, const InArray<double>& xyz) {
    if (xyz.size() != std::size_t{3} * network.populations.at(population).size)
        throw std::invalid_argument("three numbers a neuron are needed");
    Structure structure;
    structure.kind = Structure::Kind::list;
    structure.positions.resize(network.populations[population].size);
    for (std::size_t i = 0; i < xyz.size(); ++i) structure.positions[i / 3][i % 3] = xyz.data()[i];
    network.populations[population].structure = std::move(structure);
}

std::vector<std::vector<double>> lists_of(const InArray<double>& values, const InArray<std::int64_t>& ends) {
    std::vector<std::vector<double>> lists;
    std::size_t begin = 0;
    for (const std::int64_t given : span_of(ends)) {
        const auto end = static_cast<std::size_t>(given);
        if (given < 0 || end < begin || end > values.size()) throw std::invalid_argument("ends of lists must ascend");
        lists.emplace_back(values.data() + begin, values.data() + end);
        begin = end;
    }
    return lists;
}

/// The synapses that the rule makes, as the cores make them.
nb::tuple connections(const Network& network, std::uint32_t projection) {
    std::vector<std::uint32_t> pre, post;
    std::vector<double> weight, delay_ms;
    {
        nb::gil_scoped_release unlocked;
        const ConnectionRule rule = connection_rule(network, projection);
        if (const std::optional<std::string> problem = problem_of(rule)) throw std::invalid_argument(*problem);
        const auto n = static_cast<std::size_t>(expected_synapses(rule) * 1.01) + 64;
        for (auto* ends : {&pre, &post}) ends->reserve(n);
        for (auto* values : {&weight, &delay_ms}) values->reserve(n);
        const std::uint32_t n_posts = network.populations.at(network.projections[projection].post.population).size;
        generate_batches(rule, 0, n_posts, [&](const SynapseBatch& batch) {
            pre.insert(pre.end(), batch.pre.begin(), batch.pre.end());
            post.insert(post.end(), batch.post.begin(), batch.post.end());
            weight.insert(weight.end(), batch.weight.begin(), batch.weight.end());
            for (const std::uint32_t ticks : batch.delay_ticks) delay_ms.push_back(ticks * network.timestep_ms);
        });
    }
    return nb::make_tuple(to_numpy(std::move(pre)), to_numpy(std::move(post)), to_numpy(std::move(weight)),
                          to_numpy(std::move(delay_ms)));
}

void set_synapse(Network& network, std::uint32_t projection, const std::string& name,
                 const std::variant<double, Distribution>& value) {
    Projection& changed = network.projections.at(projection);
    if (name != "weight" && name != "delay") throw std::invalid_argument("a synapse has no '" + name + "' to set");
    (name == "weight" ? changed.weight : changed.delay_ms) = distribution_of(value);
}

void record(Network& network, std::uint32_t population, const InArray<std::uint32_t>& neurons,
            const std::vector<std::string>& variables, double sampling_interval_ms) {
    Recording recording;
    recording.view = {population, selection_of(span_of(neurons))};
    for (const std::string& name : variables) recording.variables.push_back(variable_of(name));
    recording.sampling_interval_ms = sampling_interval_ms;
    network.recordings.push_back(std::move(recording));
}

void check(Network& network) {
    ProblemReport report([](const DocumentPath&) { return FileLocation{"network", 0}; });
    validate(network, report);
    report.throw_if_any();
    name_projections(network);
}

}  // namespace

void bind_network(nb::module_& module) {
    module.def("models", &models, "Every model there is: name, parameters and state with unit, default and range.");

    module.def("timing_rules", [] { return named_descriptions(all_timing_rules()); });
    module.def("weight_rules", [] { return named_descriptions(all_weight_rules()); });
    module.def("patterns", &patterns, "Connectors that are written as a pattern: name, numbers, lists, text.");
    module.def("current_sources", [] { return named_descriptions(all_currents()); });

    nb::class_<Distribution>(module, "Distribution", "A random distribution with PyNN's name and meaning.")
        .def(
            "__init__",
            [](Distribution* self, const std::string& name, double a, double b, double low, double high) {
                new (self) Distribution(make_distribution(name, a, b, low, high));
            },
            nb::arg("name"), nb::arg("a"), nb::arg("b") = 0.0, nb::arg("low") = 0.0, nb::arg("high") = 0.0);

    nb::class_<Network>(module, "Network", "Populations, projections and recordings, in PyNN's names and units.")
        .def(
            "__init__",
            [](Network* self, const std::string& name, double timestep_ms, double duration_ms, std::uint64_t seed) {
                new (self) Network();
                self->name = name;
                self->timestep_ms = timestep_ms;
                self->duration_ms = duration_ms;
                self->seed = seed;
            },
            nb::arg("name"), nb::arg("timestep_ms"), nb::arg("duration_ms"), nb::arg("seed") = 1)
        .def("add_population", &add_population, nb::arg("name"), nb::arg("size"), nb::arg("model"),
             nb::arg("max_atoms_per_core") = 0, "Returns the population's index.")
        .def(
            "set_parameter",
            [](Network& self, std::uint32_t population, const std::string& name, const GivenValue& value) {
                self.populations.at(population).parameters[name] = value_of(value);
            },
            nb::arg("population"), nb::arg("name"), nb::arg("value"))
        .def(
            "set_initial",
            [](Network& self, std::uint32_t population, const std::string& name, const GivenValue& value) {
                self.populations.at(population).initial_values[name] = value_of(value);
            },
            nb::arg("population"), nb::arg("name"), nb::arg("value"))
        .def(
            "set_spike_times",
            [](Network& self, std::uint32_t population, const InArray<double>& times,
               const InArray<std::int64_t>& ends) {
                self.populations.at(population).spike_times_ms = lists_of(times, ends);
            },
            nb::arg("population"), nb::arg("times"), nb::arg("ends"),
            "One list for all neurons, or one each: all lists behind one another, and where each ends.")
        .def(
            "set_variable_rates",
            [](Network& self, std::uint32_t population, const std::string& name, const InArray<double>& values,
               const InArray<std::int64_t>& ends) {
                VariableRates& rates = self.populations.at(population).variable_rates;
                if (name != "rates" && name != "starts" && name != "durations")
                    throw std::invalid_argument("variable rates have no '" + name + "'");
                (name == "rates"    ? rates.rates_hz
                 : name == "starts" ? rates.starts_ms
                                    : rates.durations_ms) = lists_of(values, ends);
            },
            nb::arg("population"), nb::arg("name"), nb::arg("values"), nb::arg("ends"),
            "'rates' (Hz), 'starts' or 'durations' (ms) of a SpikeSourcePoissonVariable, in lists as spike times are.")
        .def("draw", &draw, nb::arg("population"), nb::arg("name"), nb::arg("distribution"), nb::arg("initial"),
             nb::arg("nth") = 0,
             "One value a neuron of a parameter or an initial value: what a network file with this distribution gives.")
        .def("add_projection", &add_projection, nb::arg("name"), nb::arg("pre_population"), nb::arg("pre"),
             nb::arg("post_population"), nb::arg("post"), nb::arg("connector"), nb::arg("weight"), nb::arg("delay_ms"),
             nb::arg("receptor") = 0, nb::arg("probability") = 0.0, nb::arg("n") = 0,
             nb::arg("with_replacement") = false, nb::arg("allow_self_connections") = true,
             nb::arg("seed") = nb::none(), "Returns the projection's index.")
        .def("set_connections", &set_connections, nb::arg("projection"), nb::arg("pre"), nb::arg("post"),
             nb::arg("weight"), nb::arg("delay_ms"), "Of a projection by list; neurons count within the selections.")
        .def("set_pattern", &set_pattern, nb::arg("projection"), nb::arg("pattern"), nb::arg("numbers"),
             nb::arg("lists"), nb::arg("text"),
             "Makes a projection by list one by a pattern of patterns(); lists are given row by row.")
        .def("problem_of", &problem_of_projection, nb::arg("projection"),
             "What makes the connector of a projection impossible, in words, or None.")
        .def("set_positions", &set_positions, nb::arg("population"), nb::arg("xyz"),
             "Where the neurons are: x, y, z of each, one behind another.")
        .def("connections", &connections, nb::arg("projection"),
             "(pre, post, weight, delay in ms) of every synapse; neurons count within their populations.")
        .def("record", &record, nb::arg("population"), nb::arg("neurons"), nb::arg("variables"),
             nb::arg("sampling_interval_ms") = 0.0)
        .def("add_current", &add_current, nb::arg("kind"), nb::arg("population"), nb::arg("neurons"),
             nb::arg("parameters"), nb::arg("times_ms"), nb::arg("amplitudes"))
        .def_rw("live", &Network::live, "Populations whose spikes leave the machine as they happen.")
        .def("clear_currents", [](Network& self) { self.currents.clear(); })
        .def("set_stdp", &set_stdp, nb::arg("projection"), nb::arg("timing"), nb::arg("timing_parameters"),
             nb::arg("weight"), nb::arg("weight_parameters"), nb::arg("backprop_delay") = true,
             "Makes the synapses of a projection learn.")
        .def("set_short_term", &set_short_term, nb::arg("projection"), nb::arg("parameters"),
             "Gives the synapses of a projection the short-term plasticity of Tsodyks and Markram.")
        .def_rw("duration_ms", &Network::duration_ms, "Of the next run: what recording buffers are sized for.")
        .def("clear_recordings", [](Network& self) { self.recordings.clear(); })
        .def(
            "become_list",
            [](Network& self, std::uint32_t projection) {
                Connector list;
                list.kind = ConnectorKind::list;
                self.projections.at(projection).connector = std::move(list);
                self.projections[projection].weight = constant(0.0);
                self.projections[projection].delay_ms = constant(0.0);
            },
            nb::arg("projection"), "Turns a projection by rule into one by list, without a connection yet.")
        .def("set_synapse", &set_synapse, nb::arg("projection"), nb::arg("name"), nb::arg("value"),
             "The weight or the delay of all synapses of a projection by rule.")
        .def("check", &check, "Raises InputError with every mistake.")
        .def(
            "to_bytes",
            [](const Network& self) {
                const std::string bytes = encode_network(self);
                return nb::bytes(bytes.data(), bytes.size());
            },
            "The network as a .pb file, which spinn-map and spinn-emu read.")
        .def(
            "save",
            [](Network& self, const std::string& path) {
                check(self);
                write_network_file(self, path);
            },
            nb::arg("path"), "As a file that spinn-map and spinn-emu read: .yaml, .pb (protobuf) or .txtpb.");
}

}  // namespace spinn::python
