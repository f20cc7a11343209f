#include "runtime/layout/regions.hpp"

#include <gtest/gtest.h>

#include <random>

#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/population_table.hpp"

namespace spinn {
namespace {

template <typename T, typename Decode>
void survives(const T& sent, const Decode& decode) {
    const std::vector<std::uint32_t> words = encode(sent);
    auto got = decode(words);
    ASSERT_TRUE(std::holds_alternative<T>(got));
    EXPECT_EQ(std::get<T>(got), sent);
    for (std::size_t n = 0; n < words.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode(std::span(words).first(n))))
            << "cut to " << n << " words";
}

TEST(Regions, SurviveARoundTripWithEveryFieldDifferentAndRefuseEveryTruncation) {
    RegionTable table{};
    for (std::uint32_t r = 0; r < region_count; ++r) table[r] = {0x60000000 + 4 * r, 100 + r, 200 + r};
    survives(table, decode_region_table);
    survives(SystemRegion{ProgramKind::array_source, 100, 0x123456789abcdef0, 3, 512, 200, true, {0x4000, 0xffffff00}},
             decode_system_region);
    survives(SynapseRegion{7, 1, 6, {3, 5}, 1024}, decode_synapse_region);
    survives(DelayRegion{9, 32, 256, {0x800, 0xffffff00}}, decode_delay_region);
    survives(RecordingPlan{{{0, 1, {1, 5, 9}}, {2, 10, {0}}}}, decode_recording_plan);
    const std::vector<RecordingBuffer> buffers = {{1000, 4, 0x60300000}, {2000, 8 | recording_lost_flag, 0x60400000}};
    auto got = decode_recording_buffers(encode(buffers));
    EXPECT_EQ(std::get<std::vector<RecordingBuffer>>(got), buffers);
}

TEST(Regions, AConnectionsRegionSurvivesARoundTrip) {
    CoreProjection projection;
    projection.receptor = 1;
    projection.address_index = 2;
    projection.delayed_address_index = 3;
    projection.n_source_cores = 4;
    projection.atoms_per_core = 50;
    projection.n_stages = 6;
    projection.stage_ticks = 16;
    projection.rule.kind = ConnectorKind::fixed_probability;
    projection.rule.probability = 0.25;
    projection.rule.seed = 9;
    projection.rule.projection = 7;
    projection.rule.pre = {0, 1, 200, {}};
    projection.rule.post = {10, 2, 30, {}};
    projection.rule.weight = constant(0.5);
    projection.rule.delay_ms = {DistributionKind::uniform, 1.0, 2.0};
    survives(std::vector<CoreProjection>{projection, projection}, decode_connections_region);
    CoreProjection plastic = projection, short_term = projection;
    plastic.plastic = true;
    short_term.short_term = ShortTermConstants{11, 12, 13};
    survives(std::vector<CoreProjection>{short_term, plastic, projection, short_term}, decode_connections_region);
    short_term.short_term->u = short_term_one + 1;
    const auto refused = decode_connections_region(encode(std::vector<CoreProjection>{short_term}));
    EXPECT_EQ(std::get<DecodeError>(refused).reason, "a U above 1");
}

TEST(Regions, DecodersTakeAnyWords) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 20000; ++trial) {
        std::vector<std::uint32_t> words(random() % 40);
        for (std::uint32_t& word : words) word = random() % 3 == 0 ? random() : random() % 8;
        decode_region_table(words);
        decode_system_region(words);
        decode_synapse_region(words);
        decode_delay_region(words);
        decode_recording_plan(words);
        decode_recording_buffers(words);
        decode_population_table(words);
        decode_connections_region(words);
    }
    SUCCEED() << "no crash, no large allocation; run under the sanitizers";
}

TEST(Regions, RefuseWhatWouldReadOutsideTheirTables) {
    PopulationTable table;
    table.entries = {{0, 0, 0, 2, 0, 0, 1}};
    table.addresses = {0};
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_population_table(encode(table))))
        << "address list too short";
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_synapse_region(encode(SynapseRegion{8, 1, 8, {}, 1}))))
        << "17 bits do not fit a synaptic word";
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_recording_plan(encode(RecordingPlan{{{0, 1, {5, 5}}}}))))
        << "an atom twice";
}

}  // namespace
}  // namespace spinn
