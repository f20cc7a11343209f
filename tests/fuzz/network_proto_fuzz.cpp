// Any bytes give a network or an InputError; a network that was read is written and read back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "host/network_yaml_writer.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    spinn::Network network;
    try {
        network = size > 0 && data[0] == '#' ? spinn::decode_network_text(bytes, "fuzz.txtpb")
                                             : spinn::decode_network(bytes, "fuzz.pb");
    } catch (const spinn::InputError&) {
        return 0;
    }
    if (!(spinn::decode_network(spinn::encode_network(network), "again.pb") == network)) std::abort();
    if (!(spinn::read_network_yaml(spinn::to_yaml(network), "again.yaml") == network)) std::abort();
    return 0;
}
