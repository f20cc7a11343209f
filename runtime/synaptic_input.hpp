/// How spikes become input: population table -> synaptic row -> ring buffer (neural-runtime, sections 3.1 to 3.4).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/chip_matrix.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/plastic_input.hpp"
#include "runtime/short_term.hpp"

namespace spinn {

/// A word of a synaptic row: weight in the upper half; delay, receptor and neuron in the lower.
constexpr std::uint32_t synaptic_word(const SynapseRegion& shape, std::uint32_t weight, std::uint32_t delay_ticks,
                                      std::uint32_t receptor, std::uint32_t atom) {
    const std::uint32_t delay = delay_ticks & ((1u << shape.delay_bits) - 1);  // a full turn is written as 0
    return (weight << 16) | (delay << (shape.index_bits + shape.type_bits)) | (receptor << shape.index_bits) | atom;
}

/// Sums of arriving weights for the ticks to come, shape [slot][receptor][atom], atom fastest, each a power of two.
struct RingBuffer {
    std::uint32_t tick_shift = 0;   ///< index_bits + type_bits
    std::uint32_t index_mask = 0;   ///< number of sums less 1
    std::span<std::uint16_t> sums;  ///< in `storage`, or where an engine keeps the buffers of a chip side by side
    std::vector<std::uint16_t> storage;

    RingBuffer() = default;
    RingBuffer(RingBuffer&&) = default;
    RingBuffer& operator=(RingBuffer&&) = default;
};
RingBuffer make_ring_buffer(const SynapseRegion& shape);

/// What adding needs of a ring buffer.
struct RingView {
    std::uint32_t tick_shift, index_mask;
    std::uint16_t* sums;
    RingView(std::uint32_t shift, std::uint32_t mask, std::uint16_t* first)
        : tick_shift(shift), index_mask(mask), sums(first) {}
    // NOLINTNEXTLINE(google-explicit-constructor): a buffer is where a view of it is asked for
    RingView(const RingBuffer& ring) : RingView(ring.tick_shift, ring.index_mask, ring.sums.data()) {}
};

/// Moves the sums to `place`, which has room for all of them and must outlive the buffer.
void move_sums(RingBuffer& ring, std::span<std::uint16_t> place);

/// Leaves the buffer no more than `n_slots` slots, at `place`: for an engine that keeps arrivals elsewhere until their
/// tick comes. All sums must be 0. @param n_slots  a power of two
void shrink(RingBuffer& ring, std::uint32_t n_slots, std::span<std::uint16_t> place);

/// Adds `weight` to a sum `repeats` times; a sum that would pass 65535 stays there. @returns how many were cut
std::uint64_t add_weight(std::uint16_t& sum, std::uint32_t weight, std::uint32_t repeats);

/// Adds a row that was sent `repeats` times in tick `sent`. A sum that would pass 65535 stays there; each addition that
/// was cut counts. @returns how many were cut
std::uint64_t add_row(const RingView& ring, std::span<const std::uint32_t> row, std::uint32_t sent,
                      std::uint32_t repeats);

/// The synaptic side of a neuron core.
struct SynapticInput {
    SynapseRegion shape;
    PopulationTable table;
    std::uint32_t virtual_core = 0;            ///< set by lay_out_rows()
    std::span<std::uint32_t> matrix;           ///< the synaptic matrix region, shared by the cores of a chip
    std::span<std::uint32_t> table_addresses;  ///< the table's address list in SDRAM, which a host reads
    std::vector<LooseRows> loose;              ///< made by expand(); their words go to the matrix with lay_out_rows()
    RingBuffer ring;
    PlasticInput plastic;            ///< synapses that learn; empty when there are none
    ShortTermInput short_term;       ///< synapses of short-term plasticity; likewise
    std::uint64_t matrix_bytes = 0;  ///< this core's share of the chip's matrices
    std::uint64_t synaptic_events = 0, saturations = 0, unknown_keys = 0;
};

/// Rows of consecutive keys in a matrix of the chip.
struct RowBlock {
    ChipMatrix matrix;
    MatrixRows rows;                                           ///< from the first key on
    std::uint32_t column = 0;                                  ///< this core's
    std::uint32_t min_delay_ticks = ~0u, max_delay_ticks = 0;  ///< of any row of the matrix in this column
};
/// The row of the i-th key.
inline std::span<const std::uint32_t> row(const RowBlock& block, std::uint32_t i) {
    return row_of_column(block.rows, i, block.column);
}

/// The row blocks of keys first .. first + n - 1, which must belong to one source core; none when the table does not
/// know them or a matrix has no such rows.
std::vector<RowBlock> resolve(const SynapticInput& input, std::uint32_t first_key, std::uint32_t n_keys);

/// One packet, the plain way: search the table, add its rows.
void receive(SynapticInput& input, std::uint32_t sent, const MulticastPacket& packet);

/// The sums of one receptor for a tick, [atom]; the caller clears them with clear_slot when it has used them.
std::span<std::uint16_t> ring_slot(const SynapticInput& input, std::uint32_t tick, std::uint32_t receptor);
void clear_slot(SynapticInput& input, std::uint32_t tick);

}  // namespace spinn
