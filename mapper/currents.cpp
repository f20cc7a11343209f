#include "mapper/currents.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spinn {

namespace {

std::uint32_t tick_of(double ms, double timestep_ms) {
    const double ticks = std::floor(ms / timestep_ms + 0.5);
    return ticks >= 4294967295.0 ? 0xffffffffu : static_cast<std::uint32_t>(ticks);
}

double number_of(const InjectedCurrent& current, std::string_view name) {
    const auto found = current.parameters.find(std::string(name));
    if (found != current.parameters.end()) return found->second;
    for (const CurrentDescription& description : all_currents())
        if (description.kind == current.kind)
            for (const ParameterDescription& parameter : description.parameters)
                if (parameter.name == name) return parameter.default_value;
    return 0.0;
}

}  // namespace

Currents currents_of(const Network& network, std::size_t population, std::uint32_t first_atom, std::uint32_t n_atoms) {
    Currents slice{.seed = network.seed,
                   .population = static_cast<std::uint32_t>(population),
                   .first_atom = first_atom,
                   .n_atoms = n_atoms,
                   .sources = {}};
    for (std::uint32_t index = 0; index < network.currents.size(); ++index) {
        const InjectedCurrent& current = network.currents[index];
        if (current.view.population != population) continue;
        CurrentSource source;
        source.kind = current.kind;
        source.index = index;
        for (std::uint32_t i = 0; i < current.view.neurons.count; ++i)
            if (const std::uint32_t atom = neuron_at(current.view.neurons, i) - first_atom; atom < n_atoms)
                source.atoms.push_back(atom);
        if (source.atoms.empty()) continue;
        std::ranges::sort(source.atoms);
        if (current.kind == CurrentKind::step) {
            for (const double time : current.times_ms) source.ticks.push_back(tick_of(time, network.timestep_ms));
            source.amplitudes = current.amplitudes;
        } else {
            source.start_tick = tick_of(number_of(current, "start"), network.timestep_ms);
            source.stop_tick = tick_of(number_of(current, "stop"), network.timestep_ms);
        }
        if (current.kind == CurrentKind::dc) source.level = number_of(current, "amplitude");
        if (current.kind == CurrentKind::ac) {
            source.level = number_of(current, "offset");
            source.swing = number_of(current, "amplitude");
            source.radians_per_tick =
                2.0 * std::numbers::pi * number_of(current, "frequency") * network.timestep_ms * 1e-3;
            source.phase = number_of(current, "phase") * std::numbers::pi / 180.0;
        }
        if (current.kind == CurrentKind::noisy) {
            source.level = number_of(current, "mean");
            source.swing = number_of(current, "stdev");
            source.hold_ticks = std::max(1u, tick_of(number_of(current, "dt"), network.timestep_ms));
        }
        slice.sources.push_back(std::move(source));
    }
    return slice;
}

}  // namespace spinn
