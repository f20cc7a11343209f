#include "protocols/boot.hpp"

#include <algorithm>

namespace spinn {

namespace {

constexpr std::size_t head_bytes = 18;

std::uint32_t big_endian_u32(std::span<const std::byte> in, std::size_t offset) {
    return std::uint32_t{load_u8(in, offset)} << 24 | std::uint32_t{load_u8(in, offset + 1)} << 16 |
           std::uint32_t{load_u8(in, offset + 2)} << 8 | load_u8(in, offset + 3);
}

void append_big_endian_u32(Bytes& out, std::uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) append_u8(out, number >> shift & 0xff);
}

void turn_words_round(std::span<std::byte> words) {
    for (std::size_t i = 0; i + 4 <= words.size(); i += 4)
        std::reverse(words.begin() + static_cast<std::ptrdiff_t>(i),
                     words.begin() + static_cast<std::ptrdiff_t>(i + 4));
}

}  // namespace

std::variant<BootPacket, DecodeError> decode_boot_packet(std::span<const std::byte> in) {
    if (in.size() < head_bytes) return DecodeError{in.size(), "a boot packet has at least 18 bytes"};
    if (load_u8(in, 0) != 0 || load_u8(in, 1) != boot_protocol_version)
        return DecodeError{0, "boot protocol version is not 1"};
    if (in.size() - head_bytes > boot_block_bytes) return DecodeError{head_bytes, "more than 1024 bytes of data"};
    if (in.size() % 4 != head_bytes % 4) return DecodeError{in.size(), "data are not whole words"};
    BootPacket packet{static_cast<BootOpcode>(big_endian_u32(in, 2)), big_endian_u32(in, 6), big_endian_u32(in, 10),
                      big_endian_u32(in, 14), Bytes(in.begin() + head_bytes, in.end())};
    turn_words_round(packet.data);
    return packet;
}

Bytes encode(const BootPacket& packet) {
    Bytes out;
    append_u8(out, 0);
    append_u8(out, boot_protocol_version);
    append_big_endian_u32(out, static_cast<std::uint32_t>(packet.opcode));
    append_big_endian_u32(out, packet.arg1);
    append_big_endian_u32(out, packet.arg2);
    append_big_endian_u32(out, packet.arg3);
    append(out, packet.data);
    turn_words_round(std::span(out).subspan(head_bytes));
    return out;
}

}  // namespace spinn
