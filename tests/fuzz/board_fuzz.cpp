/// A board of four chips under any sequence of datagrams: to every UDP port, as raw bytes and as well-formed commands
/// with any arguments, from several hosts, with time passing in between.
#include <cstdint>

#include "emulator/board.hpp"
#include "protocols/scp.hpp"

namespace {

using namespace spinn;

/// Takes numbers off the input; zeros when it is used up.
struct Reader {
    std::span<const std::byte> in;
    std::uint32_t take(std::size_t n_bytes) {
        std::uint32_t number = 0;
        for (std::size_t i = 0; i < n_bytes && !in.empty(); ++i, in = in.subspan(1))
            number |= std::to_integer<std::uint32_t>(in[0]) << (8 * i);
        return number;
    }
    Bytes take_bytes(std::size_t n) {
        n = std::min(n, in.size());
        Bytes bytes(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n));
        in = in.subspan(n);
        return bytes;
    }
};

/// An address worth trying: of every kind of memory, and near the monitor's own structures.
std::uint32_t address(Reader& reader) {
    constexpr std::uint32_t bases[] = {0x60000000, 0x60240000, 0x60241000, 0x67800000, 0x67840000, 0x67ffff00,
                                       0xe1000000, 0xe1010000, 0xe5000000, 0xe5007000, 0xe5007f00, 0xf1000200,
                                       0x70240000, 0x00400000, 0xffffff00, 0x50000000};
    return bases[reader.take(1) % 16] + reader.take(1) * 4 + (reader.take(1) & 0xf);
}

Datagram command(Reader& reader) {
    constexpr std::uint16_t commands[] = {0,  2,  3,  5,  15, 17, 18, 19, 20, 21,     22,     23,
                                          24, 25, 26, 27, 28, 29, 31, 32, 2,  0x5350, 0x5352, 0x5357};
    SdpHeader header;
    const std::uint32_t to = reader.take(1);
    header.destination = {static_cast<std::uint8_t>(to >> 5 & 3 ? 0 : to >> 5),
                          static_cast<std::uint8_t>(to >> 4 & 1 ? to & 0x1f : 0),
                          {static_cast<std::uint8_t>(to & 1), static_cast<std::uint8_t>(to >> 1 & 1)}};
    if (reader.take(1) % 16 == 0) header.destination = {3, static_cast<std::uint8_t>(reader.take(1) % 20), {0, 0}};
    ScpRequest request;
    const std::uint32_t which = reader.take(1);
    request.command = static_cast<ScpCommand>(header.destination.port == 3 ? which % 14 : commands[which % 24]);
    request.sequence = static_cast<std::uint16_t>(reader.take(1));
    const std::uint32_t shape = reader.take(1);
    request.arg1 = (shape & 1) != 0 ? address(reader) : reader.take(4);
    request.arg2 = (shape & 2) != 0 ? address(reader) : (shape & 4) != 0 ? reader.take(1) : reader.take(4);
    request.arg3 = (shape & 8) != 0 ? reader.take(1) : reader.take(4);
    const Bytes data = reader.take_bytes(reader.take(1) + 1);
    request.data = data;
    return {0,
            scp_udp_port,
            {0x7f000001, static_cast<std::uint16_t>(1000 + (shape >> 6))},
            encode_sdp(header, encode(request))};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader reader{{reinterpret_cast<const std::byte*>(data), size}};
    static const MachineShape shape = make_machine("spinn3");
    Board board(shape, {.addresses = {0x7f000002}, .booted = reader.take(1) % 8 != 0}, 1000000);
    std::vector<Datagram> out;
    std::uint64_t now = 1000000;
    while (!reader.in.empty()) {
        const std::uint32_t kind = reader.take(1);
        now += kind;
        if (kind % 8 == 0) {
            constexpr std::uint16_t udp_ports[] = {17893, 54321, 6000, 30000};
            const std::uint32_t end = reader.take(1);
            const Datagram raw{0,
                               udp_ports[end % 4],
                               {0x7f000001, static_cast<std::uint16_t>(end)},
                               reader.take_bytes(reader.take(2) % 8192)};
            receive(board, raw, now, out);
        } else if (kind % 8 == 1) {
            advance(board, now, 2, out);
        } else {
            receive(board, command(reader), now, out);
        }
    }
    advance(board, now, 2, out);
    // Every datagram was counted, and what is answered is a message.
    for (const Datagram& answer : out)
        if (answer.payload.size() > 65507) __builtin_trap();
    return 0;
}
