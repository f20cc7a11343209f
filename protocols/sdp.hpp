/// SDP: messages between hosts, monitors and cores. Source: spinnaker_tools, sark.h, sdp_msg_t.
///
/// In a datagram two pad bytes come first. Header: flags, tag, destination port, source port (port << 5 | core), then
/// destination and source chip, y before x.
#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "protocols/bytes.hpp"
#include "protocols/decode_error.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

constexpr std::uint8_t sdp_no_reply = 0x07;
constexpr std::uint8_t sdp_reply_expected = 0x87;
constexpr std::uint8_t sdp_reply_bit = 0x80;
constexpr std::size_t sdp_pad_bytes = 2;
constexpr std::size_t sdp_header_bytes = 8;
constexpr std::uint8_t sdp_host_tag = 0xff;  ///< "the answer goes to me"
constexpr ChipCoord sdp_root_chip{255, 255};

struct SdpEnd {
    std::uint8_t port = 0;  ///< 0 .. 7
    std::uint8_t core = 0;  ///< virtual, 0 .. 31
    ChipCoord chip;
    bool operator==(const SdpEnd&) const = default;
};

/// The Ethernet: where a core sends what a tag is to carry off the machine.
constexpr SdpEnd sdp_host_end(ChipCoord chip) { return {7, 31, chip}; }

struct SdpHeader {
    std::uint8_t flags = sdp_reply_expected, tag = sdp_host_tag;
    SdpEnd destination, source = sdp_host_end({});
    bool operator==(const SdpHeader&) const = default;
};

/// A message inside a datagram that it was decoded from: `data` lies in its bytes.
struct SdpView {
    SdpHeader header;
    std::span<const std::byte> data;
};

/// A message on its own.
struct SdpMessage {
    SdpHeader header;
    Bytes data;
};

std::variant<SdpView, DecodeError> decode_sdp(std::span<const std::byte> datagram);

/// The bytes of a datagram, pad included.
Bytes encode_sdp(const SdpHeader& header, std::span<const std::byte> data);

}  // namespace spinn
