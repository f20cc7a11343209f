/// Little-endian numbers in byte strings: what the codecs of packets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace spinn {

using Bytes = std::vector<std::byte>;

/// @param offset  offset + 2 must be within the bytes: callers check sizes first
inline std::uint16_t load_u16(std::span<const std::byte> in, std::size_t offset) {
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(in[offset]) | std::to_integer<unsigned>(in[offset + 1])
                                                                                  << 8);
}
inline std::uint32_t load_u32(std::span<const std::byte> in, std::size_t offset) {
    return load_u16(in, offset) | static_cast<std::uint32_t>(load_u16(in, offset + 2)) << 16;
}
inline std::uint8_t load_u8(std::span<const std::byte> in, std::size_t offset) {
    return std::to_integer<std::uint8_t>(in[offset]);
}

inline void append_u8(Bytes& out, std::uint32_t number) { out.push_back(static_cast<std::byte>(number)); }
inline void append_u16(Bytes& out, std::uint32_t number) {
    append_u8(out, number & 0xff);
    append_u8(out, number >> 8 & 0xff);
}
inline void append_u32(Bytes& out, std::uint32_t number) {
    append_u16(out, number & 0xffff);
    append_u16(out, number >> 16);
}
inline void append(Bytes& out, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const std::size_t old = out.size();
    out.resize(old + bytes.size());
    std::memcpy(out.data() + old, bytes.data(), bytes.size());
}

}  // namespace spinn
