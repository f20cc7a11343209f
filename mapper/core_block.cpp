#include "mapper/core_block.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "mapper/currents.hpp"
#include "mapper/plasticity_tables.hpp"
#include "mapper/poisson_regions.hpp"
#include "mapper/recorded_view.hpp"
#include "protocols/error.hpp"
#include "runtime/array_source.hpp"
#include "runtime/chip_matrix.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/currents_region.hpp"
#include "runtime/layout/gatherer_region.hpp"
#include "runtime/layout/neuron_region.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/poisson_region.hpp"
#include "runtime/layout/population_table.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t recording_buffer_bytes = 1 << 20;  ///< per channel; longer runs are extracted in between
constexpr std::uint32_t least_recording_ticks = 64;

CoreBlockWords::Part& region(CoreBlockWords& block, Region which) {
    return block.regions[static_cast<std::size_t>(which)];
}

void put(CoreBlockWords& block, Region which, std::vector<std::uint32_t> words) {
    region(block, which) = {std::move(words), 0};
    region(block, which).reserved_words = static_cast<std::uint32_t>(region(block, which).words.size());
}

const Slice& slice_of(const CompileContext& context, std::uint32_t slice) { return context.graph->slices[slice]; }

std::vector<std::vector<Accum>> cut(const std::vector<std::vector<double>>& values, const Slice& slice,
                                    const std::vector<double>& scale) {
    std::vector<std::vector<Accum>> raw(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        raw[i].reserve(slice.n_atoms);
        for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom)
            raw[i].push_back(to_accum(values[i][slice.first_atom + atom] * scale[i]));
    }
    return raw;
}

std::vector<std::uint32_t> neuron_words(const CompileContext& context, const Slice& slice) {
    const Population& population = context.network->populations[slice.population];
    NeuronRegion neurons;
    neurons.model = population.model;
    neurons.n_atoms = slice.n_atoms;
    neurons.timestep_ms = to_accum(context.network->timestep_ms);
    neurons.seed = context.network->seed;
    neurons.population = slice.population;
    neurons.first_atom = slice.first_atom;
    const std::vector<double> ones(context.parameters[slice.population].size(), 1.0);
    neurons.parameters = cut(context.parameters[slice.population], slice, ones);
    std::vector<double> scales;
    for (std::size_t state = 0; state < context.initial[slice.population].size(); ++state)
        scales.push_back(state_scale(population.model, state));
    neurons.state = cut(context.initial[slice.population], slice, scales);
    return encode(neurons);
}

std::vector<std::uint32_t> array_words(const CompileContext& context, const Slice& slice) {
    const std::vector<std::vector<double>>& times = context.network->populations[slice.population].spike_times_ms;
    std::vector<std::vector<double>> mine(slice.n_atoms);
    for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom) {
        if (times.size() == 1)
            mine[atom] = times[0];
        else if (!times.empty())
            mine[atom] = times[slice.first_atom + atom];
    }
    ArrayRegion sources = array_region(mine, context.timestep_us);
    sources.population = slice.population;
    sources.first_atom = slice.first_atom;
    return encode(sources);
}

bool reaches(const NeuronSelection& post, const Slice& slice) {
    if (post.count == 0) return false;
    if (post.indices.empty() && post.step == 1)
        return post.start < slice.first_atom + slice.n_atoms && slice.first_atom < post.start + post.count;
    for (std::uint32_t i = 0; i < post.count; ++i)
        if (neuron_at(post, i) - slice.first_atom < slice.n_atoms) return true;
    return false;
}

/// The rule with only the listed synapses that end in the slice.
ConnectionRule rule_for(const CompileContext& context, std::uint32_t projection, const Slice& slice) {
    ConnectionRule mine = context.rules[projection];
    if (mine.kind == ConnectorKind::list)
        mine.synapses =
            context.listed[projection][slice.first_atom / context.graph->plans[slice.population].atoms_per_core];
    return mine;
}

/// A list by the slices that its synapses end in, each in the order of the list.
std::vector<std::vector<ListedSynapse>> by_slice(const ConnectionRule& rule, std::uint32_t n_atoms,
                                                 std::uint32_t atoms_per_core) {
    std::vector<std::vector<ListedSynapse>> slices((n_atoms + atoms_per_core - 1) / atoms_per_core);
    for (const ListedSynapse& synapse : rule.synapses)
        slices[neuron_at(rule.post, synapse.post) / atoms_per_core].push_back(synapse);
    return slices;
}

void put_entry(PopulationTable& table, const KeyGroup& group, std::uint32_t atoms_per_core, std::uint32_t first_address,
               std::uint32_t address_count) {
    PopulationEntry entry;
    entry.key = group.key;
    entry.mask = group.mask;
    entry.first_address = first_address;
    entry.address_count = address_count;
    entry.core_mask = group.core_mask;
    entry.core_shift = group.core_shift;
    entry.atoms_per_core = atoms_per_core;
    table.entries.push_back(entry);
}

/// The projections of one source population into a slice: the static ones share one matrix, each one that changes
/// has its own. A delay extension doubles them.
struct SourceMatrices {
    std::vector<std::uint32_t> fixed, own;  ///< indices of projections
    std::uint32_t count() const { return (fixed.empty() ? 0 : 1) + static_cast<std::uint32_t>(own.size()); }
};

/// What a core reserves for its rows.
struct MatrixWords {
    std::uint64_t fixed = 0, plastic = 0, short_term = 0;
};

void put_synapses(CoreBlockWords& block, const CompileContext& context, const Slice& slice, const KeyGroups& groups) {
    PopulationTable table;
    std::vector<CoreProjection> projections;
    MatrixWords matrix_words{0, 1, 0};
    std::map<std::uint32_t, SourceMatrices> sources;  // [source population]
    for (const std::uint32_t p : context.projections_into[slice.population]) {
        if (!reaches(context.rules[p].post, slice)) continue;
        const Projection& projection = context.network->projections[p];
        SourceMatrices& matrices = sources[projection.pre.population];
        (projection.stdp || projection.short_term ? matrices.own : matrices.fixed).push_back(p);
    }
    bool learns = false;
    for (const auto& [pre, matrices] : sources) {
        const PopulationPlan& plan = context.graph->plans[pre];
        const bool delayed = plan.n_stages > 0;
        const std::uint32_t n_source_cores = context.source_cores[pre];
        const std::uint64_t rows = std::uint64_t{n_source_cores} * plan.atoms_per_core;
        const auto address = static_cast<std::uint32_t>(table.addresses.size());
        const std::uint32_t n = matrices.count();
        table.addresses.insert(table.addresses.end(), delayed ? 2 * n : n, invalid_matrix_address);
        // @return the synapses to reserve for
        const auto put_projection = [&](std::uint32_t p, std::uint32_t matrix) {
            const Projection& described = context.network->projections[p];
            CoreProjection projection;
            projection.receptor = static_cast<std::uint32_t>(described.receptor);
            projection.address_index = address + matrix;
            projection.delayed_address_index = delayed ? address + n + matrix : 0;
            projection.n_source_cores = n_source_cores;
            projection.atoms_per_core = plan.atoms_per_core;
            projection.n_stages = plan.n_stages;
            projection.stage_ticks = plan.stage_ticks;
            projection.plastic = described.stdp.has_value();
            if (described.short_term)
                projection.short_term = short_term_constants(*described.short_term, context.network->timestep_ms);
            projection.rule = rule_for(context, p, slice);
            const std::uint64_t synapses = synapse_bound(projection.rule, slice.first_atom, slice.n_atoms);
            projections.push_back(std::move(projection));
            return synapses;
        };
        std::uint64_t synapses = 0;
        for (const std::uint32_t p : matrices.fixed) synapses += put_projection(p, 0);
        // How synapses divide among the two is not known; both together have them once.
        if (!matrices.fixed.empty())
            matrix_words.fixed +=
                matrix_words_bound(rows, synapses) + (delayed ? matrix_words_bound(rows * plan.n_stages, 0) : 0);
        std::uint32_t next = matrices.fixed.empty() ? 0 : 1;
        for (const std::uint32_t p : matrices.own) {
            const std::uint64_t bound = put_projection(p, next++);
            if (context.network->projections[p].short_term) {
                matrix_words.short_term += short_term_words_bound(rows, bound) +
                                           (delayed ? short_term_words_bound(rows * plan.n_stages, bound) : 0);
                continue;
            }
            matrix_words.plastic +=
                plastic_words_bound(rows, bound) + (delayed ? plastic_words_bound(rows * plan.n_stages, bound) : 0);
            learns = true;
        }
        if (groups.direct[pre]) put_entry(table, *groups.direct[pre], plan.atoms_per_core, address, n);
        if (delayed && groups.delayed[pre])
            put_entry(table, *groups.delayed[pre], plan.n_stages * plan.atoms_per_core, address + n, n);
    }
    std::sort(table.entries.begin(), table.entries.end(),
              [](const PopulationEntry& a, const PopulationEntry& b) { return a.key < b.key; });
    const SynapseRegion& shape = context.graph->plans[slice.population].synapses;
    put(block, Region::synapse, encode(shape));
    put(block, Region::population_table, encode(table));
    put(block, Region::connections, encode(projections));
    // A reservation beyond SDRAM is told by partition(); it must not wrap here.
    const auto reserve = [&](Region which, std::uint64_t words) {
        region(block, which).reserved_words =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(words, sdram_size_bytes));
    };
    reserve(Region::synaptic_matrix, matrix_words.fixed);
    if (matrix_words.short_term > 0) reserve(Region::short_term_rows, matrix_words.short_term);
    if (!learns) return;
    put(block, Region::plasticity,
        encode(plasticity_region(*stdp_into(*context.network, slice.population), context.network->timestep_ms,
                                 shape.weight_scale)));
    reserve(Region::plastic_rows, matrix_words.plastic);
}

/// Bytes of the largest record of a channel.
std::uint32_t record_bytes(const CompileContext& context, const Slice& slice, const RecordingChannel& channel) {
    const auto n = static_cast<std::uint32_t>(channel.atoms.size());
    if (channel.variable != static_cast<std::uint32_t>(Variable::spikes)) return 4 + 4 * n;
    if (slice.program == ProgramKind::neurons) return 4 + 4 * bit_field_words(n);
    double most = 1.0;  // spikes of one source in one tick
    if (slice.program == ProgramKind::poisson_source) {
        for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom) {
            const double lambda =
                context.highest_rates[slice.population][slice.first_atom + atom] * context.timestep_us * 1e-6;
            most = std::max(most, std::ceil(lambda + 10.0 * std::sqrt(lambda) + 10.0));
        }
    } else if (context.network->populations[slice.population].model == ModelKind::spike_injector) {
        most = 64.0;  // whoever injects more at once loses records, which is counted
    } else {
        most = std::max(most, static_cast<double>(context.array_spikes_per_tick[slice.population]));
    }
    return 8 + 4 * bit_field_words(n) * static_cast<std::uint32_t>(std::min(most, 1e4));
}

RecordingPlan recording_plan(const CompileContext& context, const Slice& slice) {
    RecordingPlan plan;
    for (const RecordingChannel& whole : context.recorded[slice.population]) {
        RecordingChannel mine{whole.variable, whole.interval_ticks, {}};
        for (const std::uint32_t atom : whole.atoms)
            if (atom - slice.first_atom < slice.n_atoms) mine.atoms.push_back(atom - slice.first_atom);
        if (!mine.atoms.empty()) plan.channels.push_back(std::move(mine));
    }
    return plan;
}

std::uint32_t buffer_ticks(const CompileContext& context, std::uint32_t bytes_per_record) {
    return std::clamp(recording_buffer_bytes / bytes_per_record, least_recording_ticks,
                      std::max(context.duration_ticks, least_recording_ticks));
}

/// Regions `recording` and `recording_index`; the buffers follow the header in the recording region. Their pointers are
/// relative to the region until compile() places it.
void put_recording(CoreBlockWords& block, const CompileContext& context, const Slice& slice) {
    const RecordingPlan plan = recording_plan(context, slice);
    std::vector<RecordingBuffer> buffers;
    auto offset = static_cast<std::uint32_t>(4 + 12 * plan.channels.size());
    for (const RecordingChannel& channel : plan.channels) {
        const std::uint32_t bytes = record_bytes(context, slice, channel);
        const std::uint32_t space = bytes * buffer_ticks(context, bytes);
        buffers.push_back({space, 0, offset});
        offset += space;
    }
    put(block, Region::recording_index, encode(plan));
    put(block, Region::recording, encode(buffers));
    region(block, Region::recording).reserved_words = offset / 4;
}

/// Drawn values must be what the model allows: a distribution can leave the range that its reader checked the mean of.
std::vector<double> in_range(std::vector<double> values, const ParameterDescription& parameter,
                             const std::string& population, std::vector<Problem>& problems) {
    const auto outside = std::find_if(values.begin(), values.end(), [&](double value) {
        return !(value >= parameter.minimum && value <= parameter.maximum);
    });
    if (outside != values.end())
        problems.push_back({"a value of " + std::to_string(*outside) + " " + std::string(parameter.unit) +
                                " was drawn for neuron " + std::to_string(outside - values.begin()),
                            "population '" + population + "', " + std::string(parameter.name),
                            "allowed are " + std::to_string(parameter.minimum) + " to " +
                                std::to_string(parameter.maximum) + "; clip the distribution (normal_clipped)"});
    return values;
}

/// What the core computes from two parameters must fit its number.
void check_constants(const std::vector<std::vector<double>>& parameters, const Population& population,
                     double timestep_ms, std::vector<Problem>& problems) {
    const ModelDescription& model = describe(population.model);
    const auto values_of = [&](std::string_view name) -> const std::vector<double>* {
        const auto found = std::ranges::find(model.parameters, name, &ParameterDescription::name);
        return found == model.parameters.end()
                   ? nullptr
                   : &parameters[static_cast<std::size_t>(found - model.parameters.begin())];
    };
    const auto report = [&](std::size_t neuron, const std::string& what, double value, const std::string& limit,
                            const std::string& fix) {
        problems.push_back(
            {what + " is " + std::to_string(value) + " for neuron " + std::to_string(neuron) + "; " + limit,
             "population '" + population.name + "'", fix});
    };
    const std::vector<double>*tau_m = values_of("tau_m"), *cm = values_of("cm");
    for (std::size_t neuron = 0; tau_m != nullptr && cm != nullptr && neuron < tau_m->size(); ++neuron) {
        const double resistance = (*tau_m)[neuron] / (*cm)[neuron];
        if (resistance < 65536.0) continue;
        report(neuron, "tau_m / cm in MOhm", resistance, "s16.15 holds less than 65536",
               "choose a larger cm or a smaller tau_m");
        break;
    }
    if (model.name != "IF_curr_alpha") return;
    for (const std::string_view name : {"tau_syn_E", "tau_syn_I"}) {
        const std::vector<double>& tau = *values_of(name);
        for (std::size_t neuron = 0; neuron < tau.size(); ++neuron) {
            const double slope = timestep_ms / (tau[neuron] * tau[neuron]);
            if (slope < 1.0) continue;
            report(neuron, "timestep / " + std::string(name) + "^2 in 1/ms", slope,
                   "a core keeps only what is below 1, so that inputs would be lost",
                   "choose a shorter timestep or a " + std::string(name) + " above " +
                       std::to_string(std::sqrt(timestep_ms)) + " ms");
            break;
        }
    }
}

}  // namespace

CompileContext compile_context(const Network& network, const MachineGraph& graph) {
    CompileContext context;
    std::vector<Problem> problems;
    context.network = &network;
    context.graph = &graph;
    context.timestep_us = static_cast<std::uint32_t>(std::lround(network.timestep_ms * 1000.0));
    context.duration_ticks = run_ticks(network.duration_ms, network.timestep_ms);
    const std::size_t n = network.populations.size();
    context.projections_into.resize(n);
    for (std::uint32_t p = 0; p < network.projections.size(); ++p) {
        const std::uint32_t post = network.projections[p].post.population;
        ConnectionRule& rule = context.rules.emplace_back(connection_rule(network, p));
        context.listed.emplace_back();
        if (rule.kind == ConnectorKind::list) {
            context.listed.back() = by_slice(rule, network.populations[post].size, graph.plans[post].atoms_per_core);
            rule.synapses = {};  // every slice copies the rest of the rule
        }
        context.projections_into[post].push_back(p);
    }
    context.source_cores.assign(n, 0);
    for (const Slice& slice : graph.slices)
        if (slice.program != ProgramKind::delay_extension && slice.program != ProgramKind::live_gatherer)
            ++context.source_cores[slice.population];
    context.recorded.resize(n);
    context.parameters.resize(n);
    context.initial.resize(n);
    for (std::size_t p = 0; p < n; ++p) {
        for (const Variable variable : {Variable::spikes, Variable::v, Variable::gsyn_exc, Variable::gsyn_inh}) {
            RecordedView view = recorded_view(network, p, variable);
            if (!view.neurons.empty())
                context.recorded[p].push_back(
                    {static_cast<std::uint32_t>(variable), view.interval_ticks, std::move(view.neurons)});
        }
        context.highest_rates.push_back(is_poisson(network.populations[p].model) ? highest_rates(network, p)
                                                                                 : std::vector<double>{});
        const ModelDescription& model = describe(network.populations[p].model);
        for (const ParameterDescription& parameter : model.parameters)
            context.parameters[p].push_back(in_range(parameter_values(network, p, parameter.name), parameter,
                                                     network.populations[p].name, problems));
        for (const ParameterDescription& state : model.state)
            context.initial[p].push_back(
                in_range(initial_values(network, p, state.name), state, network.populations[p].name, problems));
        context.array_spikes_per_tick.push_back(most_spikes_in_a_tick(network.populations[p], context.timestep_us));
        if (is_neuron(network.populations[p].model))
            check_constants(context.parameters[p], network.populations[p], network.timestep_ms, problems);
    }
    if (!problems.empty()) throw InputError(std::move(problems));
    return context;
}

CoreBlockWords core_block(const CompileContext& context, std::uint32_t slice_index, const KeyBlock* keys,
                          const KeyGroups& groups, const KeyBlock* source_keys) {
    const Slice& slice = slice_of(context, slice_index);
    const PopulationPlan& plan = context.graph->plans[slice.population];
    CoreBlockWords block;
    SystemRegion system{
        slice.program,    context.timestep_us, context.network->seed, slice.population,
        slice.first_atom, slice.n_atoms,       keys != nullptr,       keys != nullptr ? *keys : KeyBlock{}};
    put(block, Region::system, encode(system));
    switch (slice.program) {
        case ProgramKind::neurons:
            put(block, Region::program, neuron_words(context, slice));
            break;
        case ProgramKind::poisson_source:
            put(block, Region::program,
                encode(poisson_region(*context.network, slice.population, slice.first_atom, slice.n_atoms)));
            break;
        case ProgramKind::array_source:
            put(block, Region::program, array_words(context, slice));
            break;
        case ProgramKind::delay_extension:
            put(block, Region::program,
                encode(DelayRegion{plan.n_stages, plan.stage_ticks, plan.atoms_per_core,
                                   source_keys != nullptr ? *source_keys : KeyBlock{}}));
            return block;
        case ProgramKind::live_gatherer:
            put(block, Region::program, encode(GathererRegion{.tag = live_output_tag}));
            return block;
    }
    if (slice.program == ProgramKind::neurons) {
        put_synapses(block, context, slice, groups);
        const Currents currents = currents_of(*context.network, slice.population, slice.first_atom, slice.n_atoms);
        if (!currents.sources.empty()) put(block, Region::currents, encode(currents));
    }
    put_recording(block, context, slice);
    return block;
}

BlockSize block_size(const CompileContext& context, std::uint32_t slice) {
    KeyGroups any;
    any.direct.assign(context.graph->plans.size(), KeyGroup{});
    any.delayed = any.direct;
    const KeyBlock keys;
    const CoreBlockWords block = core_block(context, slice, &keys, any, &keys);
    std::uint64_t words = region_table_words;
    const auto matrix = static_cast<std::size_t>(Region::synaptic_matrix);
    for (std::size_t r = 0; r < region_count; ++r)
        if (r != matrix) words += (std::uint64_t{block.regions[r].reserved_words} + 3) / 4 * 4;
    const auto whole_pages = [](std::uint64_t n_words) {
        return (n_words * 4 + image_page_bytes - 1) / image_page_bytes * image_page_bytes;
    };
    return {whole_pages(words), whole_pages(block.regions[matrix].reserved_words)};
}

std::uint32_t recording_ticks(const CompileContext& context, std::uint32_t slice_index) {
    const Slice& slice = slice_of(context, slice_index);
    std::uint32_t ticks = 0;
    if (slice.program == ProgramKind::delay_extension || slice.program == ProgramKind::live_gatherer) return ticks;
    for (const RecordingChannel& channel : recording_plan(context, slice).channels) {
        const std::uint32_t mine =
            buffer_ticks(context, record_bytes(context, slice, channel)) * channel.interval_ticks;
        ticks = ticks == 0 ? mine : std::min(ticks, mine);
    }
    return ticks;
}

}  // namespace spinn
