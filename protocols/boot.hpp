/// The boot ROM's protocol on UDP port 54321. Source: SpiNNMan, spinnaker_boot_message; all words big-endian.
///
/// A host floods the monitor's program: start, blocks of up to 1024 bytes, end.
#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "protocols/bytes.hpp"
#include "protocols/decode_error.hpp"

namespace spinn {

constexpr std::uint16_t boot_udp_port = 54321;
constexpr std::uint16_t boot_protocol_version = 1;
constexpr std::size_t boot_block_bytes = 1024;
constexpr std::size_t boot_image_bytes = 32 * 1024;  ///< most
/// Where in the program the host puts the first 128 bytes of the system variables.
constexpr std::size_t boot_variables_offset = 384, boot_variables_bytes = 128;

enum class BootOpcode : std::uint32_t { start = 1, block = 3, control = 5, hello = 0x41 };

struct BootPacket {
    BootOpcode opcode = BootOpcode::start;
    std::uint32_t arg1 = 0;  ///< block: number in [7:0], words - 1 in [15:8]
    std::uint32_t arg2 = 0;
    std::uint32_t arg3 = 0;  ///< start: blocks - 1
    Bytes data;              ///< as it will lie in memory: the bytes of each word are turned round on the wire
    bool operator==(const BootPacket&) const = default;
};

std::variant<BootPacket, DecodeError> decode_boot_packet(std::span<const std::byte> datagram);
Bytes encode(const BootPacket& packet);

}  // namespace spinn
