#include "runtime/chip_matrix.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "protocols/error.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

struct Column {
    const ChipCore* core;
    LooseRows* rows;
};

/// The key that the entry of an address serves; none when no entry does, and nothing can ever reach its rows.
const PopulationEntry* entry_of_address(const PopulationTable& table, std::uint32_t address_index) {
    for (const PopulationEntry& entry : table.entries)
        if (address_index - entry.first_address < entry.address_count) return &entry;
    return nullptr;
}

/// Gives their memory back, which clearing would not.
void free_synapses(LooseRows& rows) {
    rows.row = std::vector<std::uint32_t>();
    rows.word = std::vector<std::uint32_t>();
}

[[noreturn]] void refuse(std::string what, std::uint32_t key, std::string fix) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) hex += digits[(key >> shift) & 0xf];
    throw RequestError(
        {.what = std::move(what), .where = "synaptic matrix of the keys from " + hex, .fix = std::move(fix)});
}

/// Writes one matrix at the start of `out`. @returns the words it took
std::size_t write_matrix(std::uint32_t key, std::span<const Column> columns, std::span<std::uint32_t> out) {
    const std::uint32_t n_rows = columns[0].rows->n_rows;
    const auto n_columns = static_cast<std::uint32_t>(columns.size());
    std::size_t n_words = 0;
    for (const Column& column : columns) {
        if (column.rows->n_rows != n_rows)
            refuse("the cores of the chip disagree about the number of its rows", key,
                   "map the network again with this version");
        n_words += column.rows->word.size();
    }
    const std::size_t header = std::size_t{2} + n_columns, offsets = std::size_t{n_rows} + 1;
    const auto expect_room = [&](std::size_t used) {
        if (used > out.size())
            refuse("the rows need at least " + std::to_string(used * 4) + " bytes, " + std::to_string(out.size() * 4) +
                       " are left",
                   key, "map the network with another seed; the reservation is exceeded by chance once in 10^12");
    };
    expect_room(header + offsets + n_words);  // before anything of that size is made
    // [column][row]: how many words, then where the next one goes.
    std::vector<std::uint32_t> next(std::size_t{n_rows} * n_columns, 0);
    std::size_t n_filled = 0;  // rows with a synapse in some column
    for (std::uint32_t c = 0; c < n_columns; ++c) {
        std::uint32_t* const count = next.data() + std::size_t{c} * n_rows;
        for (const std::uint32_t row : columns[c].rows->row) ++count[row];
    }
    for (std::uint32_t row = 0; row < n_rows; ++row) {
        std::uint32_t any = 0;
        for (std::uint32_t c = 0; c < n_columns; ++c) any |= next[std::size_t{c} * n_rows + row];
        n_filled += any != 0 ? 1 : 0;
    }
    const std::size_t used = header + offsets + n_filled * ends_words(n_columns) + n_words;
    expect_room(used);
    out[0] = n_rows;
    out[1] = n_columns;
    for (std::uint32_t c = 0; c < n_columns; ++c) out[2 + c] = columns[c].core->virtual_core;
    std::uint32_t* const offset = out.data() + header;
    std::uint32_t* const words = offset + offsets;
    std::uint32_t begin = 0;
    for (std::uint32_t row = 0; row < n_rows; ++row) {
        offset[row] = begin;
        std::uint32_t n = 0;
        for (std::uint32_t c = 0; c < n_columns; ++c) n += next[std::size_t{c} * n_rows + row];
        if (n == 0) continue;
        if (n > 0xffff)
            refuse("source neuron " + std::to_string(row) + " has " + std::to_string(n) +
                       " synapses on one chip; the end of a row is told in 16 bits",
                   key, "lower the atoms per core, or the number of synapses of a pair of neurons");
        std::uint32_t* const ends = words + begin;
        std::fill(ends, ends + ends_words(n_columns), 0u);
        begin += ends_words(n_columns);
        std::uint32_t end = 0;
        for (std::uint32_t c = 0; c < n_columns; ++c) {
            std::uint32_t& place = next[std::size_t{c} * n_rows + row];
            const std::uint32_t n_here = place;
            place = begin + end;
            end += n_here;
            ends[c / 2] |= end << (16 * (c % 2));
        }
        begin += end;
    }
    offset[n_rows] = begin;
    for (std::uint32_t c = 0; c < n_columns; ++c) {
        std::uint32_t* const place = next.data() + std::size_t{c} * n_rows;
        LooseRows& rows = *columns[c].rows;
        for (std::size_t i = 0; i < rows.word.size(); ++i) words[place[rows.row[i]]++] = rows.word[i];
        free_synapses(rows);
    }
    return used;
}

void set_address(SynapticInput& input, std::uint32_t address_index, std::uint32_t address) {
    input.table.addresses.at(address_index) = address;
    if (address_index < input.table_addresses.size()) input.table_addresses[address_index] = address;
}

}  // namespace

ChipMatrix matrix_at(std::span<const std::uint32_t> pool, std::uint32_t address) {
    const std::uint32_t* const start = pool.data() + std::size_t{address} * 4;
    ChipMatrix matrix;
    matrix.n_rows = start[0];
    matrix.columns = {start + 2, start[1]};
    matrix.rows.offsets = start + 2 + start[1];
    matrix.rows.words = matrix.rows.offsets + matrix.n_rows + 1;
    matrix.rows.n_columns = start[1];
    return matrix;
}

void lay_out_rows(std::span<const ChipCore> cores) {
    // By the key of the table entry and the place among its addresses: the same on all cores.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Column>> matrices;
    std::span<std::uint32_t> pool;  // cores without static synapses name none
    for (const ChipCore& core : cores) {
        SynapticInput& input = *core.input;
        if (pool.empty()) pool = input.matrix;
        const bool same = input.matrix.data() == pool.data() && input.matrix.size() == pool.size();
        if (!same && !(input.matrix.empty() && input.loose.empty()))
            throw RequestError({.what = "the cores of a chip name different memory for their synaptic rows",
                                .where = "region table",
                                .fix = "map the network again with this version"});
        for (std::uint32_t a = 0; a < input.table.addresses.size(); ++a) set_address(input, a, invalid_matrix_address);
        for (LooseRows& rows : input.loose) {
            const PopulationEntry* const entry = entry_of_address(input.table, rows.address_index);
            if (entry == nullptr || rows.word.empty()) continue;
            std::vector<Column>& columns = matrices[{entry->key, rows.address_index - entry->first_address}];
            if (!columns.empty() && columns.back().core == &core)
                refuse("a core's population table has two entries for them", entry->key,
                       "map the network again with this version");
            columns.push_back({&core, &rows});
        }
    }
    std::size_t used = 0;
    for (const auto& [which, columns] : matrices) {
        const std::size_t start = (used + 3) / 4 * 4;
        const std::size_t n_words = write_matrix(which.first, columns, pool.subspan(std::min(start, pool.size())));
        used = start + n_words;
        for (const Column& column : columns) {
            SynapticInput& input = *column.core->input;
            set_address(input, column.rows->address_index, static_cast<std::uint32_t>(start / 4));
            input.matrix_bytes += n_words * 4 / columns.size();
        }
    }
    for (const ChipCore& core : cores) {
        core.input->virtual_core = core.virtual_core;
        for (LooseRows& rows : core.input->loose) free_synapses(rows);
    }
}

}  // namespace spinn
