#include "protocols/application_image.hpp"

#include <algorithm>

namespace spinn {

namespace {
constexpr std::size_t name_offset = 16, name_bytes = 16;
}

Bytes encode(const ApplicationImage& image) {
    Bytes out;
    for (const std::uint32_t word : {application_image_magic, application_image_version, image.rounding, image.poisson})
        append_u32(out, word);
    append(out, std::as_bytes(std::span(image.name).first(std::min(image.name.size(), name_bytes - 1))));
    out.resize(application_image_bytes);
    return out;
}

std::variant<ApplicationImage, DecodeError> decode_application_image(std::span<const std::byte> in) {
    if (in.size() < application_image_bytes) return DecodeError{in.size(), "a program has 64 bytes"};
    if (load_u32(in, 0) != application_image_magic) return DecodeError{0, "not a program of Spinn"};
    if (load_u32(in, 4) != application_image_version) return DecodeError{4, "a program of another version"};
    ApplicationImage image{load_u32(in, 8), load_u32(in, 12), {}};
    if (image.rounding > 2) return DecodeError{8, "rounding is none of 0, 1, 2"};
    if (image.poisson > 1) return DecodeError{12, "Poisson mode is neither 0 nor 1"};
    for (std::size_t i = name_offset; i < name_offset + name_bytes && in[i] != std::byte{0}; ++i)
        image.name += static_cast<char>(in[i]);
    return image;
}

}  // namespace spinn
