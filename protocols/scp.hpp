/// SCP: commands to a monitor and its answers, as data of SDP messages. Source: spinnaker_tools, scamp-cmd.c.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "protocols/bytes.hpp"
#include "protocols/decode_error.hpp"

namespace spinn {

constexpr std::uint16_t scp_udp_port = 17893;
constexpr std::size_t scp_data_bytes = 256;  ///< most data in a command or an answer
constexpr std::size_t scp_request_head_bytes = 16;
constexpr std::size_t scp_reply_head_bytes = 4;

enum class ScpCommand : std::uint16_t {
    version = 0,
    run = 1,
    read = 2,
    write = 3,
    aplx = 4,
    fill = 5,
    count = 15,
    remap = 16,
    link_read = 17,
    link_write = 18,
    application_run = 19,
    nearest_neighbour = 20,
    application_copy_run = 21,
    signal = 22,
    flood_data = 23,
    application_start = 24,
    led = 25,
    ip_tag = 26,
    serial_rom = 27,
    allocate = 28,
    router = 29,
    information = 31,
    sync = 32,
    tube = 64,
    // Not SC&MP's: this machine's own, for hosts that move much data. A board answers bad_command.
    bulk_capability = 0x5350,  ///< answers u32: the most data of the next two
    bulk_read = 0x5352,        ///< as read, with more data
    bulk_write = 0x5357,       ///< as write, with more data
};

enum class ScpResult : std::uint16_t {
    ok = 0x80,
    bad_length = 0x81,
    bad_checksum = 0x82,
    bad_command = 0x83,
    bad_argument = 0x84,
    bad_port = 0x85,
    time_out = 0x86,
    no_route = 0x87,
    bad_core = 0x88,
    dead = 0x89,
    no_buffer = 0x8a,
    p2p_no_reply = 0x8b,
    p2p_reject = 0x8c,
    p2p_busy = 0x8d,
    p2p_time_out = 0x8e,
    send_failed = 0x8f,
};

/// "bad argument (0x84)"
std::string_view to_string(ScpResult result);

struct ScpRequest {
    ScpCommand command = ScpCommand::version;
    std::uint16_t sequence = 0;
    std::uint32_t arg1 = 0, arg2 = 0, arg3 = 0;
    std::span<const std::byte> data;  ///< borrowed
};

struct ScpReply {
    ScpResult result = ScpResult::ok;
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload;  ///< borrowed
};

/// Of a command's data. A command without all three arguments is refused by a monitor with bad_length; `sequence` of
/// the error's answer is then what `request_sequence` says.
std::variant<ScpRequest, DecodeError> decode_scp_request(std::span<const std::byte> sdp_data);

/// The sequence number of a command that may be too short to be one; 0 when there is none.
std::uint16_t request_sequence(std::span<const std::byte> sdp_data);

std::variant<ScpReply, DecodeError> decode_scp_reply(std::span<const std::byte> sdp_data);

Bytes encode(const ScpRequest& request);
Bytes encode(const ScpReply& reply);

}  // namespace spinn
