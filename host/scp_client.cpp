#include "host/scp_client.hpp"

#include <map>

#include "protocols/error.hpp"

namespace spinn {

struct ScpClient::Waiting {
    std::size_t number = 0;
    Bytes datagram;
    int tries = 0;
    Transport::Time next_try{};
    SdpEnd to;
    ScpCommand command = ScpCommand::version;
};

namespace {

Bytes datagram_of(const ScpCommandTo& command, std::uint16_t sequence) {
    SdpHeader header;
    header.destination = command.to;
    return encode_sdp(
        header, encode(ScpRequest{command.command, sequence, command.arg1, command.arg2, command.arg3, command.data}));
}

struct Received {
    SdpHeader header;
    ScpReply reply;
};

std::optional<Received> decode(std::span<const std::byte> datagram) {
    const auto message = decode_sdp(datagram);
    const auto* view = std::get_if<SdpView>(&message);
    if (view == nullptr) return std::nullopt;
    const auto reply = decode_scp_reply(view->data);
    if (!std::holds_alternative<ScpReply>(reply)) return std::nullopt;
    return Received{view->header, std::get<ScpReply>(reply)};
}

/// Answers that say "try again later"; source: SpiNNMan, scp_request_pipeline.
bool is_passing(ScpResult result) {
    return result == ScpResult::time_out || result == ScpResult::p2p_no_reply || result == ScpResult::p2p_busy ||
           result == ScpResult::p2p_time_out || result == ScpResult::no_buffer;
}

std::string place(const SdpEnd& to, const Transport& transport) {
    const std::string chip = to.chip == sdp_root_chip ? "the root chip" : "chip " + to_string(to.chip);
    return chip + (to.core == 0 ? "" : " core " + std::to_string(to.core)) + " of " + transport.name();
}

}  // namespace

void ScpClient::send(const Waiting& waiting) { transport_.send(waiting.datagram); }

void ScpClient::call_all(std::size_t n, const std::function<ScpCommandTo(std::size_t)>& command,
                         const std::function<void(std::size_t, std::span<const std::byte>)>& answered) {
    std::map<std::uint16_t, Waiting> waiting;  // by sequence number
    const auto take = [&](std::span<const std::byte> datagram) {
        const std::optional<Received> received = decode(datagram);
        const auto entry = received ? waiting.find(received->reply.sequence) : waiting.end();
        if (entry == waiting.end()) {
            ++counters_.unexpected;  // the answer to a repeated command, most likely
            return;
        }
        const ScpResult result = received->reply.result;
        if (is_passing(result) && entry->second.tries < options_.tries) {
            entry->second.next_try = transport_.now() + options_.time_out / 10;
            return;
        }
        if (result != ScpResult::ok)
            throw RequestError({.what = "command " + std::to_string(static_cast<int>(entry->second.command)) +
                                        " was refused: " + std::string(to_string(result)),
                                .where = place(entry->second.to, transport_)});
        const std::size_t number = entry->second.number;
        waiting.erase(entry);
        answered(number, received->reply.payload);
    };
    std::size_t next = 0;
    while (next < n || !waiting.empty()) {
        while (next < n && waiting.size() < options_.window) {
            const ScpCommandTo asked = command(next);
            while (waiting.contains(++next_sequence_)) {
            }
            Waiting& entry = waiting[next_sequence_];
            entry = {next,     datagram_of(asked, next_sequence_),
                     1,        transport_.now() + options_.time_out,
                     asked.to, asked.command};
            ++next;
            ++counters_.commands;
            send(entry);
        }
        Transport::Time first = Transport::Time::max();
        for (const auto& [sequence, entry] : waiting) first = std::min(first, entry.next_try);
        const std::optional<Bytes> datagram =
            transport_.receive(std::max(Transport::Time::zero(), first - transport_.now()));
        if (datagram) take(*datagram);
        for (auto& [sequence, entry] : waiting) {
            if (entry.next_try > transport_.now()) continue;
            if (entry.tries == options_.tries)
                throw RequestError({.what = "no answer to command " + std::to_string(static_cast<int>(entry.command)) +
                                            " after " + std::to_string(entry.tries) + " tries",
                                    .where = place(entry.to, transport_),
                                    .fix = "is the board there, and reachable?"});
            ++entry.tries;
            ++counters_.sent_again;
            entry.next_try = transport_.now() + options_.time_out;
            send(entry);
        }
    }
}

std::optional<ScpClient::Answer> ScpClient::try_call(const ScpCommandTo& command, int tries) {
    const std::uint16_t sequence = ++next_sequence_;
    const Bytes datagram = datagram_of(command, sequence);
    for (int i = 0; i < tries; ++i) {
        transport_.send(datagram);
        const Transport::Time end = transport_.now() + options_.time_out;
        while (transport_.now() < end) {
            const std::optional<Bytes> in = transport_.receive(end - transport_.now());
            const std::optional<Received> received = in ? decode(*in) : std::nullopt;
            if (received && received->reply.sequence == sequence)
                return Answer{received->reply.result, received->header.source.chip,
                              Bytes(received->reply.payload.begin(), received->reply.payload.end())};
        }
    }
    return std::nullopt;
}

Bytes ScpClient::call(const ScpCommandTo& command) {
    Bytes result;
    call_all(
        1, [&](std::size_t) { return command; },
        [&](std::size_t, std::span<const std::byte> payload) { result.assign(payload.begin(), payload.end()); });
    return result;
}

}  // namespace spinn
