#include "emulator/board.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "board_host.hpp"
#include "emulator/chip_memory.hpp"
#include "protocols/boot.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

constexpr std::uint32_t address = 0x7f000002;
constexpr std::uint32_t heap = 0x60300000;

struct BoardTest : testing::Test {
    Board board{make_machine("spinn5"), {.addresses = {address}, .booted = true}, 5000000};
    BoardHost host{board};
};

TEST_F(BoardTest, AnswersTheVersionWithItsRealCoordinates) {
    const auto answer = host.ask(sdp_root_chip, ScpCommand::version);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.flags, 0x07);
    EXPECT_EQ(answer->header.source.chip, (ChipCoord{0, 0}));
    EXPECT_EQ(answer->header.destination, (SdpEnd{7, 31, {0, 0}}));
    EXPECT_EQ(answer->payload.size(), 34u);
    EXPECT_EQ(std::memcmp(answer->payload.data() + 12, "SC&MP/SpiNNaker\0004.0.0\0", 22), 0);
    EXPECT_EQ(host.ask({2, 3}, ScpCommand::version)->word(0), 0x02030000u) << "x, y, physical and virtual core";
    const auto core = host.ask_core(SdpEnd{0, 4, {2, 3}}, ScpCommand::version);
    EXPECT_EQ(core->word(0), 0x02030404u);
    EXPECT_EQ(std::memcmp(core->payload.data() + 12, "SARK/", 5), 0);
}

TEST_F(BoardTest, SaysWhyACommandCannotBeCarriedOut) {
    const auto result = [&](SdpEnd to, ScpCommand command, std::uint32_t a = 0, std::uint32_t b = 0,
                            std::uint32_t c = 0) { return host.ask_core(to, command, a, b, c)->result; };
    const SdpEnd monitor{0, 0, {0, 0}};
    EXPECT_EQ(result(monitor, static_cast<ScpCommand>(99)), ScpResult::bad_command);
    EXPECT_EQ(result(monitor, ScpCommand::run), ScpResult::bad_command);
    EXPECT_EQ(result(SdpEnd{0, 3, {0, 0}}, ScpCommand::allocate), ScpResult::bad_command) << "SARK has four";
    EXPECT_EQ(result(SdpEnd{0, 0, {0, 7}}, ScpCommand::version), ScpResult::no_route) << "no such chip";
    EXPECT_EQ(result(SdpEnd{0, 18, {0, 0}}, ScpCommand::version), ScpResult::bad_core);
    EXPECT_EQ(result(SdpEnd{2, 0, {0, 0}}, ScpCommand::version), ScpResult::bad_port);
    EXPECT_EQ(result(monitor, ScpCommand::read, heap, 257, 2), ScpResult::bad_argument);
    EXPECT_EQ(result(monitor, ScpCommand::read, heap, 4, 3), ScpResult::bad_argument) << "no such unit";
    EXPECT_EQ(result(monitor, ScpCommand::read, 0x50000000, 4, 2), ScpResult::bad_argument) << "a hole";
    EXPECT_EQ(result(monitor, ScpCommand::write, heap, 8, 2), ScpResult::bad_length) << "no data";
    EXPECT_EQ(result(monitor, ScpCommand::allocate, 8), ScpResult::bad_argument);
    EXPECT_EQ(result(monitor, ScpCommand::link_read, heap, 4, 3), ScpResult::time_out)
        << "nothing at the west of (0, 0)";
    EXPECT_EQ(result(monitor, ScpCommand::signal, 1), ScpResult::bad_argument) << "no signals by P2P";
    EXPECT_EQ(result(SdpEnd{0, 0, {1, 1}}, ScpCommand::signal, 0), ScpResult::bad_argument) << "only at the root";
    EXPECT_EQ(board.counters.refused, 11u);
    const Bytes short_command(8);
    const auto refused = BoardHost::answer_of(host.send({}, short_command));
    EXPECT_EQ(refused->result, ScpResult::bad_length);
}

TEST_F(BoardTest, DropsAndCountsWhatIsNoMessage) {
    std::vector<Datagram> out;
    for (std::size_t n = 0; n < 10; ++n) receive(board, {0, scp_udp_port, host.end, Bytes(n)}, 0, out);
    receive(board, {0, scp_udp_port, host.end, Bytes(283)}, 0, out);  // more than SDP carries
    EXPECT_EQ(board.counters.undecodable, 11u);
    SdpHeader to_a_tag;
    to_a_tag.tag = 3;
    EXPECT_TRUE(host.send(to_a_tag, encode(ScpRequest{})).empty()) << "an answer to nowhere";
    SdpHeader quiet;
    quiet.flags = sdp_no_reply;
    EXPECT_TRUE(host.send(quiet, encode(ScpRequest{})).empty());
    EXPECT_TRUE(out.empty());
}

TEST_F(BoardTest, AnswersOrDropsAndCountsADatagramWithAnyBitTurned) {
    const Bytes kept(256, std::byte{0x5a});
    host.ask({1, 1}, ScpCommand::write, heap, 256, 2, kept);
    SdpHeader to;
    to.destination = {0, 0, {1, 1}};
    std::uint16_t sequence = 1000;
    for (const ScpCommand command : {ScpCommand::read, ScpCommand::version, ScpCommand::count, ScpCommand::information})
        for (std::size_t bit = 0; bit < 8 * 26; ++bit) {
            Bytes datagram = encode_sdp(to, encode(ScpRequest{command, ++sequence, heap, 64, 2, {}}));
            ASSERT_EQ(datagram.size(), 26u);
            datagram[bit / 8] ^= std::byte{1} << (bit % 8);
            const BoardCounters before = board.counters;
            std::vector<Datagram> out;
            receive(board, {0, scp_udp_port, host.end, datagram}, board.now_us + 10, out);
            const BoardCounters& now = board.counters;
            // Nobody wants the answer when the flag that asks for one is turned, or it would leave by a tag not set.
            const bool unasked = bit / 8 == 2 || bit / 8 == 3;
            const auto dropped = now.undecodable - before.undecodable + now.unwanted - before.unwanted;
            if (!unasked) {
                EXPECT_EQ(out.size() + dropped, 1u) << static_cast<int>(command) << ", bit " << bit;
            }
        }
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::read, heap, 256, 2)->payload, kept);
    EXPECT_GT(board.counters.refused, 100u);
}

TEST_F(BoardTest, CarriesARepeatedCommandOutOnce) {
    const Bytes allocate = encode(ScpRequest{ScpCommand::allocate, 77, 20 << 8, 100, 0, {}});
    const auto first = BoardHost::answer_of(host.send({}, allocate));
    const auto again = BoardHost::answer_of(host.send({}, allocate));
    EXPECT_EQ(first->word(0), again->word(0));
    EXPECT_EQ(board.counters.repeated, 1u);
    host.end.port = 40001;
    EXPECT_NE(BoardHost::answer_of(host.send({}, allocate))->word(0), first->word(0)) << "another host's";
    const Bytes next = encode(ScpRequest{ScpCommand::allocate, 78, 20 << 8, 100, 0, {}});
    EXPECT_NE(BoardHost::answer_of(host.send({}, next))->word(0), first->word(0)) << "another command";
    board.now_us += 13'000'000;
    host.send({}, next);
    EXPECT_EQ(board.counters.repeated, 1u) << "no host repeats a command after 13 seconds: this is a new one";
}

TEST_F(BoardTest, DoesNotLetAnOldWriteThatComesAgainUndoANewerOne) {
    const auto write = [&](std::uint16_t sequence, std::uint32_t word) {
        Bytes data;
        append_u32(data, word);
        return encode(ScpRequest{ScpCommand::write, sequence, heap, 4, 2, data});
    };
    host.send({}, write(1, 11));
    host.send({}, write(2, 22));
    host.send({}, write(1, 11));
    EXPECT_EQ(load_word(*find_chip(board, {0, 0}), heap), 22u);
}

TEST_F(BoardTest, ReadsWritesAndFillsAnyChipAndItsNeighbours) {
    Bytes data;
    for (std::uint32_t i = 0; i < 64; ++i) append_u32(data, i * 0x01010101);
    ASSERT_EQ(host.ask({3, 4}, ScpCommand::write, heap, 256, 2, data)->result, ScpResult::ok);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::read, heap, 256, 2)->payload, data);
    EXPECT_EQ(host.ask({2, 4}, ScpCommand::link_read, heap, 256, 0)->payload, data) << "from the chip at the east";
    EXPECT_EQ(host.ask({2, 4}, ScpCommand::link_write, heap + 256, 4, 0, std::span(data).first(4))->result,
              ScpResult::ok);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::fill, heap, 0xabcd1234, 8)->result, ScpResult::ok);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::read, heap, 12, 2)->word(1), 0xabcd1234u);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::read, heap, 12, 2)->word(2), 0x02020202u);
    const Bytes much(32 * 1024, std::byte{7});
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::bulk_capability)->word(0), 32768u);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::bulk_write, heap, 32768, 0, much)->result, ScpResult::ok);
    EXPECT_EQ(host.ask({3, 4}, ScpCommand::bulk_read, heap, 32768)->payload, much);
}

TEST_F(BoardTest, CountsTheCoresOfTheBoardThatIsAsked) {
    Board three{make_machine("spinn5*3"), {.addresses = {1, 2, 3}, .booted = true}, 0};
    BoardHost client(three);
    const auto idle = static_cast<std::uint32_t>(CoreState::idle);
    for (const EthernetPort& port : three.ports)
        EXPECT_EQ(client.ask(port.chip, ScpCommand::count, 0, idle)->word(0), 856u - 48u);
    EXPECT_EQ(client.ask({5, 7}, ScpCommand::read, sv::base + sv::ethernet_address, 2, 1)->payload,
              (Bytes{std::byte{0}, std::byte{0}}));
    EXPECT_EQ(client.ask({11, 11}, ScpCommand::read, sv::base + sv::ethernet_address, 2, 1)->payload,
              (Bytes{std::byte{8}, std::byte{4}}));
}

TEST_F(BoardTest, SendsWhatATagCarriesAndListensWhereAReverseTagSays) {
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::ip_tag, 1u << 28 | 1u << 16 | 3, 5000, 0)->payload.size(), 4u);
    EXPECT_EQ(board.ports[0].tags[3].host, (Endpoint{host.end.address, 5000})) << "no address: the sender's";
    std::vector<Datagram> out;
    SdpHeader header{sdp_no_reply, 3, sdp_host_end({0, 0}), {3, 7, {1, 1}}};
    const Bytes data = {std::byte{1}, std::byte{2}};
    send_to_host(board, header, data, out);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].payload, data) << "stripped";
    EXPECT_EQ(out[0].peer.port, 5000);
    header.tag = 4;
    send_to_host(board, header, data, out);
    EXPECT_EQ(out.size(), 1u);
    EXPECT_EQ(board.counters.untagged, 1u);

    host.ask({0, 0}, ScpCommand::ip_tag, 3u << 28 | 1u << 16 | 1u << 13 | 4u << 8 | 2, 1u << 24 | 2u << 16 | 6000, 0);
    EXPECT_EQ(udp_ports(board.ports[0]), (std::vector<std::uint16_t>{6000, 17893, 54321}));
    EXPECT_EQ(board.ports[0].tags[2].destination, (SdpEnd{1, 4, {1, 2}}));
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::ip_tag, 3u << 28 | 1u << 16 | 2, 17893, 0)->result, ScpResult::bad_argument)
        << "the monitor listens there";
    host.ask({0, 0}, ScpCommand::ip_tag, 3u << 16 | 2);
    EXPECT_EQ(udp_ports(board.ports[0]).size(), 2u);
}

TEST(BoardBoot, IsSilentUntilItIsBootedAndThenHasTheHostsVariables) {
    Board board{make_machine("spinn3"), {.addresses = {address}}, 7000000};
    BoardHost host(board);
    EXPECT_FALSE(host.ask(sdp_root_chip, ScpCommand::version));
    EXPECT_EQ(board.counters.before_boot, 1u);
    std::vector<Datagram> out;
    const auto boot = [&](const BootPacket& packet) {
        receive(board, {0, boot_udp_port, host.end, encode(packet)}, 8000000, out);
    };
    boot({BootOpcode::start, 0, 0, 0, {}});
    BootPacket block{BootOpcode::block, 0xff00, 0, 0, Bytes(1024)};
    block.data[boot_variables_offset + sv::hardware_version] = std::byte{3};
    block.data[boot_variables_offset + sv::iobuf_bytes + 1] = std::byte{0x20};
    boot(block);
    boot({BootOpcode::control, 1, 0, 0, {}});
    EXPECT_TRUE(board.booted);
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::read, sv::base + sv::hardware_version, 1, 0)->payload[0], std::byte{3});
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::read, sv::base + sv::iobuf_bytes, 4, 2)->word(0), 0x2000u);
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::read, sv::base + sv::height, 2, 1)->payload,
              (Bytes{std::byte{2}, std::byte{2}}));
    boot({BootOpcode::start, 0, 0, 0, {}});
    EXPECT_EQ(board.counters.unwanted, 1u) << "the boot ROM no longer listens";
}

TEST(BoardBoot, NeedsAnAddressForEachEthernetChip) {
    EXPECT_THROW(Board(make_machine("spinn5*3"), {.addresses = {address}}, 0), RequestError);
}

TEST_F(BoardTest, FloodsAProgramToTheChipsOfARegion) {
    const Bytes program = encode(ApplicationImage{0, 0, "flooded"});
    const std::uint32_t region = 0u << 24 | 0u << 18 | 3u << 16 | 1u << (1 * 4 + 2);  // level 3, chip (2, 1)
    const auto nearest = [&](std::uint32_t key, std::uint32_t data) {
        return host.ask(sdp_root_chip, ScpCommand::nearest_neighbour, key, data, 0x80003f18)->result;
    };
    EXPECT_EQ(nearest(6u << 24 | 2u << 16 | 1u << 8, region), ScpResult::ok);
    EXPECT_EQ(host.ask(sdp_root_chip, ScpCommand::flood_data, 0x3f180002, 15u << 8, memory_map::sdram_system, program)
                  ->result,
              ScpResult::ok);
    EXPECT_EQ(nearest(15u << 24 | 2, 66u << 24 | application_waits << 18 | 0x0c), ScpResult::ok);
    const Chip& chip = *find_chip(board, {2, 1});
    EXPECT_EQ(core_state(chip, 2), CoreState::ready);
    EXPECT_EQ(core_state(chip, 3), CoreState::ready);
    EXPECT_EQ(core_state(chip, 4), CoreState::idle);
    EXPECT_EQ(core_state(*find_chip(board, {2, 2}), 2), CoreState::idle);
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::count, 66, 5)->word(0), 2u);
}

TEST_F(BoardTest, GivesBackAllThatAnApplicationHadWhenItIsStopped) {
    const auto space = [&] { return host.ask({1, 1}, ScpCommand::allocate, 6)->word(0); };
    const std::uint32_t before = space();
    host.ask({1, 1}, ScpCommand::allocate, 40 << 8 | 0, 1000, 9);
    host.ask({1, 1}, ScpCommand::allocate, 40 << 8 | 3, 12);
    EXPECT_NE(host.ask({1, 1}, ScpCommand::allocate, 40 << 8 | 7, 9)->word(0), 0u) << "the tag's block";
    const Bytes program = encode(ApplicationImage{});
    host.ask({1, 1}, ScpCommand::write, memory_map::sdram_system, 64, 2, program);
    host.ask({1, 1}, ScpCommand::application_run, 40u << 24 | application_waits << 18 | 1u << 3);
    EXPECT_EQ(core_state(*find_chip(board, {1, 1}), 3), CoreState::ready);
    host.ask(sdp_root_chip, ScpCommand::nearest_neighbour, 0x003f0000, 5u << 28 | 2u << 16 | 0xff00 | 40);
    EXPECT_EQ(core_state(*find_chip(board, {1, 1}), 3), CoreState::idle);
    EXPECT_EQ(space(), before);
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::allocate, 40 << 8 | 7, 9)->word(0), 0u);
    EXPECT_EQ(host.ask({1, 1}, ScpCommand::information)->word(0) >> 14 & 0x7ff, 1023u);
    EXPECT_TRUE(board.applications.cores.empty());
}

TEST_F(BoardTest, ServesTenHostsAtOnceWithoutMixingThemUp) {
    std::vector<BoardHost> hosts;
    for (std::uint16_t i = 0; i < 10; ++i)
        hosts.emplace_back(board, Endpoint{0x7f000001, static_cast<std::uint16_t>(50000 + i)});
    std::vector<std::uint32_t> addresses;
    for (BoardHost& each : hosts)  // all begin with the same sequence numbers
        addresses.push_back(each.ask({1, 1}, ScpCommand::allocate, 20 << 8, 512)->word(0));
    for (int round = 0; round < 20; ++round)
        for (std::size_t h = 0; h < hosts.size(); ++h) {
            Bytes data;
            for (std::uint32_t word = 0; word < 64; ++word)
                append_u32(data, static_cast<std::uint32_t>(h) << 16 | word);
            const std::uint32_t at = addresses[h] + 256u * static_cast<std::uint32_t>(round % 2);
            ASSERT_EQ(hosts[h].ask({1, 1}, ScpCommand::write, at, 256, 2, data)->result, ScpResult::ok);
            const std::size_t other = (h + 3) % hosts.size();
            const auto read = hosts[other].ask({1, 1}, ScpCommand::read, at, 256, 2);
            ASSERT_EQ(read->payload, data);
        }
    for (std::size_t h = 0; h < hosts.size(); ++h)
        EXPECT_EQ(load_word(*find_chip(board, {1, 1}), addresses[h] + 4), h << 16 | 1);
    EXPECT_EQ(board.counters.repeated, 0u);
}

TEST_F(BoardTest, ForgetsAHostThatVanishedInTheMiddleOfAFlood) {
    const Bytes program = encode(ApplicationImage{0, 0, "second"});
    const std::uint32_t everywhere = 0xffff;
    const auto nearest = [&](BoardHost& from, std::uint32_t key, std::uint32_t data) {
        return from.ask(sdp_root_chip, ScpCommand::nearest_neighbour, key, data, 0x80003f18);
    };
    BoardHost first(board, {0x7f000001, 50001}), second(board, {0x7f000001, 50002});
    nearest(first, 6u << 24 | 2u << 16 | 9u << 8, everywhere);  // nine blocks, and none comes
    nearest(second, 6u << 24 | 4u << 16 | 1u << 8, everywhere);
    second.ask(sdp_root_chip, ScpCommand::flood_data, 0x3f180004, 15u << 8, memory_map::sdram_system, program);
    nearest(second, 15u << 24 | 4, 70u << 24 | application_waits << 18 | 0x02);
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::count, 70, static_cast<std::uint32_t>(CoreState::ready))->word(0), 48u);
    nearest(second, 15u << 24 | 4, 71u << 24 | application_waits << 18 | 0x04);
    EXPECT_EQ(host.ask({0, 0}, ScpCommand::count, 71, static_cast<std::uint32_t>(CoreState::ready))->word(0), 0u)
        << "an end without a flood starts nothing";
}

}  // namespace
}  // namespace spinn
