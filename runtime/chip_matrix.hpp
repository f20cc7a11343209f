/// The synaptic rows of a chip: what one source population sends to the neuron cores of a chip lies in one matrix, the
/// rows of one source neuron side by side for all cores. A spike that reaches a chip then reads one stretch of SDRAM
/// and not a short row here and there for each core.
///
/// A matrix is made by the cores of the chip together when they start: each expands its own rules, then lay_out_rows()
/// gives every row its place. Words of a matrix of n rows and c columns, one column a core:
///
///     n, c, the virtual core of each column, n + 1 offsets, the rows
///
/// The offset of a source neuron says where its rows begin, in words from the end of the offsets; equal to the next one
/// when it has no synapse on the chip. There stand first the ends of the rows of all columns, 16 bits each, counted
/// from the first synaptic word; then the synaptic words. Column 0 begins at 0, each other where the one before it
/// ends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spinn {

struct SynapticInput;

/// Synapses of one core from one source population, before they are sorted into rows.
struct LooseRows {
    std::uint32_t address_index = 0;  ///< of the matrix in the core's address list
    std::uint32_t n_rows = 0;
    std::uint32_t min_delay_ticks = ~0u, max_delay_ticks = 0;  ///< the smallest and the largest in-row delay
    std::vector<std::uint32_t> row, word;                      ///< [synapse]
};

/// Words that a core adds to its chip's matrices: its synapses, an offset and the end of a row for every source neuron.
constexpr std::uint64_t matrix_words_bound(std::uint64_t n_rows, std::uint64_t n_synapses) {
    return 2 * n_rows + n_synapses + 3 + 1 + 3;
}

/// Words that the ends of the rows take.
constexpr std::uint32_t ends_words(std::uint32_t n_columns) { return (n_columns + 1) / 2; }

/// The rows of consecutive source neurons in a matrix.
struct MatrixRows {
    const std::uint32_t* offsets = nullptr;  ///< of the first neuron
    const std::uint32_t* words = nullptr;    ///< what offsets count from
    std::uint32_t n_columns = 0;
};

/// Where the row of a column ends. @param ends  what stands at the neuron's offset
inline std::uint32_t row_end(const std::uint32_t* ends, std::uint32_t column) {
    return ends[column / 2] >> (16 * (column % 2)) & 0xffff;
}
inline std::uint32_t row_begin(const std::uint32_t* ends, std::uint32_t column) {
    return column == 0 ? 0 : row_end(ends, column - 1);
}

/// The row of one column of the i-th neuron.
inline std::span<const std::uint32_t> row_of_column(const MatrixRows& rows, std::uint32_t i, std::uint32_t column) {
    if (rows.offsets[i] == rows.offsets[i + 1]) return {};
    const std::uint32_t* const ends = rows.words + rows.offsets[i];
    const std::uint32_t* const words = ends + ends_words(rows.n_columns);
    return {words + row_begin(ends, column), words + row_end(ends, column)};
}

/// A matrix in SDRAM.
struct ChipMatrix {
    std::uint32_t n_rows = 0;
    std::span<const std::uint32_t> columns;  ///< virtual core of each, ascending
    MatrixRows rows;                         ///< from neuron 0
};
/// @param address  as lay_out_rows() wrote it to an address list, in units of 4 words
ChipMatrix matrix_at(std::span<const std::uint32_t> pool, std::uint32_t address);

/// A neuron core of the chip with its loose rows.
struct ChipCore {
    std::uint32_t virtual_core = 0;
    SynapticInput* input = nullptr;
};

/// Writes the matrices of a chip and tells every core their addresses, in its table and in SDRAM; empties the loose
/// rows. A core without synapses from a population has no column in its matrix, and no address when that leaves none.
/// @param cores  of one chip, ascending; all name the same pool
/// @throws RequestError when the pool is too small, the cores' regions contradict each other, or a source neuron has
/// more than 65535 synapses on the chip
void lay_out_rows(std::span<const ChipCore> cores);

}  // namespace spinn
