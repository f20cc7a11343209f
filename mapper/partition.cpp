#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "mapper/core_block.hpp"
#include "mapper/map_network.hpp"
#include "mapper/poisson_regions.hpp"
#include "protocols/error.hpp"
#include "runtime/connection_statistics.hpp"

namespace spinn {

namespace {

ProgramKind program_of(ModelKind model) {
    switch (model) {
        case ModelKind::spike_source_poisson:
        case ModelKind::spike_source_poisson_variable:
            return ProgramKind::poisson_source;
        case ModelKind::spike_source_array:
        case ModelKind::spike_injector:  // one program, as on a board: events of hosts beside those of a list, or alone
            return ProgramKind::array_source;
        default:
            return ProgramKind::neurons;
    }
}

/// The slices of one population: consecutive in the graph, delay extensions in a run of their own.
struct PopulationSlices {
    std::uint32_t first = 0, count = 0;  ///< indices in MachineGraph::slices
    std::uint32_t first_delay = 0;       ///< the delay extensions, one a slice; only when the plan has stages
};

std::string slice_name(const Population& population, std::uint32_t first, std::uint32_t n) {
    return population.name + "[" + std::to_string(first) + ":" + std::to_string(first + n) + "]";
}

void append_slices(MachineGraph& graph, const Network& network, std::uint32_t p, ProgramKind program,
                   const char* suffix) {
    const Population& population = network.populations[p];
    const std::uint32_t width = graph.plans[p].atoms_per_core;
    for (std::uint32_t first = 0; first < population.size; first += width) {
        const std::uint32_t n = std::min(width, population.size - first);
        graph.slices.push_back({slice_name(population, first, n) + suffix, p, first, n, program, 0});
    }
}

/// Calls visit(pre slice, post slice) for every pair of slices (counted within their populations) that a projection may
/// connect.
template <typename Visit>
void for_each_pair(const Projection& projection, const ConnectionRule& rule, std::uint32_t pre_width,
                   std::uint32_t post_width, const Visit& visit) {
    const NeuronSelection& pre = projection.pre.neurons;
    const NeuronSelection& post = projection.post.neurons;
    auto once = [&, last = std::pair(~0u, ~0u)](std::uint32_t a, std::uint32_t b) mutable {
        if (std::exchange(last, {a, b}) != std::pair(a, b)) visit(a, b);
    };
    ConnectorKind kind = projection.connector.kind;
    if (projection.connector.pattern.kind != PatternKind::none) {
        kind = rule.kind;
        for (const ListedSynapse& synapse : rule.synapses)
            once(neuron_at(pre, synapse.pre) / pre_width, neuron_at(post, synapse.post) / post_width);
        if (kind == ConnectorKind::list) return;
    }
    if (kind == ConnectorKind::one_to_one) {
        for (std::uint32_t i = 0; i < std::min(pre.count, post.count); ++i)
            once(neuron_at(pre, i) / pre_width, neuron_at(post, i) / post_width);
        return;
    }
    if (kind == ConnectorKind::list) {
        for (const Connector::Row& row : projection.connector.rows)
            once(neuron_at(pre, row.pre) / pre_width, neuron_at(post, row.post) / post_width);
        return;
    }
    const auto slices_of = [](const NeuronSelection& selection, std::uint32_t width) {
        std::vector<std::uint32_t> slices;
        for (std::uint32_t i = 0; i < selection.count; ++i) {
            const std::uint32_t slice = neuron_at(selection, i) / width;
            if (slices.empty() || slices.back() != slice) slices.push_back(slice);
        }
        std::sort(slices.begin(), slices.end());
        slices.erase(std::unique(slices.begin(), slices.end()), slices.end());
        return slices;
    };
    const std::vector<std::uint32_t> posts = slices_of(post, post_width);
    for (const std::uint32_t a : slices_of(pre, pre_width))
        for (const std::uint32_t b : posts) visit(a, b);
}

double expected_rate(const Network& network, std::uint32_t population) {
    const Population& source = network.populations[population];
    if (!is_poisson(source.model)) return 10.0;  // Hz, for a cortical network
    const std::vector<double> rates = highest_rates(network, population);
    double sum = 0.0;
    for (const double rate : rates) sum += rate;
    return sum / static_cast<double>(rates.size());
}

}  // namespace

MachineGraph partition(const Network& network, const PartitionOptions& options) {
    MachineGraph graph;
    graph.plans = plan_populations(network, options.max_atoms_per_core);
    for (const Population& population : network.populations) graph.population_names.push_back(population.name);
    std::vector<PopulationSlices> slices_of(network.populations.size());
    for (std::uint32_t p = 0; p < network.populations.size(); ++p) {
        slices_of[p].first = static_cast<std::uint32_t>(graph.slices.size());
        append_slices(graph, network, p, program_of(network.populations[p].model), "");
        slices_of[p].count = static_cast<std::uint32_t>(graph.slices.size()) - slices_of[p].first;
        slices_of[p].first_delay = static_cast<std::uint32_t>(graph.slices.size());
        if (graph.plans[p].n_stages > 0) append_slices(graph, network, p, ProgramKind::delay_extension, " delayed");
    }

    if (!network.live.empty()) {
        // Hears them all; its block is the gatherer's, under the first population's number.
        Slice gatherer{"live output", network.live.front(), 0, 0, ProgramKind::live_gatherer, 0, 0};
        graph.slices.push_back(gatherer);
    }

    std::vector<std::vector<std::uint32_t>> targets(graph.slices.size());
    for (const std::uint32_t p : network.live)
        for (std::uint32_t s = 0; s < slices_of[p].count; ++s)
            targets[slices_of[p].first + s].push_back(static_cast<std::uint32_t>(graph.slices.size() - 1));
    for (std::size_t index = 0; index < network.projections.size(); ++index) {
        const Projection& projection = network.projections[index];
        const std::uint32_t pre = projection.pre.population, post = projection.post.population;
        const PopulationPlan& plan = graph.plans[pre];
        const ConnectionRule rule = connection_rule(network, index);
        const bool delayed = plan.n_stages > 0 && max_delay_ticks(rule) > plan.stage_ticks;
        const bool direct = plan.n_stages == 0 || min_delay_ticks(rule) <= plan.stage_ticks;
        for_each_pair(projection, rule, plan.atoms_per_core, graph.plans[post].atoms_per_core,
                      [&](std::uint32_t a, std::uint32_t b) {
                          const std::uint32_t source = slices_of[pre].first + a;
                          const std::uint32_t target = slices_of[post].first + b;
                          if (direct) targets[source].push_back(target);
                          if (!delayed) return;
                          targets[source].push_back(slices_of[pre].first_delay + a);
                          targets[slices_of[pre].first_delay + a].push_back(target);
                      });
    }
    for (std::uint32_t s = 0; s < graph.slices.size(); ++s) {
        std::vector<std::uint32_t>& to = targets[s];
        if (to.empty()) continue;
        std::sort(to.begin(), to.end());
        to.erase(std::unique(to.begin(), to.end()), to.end());
        to.shrink_to_fit();
        const Slice& slice = graph.slices[s];
        const PopulationPlan& plan = graph.plans[slice.population];
        const bool delay = slice.program == ProgramKind::delay_extension;
        const std::uint32_t n_keys = delay ? plan.n_stages * plan.atoms_per_core : slice.n_atoms;
        const double packets = expected_rate(network, slice.population) * slice.n_atoms * (delay ? plan.n_stages : 1);
        graph.nets.push_back({s, n_keys, packets, std::move(to)});
    }
    const CompileContext context = compile_context(network, graph);
    for (std::uint32_t s = 0; s < graph.slices.size(); ++s) {
        const BlockSize size = block_size(context, s);
        graph.slices[s].sdram_bytes = size.block_bytes + size.matrix_bytes;
        graph.slices[s].matrix_bytes = size.matrix_bytes;
        const std::uint64_t heap = sdram_heap_end - sdram_heap_base;
        if (graph.slices[s].sdram_bytes > heap)
            throw RequestError({.what = "a core needs " + std::to_string(graph.slices[s].sdram_bytes) +
                                        " bytes of SDRAM, its chip has " + std::to_string(heap),
                                .where = graph.slices[s].name,
                                .fix = "lower the atoms per core (now " +
                                       std::to_string(graph.plans[graph.slices[s].population].atoms_per_core) + ")"});
    }
    return graph;
}

void check(const MachineGraph& graph, const Network& network) {
    std::vector<std::uint32_t> covered(network.populations.size(), 0);
    for (const Slice& slice : graph.slices) {
        if (slice.program == ProgramKind::delay_extension || slice.program == ProgramKind::live_gatherer) continue;
        if (slice.first_atom != covered.at(slice.population))
            throw std::logic_error("partition: " + slice.name + " does not follow the slice before it");
        if (slice.n_atoms == 0 || slice.n_atoms > graph.plans.at(slice.population).atoms_per_core)
            throw std::logic_error("partition: " + slice.name + " has an impossible number of atoms");
        covered[slice.population] += slice.n_atoms;
    }
    for (std::size_t p = 0; p < covered.size(); ++p)
        if (covered[p] != network.populations[p].size)
            throw std::logic_error("partition: atoms of '" + network.populations[p].name + "' are missing");
    for (std::size_t i = 0; i < graph.nets.size(); ++i) {
        const Net& net = graph.nets[i];
        if (net.source >= graph.slices.size() || (i > 0 && net.source <= graph.nets[i - 1].source))
            throw std::logic_error("partition: nets are not sorted by source");
        if (net.targets.empty() || net.targets.back() >= graph.slices.size() ||
            std::adjacent_find(net.targets.begin(), net.targets.end(), std::greater_equal<>{}) != net.targets.end())
            throw std::logic_error("partition: targets of " + slice_name(graph, net.source) + " are not a sorted set");
    }
}

}  // namespace spinn
