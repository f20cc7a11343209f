// Any text gives a network or an InputError; a network that was read is written and read back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "host/network_yaml_writer.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    spinn::Network network;
    try {
        network = spinn::read_network_yaml(text, "fuzz.yaml");
    } catch (const spinn::InputError&) {
        return 0;
    }
    if (!(spinn::read_network_yaml(spinn::to_yaml(network), "again.yaml") == network)) std::abort();
    if (!(spinn::decode_network(spinn::encode_network(network), "again.pb") == network)) std::abort();
    return 0;
}
