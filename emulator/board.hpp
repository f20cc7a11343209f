/// A machine as its Ethernet ports show it: a function from datagrams and time to datagrams. No sockets, no clock.
///
/// `receive` does what SC&MP does with a datagram: boot packets, SDP to monitors and cores, UDP to reverse tags. The
/// monitor works on the bytes of chips through the bus, so that what it says and what hosts read cannot differ.
/// docs/board.md has what is answered, and where it differs from a board.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "emulator/applications.hpp"
#include "emulator/machine.hpp"
#include "emulator/reply_cache.hpp"
#include "protocols/bytes.hpp"
#include "protocols/endpoint.hpp"
#include "protocols/sdp.hpp"

namespace spinn {

/// What arrives at, or leaves by, one of the Ethernet ports.
struct Datagram {
    std::size_t port = 0;              ///< index in Board::ports
    std::uint16_t local_udp_port = 0;  ///< of the machine's end
    Endpoint peer;                     ///< the host's end
    Bytes payload;
};

/// Where a core's messages with a tag's number go, or where a host's raw datagrams come in. Source: scamp-3.c.
struct IpTag {
    std::uint16_t flags = 0;  ///< 0x8000 valid, 0x0400 use sender, 0x0200 reverse, 0x0100 strip
    Endpoint host;
    std::uint8_t time_out = 0;  ///< code n: 10 ms * 2^(n - 1)
    std::uint32_t packets = 0;
    std::uint16_t udp_port = 0;  ///< reverse: where it listens
    SdpEnd destination;          ///< reverse: the core
};
constexpr std::uint16_t tag_valid = 0x8000, tag_use_sender = 0x0400, tag_reverse = 0x0200, tag_strip = 0x0100;
constexpr std::size_t fixed_tags = 8, all_tags = 16;

struct EthernetPort {
    ChipCoord chip;
    std::uint32_t ip = 0;  ///< 127.0.0.1 is 0x7f000001
    std::array<IpTag, all_tags> tags;
    std::uint8_t transient_time_out = 9;
};

/// A flood of a program by nearest-neighbour packets, under way.
struct FloodFill {
    bool open = false;
    std::uint32_t id = 0, n_blocks = 0, region = 0;
    std::set<std::uint32_t> blocks;                                   ///< that came
    std::vector<std::pair<std::uint32_t, std::uint32_t>> selections;  ///< region, cores
};

struct BoardCounters {
    std::uint64_t datagrams_in = 0, datagrams_out = 0;
    std::uint64_t commands = 0;     ///< carried out
    std::uint64_t repeated = 0;     ///< of these none: the answer of the first time was sent again
    std::uint64_t refused = 0;      ///< answered with an error code
    std::uint64_t undecodable = 0;  ///< too short, or not of the port's protocol; dropped
    std::uint64_t before_boot = 0;  ///< to a monitor that does not run yet; dropped
    std::uint64_t unwanted = 0;     ///< well-formed, but nobody takes it; dropped
    std::uint64_t untagged = 0;     ///< messages of cores whose tag leads nowhere; dropped
};

struct BoardOptions {
    std::vector<std::uint32_t> addresses;  ///< [Ethernet chip, by y then x] IPv4
    unsigned threads = 1;
    bool booted = false;  ///< false: waits for a host to boot it
};

struct Board {
    Board(const MachineShape& shape, const BoardOptions& options, std::uint64_t now_us);

    Machine machine;
    std::vector<EthernetPort> ports;      ///< the root chip's first
    std::vector<ChipCoord> ethernet_of;   ///< [as Machine::chips]
    std::vector<std::uint8_t> root_link;  ///< [as Machine::chips] P2P entry toward the root chip
    bool booted = false;
    std::uint64_t booted_us = 0;  ///< unix time
    Bytes boot_image;             ///< as far as it came
    Applications applications;
    FloodFill flood;
    ReplyCache replies;
    BoardCounters counters;
    std::uint64_t now_us = 0;  ///< unix time of what is handled
};

/// Takes a datagram in. @param now_us  unix time, never going back @param out  answers are appended
void receive(Board& board, const Datagram& datagram, std::uint64_t now_us, std::vector<Datagram>& out);

/// Lets applications start and run. @param most_ticks  that a running network may advance
/// @returns the ticks that it did
std::uint32_t advance(Board& board, std::uint64_t now_us, std::uint32_t most_ticks, std::vector<Datagram>& out);

/// UDP ports that a port listens on: SCP, boot, and the reverse tags'.
std::vector<std::uint16_t> udp_ports(const EthernetPort& port);

// What the parts of the monitor share.

Chip* find_chip(Board& board, ChipCoord coord);
std::size_t index_of(const Board& board, ChipCoord coord);

/// A message of a core to a host: leaves by the tag that its header names, at the port whose chip it is addressed to.
void send_to_host(Board& board, const SdpHeader& header, std::span<const std::byte> data, std::vector<Datagram>& out);

}  // namespace spinn
