/// An end of a UDP conversation.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace spinn {

struct Endpoint {
    std::uint32_t address = 0;  ///< IPv4: 127.0.0.1 is 0x7f000001
    std::uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

/// 127.0.0.1 with its first octet in the lowest byte, as SC&MP keeps it; the same back.
constexpr std::uint32_t swapped_octets(std::uint32_t address) {
    return address >> 24 | (address >> 8 & 0xff00) | (address << 8 & 0xff0000) | address << 24;
}

inline std::string address_text(std::uint32_t address) {
    return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 0xff) + "." +
           std::to_string(address >> 8 & 0xff) + "." + std::to_string(address & 0xff);
}
inline std::string to_string(const Endpoint& end) { return address_text(end.address) + ":" + std::to_string(end.port); }

}  // namespace spinn
