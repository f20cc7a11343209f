/// The block of a core in SDRAM: a region table, then the regions that the mapper compiled.
///
/// Table format of SpiNNFrontEndCommon's data specification: magic, version, then 32 x {pointer, checksum, words}. The
/// checksum is the sum of the region's initial words. A host finds the table through the core's user0 word.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "protocols/machine_image.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

enum class Region : std::uint32_t {
    system = 0,            ///< SystemRegion
    program = 1,           ///< parameters of the core's program: neuron, Poisson, array or delay region
    synapse = 2,           ///< SynapseRegion
    population_table = 3,  ///< runtime/layout/population_table.hpp
    connections = 4,       ///< ConnectionsRegion: rules to expand at start
    synaptic_matrix = 5,   ///< reserved; the core writes its rows here at start
    recording = 6,         ///< RecordingRegion, then the channel buffers
    recording_index = 7,   ///< which atoms and variables are recorded: RecordingPlan
    currents = 8,          ///< current sources, where there are any: runtime/layout/currents_region.hpp
    plasticity = 10,       ///< PlasticityRegion: only in cores with synapses that learn
    plastic_rows = 11,     ///< reserved; the core writes its plastic rows here (runtime/layout/plastic_row.hpp)
    short_term_rows = 14,  ///< reserved; rows of short-term plasticity (runtime/short_term.hpp)
};
constexpr std::uint32_t region_count = 32;
constexpr std::uint32_t region_table_magic = 0xad130ad6;
constexpr std::uint32_t region_table_version = 0x00010000;
constexpr std::uint32_t region_table_words = 2 + 3 * region_count;

struct RegionEntry {
    std::uint32_t pointer = 0;  ///< SDRAM address; 0: the region does not exist
    std::uint32_t checksum = 0;
    std::uint32_t n_words = 0;  ///< reserved words, initialised or not
    bool operator==(const RegionEntry&) const = default;
};
using RegionTable = std::array<RegionEntry, region_count>;

std::vector<std::uint32_t> encode(const RegionTable& table);
std::variant<RegionTable, DecodeError> decode_region_table(std::span<const std::uint32_t> words);

/// Who the core is.
struct SystemRegion {
    ProgramKind program = ProgramKind::neurons;
    std::uint32_t timestep_us = 1000;
    std::uint64_t seed = 0;
    std::uint32_t population = 0, first_atom = 0, n_atoms = 0;
    bool sends = false;
    KeyBlock keys;
    bool operator==(const SystemRegion&) const = default;
};
std::vector<std::uint32_t> encode(const SystemRegion& region);
std::variant<SystemRegion, DecodeError> decode_system_region(std::span<const std::uint32_t> words);

/// Shape of the ring buffers and scale of the weights.
struct SynapseRegion {
    std::uint32_t index_bits = 0, type_bits = 0,
                  delay_bits = 0;  ///< together at most 16, the low half of a synaptic word
    std::array<std::uint32_t, max_receptors>
        shift{};                     ///< [receptor]: ring value << shift is s16.15; 0 beyond n_receptors
    std::uint32_t weight_scale = 1;  ///< 1 (nA) or 1024 (uS)
    std::uint32_t n_receptors = 2;   ///< of the model, at most 2^type_bits
    bool operator==(const SynapseRegion&) const = default;
};
std::vector<std::uint32_t> encode(const SynapseRegion& region);
std::variant<SynapseRegion, DecodeError> decode_synapse_region(std::span<const std::uint32_t> words);

/// A delay extension: spikes of `n_atoms` source neurons are sent again (stage + 1) * slots ticks later, with key
/// stage * atoms_per_core + neuron within the core's block.
struct DelayRegion {
    std::uint32_t n_stages = 0, slots = 0, atoms_per_core = 0;
    KeyBlock source_keys;
    bool operator==(const DelayRegion&) const = default;
};
std::vector<std::uint32_t> encode(const DelayRegion& region);
std::variant<DelayRegion, DecodeError> decode_delay_region(std::span<const std::uint32_t> words);

/// What a core records. Channel c of the recording region belongs to channels[c].
struct RecordingChannel {
    std::uint32_t variable = 0;  ///< 0 spikes, 1 v, 2 gsyn_exc, 3 gsyn_inh
    std::uint32_t interval_ticks = 1;
    std::vector<std::uint32_t> atoms;  ///< within the slice, ascending
    bool operator==(const RecordingChannel&) const = default;
};
struct RecordingPlan {
    std::vector<RecordingChannel> channels;
    bool operator==(const RecordingPlan&) const = default;
};
std::vector<std::uint32_t> encode(const RecordingPlan& plan);
std::variant<RecordingPlan, DecodeError> decode_recording_plan(std::span<const std::uint32_t> words);

/// Header of the recording region: u32 n, then n x {space in bytes, size in bytes with bit 31 = data was lost, data
/// pointer} (SpiNNFrontEndCommon). The core appends to the buffers; a host reads them and writes size 0.
struct RecordingBuffer {
    std::uint32_t space_bytes = 0, size_bytes = 0, data_pointer = 0;
    bool operator==(const RecordingBuffer&) const = default;
};
constexpr std::uint32_t recording_lost_flag = 1u << 31;
std::vector<std::uint32_t> encode(std::span<const RecordingBuffer> buffers);
std::variant<std::vector<RecordingBuffer>, DecodeError> decode_recording_buffers(std::span<const std::uint32_t> words);

/// Words of a bit field over n atoms.
constexpr std::uint32_t bit_field_words(std::uint32_t n_atoms) { return (n_atoms + 31) / 32; }

}  // namespace spinn
