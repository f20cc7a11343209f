#include <gtest/gtest.h>

#include "protocols/application_image.hpp"
#include "protocols/boot.hpp"
#include "protocols/scp.hpp"
#include "protocols/sdp.hpp"

namespace spinn {
namespace {

TEST(Sdp, SurvivesARoundTripWithEveryFieldDifferent) {
    const SdpHeader sent{0x87, 1, {3, 5, {2, 4}}, {7, 31, {6, 8}}};
    const Bytes data = {std::byte{9}, std::byte{10}};
    const Bytes datagram = encode_sdp(sent, data);
    const auto decoded = decode_sdp(datagram);
    EXPECT_EQ(std::get<SdpView>(decoded).header, sent);
    EXPECT_TRUE(std::equal(data.begin(), data.end(), std::get<SdpView>(decoded).data.begin()));
}

TEST(Sdp, HasItsBytesWhereSarkHasThem) {
    const Bytes datagram = encode_sdp({0x07, 0xff, {1, 2, {3, 4}}, {7, 31, {5, 6}}}, {});
    const std::vector<int> expected = {0, 0, 0x07, 0xff, 0x22, 0xff, 4, 3, 6, 5};
    ASSERT_EQ(datagram.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(load_u8(datagram, i), expected[i]) << i;
}

TEST(Sdp, IsRefusedWhenItIsTooShort) {
    for (std::size_t n = 0; n < 10; ++n) EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_sdp(Bytes(n)))) << n;
    EXPECT_TRUE(std::holds_alternative<SdpView>(decode_sdp(Bytes(10))));
}

TEST(Scp, SurvivesARoundTripWithEveryFieldDifferent) {
    const Bytes data = {std::byte{5}};
    const Bytes bytes = encode(ScpRequest{ScpCommand::write, 0x1234, 1, 2, 3, data});
    EXPECT_EQ(bytes.size(), 17u);
    const auto decoded = std::get<ScpRequest>(decode_scp_request(bytes));
    EXPECT_EQ(decoded.command, ScpCommand::write);
    EXPECT_EQ(decoded.sequence, 0x1234);
    EXPECT_EQ(request_sequence(bytes), 0x1234);
    EXPECT_EQ(decoded.arg1, 1u);
    EXPECT_EQ(decoded.arg2, 2u);
    EXPECT_EQ(decoded.arg3, 3u);
    EXPECT_EQ(decoded.data.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_scp_request(std::span(bytes).first(15))));
    const Bytes reply = encode(ScpReply{ScpResult::no_route, 7, data});
    EXPECT_EQ(std::get<ScpReply>(decode_scp_reply(reply)).result, ScpResult::no_route);
    EXPECT_EQ(std::get<ScpReply>(decode_scp_reply(reply)).payload.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_scp_reply(std::span(reply).first(3))));
}

TEST(Boot, IsBigEndianWithTheBytesOfDataTurnedRoundInEachWord) {
    BootPacket packet{BootOpcode::block, 0x0000ff03, 2, 3, {}};
    append_u32(packet.data, 0x01020304);
    const Bytes bytes = encode(packet);
    EXPECT_EQ(load_u8(bytes, 1), 1) << "version";
    EXPECT_EQ(load_u8(bytes, 5), 3) << "opcode";
    EXPECT_EQ(load_u8(bytes, 9), 3);
    EXPECT_EQ(load_u8(bytes, 18), 1) << "most significant first";
    EXPECT_EQ(std::get<BootPacket>(decode_boot_packet(bytes)), packet);
}

TEST(Boot, RefusesWhatIsNoBootPacket) {
    Bytes bytes = encode(BootPacket{});
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_boot_packet(std::span(bytes).first(n))));
    bytes.resize(18 + 3);
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_boot_packet(bytes))) << "not whole words";
    bytes.resize(18 + 1028);
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_boot_packet(bytes))) << "too long";
    bytes.resize(18);
    bytes[1] = std::byte{2};
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_boot_packet(bytes))) << "version 2";
}

TEST(ApplicationImage, SurvivesARoundTripAndSaysWhatItIsNot) {
    const ApplicationImage image{2, 1, "spinn"};
    Bytes bytes = encode(image);
    EXPECT_EQ(bytes.size(), application_image_bytes);
    EXPECT_EQ(std::get<ApplicationImage>(decode_application_image(bytes)), image);
    for (const std::size_t offset : {0u, 4u, 8u, 12u}) {
        Bytes wrong = bytes;
        wrong[offset + 3] = std::byte{0x77};
        const auto decoded = decode_application_image(wrong);
        ASSERT_TRUE(std::holds_alternative<DecodeError>(decoded)) << offset;
        EXPECT_EQ(std::get<DecodeError>(decoded).offset, offset);
    }
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_application_image(std::span(bytes).first(63))));
}

}  // namespace
}  // namespace spinn
