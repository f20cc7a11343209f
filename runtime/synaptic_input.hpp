/// How spikes become input: population table -> synaptic row -> ring buffer (neural-runtime, sections 3.1 to 3.4).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

/// A word of a synaptic row: weight in the upper half; delay, receptor and neuron in the lower.
constexpr std::uint32_t synaptic_word(const SynapseRegion& shape, std::uint32_t weight, std::uint32_t delay_ticks,
                                      std::uint32_t receptor, std::uint32_t atom) {
    const std::uint32_t delay = delay_ticks & ((1u << shape.delay_bits) - 1);  // a full turn is written as 0
    return (weight << 16) | (delay << (shape.index_bits + shape.type_bits)) | (receptor << shape.index_bits) | atom;
}

/// Sums of arriving weights for the ticks to come.
struct RingBuffer {
    std::uint32_t tick_shift = 0;     ///< index_bits + type_bits
    std::uint32_t index_mask = 0;     ///< number of sums less 1
    std::vector<std::uint16_t> sums;  ///< shape [slot][receptor][atom], atom fastest, each a power of two
};

/// Adds a row that was sent `repeats` times in tick `sent`. A sum that would pass 65535 stays there; each addition that
/// was cut counts. @returns how many were cut
std::uint64_t add_row(RingBuffer& ring, std::span<const std::uint32_t> row, std::uint32_t sent, std::uint32_t repeats);

/// Rows of consecutive keys: the row of key `first + i` is words[offsets[i]] .. words[offsets[i + 1]].
struct RowBlock {
    const std::uint32_t* offsets = nullptr;
    const std::uint32_t* words = nullptr;
};

/// The synaptic side of a neuron core.
struct SynapticInput {
    SynapseRegion shape;
    PopulationTable table;
    std::span<const std::uint32_t> matrix;  ///< the synaptic matrix region
    RingBuffer ring;
    std::uint64_t synaptic_events = 0, saturations = 0, unknown_keys = 0;
};

RingBuffer make_ring_buffer(const SynapseRegion& shape);

/// The row blocks of keys first .. first + n - 1, which must belong to one source core; none when the table does not
/// know them or a matrix has no such rows.
std::vector<RowBlock> resolve(const SynapticInput& input, std::uint32_t first_key, std::uint32_t n_keys);

/// One packet, the plain way: search the table, add its rows.
void receive(SynapticInput& input, std::uint32_t sent, const MulticastPacket& packet);

/// The sums of one receptor for a tick, [atom]; the caller clears them with clear_slot when it has used them.
std::span<const std::uint16_t> ring_slot(const SynapticInput& input, std::uint32_t tick, std::uint32_t receptor);
void clear_slot(SynapticInput& input, std::uint32_t tick);

}  // namespace spinn
