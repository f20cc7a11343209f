/// Routing tables that others made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapper/minimise.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

struct NamedTable {
    std::string name;  ///< of the file, and the chip where the file has several
    ChipCoord chip;
    std::vector<TableEntry> entries;
};

/// *.csv: a line "key,mask,route" an entry, hexadecimal with 0x or decimal, after a line of titles; the chip is that of
/// a name such as chip_3_17.csv. *.json: SpiNNTools' routing tables. Entries of different route must not match the same
/// key: their order would be lost. @throws InputError with every mistake
std::vector<NamedTable> read_tables(const std::string& path);
std::vector<NamedTable> read_tables_csv(std::string_view text, const std::string& file_name);
std::vector<NamedTable> read_tables_json(std::string_view text, const std::string& file_name);

}  // namespace spinn
