// Any text gives a graph or an InputError; what is a graph can be read together with constraints and placements.
#include <cstdint>
#include <string_view>

#include "host/graph_file.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t half = text.find('\x01');
    try {
        spinn::GraphFile file = spinn::read_graph_json(text.substr(0, half), "fuzz.json");
        if (half == std::string_view::npos) return 0;
        spinn::read_constraints_json(text.substr(half + 1), "fuzz.json", file);
    } catch (const spinn::InputError&) {
    }
    return 0;
}
