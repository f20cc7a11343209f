#include "host/population_memory.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "emulator/core_memory.hpp"
#include "host/problem_report.hpp"
#include "mapper/population_plan.hpp"
#include "protocols/error.hpp"
#include "runtime/layout/array_region.hpp"
#include "runtime/layout/neuron_region.hpp"
#include "runtime/layout/poisson_region.hpp"

namespace spinn {

namespace {

std::uint32_t timestep_us(const Session& session) {
    return static_cast<std::uint32_t>(session.image().timestep_ms * 1000.0 + 0.5);
}

const ModelDescription& model_of(const Session& session, std::uint32_t population) {
    return describe(*model_by_name(session.image().populations.at(population).model));
}

/// Visits the cores with neurons or sources of a population; their state is in their regions by then.
template <typename Visit>
void visit_cores(Session& session, std::uint32_t population, const Visit& visit) {
    Machine& machine = session.machine();
    for (const Core& core : machine.cores) {
        if (!core.program || core.population != population || core.kind == ProgramKind::delay_extension) continue;
        MemoryServices services(chip_of(machine, core.location.chip));
        core.program->store(services, core.block_address);
        visit(machine, core);
    }
}

void write_program(Machine& machine, const Core& core, const std::vector<std::uint32_t>& words) {
    write_region(machine, core, Region::program, words);
    MemoryServices services(chip_of(machine, core.location.chip));
    core.program->reload(services, core.block_address);
}

template <typename T>
T good(std::variant<T, DecodeError> decoded, const Core& core) {
    if (const auto* error = std::get_if<DecodeError>(&decoded)) fail_at(core, error->reason);
    return std::get<T>(std::move(decoded));
}

void check_range(std::span<const double> values, const ParameterDescription& allowed, const std::string& population) {
    const auto outside = std::ranges::find_if(
        values, [&](double value) { return !(value >= allowed.minimum && value <= allowed.maximum); });
    if (outside == values.end()) return;
    throw InputError(
        std::vector<Problem>{{number_text(*outside) + " " + std::string(allowed.unit) + " is out of range",
                              "population '" + population + "', " + std::string(allowed.name),
                              "allowed are " + number_text(allowed.minimum) + " to " + number_text(allowed.maximum)}});
}

/// [parameter][neuron]
std::vector<std::vector<double>> all_parameters(const Network& network, std::uint32_t population) {
    const Population& described = network.populations.at(population);
    std::vector<std::vector<double>> values;
    for (const ParameterDescription& parameter : describe(described.model).parameters) {
        values.push_back(parameter_values(network, population, parameter.name));
        check_range(values.back(), parameter, described.name);
    }
    return values;
}

void update_neurons(Session& session, const Network& network, std::uint32_t population) {
    const std::vector<std::vector<double>> values = all_parameters(network, population);
    visit_cores(session, population, [&](Machine& machine, const Core& core) {
        NeuronRegion region = good(decode_neuron_region(read_region(machine, core, Region::program)), core);
        for (std::size_t p = 0; p < values.size(); ++p)
            for (std::uint32_t atom = 0; atom < core.n_atoms; ++atom)
                region.parameters.at(p).at(atom) = to_accum(values[p][core.first_atom + atom]);
        write_program(machine, core, encode(region));
    });
}

void update_poisson(Session& session, const Network& network, std::uint32_t population) {
    const std::vector<std::vector<double>> values = all_parameters(network, population);  // rate, start, duration
    visit_cores(session, population, [&](Machine& machine, const Core& core) {
        PoissonRegion region = good(decode_poisson_region(read_region(machine, core, Region::program)), core);
        for (std::uint32_t atom = 0; atom < core.n_atoms; ++atom) {
            const std::uint32_t neuron = core.first_atom + atom;
            region.sources.at(atom) =
                poisson_parameters(values[0][neuron], values[1][neuron], values[2][neuron], network.timestep_ms);
        }
        write_program(machine, core, encode(region));
    });
}

void update_array(Session& session, const Network& network, std::uint32_t population) {
    const std::vector<std::vector<double>>& times = network.populations.at(population).spike_times_ms;
    visit_cores(session, population, [&](Machine& machine, const Core& core) {
        std::vector<std::vector<double>> mine(core.n_atoms);
        for (std::uint32_t atom = 0; atom < core.n_atoms && !times.empty(); ++atom)
            mine[atom] = times.size() == 1 ? times[0] : times.at(core.first_atom + atom);
        ArrayRegion region = array_region(mine, timestep_us(session));
        region.population = core.population;
        region.first_atom = core.first_atom;
        write_program(machine, core, encode(region));
    });
}

std::size_t index_of(const ModelDescription& model, std::string_view state) {
    const auto found = std::ranges::find(model.state, state, &ParameterDescription::name);
    if (found == model.state.end())
        throw std::out_of_range(std::string(model.name) + " has no state '" + std::string(state) + "'");
    return static_cast<std::size_t>(found - model.state.begin());
}

double fastest(const Network& network, std::uint32_t population) {
    return std::ranges::max(parameter_values(network, population, "rate"));
}

}  // namespace

void update_parameters(Session& session, const Network& network, std::uint32_t population) {
    const ModelKind model = network.populations.at(population).model;
    if (model == ModelKind::spike_source_poisson)
        update_poisson(session, network, population);
    else if (model == ModelKind::spike_source_array)
        update_array(session, network, population);
    else if (is_neuron(model))
        update_neurons(session, network, population);
    // Others have no parameters that could have changed.
}

bool fits_recordings(const Network& before, const Network& network, std::uint32_t population) {
    const Population &was = before.populations.at(population), &is = network.populations.at(population);
    const auto step_us = static_cast<std::uint32_t>(network.timestep_ms * 1000.0 + 0.5);
    if (is.model == ModelKind::spike_source_array)
        return most_spikes_in_a_tick(is, step_us) <= most_spikes_in_a_tick(was, step_us);
    if (is.model == ModelKind::spike_source_poisson) {
        // Ten spikes a tick more than the rate asks for are provided for in any case.
        const double mean = fastest(network, population) * step_us * 1e-6;
        return mean < 0.5 || fastest(network, population) <= fastest(before, population);
    }
    return true;
}

std::vector<double> read_state(Session& session, std::uint32_t population, std::string_view state) {
    const ModelDescription& model = model_of(session, population);
    const std::size_t index = index_of(model, state);
    const double scale = state_scale(model.kind, index);
    std::vector<double> values(session.image().populations[population].size);
    visit_cores(session, population, [&](Machine& machine, const Core& core) {
        const NeuronRegion region = good(decode_neuron_region(read_region(machine, core, Region::program)), core);
        for (std::uint32_t atom = 0; atom < core.n_atoms; ++atom)
            values[core.first_atom + atom] = to_double(region.state.at(index)[atom]) / scale;
    });
    return values;
}

void write_state(Session& session, std::uint32_t population, std::string_view state,
                 std::span<const std::uint32_t> neurons, std::span<const double> values) {
    const ModelDescription& model = model_of(session, population);
    const PopulationInfo& info = session.image().populations[population];
    const std::size_t index = index_of(model, state);
    const double scale = state_scale(model.kind, index);
    check_range(values, model.state[index], info.name);
    if (neurons.size() != values.size() || std::ranges::any_of(neurons, [&](auto n) { return n >= info.size; }))
        throw std::out_of_range("population '" + info.name + "' has no such neurons");
    visit_cores(session, population, [&](Machine& machine, const Core& core) {
        NeuronRegion region = good(decode_neuron_region(read_region(machine, core, Region::program)), core);
        for (std::size_t i = 0; i < neurons.size(); ++i)
            if (const std::uint32_t atom = neurons[i] - core.first_atom; atom < core.n_atoms)
                region.state[index][atom] = to_accum(values[i] * scale);
        write_program(machine, core, encode(region));
    });
}

}  // namespace spinn
