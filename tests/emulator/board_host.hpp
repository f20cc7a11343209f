/// A host without a network: hands datagrams to a board and takes its answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/board.hpp"
#include "protocols/scp.hpp"

namespace spinn {

struct BoardHost {
    explicit BoardHost(Board& b, Endpoint host = {0x7f000001, 40000}) : board(b), end(host) {}

    /// What a reply says; nothing when none came.
    struct Answer {
        SdpHeader header;
        ScpResult result = ScpResult::ok;
        std::uint16_t sequence = 0;
        Bytes payload;
        std::uint32_t word(std::size_t i) const { return load_u32(payload, 4 * i); }
    };

    std::vector<Datagram> send(const SdpHeader& header, std::span<const std::byte> data, std::size_t port = 0) {
        std::vector<Datagram> out;
        receive(board, {port, scp_udp_port, end, encode_sdp(header, data)}, board.now_us + 10, out);
        return out;
    }

    static std::optional<Answer> answer_of(const std::vector<Datagram>& out) {
        if (out.empty()) return std::nullopt;
        const SdpView view = std::get<SdpView>(decode_sdp(out[0].payload));
        const ScpReply reply = std::get<ScpReply>(decode_scp_reply(view.data));
        return Answer{view.header, reply.result, reply.sequence, Bytes(reply.payload.begin(), reply.payload.end())};
    }

    std::optional<Answer> ask_core(SdpEnd to, ScpCommand command, std::uint32_t arg1 = 0, std::uint32_t arg2 = 0,
                                   std::uint32_t arg3 = 0, std::span<const std::byte> data = {}) {
        SdpHeader header;
        header.destination = to;
        return answer_of(send(header, encode(ScpRequest{command, ++sequence, arg1, arg2, arg3, data})));
    }
    std::optional<Answer> ask(ChipCoord chip, ScpCommand command, std::uint32_t arg1 = 0, std::uint32_t arg2 = 0,
                              std::uint32_t arg3 = 0, std::span<const std::byte> data = {}) {
        return ask_core(SdpEnd{0, 0, chip}, command, arg1, arg2, arg3, data);
    }

    Board& board;
    Endpoint end;
    std::uint16_t sequence = 0;
};

}  // namespace spinn
