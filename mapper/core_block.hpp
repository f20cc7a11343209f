/// The regions of one core's block: built for compile(), measured for partition().
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "mapper/machine_graph.hpp"
#include "mapper/network.hpp"
#include "protocols/types.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

/// What all cores of a network need to know: worked out once.
struct CompileContext {
    const Network* network = nullptr;
    const MachineGraph* graph = nullptr;
    std::uint32_t timestep_us = 1000;
    std::uint32_t duration_ticks = 0;
    std::vector<ConnectionRule> rules;                            ///< [projection]; lists are in `listed`
    std::vector<std::vector<std::vector<ListedSynapse>>> listed;  ///< [projection][slice of the post population]
    std::vector<std::vector<std::uint32_t>> projections_into;     ///< [population]: indices of projections
    std::vector<std::uint32_t> source_cores;                      ///< [population]: number of slices
    std::vector<std::vector<RecordingChannel>> recorded;          ///< [population]: atoms in the whole population
    std::vector<std::vector<std::vector<double>>> parameters;     ///< [population][parameter][neuron]
    std::vector<std::vector<std::vector<double>>> initial;        ///< [population][state][neuron]
    std::vector<std::vector<double>> highest_rates;               ///< [population][neuron] Hz, of Poisson sources
    std::vector<std::uint32_t> array_spikes_per_tick;             ///< [population]: most_spikes_in_a_tick
};
CompileContext compile_context(const Network& network, const MachineGraph& graph);

/// Keys of a population's cores as one population table entry sees them; the delay extension has a group of its own.
struct KeyGroup {
    std::uint32_t key = 0, mask = 0;
    std::uint32_t core_mask = 0, core_shift = 0;
};
struct KeyGroups {
    std::vector<std::optional<KeyGroup>> direct, delayed;  ///< [population]; none when nothing is sent
};

/// The words of a core's block but its synaptic matrix and recording buffers, which are only reserved.
struct CoreBlockWords {
    struct Part {
        std::vector<std::uint32_t> words;  ///< initial words
        std::uint32_t reserved_words = 0;  ///< at least words.size()
    };
    std::array<Part, region_count> regions;
};

/// @param keys  the slice's own; nullptr when it does not send
CoreBlockWords core_block(const CompileContext& context, std::uint32_t slice, const KeyBlock* keys,
                          const KeyGroups& groups, const KeyBlock* source_keys);

/// SDRAM that a slice needs, in bytes, whole pages: its own block, and its part of the chip's synaptic matrices.
struct BlockSize {
    std::uint64_t block_bytes = 0, matrix_bytes = 0;
};
BlockSize block_size(const CompileContext& context, std::uint32_t slice);

/// Ticks that the buffers of a channel hold for certain.
std::uint32_t recording_ticks(const CompileContext& context, std::uint32_t slice);

}  // namespace spinn
