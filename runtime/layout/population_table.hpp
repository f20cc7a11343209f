/// The master population table: which synaptic rows a received key stands for.
///
/// Entries and address list as in sPyNNaker (neural-runtime, section 3.4). What an address points at differs: rows are
/// packed, without the three header words and without a common stride. A matrix is the number of its rows n, then n + 1
/// offsets, in words from the end of the offset table, then the synaptic words of all rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"

namespace spinn {

/// One source population (or delay extension), all its cores.
struct PopulationEntry {
    std::uint32_t key = 0, mask = 0;
    std::uint32_t first_address = 0;  ///< 13 bits: index in the address list
    std::uint32_t address_count = 0;  ///< 16 bits: matrices served one after another
    std::uint32_t core_mask = 0;   ///< 16 bits: the part of the key that tells the source cores apart, after the shift
    std::uint32_t core_shift = 0;  ///< 16 bits
    std::uint32_t atoms_per_core = 0;  ///< 16 bits: ids of each full source core
    bool operator==(const PopulationEntry&) const = default;
};

constexpr std::uint32_t invalid_matrix_address = 0xffffff;

struct PopulationTable {
    std::vector<PopulationEntry> entries;  ///< sorted by key
    std::vector<std::uint32_t> addresses;  ///< 24 bits, units of 16 bytes from the matrix base; row-length bits are 0
    bool operator==(const PopulationTable&) const = default;
};

constexpr std::uint32_t max_address_list = 1u << 13;

std::vector<std::uint32_t> encode(const PopulationTable& table);
std::variant<PopulationTable, DecodeError> decode_population_table(std::span<const std::uint32_t> words);

/// Word index of the address list within an encoded table.
constexpr std::uint32_t address_list_offset(std::uint32_t n_entries) { return 2 + 5 * n_entries; }

/// The entry that serves a key, by binary search; nullptr when there is none.
const PopulationEntry* find_entry(const PopulationTable& table, std::uint32_t key);

/// Row of a key within the matrices of its entry.
constexpr std::uint32_t row_of(const PopulationEntry& entry, std::uint32_t key) {
    const std::uint32_t core = (key >> entry.core_shift) & entry.core_mask;
    const std::uint32_t core_bits = entry.core_mask << entry.core_shift;
    return (key & ~entry.mask & ~core_bits) + core * entry.atoms_per_core;
}

}  // namespace spinn
