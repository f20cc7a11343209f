#include "host/reference/simulator.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>

#include "host/reference/delayed_input.hpp"
#include "host/reference/plasticity.hpp"
#include "host/reference/short_term.hpp"
#include "mapper/currents.hpp"
#include "mapper/plasticity_tables.hpp"
#include "mapper/poisson_regions.hpp"
#include "mapper/recorded_view.hpp"
#include "runtime/array_source.hpp"
#include "runtime/cells.hpp"
#include "runtime/poisson_source.hpp"

namespace spinn {

using namespace reference;

namespace {

std::uint32_t timestep_us(const Network& network) {
    return static_cast<std::uint32_t>(std::llround(network.timestep_ms * 1000.0));
}

ArraySlice array_sources(const Network& network, std::size_t index) {
    const Population& population = network.populations[index];
    if (population.spike_times_ms.size() == population.size)
        return load_array(array_region(population.spike_times_ms, timestep_us(network)));
    const std::vector<double> shared =
        population.spike_times_ms.empty() ? std::vector<double>{} : population.spike_times_ms.front();
    return load_array(array_region(std::vector(population.size, shared), timestep_us(network)));
}

RealRegion real_region(const Network& network, std::size_t population, bool quantised) {
    const Population& described = network.populations[population];
    RealRegion region{.model = described.model,
                      .n_atoms = described.size,
                      .timestep_ms = network.timestep_ms,
                      .seed = network.seed,
                      .population = static_cast<std::uint32_t>(population),
                      .quantised = quantised};
    for (const ParameterDescription& parameter : describe(described.model).parameters)
        region.parameters.push_back(parameter_values(network, population, parameter.name));
    for (const ParameterDescription& state : describe(described.model).state)
        region.state.push_back(initial_values(network, population, state.name));
    return region;
}

/// One population while it runs.
struct Running {
    std::variant<std::unique_ptr<RealCells>, PoissonSlice, ArraySlice> cells;
    std::size_t n_receptors = 0;
    Currents currents;
    std::vector<double> injected;  ///< [neuron] scratch of one tick
    DelayedInput input;
    std::vector<std::size_t> outgoing;           ///< indices of ProjectionRows
    std::vector<std::uint8_t> records_spike;     ///< [neuron]; empty when none is recorded
    std::vector<std::uint32_t> spiking, counts;  ///< of this tick
    std::optional<PostSpikes> posts;             ///< when synapses onto them learn
};

void record_samples(RealCells& cells, std::uint32_t tick, PopulationActivity& activity) {
    for (RecordedSamples& samples : activity.samples) {
        if (tick % samples.interval_ticks != 0) continue;
        const std::span<const double> state =
            samples.variable == Variable::v ? cells.v() : cells.gsyn(samples.variable == Variable::gsyn_inh);
        for (const std::uint32_t neuron : samples.neurons) samples.values.push_back(state[neuron]);
    }
}

void record_spikes(const Running& population, std::uint32_t tick, PopulationActivity& activity) {
    if (population.records_spike.empty()) return;
    for (std::size_t i = 0; i < population.spiking.size(); ++i) {
        if (!population.records_spike[population.spiking[i]]) continue;
        activity.ticks.insert(activity.ticks.end(), population.counts[i], tick);
        activity.neurons.insert(activity.neurons.end(), population.counts[i], population.spiking[i]);
    }
}

/// One tick of a population in the board's order, up to the spikes it sends.
void advance(Running& population, std::uint32_t tick, PopulationActivity& activity) {
    population.spiking.clear();
    population.counts.clear();
    if (auto* neurons = std::get_if<std::unique_ptr<RealCells>>(&population.cells)) {
        RealCells& cells = **neurons;
        for (std::size_t receptor = 0; receptor < population.n_receptors; ++receptor) {
            const std::span<double> sums = population.input.at(tick, static_cast<Receptor>(receptor));
            cells.add_input(receptor, sums, 0, Tick{tick});
            std::ranges::fill(sums, 0.0);
        }
        record_samples(cells, tick, activity);
        population.spiking.resize(cells.v().size());
        population.spiking.resize(cells.update(
            Tick{tick}, injected(population.currents, Tick{tick}, population.injected), population.spiking));
        population.counts.assign(population.spiking.size(), 1);
    } else if (auto* poisson = std::get_if<PoissonSlice>(&population.cells)) {
        emit(*poisson, Tick{tick}, population.spiking, population.counts);
    } else {
        // An atom that stands twice spikes twice.
        for (const std::uint32_t atom : emit(std::get<ArraySlice>(population.cells), Tick{tick})) {
            if (!population.spiking.empty() && population.spiking.back() == atom)
                ++population.counts.back();
            else
                population.spiking.push_back(atom), population.counts.push_back(1);
        }
    }
    record_spikes(population, tick, activity);
}

std::vector<Running> make_populations(const Network& network, const ReferenceOptions& options) {
    std::vector<Running> running(network.populations.size());
    for (std::size_t p = 0; p < running.size(); ++p) {
        switch (network.populations[p].model) {
            case ModelKind::spike_source_poisson:
            case ModelKind::spike_source_poisson_variable:  // as one slice: draws are keyed by neuron
                running[p].cells = load_poisson(poisson_region(network, p, 0, network.populations[p].size));
                break;
            case ModelKind::spike_injector:  // nobody injects anything here
            case ModelKind::spike_source_array:
                running[p].cells = array_sources(network, p);
                break;
            default:
                running[p].cells = make_cells(real_region(network, p, options.quantised.constants));
                running[p].currents = currents_of(network, p, 0, network.populations[p].size);
                running[p].n_receptors = describe(network.populations[p].model).receptors.size();
                break;
        }
        const RecordedView spikes = recorded_view(network, p, Variable::spikes);
        if (!spikes.neurons.empty()) running[p].records_spike.assign(network.populations[p].size, 0);
        for (const std::uint32_t neuron : spikes.neurons) running[p].records_spike[neuron] = 1;
    }
    return running;
}

std::vector<PopulationActivity> empty_recordings(const Network& network) {
    std::vector<PopulationActivity> recordings(network.populations.size());
    for (std::size_t p = 0; p < recordings.size(); ++p) {
        if (!is_neuron(network.populations[p].model)) continue;
        for (const Variable variable : {Variable::v, Variable::gsyn_exc, Variable::gsyn_inh}) {
            const RecordedView view = recorded_view(network, p, variable);
            if (view.neurons.empty()) continue;
            recordings[p].samples.push_back(
                {.variable = variable, .interval_ticks = view.interval_ticks, .neurons = view.neurons});
        }
    }
    return recordings;
}

/// Sorted as the machine's are: by pre, post, delay, weight.
std::vector<WeightSample> samples_of(const ProjectionRows& rows, double timestep_ms) {
    std::vector<WeightSample> samples;
    for (std::uint32_t pre = 0; pre + 1 < rows.offsets.size(); ++pre)
        for (std::uint64_t s = rows.offsets[pre]; s < rows.offsets[pre + 1]; ++s)
            samples.push_back({pre, rows.targets[s], rows.weights[s], rows.delays[s] * timestep_ms});
    std::ranges::sort(samples, [](const WeightSample& a, const WeightSample& b) {
        return std::tie(a.pre, a.post, a.delay_ms, a.weight) < std::tie(b.pre, b.post, b.delay_ms, b.weight);
    });
    return samples;
}

}  // namespace

ReferenceResult run_reference(const Network& network, const ReferenceOptions& options) {
    const auto started = std::chrono::steady_clock::now();
    std::vector<Running> populations = make_populations(network, options);
    ReferenceResult result;
    result.quantised = options.quantised;
    result.ticks =
        run_ticks(options.duration_ms < 0.0 ? network.duration_ms : options.duration_ms, network.timestep_ms);
    result.populations = empty_recordings(network);

    std::vector<ProjectionRows> projections;
    std::vector<std::optional<Learning>> learning;     // [projection]; none when it is static
    std::vector<std::optional<ShortTerm>> short_term;  // [projection]
    std::vector<std::uint32_t> max_delay(populations.size(), 1);
    for (std::size_t p = 0; p < network.projections.size(); ++p) {
        const ProjectionRows& rows = projections.emplace_back(
            projection_rows(network, p, options.quantised.weights ? weight_unit(network, p) : 0.0));
        populations[rows.pre_population].outgoing.push_back(p);
        max_delay[rows.post_population] = std::max(max_delay[rows.post_population], rows.max_delay_ticks);
        result.synapses += rows.targets.size();
        const Projection& projection = network.projections[p];
        learning.push_back(projection.stdp ? std::optional(make_learning(
                                                 *projection.stdp, network.populations[projection.pre.population].size,
                                                 network.timestep_ms))
                                           : std::nullopt);
        short_term.push_back(
            projection.short_term
                ? std::optional(make_short_term(
                      *projection.short_term, network.populations[projection.pre.population].size, network.timestep_ms))
                : std::nullopt);
    }
    for (std::size_t p = 0; p < populations.size(); ++p)
        if (is_neuron(network.populations[p].model)) {
            populations[p].input = DelayedInput(network.populations[p].size, populations[p].n_receptors, max_delay[p]);
            if (const StdpRule* const stdp = stdp_into(network, p))
                populations[p].posts.emplace(*stdp, network.populations[p].size, network.timestep_ms);
        }

    for (std::uint32_t tick = 0; tick < result.ticks; ++tick) {
        for (std::size_t p = 0; p < populations.size(); ++p) advance(populations[p], tick, result.populations[p]);
        for (Running& population : populations)
            if (population.posts) population.posts->enter(tick, population.spiking);
        for (const Running& source : populations)
            for (const std::size_t p : source.outgoing) {
                Running& target = populations[projections[p].post_population];
                for (std::size_t i = 0; i < source.spiking.size(); ++i) {
                    const std::uint32_t pre = source.spiking[i], count = source.counts[i];
                    if (learning[p])
                        result.synaptic_events += learn_and_add_row(*learning[p], projections[p], *target.posts, pre,
                                                                    tick, count, target.input);
                    else if (short_term[p])
                        result.synaptic_events +=
                            transmit(*short_term[p], projections[p], pre, tick, count, target.input);
                    else
                        result.synaptic_events += add_row(projections[p], pre, tick, count, target.input);
                }
            }
    }
    for (std::size_t p = 0; p < projections.size(); ++p)
        result.weights.push_back(learning[p] ? samples_of(projections[p], network.timestep_ms)
                                             : std::vector<WeightSample>{});
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return result;
}

}  // namespace spinn
