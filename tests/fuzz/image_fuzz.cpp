/// decode_image on any bytes. Checksums would keep the fuzzer out of all that lies behind them, so the target also
/// gives every input a second try with its header and manifest made whole (the header's checksums are put right).
#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "protocols/image_codec.hpp"

namespace {

void decode(std::span<const std::byte> bytes) {
    try {
        const spinn::MachineImage image = spinn::decode_image(bytes, nullptr, "fuzz");
        if (!spinn::broken_promises(image).empty()) __builtin_trap();
        spinn::encode_image(image);  // what was accepted can be written again
    } catch (const spinn::InputError&) {
    }
}

template <typename Number>
void store(std::vector<std::byte>& bytes, std::size_t offset, Number number) {
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data), size);
    decode(input);

    // The input as a manifest, in a file whose header agrees with it.
    std::vector<std::byte> file(spinn::image_header_bytes);
    std::memcpy(file.data(), spinn::image_magic.data(), spinn::image_magic.size());
    file.insert(file.end(), input.begin(), input.end());
    const std::size_t pages = (file.size() + spinn::image_page_bytes - 1) / spinn::image_page_bytes;
    file.resize(pages * spinn::image_page_bytes);
    store(file, 8, spinn::image_format_version);
    store(file, 16, std::uint64_t{file.size()});
    store(file, 24, std::uint64_t{size});
    store(file, 32, std::uint64_t{XXH3_64bits(data, size)});
    store(file, 40, std::uint64_t{XXH3_64bits(file.data(), 40)});
    decode(file);
    return 0;
}
