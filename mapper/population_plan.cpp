#include "mapper/population_plan.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "mapper/plasticity_tables.hpp"
#include "protocols/error.hpp"
#include "runtime/connection_statistics.hpp"
#include "runtime/layout/population_table.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t max_neurons_per_core = 256;
constexpr std::uint32_t least_atoms_for_delays = 64;  ///< no narrower only to have slots for long delays

std::uint32_t bits_for(std::uint32_t n) { return static_cast<std::uint32_t>(std::bit_width(n - 1)); }

/// Slices of at most `most` atoms, as many as there must be, as equal as whole vectors of 16 atoms allow: no core waits
/// long for a fuller one, and loops over atoms have no remainder but in the last slice.
std::uint32_t even_width(std::uint32_t size, std::uint32_t most) {
    constexpr std::uint32_t vector_atoms = 16;
    const std::uint32_t slices = std::max(1u, (size + most - 1) / most);
    const std::uint32_t even = std::max(1u, (size + slices - 1) / slices);
    return std::min(most, (even + vector_atoms - 1) / vector_atoms * vector_atoms);
}

/// Population table entries and addresses that a slice of the population needs at most.
struct TableNeed {
    std::size_t entries = 0, addresses = 0;
};

}  // namespace

std::uint64_t dtcm_estimate_bytes(const PopulationPlan& plan, std::uint32_t n_atoms, std::size_t table_entries,
                                  std::size_t table_addresses) {
    // sPyNNaker's structures of an IF_cond_exp neuron with two exponential receptors, the larger of the two models.
    constexpr std::uint64_t neuron_bytes = 88;
    const SynapseRegion& synapses = plan.synapses;
    const std::uint64_t ring_bytes = std::uint64_t{2}
                                     << (synapses.index_bits + synapses.type_bits + synapses.delay_bits);
    return ring_bytes + neuron_bytes * n_atoms + 20 * table_entries + 4 * table_addresses;
}

std::vector<PopulationPlan> plan_populations(const Network& network, std::uint32_t max_atoms_per_core) {
    const std::size_t n = network.populations.size();
    std::vector<PopulationPlan> plans(n);
    std::vector<std::uint32_t> max_delay_in(n, 1), max_delay_out(n, 1);
    std::vector<TableNeed> need(n);
    std::vector<std::vector<bool>> sources(n, std::vector<bool>(n, false));
    for (std::size_t p = 0; p < network.projections.size(); ++p) {
        const Projection& projection = network.projections[p];
        const std::uint32_t longest = max_delay_ticks(connection_rule(network, p));
        const std::size_t pre = projection.pre.population, post = projection.post.population;
        max_delay_in[post] = std::max(max_delay_in[post], longest);
        max_delay_out[pre] = std::max(max_delay_out[pre], longest);
        if (!sources[post][pre]) {
            need[post].addresses += 2;
            need[post].entries += 2;
        }
        sources[post][pre] = true;
        if (projection.stdp || projection.short_term) need[post].addresses += 2;  // matrices of its own
    }

    for (std::size_t p = 0; p < n; ++p) {
        const Population& population = network.populations[p];
        PopulationPlan& plan = plans[p];
        std::uint32_t atoms = population.max_atoms_per_core != 0 ? population.max_atoms_per_core : max_atoms_per_core;
        atoms = std::clamp(std::min({atoms, population.size, max_neurons_per_core}), 1u, max_neurons_per_core);
        plan.atoms_per_core = even_width(population.size, atoms);
        if (!is_neuron(population.model)) continue;
        plan.synapses.weight_scale = describe(population.model).conductance ? 1024 : 1;
        plan.synapses.shift = ring_buffer_shifts(network, p);
        plan.synapses.n_receptors = static_cast<std::uint32_t>(describe(population.model).receptors.size());
        plan.synapses.type_bits = std::max(1u, bits_for(plan.synapses.n_receptors));
        if (need[p].addresses > max_address_list)
            throw RequestError({.what = "the population table needs " + std::to_string(need[p].addresses) +
                                        " matrix addresses, it holds " + std::to_string(max_address_list),
                                .where = "population '" + population.name + "'",
                                .fix = "join projections into it"});
        // Fewer neurons leave more slots: better than delay extensions, whose spikes cost a packet and a row each.
        const bool narrower_helps = max_delay_in[p] <= 1u << (max_ring_bits - bits_for(least_atoms_for_delays) - 1);
        for (;; plan.atoms_per_core /= 2) {
            plan.synapses.index_bits = bits_for(std::max(2u, plan.atoms_per_core));
            const std::uint32_t most = max_ring_bits - plan.synapses.index_bits - plan.synapses.type_bits;
            plan.synapses.delay_bits = std::min(most, std::max(1u, bits_for(max_delay_in[p])));
            const StdpRule* const stdp = stdp_into(network, p);
            const std::uint64_t bytes =
                dtcm_estimate_bytes(plan, plan.atoms_per_core, need[p].entries, need[p].addresses) +
                (stdp != nullptr ? plasticity_dtcm_bytes(*stdp, network.timestep_ms, plan.atoms_per_core) : 0);
            if (bytes <= dtcm_bytes - dtcm_reserved_bytes &&
                !(narrower_helps && (1u << plan.synapses.delay_bits) < max_delay_in[p] &&
                  plan.atoms_per_core > least_atoms_for_delays)) {
                plan.atoms_per_core = even_width(population.size, plan.atoms_per_core);
                plan.dtcm_bytes = bytes;
                break;
            }
            if (plan.atoms_per_core == 1)
                throw RequestError({.what = "one neuron needs " + std::to_string(bytes) +
                                            " bytes of DTCM, a core has " +
                                            std::to_string(dtcm_bytes - dtcm_reserved_bytes),
                                    .where = "population '" + population.name + "', " +
                                             std::to_string(need[p].entries) + " population table entries",
                                    .fix = "join projections, or use fewer source populations"});
        }
    }

    // Noise that drives one population one to one is cut as that is: each of its cores then speaks to one core alone.
    for (const Projection& projection : network.projections) {
        const std::size_t pre = projection.pre.population, post = projection.post.population;
        if (!is_neuron(network.populations[pre].model) && is_neuron(network.populations[post].model) &&
            projection.connector.kind == ConnectorKind::one_to_one)
            plans[pre].atoms_per_core = std::min(plans[pre].atoms_per_core, plans[post].atoms_per_core);
    }

    for (std::size_t p = 0; p < n; ++p) {
        // Stages as wide as the smallest ring buffer that delayed spikes of this population end in.
        std::uint32_t stage_ticks = ~0u;
        for (const Projection& projection : network.projections)
            if (projection.pre.population == p)
                stage_ticks = std::min(stage_ticks, 1u << plans[projection.post.population].synapses.delay_bits);
        if (stage_ticks == ~0u || max_delay_out[p] <= stage_ticks) continue;
        PopulationPlan& plan = plans[p];
        plan.stage_ticks = stage_ticks;
        plan.n_stages = (max_delay_out[p] - 1) / stage_ticks;
        if (std::uint64_t{plan.n_stages} * plan.atoms_per_core > 0xffff)
            throw RequestError({.what = "a delay of " + std::to_string(max_delay_out[p]) +
                                        " steps; the delay extension reaches " +
                                        std::to_string((0xffff / plan.atoms_per_core + 1) * stage_ticks),
                                .where = "projections from population '" + network.populations[p].name + "'",
                                .fix = "shorten or clip the delays, or use a longer timestep"});
    }
    return plans;
}

}  // namespace spinn
