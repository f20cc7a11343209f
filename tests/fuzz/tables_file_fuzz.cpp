// Any text gives tables or an InputError, as CSV and as JSON.
#include <cstdint>
#include <string_view>

#include "host/tables_file.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        spinn::read_tables_csv(text, "fuzz.csv");
    } catch (const spinn::InputError&) {
    }
    try {
        spinn::read_tables_json(text, "fuzz.json");
    } catch (const spinn::InputError&) {
    }
    return 0;
}
