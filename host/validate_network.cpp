#include "host/validate_network.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "host/machine_file.hpp"
#include "host/network_names.hpp"
#include "host/validate_currents.hpp"
#include "host/validate_plasticity.hpp"
#include "host/validate_projection.hpp"
#include "host/validate_values.hpp"
#include "host/view_text.hpp"

namespace spinn {

namespace {

void validate_run(const Network& network, ProblemReport& report) {
    const DocumentPath top;
    const double dt = network.timestep_ms;
    const double microseconds = dt * 1000.0;
    if (!(dt > 0.0 && dt <= 100.0)) {
        report.add(top / "timestep", "a timestep of " + number_text(dt) + " ms is out of range",
                   "choose more than 0 and at most 100 ms");
    } else if (microseconds < 0.5 || std::abs(microseconds - std::round(microseconds)) > 1e-6 * microseconds) {
        report.add(top / "timestep", "a timestep of " + number_text(dt) + " ms is no multiple of 1 us",
                   "round it, such as " + number_text(std::max(1.0, std::round(microseconds)) / 1000.0));
    }
    if (!(network.duration_ms >= 0.0) || std::isinf(network.duration_ms)) {
        report.add(top / "duration", "a run of " + number_text(network.duration_ms) + " ms is impossible",
                   "choose a finite time of 0 ms or more");
    } else if (dt > 0.0 && network.duration_ms / dt > max_run_steps) {
        report.add(
            top / "duration",
            "a run of " + number_text(network.duration_ms) + " ms has more steps than the 32 bits of a tick count",
            "choose less than " + number_text(max_run_steps * dt) + " ms");
    }
    if (!is_printable(network.name))
        report.add(top / "name", "the name holds characters that cannot be printed", "use UTF-8 text of one line");
    if (!is_printable(network.machine)) {
        report.add(top / "machine", "the machine's name holds characters that cannot be printed",
                   "write spinn5, or the name of a machine file");
    } else if (!network.machine.empty()) {
        if (const Problem problem = machine_name_problem(network.machine); !problem.what.empty())
            report.add(top / "machine", problem.what, problem.fix);
    }
    if (network.populations.empty())
        report.add(top / "populations", "the network has no population", "describe at least one");
}

void validate_value(const Value& value, const ParameterDescription& parameter, std::uint32_t size,
                    const DocumentPath& path, ProblemReport& report) {
    if (const auto* distribution = std::get_if<Distribution>(&value)) {
        if (validate_distribution(*distribution, path, report))
            validate_range(*distribution, parameter.minimum, parameter.maximum, parameter.unit, path, report);
        return;
    }
    const auto& numbers = std::get<std::vector<double>>(value);
    if (numbers.size() != size && size > 0) {
        report.add(path,
                   "a list of " + std::to_string(numbers.size()) + " numbers for " + std::to_string(size) + " neurons",
                   "give one number a neuron, or a single number for all");
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] >= parameter.minimum && numbers[i] <= parameter.maximum) continue;
        validate_range(constant(numbers[i]), parameter.minimum, parameter.maximum, parameter.unit, path / i, report);
        return;  // one is enough: the others are likely wrong in the same way
    }
}

void validate_values(const std::map<std::string, Value>& values, std::span<const ParameterDescription> known,
                     const ModelDescription& model, std::string_view noun, std::uint32_t size, const DocumentPath& path,
                     ProblemReport& report) {
    for (const auto& [name, value] : values) {
        if (const ParameterDescription* parameter = find_name(known, name)) {
            validate_value(value, *parameter, size, path / name, report);
        } else {
            report.add(path / name, std::string(model.name) + " has no " + std::string(noun) + " " + in_quotes(name),
                       suggestion(name, names_in(known)));
        }
    }
}

void validate_spike_times(const Population& population, const DocumentPath& path, ProblemReport& report) {
    const auto& trains = population.spike_times_ms;
    if (trains.empty()) return;
    if (population.model != ModelKind::spike_source_array) {
        report.add(path, std::string(describe(population.model).name) + " has no spike times",
                   "use the model SpikeSourceArray");
        return;
    }
    if (trains.size() != 1 && trains.size() != population.size && population.size > 0)
        report.add(
            path,
            std::to_string(trains.size()) + " lists of spike times for " + std::to_string(population.size) + " neurons",
            "give one list for all, or one a neuron");
    for (std::size_t i = 0; i < trains.size(); ++i) {
        for (const double time : trains[i]) {
            if (time >= 0.0 && std::isfinite(time)) continue;
            report.add(trains.size() == 1 ? path : path / i, "a spike at " + number_text(time) + " ms",
                       "times are 0 ms or later and finite");
            return;
        }
    }
}

void validate_variable_rates(const Population& population, const DocumentPath& path, ProblemReport& report) {
    const VariableRates& variable = population.variable_rates;
    if (population.model != ModelKind::spike_source_poisson_variable) {
        if (variable != VariableRates{})
            report.add(path / "rates", std::string(describe(population.model).name) + " has no list of rates",
                       "use the model SpikeSourcePoissonVariable");
        return;
    }
    const std::vector<std::vector<double>>* const lists[] = {&variable.rates_hz, &variable.starts_ms,
                                                             &variable.durations_ms};
    for (std::size_t k = 0; k < 3; ++k) {
        const DocumentPath at = path / variable_rate_names[k];
        if (lists[k]->empty() && k < 2) {
            report.add(at, "'" + std::string(variable_rate_names[k]) + "' is missing",
                       "write rates: [10, 50] and starts: [0, 100]");
            return;
        }
        if (lists[k]->size() > 1 && lists[k]->size() != population.size && population.size > 0) {
            report.add(at,
                       std::to_string(lists[k]->size()) + " lists for " + std::to_string(population.size) + " neurons",
                       "give one list for all, or one a neuron");
            return;
        }
    }
    const std::size_t n = std::max({variable.rates_hz.size(), variable.starts_ms.size(), variable.durations_ms.size()});
    const auto of = [](const std::vector<std::vector<double>>& all, std::size_t i) -> const std::vector<double>& {
        return all.size() == 1 ? all[0] : all[i];
    };
    for (std::size_t i = 0; i < n; ++i) {
        const std::vector<double>&rates = of(variable.rates_hz, i), &starts = of(variable.starts_ms, i);
        const bool lengths = rates.size() == starts.size() &&
                             (variable.durations_ms.empty() || of(variable.durations_ms, i).size() == rates.size());
        const bool values =
            std::ranges::all_of(rates, [](double rate) { return rate >= 0.0 && rate <= 1e6; }) &&
            std::ranges::all_of(starts, [](double start) { return start >= 0.0; }) &&
            (variable.durations_ms.empty() ||
             std::ranges::all_of(of(variable.durations_ms, i), [](double time) { return time >= 0.0; }));
        if (lengths && values && std::ranges::is_sorted(starts)) continue;
        report.add(path / "rates",
                   "rates, starts and durations of neuron " + std::to_string(i) + " do not fit together",
                   "as many of each; rates of 0 to 1e6 Hz; starts ascending, times 0 ms or later");
        return;
    }
}

void validate_population(const Population& population, const DocumentPath& path, ProblemReport& report) {
    if (!is_valid_name(population.name))
        report.add(path, "a population cannot be named " + in_quotes(population.name),
                   "use 1 to 200 letters, digits and signs other than [ ] /");
    if (population.size == 0) report.add(path / "size", "a population needs neurons", "write a size of 1 or more");
    if (population.size > max_population_size)
        report.add(path / "size", std::to_string(population.size) + " neurons are too many",
                   "at most " + std::to_string(max_population_size));
    const ModelDescription& model = describe(population.model);
    validate_values(population.parameters, model.parameters, model, "parameter", population.size, path / "parameters",
                    report);
    validate_values(population.initial_values, model.state, model, "initial value", population.size, path / "initial",
                    report);
    validate_spike_times(population, path / "parameters" / "spike_times", report);
    validate_variable_rates(population, path / "parameters", report);
    const Structure& structure = population.structure;
    if (structure.kind == Structure::Kind::list && structure.positions.size() != population.size && population.size > 0)
        report.add(path / "structure",
                   std::to_string(structure.positions.size()) + " positions for " + std::to_string(population.size) +
                       " neurons",
                   "give a place for each neuron");
    if (!(structure.aspect_ratio > 0.0) || !std::isfinite(structure.aspect_ratio))
        report.add(path / "structure", "an aspect ratio of " + number_text(structure.aspect_ratio),
                   "choose a number above 0");
}

void validate_recording(const Network& network, const Recording& recording, const DocumentPath& path,
                        ProblemReport& report) {
    const std::uint32_t index = recording.view.population;
    if (index >= network.populations.size()) {
        report.add(path / "population", "there is no population " + std::to_string(index),
                   "name one of the network's populations");
        return;
    }
    const Population& population = network.populations[index];
    if (const ViewError error = selection_error(recording.view.neurons, population.size); !error.what.empty())
        report.add(path / "population", error.what, error.fix);
    if (recording.variables.empty())
        report.add(path / "variables", "nothing is named to record", "write [spikes] or [spikes, v]");
    bool samples = false;
    std::set<Variable> seen;
    for (const Variable variable : recording.variables) {
        const auto* named = find_kind(variable_names, variable);
        if (named == nullptr) {
            report.add(path / "variables", "unknown variable", suggestion("", names_in(variable_names)));
            continue;
        }
        if (!seen.insert(variable).second)
            report.add(path / "variables", "the variable " + in_quotes(named->name) + " is named twice",
                       "name it once");
        if (variable == Variable::spikes) continue;
        samples = true;
        if (!is_neuron(population.model))
            report.add(path / "variables",
                       std::string(describe(population.model).name) + " has no " + in_quotes(named->name),
                       "from a spike source only spikes can be recorded");
    }
    const double interval = recording.sampling_interval_ms, dt = network.timestep_ms;
    if (interval == 0.0 || !(dt > 0.0)) return;
    const double steps = interval / dt;
    if (!(interval > 0.0) || std::isinf(interval) || steps < 0.5 || std::abs(steps - std::round(steps)) > 1e-6 * steps)
        report.add(path / "interval", "an interval of " + number_text(interval) + " ms is no multiple of the timestep",
                   "choose a multiple of " + number_text(dt) + " ms");
    else if (!samples)
        report.add(path / "interval", "an interval, but spikes alone are recorded",
                   "leave it out; spikes are always recorded at every step");
}

}  // namespace

void validate(const Network& network, ProblemReport& report) {
    const DocumentPath top;
    validate_run(network, report);
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        if (find_kind(all_models(), network.populations[i].model) != nullptr) continue;
        report.add(top / "populations" / i / "model", "unknown kind of model", suggestion("", names_in(all_models())));
        return;  // all that follows asks for the model's description
    }
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        const Population& population = network.populations[i];
        if (!names.insert(population.name).second)
            report.add(top / "populations" / i, "a second population is named " + in_quotes(population.name),
                       "choose another name");
        validate_population(
            population,
            is_valid_name(population.name) ? top / "populations" / population.name : top / "populations" / i, report);
    }
    names.clear();
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const DocumentPath path = top / "projections" / i;
        const std::string& name = network.projections[i].name;
        if (!name.empty() && !names.insert(name).second)
            report.add(path / "name", "a second projection is named " + in_quotes(name),
                       "choose another name, or none");
        validate_projection(network, network.projections[i], path, report);
    }
    for (std::size_t i = 0; i < network.currents.size(); ++i)
        validate_current(network, network.currents[i], top / "currents" / i, report);
    validate_stdp_rules(network, top / "projections", report);
    for (std::size_t i = 0; i < network.recordings.size(); ++i)
        validate_recording(network, network.recordings[i], top / "record" / i, report);
    std::set<std::uint32_t> live;
    for (std::size_t i = 0; i < network.live.size(); ++i) {
        if (network.live[i] >= network.populations.size())
            report.add(top / "live" / i, "there is no population " + std::to_string(network.live[i]),
                       "the number of a population, from 0");
        else if (!live.insert(network.live[i]).second)
            report.add(top / "live" / i, "the population stands here twice", "name it once");
    }
}

void split_signs(Network& network) {
    const std::size_t n = network.projections.size();
    for (std::size_t p = 0; p < n; ++p) {
        ConnectionPattern& pattern = network.projections[p].connector.pattern;
        if (pattern.kind != PatternKind::convolution && pattern.kind != PatternKind::pool_dense) continue;
        const auto weights =
            pattern.lists.find(pattern.kind == PatternKind::convolution ? "kernel_weights" : "weights");
        if (weights == pattern.lists.end() || pattern.numbers.contains("part")) continue;
        const auto has = [&](auto of_sign) { return std::ranges::any_of(weights->second, of_sign); };
        if (!has([](double w) { return w > 0.0; }) || !has([](double w) { return w < 0.0; })) continue;
        const std::uint32_t post = network.projections[p].post.population;
        if (post >= network.populations.size()) continue;
        const auto receptor = receptor_by_name(describe(network.populations[post].model), "inhibitory");
        if (!receptor) continue;
        pattern.numbers["part"] = 1.0;
        Projection negative = network.projections[p];
        negative.connector.pattern.numbers["part"] = -1.0;
        negative.receptor = Receptor{*receptor};
        if (!negative.name.empty()) negative.name += " (inhibitory)";
        network.projections[p].receptor = Receptor::excitatory;
        network.projections.push_back(std::move(negative));
    }
}

void name_projections(Network& network) {
    std::set<std::string> taken;
    for (const Projection& projection : network.projections) taken.insert(projection.name);
    std::map<std::string, std::size_t> last_number;
    for (Projection& projection : network.projections) {
        const std::size_t pre = projection.pre.population, post = projection.post.population;
        if (!projection.name.empty() || pre >= network.populations.size() || post >= network.populations.size())
            continue;
        const std::string base = network.populations[pre].name + "->" + network.populations[post].name;
        std::size_t& number = last_number[base];
        do {
            ++number;
            projection.name = number == 1 ? base : base + " " + std::to_string(number);
        } while (!taken.insert(projection.name).second);
    }
}

}  // namespace spinn
