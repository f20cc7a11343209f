/// The regions of plasticity: what is written reads back, and any other words give a reason.
#include <gtest/gtest.h>

#include <random>

#include "protocols/error.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/plasticity_region.hpp"
#include "runtime/plastic_input.hpp"

namespace spinn {
namespace {

PlasticityRegion triplet_region() {
    PlasticityRegion region;
    region.timing = TimingRule::pfister_triplet;
    region.weight = WeightRule::additive_triplet;
    region.backprop_delay = false;
    region.alpha = 7;
    for (std::uint32_t t = 0; t < 4; ++t)
        region.tables.push_back({t, {2048, static_cast<std::int16_t>(1000 + t), 3, static_cast<std::int16_t>(t)}});
    region.tables[3].entries.resize(2);
    region.constants[0] = {{1}, {200}, {3}, {-4}, {5}, {6}};
    region.constants[1] = {{11}, {212}, {13}, {14}, {-15}, {16}};
    return region;
}

TEST(PlasticityRegion, SurvivesARoundTripWithEveryFieldDifferent) {
    const PlasticityRegion sent = triplet_region();
    EXPECT_EQ(std::get<PlasticityRegion>(decode_plasticity_region(encode(sent))), sent);
}

TEST(PlasticityRegion, EveryShorterRegionHasAReason) {
    const std::vector<std::uint32_t> words = encode(triplet_region());
    for (std::size_t n = 0; n < words.size(); ++n) {
        const auto decoded = decode_plasticity_region(std::span(words).first(n));
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decoded)) << n;
    }
}

TEST(PlasticityRegion, RefusesWhatTheArithmeticCannotTake) {
    const std::vector<std::uint32_t> good = encode(triplet_region());
    const auto reason = [&](std::size_t word, std::uint32_t value) {
        std::vector<std::uint32_t> words = good;
        words[word] = value;
        const auto decoded = decode_plasticity_region(words);
        const auto* error = std::get_if<DecodeError>(&decoded);
        return error == nullptr ? std::string("accepted") : std::string(error->reason);
    };
    EXPECT_EQ(reason(0, 99), "unknown timing rule");
    EXPECT_EQ(reason(1, 99), "unknown weight rule");
    EXPECT_EQ(reason(1, 1), "a weight rule that the timing rule does not go with");
    EXPECT_EQ(reason(2, 2), "unknown flags of plasticity");
    EXPECT_EQ(reason(3, 0x8000), "alpha is not within s4.11");
    EXPECT_EQ(reason(4, 2), "not as many tables as the timing rule has");
    EXPECT_EQ(reason(5, 3), "a table of an odd length, or a shift above 15");
    EXPECT_EQ(reason(6, 0x0000ffff), "a decay outside 0 to 1");
    EXPECT_EQ(reason(good.size() - 48, 201), "weights must lie between w_min >= 0 and w_max >= w_min");
}

/// Two matrices in one region, rows of 0 to 5 synapses.
struct Rows {
    std::vector<CoreProjection> projections = std::vector<CoreProjection>(2);
    std::vector<LooseRows> loose;
    std::vector<std::uint32_t> region;
    std::vector<PlasticMatrix> matrices;

    Rows() {
        for (std::uint32_t p = 0; p < 2; ++p) {
            projections[p].rule.projection = 5 + p;
            projections[p].address_index = 2 * p;
            projections[p].delayed_address_index = 2 * p + 1;
            projections[p].n_source_cores = 2;
            projections[p].atoms_per_core = 3;
            projections[p].n_stages = 2;
            projections[p].stage_ticks = 8;
            projections[p].plastic = true;
        }
        std::mt19937 random(1);
        std::uint64_t bound = 1;
        for (const std::uint32_t address : {0u, 1u, 2u}) {
            LooseRows rows{address, address == 1 ? 12u : 6u, 1, 7, {}, {}};
            for (std::uint32_t i = 0; i < 17; ++i) {
                rows.row.push_back(random() % 5);
                rows.word.push_back(static_cast<std::uint32_t>(random()));
            }
            bound += plastic_words_bound(rows.n_rows, rows.row.size());
            loose.push_back(rows);
        }
        region.resize(bound);
        matrices = lay_out_plastic_rows(projections, loose, region);
    }
};

TEST(PlasticRows, HoldEverySynapseInItsRowInTheOrderGiven) {
    const Rows rows;
    const auto decoded = decode_plastic_matrices(rows.region);
    const auto& headers = std::get<std::vector<PlasticMatrixHeader>>(decoded);
    ASSERT_EQ(headers.size(), 3u);
    EXPECT_EQ(headers[0].projection, 5u);
    EXPECT_EQ(headers[1].projection, 5u);
    EXPECT_EQ(headers[2].projection, 6u);
    EXPECT_EQ(headers[0].n_stages, 0u);
    EXPECT_EQ(headers[1].n_stages, 2u);
    for (std::size_t m = 0; m < 3; ++m) {
        EXPECT_EQ(headers[m], rows.matrices[m].header);
        for (std::uint32_t i = 0; i < headers[m].n_rows; ++i) {
            PlasticRowCopy expected;
            for (std::size_t s = 0; s < rows.loose[m].row.size(); ++s) {
                if (rows.loose[m].row[s] != i) continue;
                expected.weights.push_back(static_cast<std::uint16_t>(rows.loose[m].word[s] >> 16));
                expected.fixed.push_back(static_cast<std::uint16_t>(rows.loose[m].word[s] & 0xffff));
            }
            EXPECT_EQ(std::get<PlasticRowCopy>(decode_plastic_row(rows.region, headers[m], i)), expected);
        }
    }
}

TEST(PlasticRows, OfDelayStagesBelongToTheirSourceNeurons) {
    // Source cores of 3 neurons, two stages of 8 ticks: rows 0-2 stage 1 of core 0, 3-5 stage 2, 6-8 stage 1 of core 1.
    const PlasticMatrixHeader delayed{.n_stages = 2, .stage_ticks = 8, .atoms_per_core = 3, .n_rows = 12};
    EXPECT_EQ(owner_of_row(delayed, 1).pre, 1u);
    EXPECT_EQ(owner_of_row(delayed, 1).delay_ticks, 8u);
    EXPECT_EQ(owner_of_row(delayed, 4).pre, 1u);
    EXPECT_EQ(owner_of_row(delayed, 4).delay_ticks, 16u);
    EXPECT_EQ(owner_of_row(delayed, 11).pre, 5u);
    EXPECT_EQ(owner_of_row(delayed, 11).delay_ticks, 16u);
    const PlasticMatrixHeader direct{.n_stages = 0, .atoms_per_core = 3, .n_rows = 6};
    EXPECT_EQ(owner_of_row(direct, 5).pre, 5u);
    EXPECT_EQ(owner_of_row(direct, 5).delay_ticks, 0u);
}

TEST(PlasticRows, DamagedRegionsGiveRowsOrReasons) {
    const Rows rows;
    std::mt19937 random(2);
    int reasons = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        std::vector<std::uint32_t> words = rows.region;
        for (int k = 0; k < 3; ++k)
            words[random() % words.size()] = random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : random() % 64;
        words.resize(random() % 2 == 0 ? words.size() : random() % words.size());
        const auto decoded = decode_plastic_matrices(words);
        const auto* const headers = std::get_if<std::vector<PlasticMatrixHeader>>(&decoded);
        if (headers == nullptr) {
            ++reasons;
            continue;
        }
        for (const PlasticMatrixHeader& header : *headers)
            for (std::uint32_t i = 0; i < header.n_rows; ++i)
                reasons += std::holds_alternative<DecodeError>(decode_plastic_row(words, header, i)) ? 1 : 0;
    }
    EXPECT_GT(reasons, 500);
}

TEST(PlasticRows, ARegionThatIsTooSmallIsRefused) {
    Rows rows;
    std::vector<std::uint32_t> small(rows.region.size() / 2);
    EXPECT_THROW(lay_out_plastic_rows(rows.projections, rows.loose, small), RequestError);
    std::vector<std::uint32_t> tiny(3);
    EXPECT_THROW(lay_out_plastic_rows(rows.projections, rows.loose, tiny), RequestError);
}

}  // namespace
}  // namespace spinn
