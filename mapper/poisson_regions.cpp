#include "mapper/poisson_regions.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace spinn {

namespace {

/// The list of a neuron: its own, or the one for all.
const std::vector<double>* list_of(const std::vector<std::vector<double>>& lists, std::uint32_t neuron) {
    if (lists.empty()) return nullptr;
    return lists.size() == 1 ? &lists.front() : &lists.at(neuron);
}

/// The rates of one variable source from tick to tick; what is not written is 0.
std::map<std::uint32_t, double> rates_by_tick(const VariableRates& variable, std::uint32_t neuron, double timestep_ms) {
    std::map<std::uint32_t, double> rates;
    const std::vector<double>*hz = list_of(variable.rates_hz, neuron), *starts = list_of(variable.starts_ms, neuron);
    const std::vector<double>* durations = list_of(variable.durations_ms, neuron);
    for (std::size_t i = 0; hz != nullptr && starts != nullptr && i < std::min(hz->size(), starts->size()); ++i) {
        const bool last = i + 1 == starts->size();
        double end = last ? INFINITY : (*starts)[i + 1];
        if (durations != nullptr && i < durations->size()) end = std::min(end, (*starts)[i] + (*durations)[i]);
        const PoissonRegion::Source active =
            poisson_parameters((*hz)[i], (*starts)[i], std::max(0.0, end - (*starts)[i]), timestep_ms);
        rates[active.start_tick] = active.end_tick > active.start_tick ? (*hz)[i] : 0.0;
        if (active.end_tick != 0xffffffff) rates[active.end_tick] = 0.0;
    }
    return rates;
}

}  // namespace

std::vector<double> highest_rates(const Network& network, std::size_t index) {
    const Population& population = network.populations[index];
    if (population.model == ModelKind::spike_source_poisson) return parameter_values(network, index, "rate");
    std::vector<double> highest(population.size, 0.0);
    for (std::uint32_t neuron = 0; neuron < population.size; ++neuron)
        if (const std::vector<double>* rates = list_of(population.variable_rates.rates_hz, neuron))
            for (const double rate : *rates) highest[neuron] = std::max(highest[neuron], rate);
    return highest;
}

PoissonRegion poisson_region(const Network& network, std::size_t index, std::uint32_t first_atom,
                             std::uint32_t n_atoms) {
    const Population& population = network.populations[index];
    PoissonRegion region;
    region.timestep_us = static_cast<std::uint32_t>(std::llround(network.timestep_ms * 1000.0));
    region.seed = network.seed;
    region.population = static_cast<std::uint32_t>(index);
    region.first_atom = first_atom;
    if (population.model == ModelKind::spike_source_poisson) {
        const std::vector<double> rate = parameter_values(network, index, "rate");
        const std::vector<double> start = parameter_values(network, index, "start");
        const std::vector<double> duration = parameter_values(network, index, "duration");
        for (std::uint32_t atom = first_atom; atom < first_atom + n_atoms; ++atom)
            region.sources.push_back(poisson_parameters(rate[atom], start[atom], duration[atom], network.timestep_ms));
        return region;
    }
    region.sources.assign(n_atoms, {});
    for (std::uint32_t atom = 0; atom < n_atoms; ++atom)
        for (const auto& [tick, rate] :
             rates_by_tick(population.variable_rates, first_atom + atom, network.timestep_ms)) {
            if (tick == 0)
                region.sources[atom].rate_hz = to_ulong_accum(rate);
            else
                region.changes.push_back({tick, atom, to_ulong_accum(rate)});
        }
    std::ranges::sort(region.changes, [](const auto& a, const auto& b) {
        return std::pair(a.tick, a.atom) < std::pair(b.tick, b.atom);
    });
    return region;
}

}  // namespace spinn
