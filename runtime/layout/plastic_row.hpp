/// Plastic rows in SDRAM: what a core keeps of the synapses that learn, and a host reads back.
///
/// The region of a core: number of matrices m; for each 8 words: projection, delay stages s (0: rows of the source's
/// own keys), ticks of a stage, neurons of a source core, address index in the population table, number of rows n, the
/// word of its n + 1 offsets, the word that offsets count from (both from the start of the region). Matrices follow.
/// The row of a source neuron lies from its offset to the next one; it is empty when there is nothing between. Row i is
/// of source neuron i; with stages, of neuron i % a of source core i / (s a), stage i / a % s + 1, a the neurons of a
/// core. A row has the layout of sPyNNaker's (synapse_row.h):
///
/// | words         | content                                                                                  |
/// | ------------- | ---------------------------------------------------------------------------------------- |
/// | 1             | words of the plastic part that follows                                                   |
/// | 1             | tick of the last pre spike, 0 before the first                                           |
/// | 1             | pre trace of that spike: two s4.11, the second in the upper half (0 where a rule has none) |
/// | (k + 1) / 2   | weights, two a word, unsigned, of k synapses                                             |
/// | (k + 1) / 2   | with the recurrent rule: accumulators, two a word, signed                                |
/// | 1             | number of static synapses, 0                                                             |
/// | 1             | number k of plastic synapses                                                             |
/// | (k + 1) / 2   | delay, receptor and neuron of each, as in the lower half of a synaptic word, two a word   |
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"

namespace spinn {

constexpr std::uint32_t plastic_header_words = 3;  ///< size of the plastic part, time and trace of the last pre spike
constexpr std::uint32_t fixed_header_words = 2;
constexpr std::uint32_t plastic_matrix_words = 8;  ///< of one matrix in the region's header

constexpr std::uint32_t half_words(std::uint32_t n) { return (n + 1) / 2; }

/// Words of a row of k synapses, none when there are none. @param states  they have accumulators
constexpr std::uint32_t plastic_row_words(std::uint32_t k, bool states = false) {
    return k == 0 ? 0 : plastic_header_words + fixed_header_words + (states ? 3 : 2) * half_words(k);
}

/// Words that a matrix of n rows and k synapses takes at most, with its header.
constexpr std::uint64_t plastic_words_bound(std::uint64_t n_rows, std::uint64_t n_synapses, bool states = false) {
    // A row of k synapses has at most k + 1 half-word pairs each of weights and of fixed parts.
    const std::uint64_t filled = n_rows < n_synapses ? n_rows : n_synapses;
    return plastic_matrix_words + n_rows + 1 + filled * (plastic_header_words + fixed_header_words + 1) + n_synapses +
           (states ? (filled + n_synapses + 1) / 2 : 0);
}

/// A row as it lies in memory, its parts found.
struct PlasticRow {
    std::uint32_t* last_pre = nullptr;     ///< tick, and behind it the trace
    std::uint16_t* weights = nullptr;      ///< [synapse]
    std::int16_t* accumulators = nullptr;  ///< [synapse]; of rows that have some
    const std::uint16_t* fixed = nullptr;
    std::uint32_t n_synapses = 0;
};
/// @param words  the first of a row that is not empty, as this program wrote it
inline PlasticRow plastic_row(std::uint32_t* words) {
    PlasticRow row;
    row.last_pre = words + 1;
    row.weights = reinterpret_cast<std::uint16_t*>(words + plastic_header_words);
    const std::uint32_t* const after = words + 1 + words[0];
    row.n_synapses = after[1];
    row.accumulators = reinterpret_cast<std::int16_t*>(words + plastic_header_words + half_words(row.n_synapses));
    row.fixed = reinterpret_cast<const std::uint16_t*>(after + fixed_header_words);
    return row;
}

/// A matrix in the region's header.
struct PlasticMatrixHeader {
    std::uint32_t projection = 0, n_stages = 0, stage_ticks = 1, atoms_per_core = 1, address_index = 0, n_rows = 0;
    std::uint32_t offsets = 0, rows = 0;  ///< words from the start of the region
    bool operator==(const PlasticMatrixHeader&) const = default;
};
void encode(std::span<const PlasticMatrixHeader> matrices, std::span<std::uint32_t> region);
std::variant<std::vector<PlasticMatrixHeader>, DecodeError> decode_plastic_matrices(
    std::span<const std::uint32_t> region);

/// Whose row it is.
struct PlasticRowOwner {
    std::uint32_t pre = 0;          ///< neuron in the source population
    std::uint32_t delay_ticks = 0;  ///< that stages add to the delays of its synapses
};
constexpr PlasticRowOwner owner_of_row(const PlasticMatrixHeader& matrix, std::uint32_t i) {
    if (matrix.n_stages == 0) return {i, 0};
    const std::uint32_t width = matrix.atoms_per_core, group = i / width;
    return {group / matrix.n_stages * width + i % width, (group % matrix.n_stages + 1) * matrix.stage_ticks};
}

/// A row, copied out of foreign words.
struct PlasticRowCopy {
    std::uint32_t last_pre_tick = 0, trace = 0;
    std::vector<std::uint16_t> weights, fixed;  ///< same length
    std::vector<std::int16_t> accumulators;     ///< likewise, or none
    bool operator==(const PlasticRowCopy&) const = default;
};
/// The i-th row of a matrix of decode_plastic_matrices(); empty vectors when it is empty. Any words give a row or a
/// reason.
std::variant<PlasticRowCopy, DecodeError> decode_plastic_row(std::span<const std::uint32_t> region,
                                                             const PlasticMatrixHeader& matrix, std::uint32_t i);

}  // namespace spinn
