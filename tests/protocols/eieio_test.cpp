#include "protocols/eieio.hpp"

#include <gtest/gtest.h>

namespace spinn {
namespace {

EieioData decoded(const Bytes& bytes) { return std::get<EieioData>(std::get<EieioMessage>(decode_eieio(bytes))); }

TEST(Eieio, SurvivesARoundTripInEveryShape) {
    for (const EieioType type :
         {EieioType::key16, EieioType::key16_payload16, EieioType::key32, EieioType::key32_payload32})
        for (int shape = 0; shape < 16; ++shape) {
            EieioData data;
            data.type = type;
            if ((shape & 1) != 0) data.prefix = 0x1234;
            data.prefix_is_upper = (shape & 3) == 3;
            if ((shape & 4) != 0) data.payload_prefix = 0x5678;
            data.payloads_are_times = (shape & 8) != 0;
            const bool with_payload = type == EieioType::key16_payload16 || type == EieioType::key32_payload32;
            for (std::uint32_t i = 0; i < 5; ++i) data.events.push_back({i + 1, with_payload ? i + 7 : 0});
            EXPECT_EQ(decoded(encode(data)), data) << static_cast<int>(type) << " " << shape;
        }
}

TEST(Eieio, HasTheBytesOfTheLiveGatherersDefault) {
    EieioData data;
    data.payload_prefix = 5;
    data.payloads_are_times = true;
    data.events = {{0x01020304, 0}};
    const Bytes bytes = encode(data);
    EXPECT_EQ(load_u16(bytes, 0), 0x3801) << "count, then 32-bit keys, times, a payload prefix";
    EXPECT_EQ(load_u32(bytes, 2), 5u);
    EXPECT_EQ(load_u32(bytes, 6), 0x01020304u);
    EXPECT_EQ(most_events(data), 62u);
    EXPECT_EQ(most_events(EieioData{.type = EieioType::key16}), 127u);
    EXPECT_EQ(most_events(EieioData{}), 63u);
    EXPECT_EQ(most_events(EieioData{.type = EieioType::key32_payload32}), 31u);
}

TEST(Eieio, MakesKeysAsTheReverseTagSourceDoes) {
    const EieioEvent event{0x0042, 3};
    EieioData data;
    data.type = EieioType::key16;
    EXPECT_EQ(whole_key(data, event, 0x70000), 0x70042u) << "the atom's number, put to the core's key";
    data.prefix = 0xabcd;
    data.prefix_is_upper = true;
    EXPECT_EQ(whole_key(data, event, 0x70000), 0xabcd0042u);
    data.prefix_is_upper = false;
    EXPECT_EQ(whole_key(data, event, 0x70000), 0x0042abcdu);
    data.type = EieioType::key32;
    EXPECT_EQ(whole_key(data, {0x70042, 0}, 0), 0x70042u | 0xabcdu);
    data.prefix_is_upper = true;
    EXPECT_EQ(whole_key(data, {0x42, 0}, 0), 0xabcd0042u);
    EXPECT_FALSE(whole_payload(data, event));
    data.payload_prefix = 9;
    EXPECT_EQ(whole_payload(data, event), 9u);
    data.type = EieioType::key32_payload32;
    EXPECT_EQ(whole_payload(data, {1, 6}), 15u) << "or";
}

TEST(Eieio, KnowsCommandsFromData) {
    const EieioCommand command{EieioCommandNumber::database, {std::byte{'a'}, std::byte{'b'}}};
    const Bytes bytes = encode(command);
    EXPECT_EQ(load_u16(bytes, 0), 0x4001);
    EXPECT_EQ(std::get<EieioCommand>(std::get<EieioMessage>(decode_eieio(bytes))), command);
    EXPECT_EQ(load_u16(encode(EieioCommand{EieioCommandNumber::start_resume, {}}), 0), 0x400b);
}

TEST(Eieio, IsRefusedWhenItEndsEarly) {
    EieioData data;
    data.type = EieioType::key32_payload32;
    data.prefix = 1;
    data.payload_prefix = 2;
    data.events = {{1, 2}, {3, 4}};
    const Bytes bytes = encode(data);
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_eieio(std::span(bytes).first(n)))) << n;
    Bytes longer = bytes;
    longer.push_back(std::byte{1});
    EXPECT_EQ(decoded(longer), data) << "what lies behind the last event is ignored";
}

}  // namespace
}  // namespace spinn
