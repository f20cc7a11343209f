#include "protocols/scp.hpp"

namespace spinn {

std::string_view to_string(ScpResult result) {
    switch (result) {
        case ScpResult::ok:
            return "ok (0x80)";
        case ScpResult::bad_length:
            return "bad length (0x81)";
        case ScpResult::bad_checksum:
            return "bad checksum (0x82)";
        case ScpResult::bad_command:
            return "bad command (0x83)";
        case ScpResult::bad_argument:
            return "bad argument (0x84)";
        case ScpResult::bad_port:
            return "bad port (0x85)";
        case ScpResult::time_out:
            return "time-out (0x86)";
        case ScpResult::no_route:
            return "no route (0x87)";
        case ScpResult::bad_core:
            return "bad core (0x88)";
        case ScpResult::dead:
            return "dead (0x89)";
        case ScpResult::no_buffer:
            return "no free buffer (0x8a)";
        case ScpResult::p2p_no_reply:
            return "no reply between chips (0x8b)";
        case ScpResult::p2p_reject:
            return "rejected between chips (0x8c)";
        case ScpResult::p2p_busy:
            return "busy between chips (0x8d)";
        case ScpResult::p2p_time_out:
            return "time-out between chips (0x8e)";
        case ScpResult::send_failed:
            return "packet not sent (0x8f)";
    }
    return "unknown result code";
}

std::variant<ScpRequest, DecodeError> decode_scp_request(std::span<const std::byte> in) {
    if (in.size() < scp_request_head_bytes)
        return DecodeError{in.size(), "an SCP command has 16 bytes: command, sequence and three arguments"};
    return ScpRequest{
        static_cast<ScpCommand>(load_u16(in, 0)), load_u16(in, 2), load_u32(in, 4), load_u32(in, 8), load_u32(in, 12),
        in.subspan(scp_request_head_bytes)};
}

std::uint16_t request_sequence(std::span<const std::byte> in) { return in.size() >= 4 ? load_u16(in, 2) : 0; }

std::variant<ScpReply, DecodeError> decode_scp_reply(std::span<const std::byte> in) {
    if (in.size() < scp_reply_head_bytes)
        return DecodeError{in.size(), "an SCP answer has at least 4 bytes: result and sequence"};
    return ScpReply{static_cast<ScpResult>(load_u16(in, 0)), load_u16(in, 2), in.subspan(scp_reply_head_bytes)};
}

Bytes encode(const ScpRequest& request) {
    Bytes out;
    out.reserve(scp_request_head_bytes + request.data.size());
    append_u16(out, static_cast<std::uint16_t>(request.command));
    append_u16(out, request.sequence);
    append_u32(out, request.arg1);
    append_u32(out, request.arg2);
    append_u32(out, request.arg3);
    append(out, request.data);
    return out;
}

Bytes encode(const ScpReply& reply) {
    Bytes out;
    out.reserve(scp_reply_head_bytes + reply.payload.size());
    append_u16(out, static_cast<std::uint16_t>(reply.result));
    append_u16(out, reply.sequence);
    append(out, reply.payload);
    return out;
}

}  // namespace spinn
