/// Synapses whose strength follows the recent spikes of their source: short-term depression and facilitation (Tsodyks,
/// Uziel and Markram 2000). Not on SpiNNaker; PyNN's TsodyksMarkramSynapse with NEST's tsodyks2_synapse as its
/// equations.
///
/// Of the n-th spike of a source, t ms after the one before it, a synapse transmits weight u x:
///
///     x <- 1 - (1 - x (1 - u)) e^(-t / tau_rec)     the resources that are there
///     u <- U + u (1 - U) e^(-t / tau_facil)         the share of them that is used; x takes the u before
///
/// with x = 1, u = U at the first spike. That depends on the source alone, so x and u belong to a row, and its synapses
/// share U and both taus: a spike costs one update, and a product a synapse.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/neuron_model.hpp"
#include "runtime/own_matrices.hpp"

namespace spinn {

struct CoreProjection;
struct RingView;

/// As a user gives it.
struct ShortTermRule {
    double u = 0.5;             ///< U, 0 to 1
    double tau_rec_ms = 100.0;  ///< 0: all is there again at once
    double tau_facil_ms = 0.0;  ///< 0: u is always U
    bool operator==(const ShortTermRule&) const = default;
};
/// U, tau_rec, tau_facil: PyNN's names, units, defaults and limits, in the order of the struct.
std::span<const ParameterDescription> short_term_parameters();
double* parameter_of(ShortTermRule& rule, std::size_t index);

/// As a core computes with it.
struct ShortTermConstants {
    std::uint32_t u = 0;                           ///< U, u1.31
    std::uint32_t recovery = 0, facilitation = 0;  ///< timestep / tau, u4.28; instant_decay for a tau of 0
    bool operator==(const ShortTermConstants&) const = default;
};
constexpr std::uint32_t short_term_one = 1u << 31;
constexpr std::uint32_t instant_decay = ~0u;
ShortTermConstants short_term_constants(const ShortTermRule& rule, double timestep_ms);

/// What a row remembers, as it lies in SDRAM before the row's synaptic words.
struct ShortTermState {
    std::uint32_t next_tick = 0;                           ///< after the last spike; 0: there was none
    std::uint32_t x = short_term_one, u = short_term_one;  ///< of the last spike, u1.31
};
constexpr std::uint32_t short_term_state_words = 3;

/// Words that a matrix of n rows and k synapses takes at most.
constexpr std::uint64_t short_term_words_bound(std::uint64_t n_rows, std::uint64_t n_synapses) {
    return n_rows + 1 + short_term_state_words * (n_rows < n_synapses ? n_rows : n_synapses) + n_synapses;
}

/// Enters a spike. @return u x, u1.16
std::uint32_t enter_spike(ShortTermState& state, const ShortTermConstants& rule, std::uint32_t tick);

/// What a synapse transmits: the weight times u x, to the nearest.
constexpr std::uint32_t transmitted(std::uint32_t weight, std::uint32_t factor) {
    return (weight * factor + 0x8000) >> 16;
}

/// Rows of the synapses of one projection, or of its delayed ones.
struct ShortTermMatrix {
    PlasticMatrixHeader header;  ///< without its last two fields
    ShortTermConstants rule;
    std::uint32_t min_delay_ticks = ~0u;
    std::span<const std::uint32_t> offsets;  ///< [n_rows + 1]
    std::uint32_t* rows = nullptr;           ///< in SDRAM: what offsets count from
};

struct ShortTermInput {
    std::vector<ShortTermMatrix> matrices;
    std::uint64_t events = 0;       ///< synapses that transmitted
    std::uint64_t saturations = 0;  ///< additions that a ring buffer could not hold
    bool empty() const { return matrices.empty(); }
};

/// Writes the rows of projections with short-term plasticity to a region of SDRAM, matrix after matrix: offsets, then
/// for each row that is not empty its state and its synaptic words.
/// @param projections  these. @param loose  theirs, as expand() made them
/// @throws RequestError when the region is too small
std::vector<ShortTermMatrix> lay_out_short_term_rows(std::span<const CoreProjection> projections,
                                                     std::span<const LooseRows> loose, std::span<std::uint32_t> region);

/// Those of keys first .. first + n - 1, which must belong to one source core.
std::vector<MatrixBlock> resolve(const ShortTermInput& input, const PopulationTable& table, std::uint32_t first_key,
                                 std::uint32_t n_keys);

/// The state of a row, and the place to write another to; a row that is empty has none.
bool has_synapses(const ShortTermMatrix& matrix, std::uint32_t row);
ShortTermState state_of(const ShortTermMatrix& matrix, std::uint32_t row);
void set_state(const ShortTermMatrix& matrix, std::uint32_t row, const ShortTermState& state);

/// A spike that was sent in tick `sent`, `repeats` times, to a row whose earlier spikes were not sent later.
void receive_short_term(ShortTermInput& input, const RingView& ring, std::uint32_t matrix, std::uint32_t row,
                        std::uint32_t sent, std::uint32_t repeats);

}  // namespace spinn
