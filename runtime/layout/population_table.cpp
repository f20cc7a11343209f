#include "runtime/layout/population_table.hpp"

#include <algorithm>

#include "runtime/layout/words.hpp"

namespace spinn {

std::vector<std::uint32_t> encode(const PopulationTable& table) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(table.entries.size()));
    out.put(static_cast<std::uint32_t>(table.addresses.size()));
    for (const PopulationEntry& entry : table.entries) {
        out.put(entry.key);
        out.put(entry.mask);
        out.put((entry.first_address & 0x1fff) | (entry.address_count << 16));
        out.put((entry.core_mask & 0xffff) | (entry.core_shift << 16));
        out.put(entry.atoms_per_core & 0xffff);
    }
    out.put_all(table.addresses);
    return out.take();
}

std::variant<PopulationTable, DecodeError> decode_population_table(std::span<const std::uint32_t> words) {
    WordReader in(words);
    const std::uint32_t n_entries = in.get();
    const std::uint32_t n_addresses = in.get();
    if (std::uint64_t{n_entries} * 5 + n_addresses > in.remaining())
        return DecodeError{0, "population table is cut short"};
    PopulationTable table;
    table.entries.resize(n_entries);
    for (PopulationEntry& entry : table.entries) {
        entry.key = in.get();
        entry.mask = in.get();
        const std::uint32_t list = in.get();
        entry.first_address = list & 0x1fff;
        entry.address_count = list >> 16;
        const std::uint32_t core = in.get();
        entry.core_mask = core & 0xffff;
        entry.core_shift = core >> 16;
        entry.atoms_per_core = in.get() & 0xffff;
        if (entry.core_shift > 31) return DecodeError{in.position(), "core shift above 31"};
        if (entry.first_address + entry.address_count > n_addresses)
            return DecodeError{in.position(), "an entry's matrices lie outside the address list"};
    }
    const auto by_key = [](const PopulationEntry& a, const PopulationEntry& b) { return a.key < b.key; };
    if (!std::is_sorted(table.entries.begin(), table.entries.end(), by_key))
        return DecodeError{2, "population table entries are not sorted by key"};
    const std::span<const std::uint32_t> addresses = in.get_all(n_addresses);
    table.addresses.assign(addresses.begin(), addresses.end());
    return table;
}

const PopulationEntry* find_entry(const PopulationTable& table, std::uint32_t key) {
    const auto above = std::upper_bound(table.entries.begin(), table.entries.end(), key,
                                        [](std::uint32_t k, const PopulationEntry& entry) { return k < entry.key; });
    if (above == table.entries.begin()) return nullptr;
    const PopulationEntry& entry = *(above - 1);
    return (key & entry.mask) == entry.key ? &entry : nullptr;
}

}  // namespace spinn
