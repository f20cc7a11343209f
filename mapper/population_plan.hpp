/// Decisions of the mapper that hold for a whole population: how wide its slices are, and the shape of its ring
/// buffers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mapper/network.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

struct PopulationPlan {
    std::uint32_t atoms_per_core = 0;  ///< of every slice but the last
    SynapseRegion synapses;            ///< fields of a synaptic word, ring-buffer shifts, weight scale; neurons only
    std::uint32_t n_stages = 0;        ///< delay stages that its outgoing projections need; 0: none
    std::uint32_t stage_ticks = 1;
    std::uint64_t dtcm_bytes = 0;  ///< that a slice takes beside dtcm_reserved_bytes, as on a board; neurons only
    bool operator==(const PopulationPlan&) const = default;
};

constexpr std::uint32_t dtcm_bytes = 64 * 1024;
constexpr std::uint32_t dtcm_reserved_bytes = 12 * 1024;  ///< stack, spike queue, row buffers of the board's program
constexpr std::uint32_t max_ring_bits = 14;               ///< 32 KiB of 16-bit sums (neural-runtime, section 3.1)

/// Ring-buffer shift of each receptor of a population: the least that holds the predicted largest sum of a tick
/// (neural-runtime, section 1.6; Rhodes et al. 2018, section 3). Sources without a rate of their own count as 30 Hz.
std::array<std::uint32_t, max_receptors> ring_buffer_shifts(const Network& network, std::size_t population);

/// Most spikes that one neuron of a SpikeSourceArray sends in one tick.
std::uint32_t most_spikes_in_a_tick(const Population& sources, std::uint32_t timestep_us);

/// @param max_atoms_per_core  at most 256 neurons a core; sources likewise
/// @throws RequestError when a population cannot be cut to fit a core's DTCM, or a delay is beyond the delay extension
std::vector<PopulationPlan> plan_populations(const Network& network, std::uint32_t max_atoms_per_core);

/// DTCM that a slice of n atoms takes: ring buffers, neuron state, population table; what plasticity takes comes on
/// top.
std::uint64_t dtcm_estimate_bytes(const PopulationPlan& plan, std::uint32_t n_atoms, std::size_t table_entries,
                                  std::size_t table_addresses);

}  // namespace spinn
