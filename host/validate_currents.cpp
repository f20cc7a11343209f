#include "host/validate_currents.hpp"

#include <algorithm>
#include <cmath>

#include "host/network_names.hpp"
#include "host/validate_values.hpp"
#include "host/view_text.hpp"

namespace spinn {

namespace {

void validate_steps(const InjectedCurrent& current, const DocumentPath& path, ProblemReport& report) {
    if (current.times_ms.size() != current.amplitudes.size())
        report.add(path,
                   std::to_string(current.times_ms.size()) + " times, but " +
                       std::to_string(current.amplitudes.size()) + " amplitudes",
                   "give one amplitude a time");
    for (std::size_t i = 0; i < current.times_ms.size(); ++i) {
        const double time = current.times_ms[i];
        if (time >= (i == 0 ? 0.0 : current.times_ms[i - 1]) && std::isfinite(time)) continue;
        report.add(path / "times" / i, "a step at " + number_text(time) + " ms",
                   "times are finite, 0 ms or later, each no earlier than the one before");
        return;
    }
    for (std::size_t i = 0; i < current.amplitudes.size(); ++i) {
        if (std::abs(current.amplitudes[i]) <= 65535.0) continue;
        validate_range(constant(current.amplitudes[i]), -65535.0, 65535.0, "nA", path / "amplitudes" / i, report);
        return;
    }
}

}  // namespace

void validate_current(const Network& network, const InjectedCurrent& current, const DocumentPath& path,
                      ProblemReport& report) {
    if (current.view.population >= network.populations.size()) {
        report.add(path / "into", "there is no population " + std::to_string(current.view.population),
                   "name one of the network's populations");
        return;
    }
    const Population& population = network.populations[current.view.population];
    const ModelDescription& model = describe(population.model);
    if (find_name(model.parameters, "i_offset") == nullptr)
        report.add(path / "into",
                   in_quotes(population.name) + " is a " + std::string(model.name) + ", which takes no current",
                   "inject into neurons with an i_offset");
    if (const ViewError error = selection_error(current.view.neurons, population.size); !error.what.empty())
        report.add(path / "into", error.what, error.fix);
    const DocumentPath source = path / "source";
    const CurrentDescription* description = find_kind(all_currents(), current.kind);
    if (description == nullptr) {
        report.add(source, "unknown kind of current source", suggestion("", names_in(all_currents())));
        return;
    }
    if (current.kind == CurrentKind::step) {
        validate_steps(current, source, report);
    } else if (!current.times_ms.empty() || !current.amplitudes.empty()) {
        report.add(source, std::string(description->name) + " has no steps", "use StepCurrentSource");
    }
    for (const auto& [name, number] : current.parameters) {
        const ParameterDescription* parameter = find_name(description->parameters, name);
        if (parameter == nullptr)
            report.add(source / name, std::string(description->name) + " has no parameter " + in_quotes(name),
                       suggestion(name, names_in(description->parameters)));
        else if (!(number >= parameter->minimum && number <= parameter->maximum))
            validate_range(constant(number), parameter->minimum, parameter->maximum, parameter->unit, source / name,
                           report);
        else if (name == "dt" && number != 0.0 && network.timestep_ms > 0.0 &&
                 std::abs(number / network.timestep_ms - std::round(number / network.timestep_ms)) > 1e-6)
            report.add(source / name, "noise of " + number_text(number) + " ms is no multiple of the timestep",
                       "choose a multiple of " + number_text(network.timestep_ms) + " ms");
    }
}

}  // namespace spinn
