#include "runtime/chip_matrix.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "protocols/error.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

using Random = std::mersenne_twister_engine<std::uint32_t, 32, 624, 397, 31, 0x9908b0df, 11, 0xffffffff, 7, 0x9d2c5680,
                                            15, 0xefc60000, 18, 1812433253>;  // mt19937, in 32 bits

/// Neuron cores of one chip that hear populations of `rows` neurons with keys from 0x1000 * (population + 1).
struct TestChip {
    std::vector<std::uint32_t> pool;
    std::deque<SynapticInput> inputs;
    std::vector<std::vector<std::uint32_t>> tables;
    std::vector<ChipCore> cores;

    TestChip(std::size_t pool_words, std::uint32_t n_cores, const std::vector<std::uint32_t>& rows) : pool(pool_words) {
        tables.resize(n_cores, std::vector<std::uint32_t>(rows.size(), 77));
        for (std::uint32_t c = 0; c < n_cores; ++c) {
            SynapticInput& input = inputs.emplace_back();
            for (std::uint32_t p = 0; p < rows.size(); ++p) {
                input.table.entries.push_back({0x1000 * (p + 1), ~0xfffu, p, 1, 0, 12, rows[p]});
                input.table.addresses.push_back(invalid_matrix_address);
            }
            input.matrix = pool;
            input.table_addresses = tables[c];
            cores.push_back({c + 1, &input});
        }
    }
    LooseRows& loose(std::uint32_t core, std::uint32_t population, std::uint32_t n_rows) {
        inputs[core].loose.push_back({population, n_rows, 3, 9, {}, {}});
        return inputs[core].loose.back();
    }
};

TEST(ChipMatrix, GivesEveryCoreItsRowsInTheOrderTheyWereMade) {
    Random random(3);
    for (int trial = 0; trial < 60; ++trial) {
        const std::uint32_t n_cores = 1 + random() % 17;
        const std::vector<std::uint32_t> rows = {1 + random() % 40, 1 + random() % 5};
        std::uint64_t bound = 0;
        std::vector<std::vector<std::vector<std::uint32_t>>> expected;  // [core * 2 + population][row]
        TestChip chip(200000, n_cores, rows);
        for (std::uint32_t c = 0; c < n_cores; ++c)
            for (std::uint32_t p = 0; p < 2; ++p) {
                auto& here = expected.emplace_back(rows[p]);
                LooseRows& loose = chip.loose(c, p, rows[p]);
                const std::uint32_t n = random() % 3 == 0 ? 0 : random() % 300;
                for (std::uint32_t i = 0; i < n; ++i) {
                    loose.row.push_back(random() % 4 == 0 ? 0 : random() % rows[p]);
                    loose.word.push_back(random());
                    here[loose.row.back()].push_back(loose.word.back());
                }
                bound += matrix_words_bound(rows[p], n);
            }
        chip.pool.resize(bound);  // what the mapper reserves is enough
        for (SynapticInput& input : chip.inputs) input.matrix = chip.pool;
        lay_out_rows(chip.cores);
        for (std::uint32_t c = 0; c < n_cores; ++c)
            for (std::uint32_t p = 0; p < 2; ++p) {
                const SynapticInput& input = chip.inputs[c];
                const std::uint32_t key = 0x1000 * (p + 1);
                EXPECT_EQ(chip.tables[c][p], input.table.addresses[p]) << "a host sees the address";
                const std::vector<RowBlock> blocks = resolve(input, key, rows[p]);
                for (std::uint32_t r = 0; r < rows[p]; ++r) {
                    std::vector<std::uint32_t> found;
                    if (!blocks.empty()) found.assign(row(blocks[0], r).begin(), row(blocks[0], r).end());
                    ASSERT_EQ(found, expected[2 * c + p][r]) << "core " << c << ", population " << p << ", row " << r;
                    const std::vector<RowBlock> one = resolve(input, key + r, 1);
                    ASSERT_EQ(one.size(), blocks.size());
                    if (!one.empty()) {
                        ASSERT_EQ(row(one[0], 0).data(), row(blocks[0], r).data());
                    }
                }
                if (!blocks.empty()) {
                    EXPECT_EQ(blocks[0].min_delay_ticks, 3u);
                }
            }
        EXPECT_TRUE(chip.inputs[0].loose[0].word.empty()) << "nothing is held twice";
    }
}

TEST(ChipMatrix, PutsTheRowsOfOneNeuronSideBySide) {
    TestChip chip(100, 3, {2});
    for (std::uint32_t c = 0; c < 3; ++c) {
        LooseRows& loose = chip.loose(c, 0, 2);
        loose.row = {0, 1, 1};
        loose.word = {10 * c, 10 * c + 1, 10 * c + 2};
    }
    lay_out_rows(chip.cores);
    // rows, columns, cores; offsets; then for each neuron the ends, two to a word, and its words for core 1, 2, 3.
    const std::vector<std::uint32_t> expected = {2,  3,  1,           2, 3, 0, 5,  13, 1 | 2 << 16, 3, 0,
                                                 10, 20, 2 | 4 << 16, 6, 1, 2, 11, 12, 21,          22};
    EXPECT_EQ(std::vector<std::uint32_t>(chip.pool.begin(), chip.pool.begin() + 21), expected);
}

std::string refusal(TestChip& chip) {
    try {
        lay_out_rows(chip.cores);
    } catch (const RequestError& error) {
        return error.what();
    }
    return "";
}

TEST(ChipMatrix, RefusesWhatCannotBe) {
    TestChip small(8, 1, {1});
    LooseRows& many = small.loose(0, 0, 1);
    many.row.assign(10, 0);
    many.word.assign(10, 5);
    EXPECT_NE(refusal(small).find("at least 60 bytes, 32 are left"), std::string::npos);

    TestChip disagreeing(100, 2, {4});
    for (const std::uint32_t c : {0u, 1u}) {
        LooseRows& loose = disagreeing.loose(c, 0, 4 + c);
        loose.row = {0};
        loose.word = {1};
    }
    EXPECT_NE(refusal(disagreeing).find("disagree"), std::string::npos);

    TestChip crowded(100000, 2, {1});
    for (const std::uint32_t c : {0u, 1u}) {
        LooseRows& loose = crowded.loose(c, 0, 1);
        loose.row.assign(40000, 0);
        loose.word.assign(40000, 1);
    }
    EXPECT_NE(refusal(crowded).find("80000 synapses on one chip"), std::string::npos);

    TestChip twice(100, 1, {1, 1});
    twice.inputs[0].table.entries[1].key = twice.inputs[0].table.entries[0].key;
    for (const std::uint32_t p : {0u, 1u}) {
        LooseRows& loose = twice.loose(0, p, 1);
        loose.row = {0};
        loose.word = {1};
    }
    EXPECT_NE(refusal(twice).find("two entries"), std::string::npos);

    TestChip apart(100, 2, {1});
    std::vector<std::uint32_t> elsewhere(100);
    apart.inputs[1].matrix = elsewhere;
    EXPECT_NE(refusal(apart).find("different memory"), std::string::npos);
}

}  // namespace
}  // namespace spinn
