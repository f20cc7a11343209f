#include "emulator/board.hpp"

#include <algorithm>

#include "emulator/boot_machine.hpp"
#include "emulator/monitor.hpp"
#include "emulator/p2p.hpp"
#include "protocols/boot.hpp"
#include "protocols/error.hpp"
#include "protocols/scp.hpp"

namespace spinn {

namespace {

constexpr std::size_t most_sdp_bytes = 280, most_reverse_tag_bytes = 272;
constexpr std::uint8_t transient_tag = fixed_tags;  ///< answers leave at once, so one number does

void send(Board& board, Datagram datagram, std::vector<Datagram>& out) {
    ++board.counters.datagrams_out;
    out.push_back(std::move(datagram));
}

void boot_datagram(Board& board, const Datagram& in) {
    const auto decoded = decode_boot_packet(in.payload);
    const auto* packet = std::get_if<BootPacket>(&decoded);
    if (packet == nullptr) {
        ++board.counters.undecodable;
        return;
    }
    // The boot ROM listens until the monitor runs; after that nobody does.
    if (board.booted || in.port != 0) {
        ++board.counters.unwanted;
        return;
    }
    switch (packet->opcode) {
        case BootOpcode::start:
            board.boot_image.clear();
            break;
        case BootOpcode::block: {
            const std::size_t offset = (packet->arg1 & 0xff) * boot_block_bytes;
            if (offset + packet->data.size() > boot_image_bytes) {
                ++board.counters.undecodable;
                break;
            }
            board.boot_image.resize(std::max(board.boot_image.size(), offset + packet->data.size()));
            std::copy(packet->data.begin(), packet->data.end(),
                      board.boot_image.begin() + static_cast<std::ptrdiff_t>(offset));
            break;
        }
        case BootOpcode::control: {
            const std::span<const std::byte> image = board.boot_image;
            const bool has_variables = image.size() >= boot_variables_offset + boot_variables_bytes;
            boot_machine(board,
                         has_variables ? image.subspan(boot_variables_offset, boot_variables_bytes)
                                       : std::span<const std::byte>{},
                         board.now_us);
            board.boot_image = {};
            break;
        }
        case BootOpcode::hello:
            break;
    }
}

/// What answers an SDP message, and with which data; nothing when nobody does.
struct Answer {
    Bytes data;
    ChipCoord chip;
};

Answer scp_answer(ScpResult result, std::span<const std::byte> request, std::span<const std::byte> payload,
                  ChipCoord chip) {
    return {encode(ScpReply{result, request_sequence(request), payload}), chip};
}

std::optional<Answer> answer(Board& board, const Datagram& in, const SdpView& message) {
    const SdpEnd& to = message.header.destination;
    const ChipCoord here = board.ports[in.port].chip;
    const ChipCoord wanted = to.chip == sdp_root_chip ? here : to.chip;
    Chip* const chip = find_chip(board, wanted);
    if (chip == nullptr) return scp_answer(ScpResult::no_route, message.data, {}, here);
    if (to.core >= chip->physical_core.size()) return scp_answer(ScpResult::bad_core, message.data, {}, wanted);
    if (to.core == 0 && to.port != 0) return scp_answer(ScpResult::bad_port, message.data, {}, wanted);
    if (to.port != 0) {
        std::optional<Bytes> data = application_message(board, *chip, to.core, to.port, message.data);
        if (!data) return std::nullopt;
        return Answer{std::move(*data), wanted};
    }
    const auto decoded = decode_scp_request(message.data);
    const auto* request = std::get_if<ScpRequest>(&decoded);
    if (request == nullptr) return scp_answer(ScpResult::bad_length, message.data, {}, wanted);
    const CommandContext context{board, in.port, in.peer, *chip, *request};
    const MonitorReply reply = to.core == 0 ? monitor_command(context) : core_command(context, to.core);
    ++(reply.result == ScpResult::ok ? board.counters.commands : board.counters.refused);
    return scp_answer(reply.result, message.data, reply.payload, wanted);
}

bool is_bulk(std::span<const std::byte> sdp_data) {
    if (sdp_data.size() < 2) return false;
    const auto command = static_cast<ScpCommand>(load_u16(sdp_data, 0));
    return command == ScpCommand::bulk_read || command == ScpCommand::bulk_write;
}

/// What reads is as it is now, and does no harm twice; listeners set their tags again and again with the same bytes. A
/// new tag (operation 0 of ip_tag) is another each time.
bool may_be_repeated(std::span<const std::byte> sdp_data) {
    if (sdp_data.size() < 2) return false;
    const auto command = static_cast<ScpCommand>(load_u16(sdp_data, 0));
    return command == ScpCommand::read || command == ScpCommand::bulk_read || command == ScpCommand::count ||
           (command == ScpCommand::ip_tag && sdp_data.size() >= 8 && (load_u32(sdp_data, 4) >> 16 & 0xff) != 0);
}

void sdp_datagram(Board& board, const Datagram& in, std::vector<Datagram>& out) {
    const auto decoded = decode_sdp(in.payload);
    const auto* message = std::get_if<SdpView>(&decoded);
    if (message == nullptr || (in.payload.size() - sdp_pad_bytes > most_sdp_bytes && !is_bulk(message->data))) {
        ++board.counters.undecodable;
        return;
    }
    const bool wants_answer = (message->header.flags & sdp_reply_bit) != 0;
    if (wants_answer && message->header.tag != sdp_host_tag) {
        ++board.counters.unwanted;  // an answer to nowhere
        return;
    }
    const bool remembered = !may_be_repeated(message->data) && message->header.destination.port == 0;
    if (remembered) {
        if (const Bytes* reply = board.replies.find(in.peer, in.payload, board.now_us)) {
            ++board.counters.repeated;
            if (!reply->empty()) send(board, {in.port, in.local_udp_port, in.peer, *reply}, out);
            return;
        }
    }
    std::optional<Answer> answered = answer(board, in, *message);
    Bytes reply;
    if (answered && wants_answer) {
        const SdpHeader& asked = message->header;
        SdpHeader header{static_cast<std::uint8_t>(asked.flags & ~sdp_reply_bit), transient_tag, asked.source,
                         asked.destination};
        header.destination.chip = board.ports[in.port].chip;  // the monitor put it there when the message came in
        header.source.chip = answered->chip;
        reply = encode_sdp(header, answered->data);
    }
    if (remembered) board.replies.remember(in.peer, in.payload, reply, board.now_us);
    if (!reply.empty()) send(board, {in.port, in.local_udp_port, in.peer, std::move(reply)}, out);
}

/// Raw bytes to the core of a reverse tag.
void tag_datagram(Board& board, const Datagram& in) {
    if (in.payload.size() > most_reverse_tag_bytes) {
        ++board.counters.undecodable;
        return;
    }
    for (IpTag& tag : board.ports[in.port].tags) {
        if ((tag.flags & tag_valid) == 0 || (tag.flags & tag_reverse) == 0 || tag.udp_port != in.local_udp_port)
            continue;
        tag.host = in.peer;
        ++tag.packets;
        Chip* const chip = find_chip(board, tag.destination.chip);
        const int core = tag.destination.core;
        if (chip == nullptr || core == 0 || core >= static_cast<int>(chip->physical_core.size())) break;
        application_message(board, *chip, core, tag.destination.port, in.payload);
        return;
    }
    ++board.counters.unwanted;
}

}  // namespace

Board::Board(const MachineShape& shape, const BoardOptions& options, std::uint64_t now)
    : machine(make_machine_of(shape)), ethernet_of(ethernet_chips(shape)), now_us(now) {
    for (const ChipCoord chip : present_chips(shape))
        if (chip_at(shape, chip).ethernet) ports.push_back({.chip = chip});
    if (ports.empty() || ports.size() != options.addresses.size())
        throw RequestError({.what = std::to_string(ports.size()) + " Ethernet chips, but " +
                                    std::to_string(options.addresses.size()) + " addresses",
                            .where = "machine " + shape.name,
                            .fix = "one address for each"});
    for (std::size_t p = 0; p < ports.size(); ++p) ports[p].ip = options.addresses[p];
    // Every chip's entry toward the root: the first link that leads nearer to it.
    root_link.assign(shape.chips.size(), p2p_none);
    const std::vector<std::uint32_t> distance = hops_from(shape, ports[0].chip);
    for (const ChipCoord chip : present_chips(shape))
        for (int l = link_count - 1; l >= 0; --l)
            if (const auto next = neighbour(shape, chip, static_cast<Link>(l));
                next && distance[index_of(*this, *next)] + 1 == distance[index_of(*this, chip)])
                root_link[index_of(*this, chip)] = static_cast<std::uint8_t>(l);
    root_link[index_of(*this, ports[0].chip)] = p2p_self;
    applications.threads = options.threads;
    if (options.booted) boot_machine(*this, {}, now);
}

void receive(Board& board, const Datagram& in, std::uint64_t now_us, std::vector<Datagram>& out) {
    board.now_us = std::max(board.now_us, now_us);
    ++board.counters.datagrams_in;
    if (in.local_udp_port == boot_udp_port) {
        boot_datagram(board, in);
    } else if (!board.booted) {
        ++board.counters.before_boot;
    } else if (in.local_udp_port == scp_udp_port) {
        sdp_datagram(board, in, out);
    } else {
        tag_datagram(board, in);
    }
}

std::uint32_t advance(Board& board, std::uint64_t now_us, std::uint32_t most_ticks, std::vector<Datagram>& out) {
    board.now_us = std::max(board.now_us, now_us);
    return board.booted ? advance_applications(board, most_ticks, out) : 0;
}

std::vector<std::uint16_t> udp_ports(const EthernetPort& port) {
    std::vector<std::uint16_t> ports = {scp_udp_port, boot_udp_port};
    for (const IpTag& tag : port.tags)
        if ((tag.flags & tag_valid) != 0 && (tag.flags & tag_reverse) != 0) ports.push_back(tag.udp_port);
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    return ports;
}

Chip* find_chip(Board& board, ChipCoord coord) {
    if (!has_chip(board.machine.shape, coord)) return nullptr;
    return board.machine.chips[index_of(board, coord)].get();
}

std::size_t index_of(const Board& board, ChipCoord coord) {
    return std::size_t{coord.y} * static_cast<std::size_t>(board.machine.shape.width) + coord.x;
}

void send_to_host(Board& board, const SdpHeader& header, std::span<const std::byte> data, std::vector<Datagram>& out) {
    for (std::size_t p = 0; p < board.ports.size(); ++p) {
        if (board.ports[p].chip != header.destination.chip || header.tag >= all_tags) continue;
        IpTag& tag = board.ports[p].tags[header.tag];
        if ((tag.flags & tag_valid) == 0 || tag.host.port == 0) break;
        ++tag.packets;
        const std::uint16_t from = (tag.flags & tag_reverse) != 0 ? tag.udp_port : scp_udp_port;
        Bytes payload = (tag.flags & tag_strip) != 0 ? Bytes(data.begin(), data.end()) : encode_sdp(header, data);
        send(board, {p, from, tag.host, std::move(payload)}, out);
        return;
    }
    ++board.counters.untagged;
}

}  // namespace spinn
