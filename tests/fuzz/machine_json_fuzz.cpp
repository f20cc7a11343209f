// Any text gives a machine or an InputError.
#include <cstdint>
#include <string_view>

#include "host/machine_json.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        spinn::read_machine_json(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.json");
    } catch (const spinn::InputError&) {
    }
    return 0;
}
