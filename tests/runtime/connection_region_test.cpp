#include "runtime/layout/connection_region.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace spinn {
namespace {

ConnectionRule every_field_different() {
    ConnectionRule rule;
    rule.kind = ConnectorKind::fixed_total_number;
    rule.seed = 0x0123456789abcdefu;
    rule.projection = 17;
    rule.pre = {3, 5, 100, {}};
    rule.post = {7, 2, 4, {40, 30, 60, 50}};
    rule.same_population = true;
    rule.allow_self_connections = false;
    rule.with_replacement = true;
    rule.probability = 0.125;
    rule.n = 0x1234567891u;
    rule.weight = {DistributionKind::normal_clipped, 0.5, 0.25, -1.5, 2.5};
    rule.delay_ms = {DistributionKind::normal_clipped_to_boundary, 1.25, 0.75, 0.375,
                     std::numeric_limits<double>::infinity()};
    rule.timestep_ms = 0.0625;
    rule.synapses = {{1, 2, -0.75, 9}, {11, 3, 0.875, 13}};
    return rule;
}

TEST(ConnectionRegion, SurvivesARoundTripWithEveryFieldDifferent) {
    const ConnectionRule rule = every_field_different();
    std::vector<std::uint32_t> words = encode(rule);
    words.push_back(99);  // what follows is not part of the rule
    std::size_t words_read = 0;
    const auto decoded = decode_connection_rule(words, words_read);
    ASSERT_TRUE(std::holds_alternative<ConnectionRule>(decoded)) << std::get<DecodeError>(decoded).reason;
    EXPECT_EQ(std::get<ConnectionRule>(decoded), rule);
    EXPECT_EQ(words_read, words.size() - 1);
}

TEST(ConnectionRegion, EachFlagHasItsOwnBit) {
    for (int flags = 0; flags < 8; ++flags) {
        ConnectionRule rule = every_field_different();
        rule.n = 5;
        rule.same_population = (flags & 1) != 0;
        rule.allow_self_connections = (flags & 2) != 0;
        rule.with_replacement = (flags & 4) != 0;
        std::size_t words_read = 0;
        EXPECT_EQ(std::get<ConnectionRule>(decode_connection_rule(encode(rule), words_read)), rule);
        EXPECT_EQ(encode(rule)[1], static_cast<std::uint32_t>(flags));
    }
}

TEST(ConnectionRegion, AListedSynapseTakesFiveWords) {
    ConnectionRule rule = every_field_different();
    const std::size_t before = encode(rule).size();
    rule.synapses.push_back({2, 2, 1.0, 1});
    EXPECT_EQ(encode(rule).size(), before + 5);
}

TEST(ConnectionRegion, WordsThatEndTooEarlyAreAnError) {
    const std::vector<std::uint32_t> words = encode(every_field_different());
    for (std::size_t n = 0; n < words.size(); ++n) {
        std::size_t words_read = 7;
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_connection_rule(std::span(words).first(n), words_read)))
            << n;
        EXPECT_EQ(words_read, 7u);
    }
}

TEST(ConnectionRegion, ImpossibleRulesAreAnErrorWithTheReason) {
    const auto reason = [](auto change) {
        ConnectionRule rule = every_field_different();
        change(rule);
        std::size_t words_read = 0;
        const auto decoded = decode_connection_rule(encode(rule), words_read);
        return std::holds_alternative<DecodeError>(decoded) ? std::get<DecodeError>(decoded).reason
                                                            : std::string{"none"};
    };
    EXPECT_EQ(reason([](ConnectionRule&) {}), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.kind = ConnectorKind{7}; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.pre.step = 0; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.pre.count = 0xffffffff; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.post.count = 5; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.post.indices[1] = 40; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.probability = 1.5; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.probability = std::nan(""); }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.n = ~std::uint64_t{0}; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.with_replacement = false; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.timestep_ms = 0.0; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.weight.b = -1.0; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.weight.kind = DistributionKind{7}; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.delay_ms.low = std::nan(""); }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.synapses[1].pre = 100; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.synapses[1].post = 4; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.synapses[0].delay_ticks = 0; }), "none");
    EXPECT_NE(reason([](ConnectionRule& r) { r.synapses[0].weight = INFINITY; }), "none");
}

TEST(ConnectionRegion, UnknownFlagsAreAnError) {
    std::vector<std::uint32_t> words = encode(every_field_different());
    words[1] |= 8;
    std::size_t words_read = 0;
    EXPECT_EQ(std::get<DecodeError>(decode_connection_rule(words, words_read)).offset, 4u);
}

}  // namespace
}  // namespace spinn
