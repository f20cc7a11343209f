/// What the synapses with matrices of their own have in common: those that learn and those with short-term plasticity.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/population_table.hpp"

namespace spinn {

struct CoreProjection;

/// Rows of consecutive keys in one of a core's matrices.
struct MatrixBlock {
    std::uint32_t matrix = 0;     ///< in PlasticInput::matrices or ShortTermInput::matrices
    std::uint32_t first_row = 0;  ///< of the first key
    std::uint32_t min_delay_ticks = ~0u;
};

/// The projection that a matrix belongs to; null when it is none of these.
const CoreProjection* owner_of(const LooseRows& rows, std::span<const CoreProjection> projections);

/// Whose rows a matrix has; its size and place are not known yet.
PlasticMatrixHeader header_of(const LooseRows& rows, const CoreProjection& owner);

/// The rows of keys first .. first + n - 1, which must belong to one source core.
template <typename Matrix>
std::vector<MatrixBlock> resolve_rows(const std::vector<Matrix>& matrices, const PopulationTable& table,
                                      std::uint32_t first_key, std::uint32_t n_keys) {
    std::vector<MatrixBlock> blocks;
    const PopulationEntry* const entry = matrices.empty() || n_keys == 0 ? nullptr : find_entry(table, first_key);
    if (entry == nullptr) return blocks;
    const std::uint32_t row = row_of(*entry, first_key);
    for (std::uint32_t m = 0; m < matrices.size(); ++m) {
        const Matrix& matrix = matrices[m];
        if (matrix.header.address_index - entry->first_address >= entry->address_count ||
            std::uint64_t{row} + n_keys > matrix.header.n_rows)
            continue;
        blocks.push_back({m, row, matrix.min_delay_ticks});
    }
    return blocks;
}

}  // namespace spinn
