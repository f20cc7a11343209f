#include "protocols/sdp.hpp"

namespace spinn {

namespace {

SdpEnd end_of(std::span<const std::byte> in, std::size_t port_offset, std::size_t chip_offset) {
    const std::uint8_t port = load_u8(in, port_offset);
    return {static_cast<std::uint8_t>(port >> 5),
            static_cast<std::uint8_t>(port & 0x1f),
            {load_u8(in, chip_offset + 1), load_u8(in, chip_offset)}};
}

std::uint32_t port_byte(const SdpEnd& end) { return std::uint32_t{end.port} << 5 | end.core; }

}  // namespace

std::variant<SdpView, DecodeError> decode_sdp(std::span<const std::byte> datagram) {
    if (datagram.size() < sdp_pad_bytes + sdp_header_bytes)
        return DecodeError{datagram.size(), "an SDP datagram has at least 10 bytes: 2 of padding, 8 of header"};
    const std::span<const std::byte> header = datagram.subspan(sdp_pad_bytes);
    return SdpView{{load_u8(header, 0), load_u8(header, 1), end_of(header, 2, 4), end_of(header, 3, 6)},
                   header.subspan(sdp_header_bytes)};
}

Bytes encode_sdp(const SdpHeader& header, std::span<const std::byte> data) {
    Bytes out;
    out.reserve(sdp_pad_bytes + sdp_header_bytes + data.size());
    append_u16(out, 0);
    append_u8(out, header.flags);
    append_u8(out, header.tag);
    append_u8(out, port_byte(header.destination));
    append_u8(out, port_byte(header.source));
    append_u8(out, header.destination.chip.y);
    append_u8(out, header.destination.chip.x);
    append_u8(out, header.source.chip.y);
    append_u8(out, header.source.chip.x);
    append(out, data);
    return out;
}

}  // namespace spinn
