// Connectivity drawn many at a time against its plain twin: the same synapses in the same order, bit for bit.
#include "plain_generator.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace spinn {
namespace {

constexpr double infinity = INFINITY;

NeuronSelection scattered(std::uint32_t count, std::uint32_t modulus, std::uint32_t factor) {
    NeuronSelection s{0, 1, count, {}};
    for (std::uint32_t i = 0; i < count; ++i)
        s.indices.push_back((i * factor + 3) % modulus);  // modulus prime: all different
    return s;
}

struct Draws {
    Distribution weight, delay_ms;
};

/// Constants, every kind of distribution, and delays that reach from one tick to beyond what is tabled.
std::vector<Draws> all_sorts_of_draws() {
    const Distribution clipped{DistributionKind::normal_clipped, 0.5, 0.3, 0.0, infinity};
    const Distribution clipped_delay{DistributionKind::normal_clipped, 1.5, 0.75, 0.1, infinity};
    return {
        {constant(-0.5), constant(1.5)},
        {clipped, constant(1.5)},
        {constant(0.25), clipped_delay},
        {clipped, clipped_delay},
        {{DistributionKind::normal_clipped, -3.0, 0.5, -infinity, 0.0}, {DistributionKind::exponential, 2.0}},
        {{DistributionKind::normal, 0.1, 2.0}, {DistributionKind::uniform, 0.1, 300.0}},
        {{DistributionKind::normal_clipped_to_boundary, 0.1, 2.0, -1.0, 3.0}, {DistributionKind::uniform_int, 1, 20}},
        {{DistributionKind::uniform, -1.0, 2.0}, {DistributionKind::normal, 2.0, 1.0}},
        {{DistributionKind::uniform_int, -3.0, 9.0}, {DistributionKind::normal_clipped, 0.0, 1.0, 7.0, 30.0}},
        {{DistributionKind::exponential, 0.7}, {DistributionKind::normal_clipped_to_boundary, 1.0, 3.0, 0.5, 4.0}},
        {{DistributionKind::normal_clipped, 0.0, 1.0, 36.0, 60.0}, clipped_delay},
        {{DistributionKind::normal, 1.0, 0.0}, {DistributionKind::exponential, 0.0}},
    };
}

std::string describe(const ConnectionRule& rule, std::uint32_t first, std::uint32_t n) {
    return "connector " + std::to_string(static_cast<int>(rule.kind)) + " projection " +
           std::to_string(rule.projection) + " pre " + std::to_string(rule.pre.count) + " post " +
           std::to_string(rule.post.count) + " self excluded " + std::to_string(!rule.allow_self_connections) +
           " replacement " + std::to_string(rule.with_replacement) + " p " + std::to_string(rule.probability) + " n " +
           std::to_string(rule.n) + " range " + std::to_string(first) + " + " + std::to_string(n);
}

/// @returns the number of synapses
std::size_t expect_same(const ConnectionRule& rule, std::uint32_t first, std::uint32_t n) {
    std::vector<Synapse> expected;
    plain::generate(rule, first, n, [&](const Synapse& synapse) { expected.push_back(synapse); });
    std::size_t at = 0, wrong = 0;
    generate_batches(rule, first, n, [&](const SynapseBatch& batch) {
        EXPECT_NE(batch.size(), 0u);
        EXPECT_EQ(batch.post.size(), batch.size());
        EXPECT_EQ(batch.weight.size(), batch.size());
        EXPECT_EQ(batch.delay_ticks.size(), batch.size());
        for (std::size_t i = 0; i < batch.size(); ++i, ++at) {
            if (at >= expected.size()) continue;
            const Synapse &synapse = batch[i], &plain = expected[at];
            wrong += synapse.pre != plain.pre || synapse.post != plain.post ||
                     std::bit_cast<std::uint64_t>(synapse.weight) != std::bit_cast<std::uint64_t>(plain.weight) ||
                     synapse.delay_ticks != plain.delay_ticks;
        }
    });
    EXPECT_EQ(at, expected.size()) << describe(rule, first, n);
    EXPECT_EQ(wrong, 0u) << describe(rule, first, n);
    return at;
}

/// Connectors with a few and with many synapses. @param size 0, 1, 2
ConnectionRule rule_of(ConnectorKind kind, const NeuronSelection& pre, const NeuronSelection& post, bool self_excluded,
                       bool replacement, int size) {
    ConnectionRule rule;
    rule.kind = kind;
    rule.seed = 4711;
    rule.pre = pre;
    rule.post = post;
    rule.same_population = true;
    rule.allow_self_connections = !self_excluded;
    rule.with_replacement = replacement;
    rule.timestep_ms = 0.1;
    rule.probability = size == 0 ? 0.004 : size == 1 ? 0.1 : 0.7;
    const std::uint64_t room = kind == ConnectorKind::fixed_total_number
                                   ? std::uint64_t{pre.count} * post.count - std::min(pre.count, post.count)
                               : kind == ConnectorKind::fixed_number_pre ? pre.count - 1
                                                                         : post.count - 1;
    rule.n = size == 0 ? std::min<std::uint64_t>(room, 7) : size == 1 ? room / 3 : room - room / 10;
    if (problem_of(rule)) rule.n = 0;
    if (kind == ConnectorKind::list)
        for (std::uint32_t i = 0; i < 50; ++i)
            rule.synapses.push_back({i * 7 % pre.count, i * 31 % post.count, 0.25 * i, 1 + i % 5});
    return rule;
}

TEST(GeneratorTwin, EqualsTheBatchesForEveryConnectorViewAndRange) {
    const std::vector<std::pair<NeuronSelection, NeuronSelection>> views = {
        {{0, 1, 70, {}}, {0, 1, 600, {}}},
        {{0, 1, 300, {}}, {0, 1, 256, {}}},
        {{0, 1, 1, {}}, {0, 1, 3, {}}},
        {{5, 3, 90, {}}, {2, 2, 400, {}}},
        {scattered(80, 1009, 37), scattered(530, 1009, 101)},
        {{0, 1, 40, {}}, scattered(100, 101, 13)},
        {scattered(50, 1009, 7), {3, 1, 520, {}}},
    };
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges = {
        {0, ~0u}, {256, 256}, {100, 90}, {255, 2}, {517, 1}};
    const std::vector<Draws> draws = all_sorts_of_draws();
    std::uint32_t projection = 0;
    std::size_t synapses = 0;
    for (const auto& [pre, post] : views)
        for (int kind = 0; kind <= static_cast<int>(ConnectorKind::list); ++kind)
            for (const bool self_excluded : {false, true})
                for (const bool replacement : {false, true})
                    for (const int size : {0, 1, 2}) {
                        ConnectionRule rule =
                            rule_of(static_cast<ConnectorKind>(kind), pre, post, self_excluded, replacement, size);
                        rule.projection = projection++;
                        for (const std::size_t which : {std::size_t{3}, projection % draws.size()}) {
                            rule.weight = draws[which].weight;
                            rule.delay_ms = draws[which].delay_ms;
                            ASSERT_EQ(problem_of(rule), std::nullopt) << describe(rule, 0, 0);
                            for (const auto& [first, n] : ranges) synapses += expect_same(rule, first, n);
                        }
                    }
    EXPECT_GT(synapses, 5'000'000u);
}

TEST(GeneratorTwin, EqualsTheBatchesForEveryDistribution) {
    std::uint32_t projection = 0;
    for (const Draws& draws : all_sorts_of_draws())
        for (int kind = 0; kind < static_cast<int>(ConnectorKind::list); ++kind)
            for (const int size : {0, 1}) {
                ConnectionRule rule =
                    rule_of(static_cast<ConnectorKind>(kind), {0, 1, 150, {}}, {0, 1, 700, {}}, true, size != 0, size);
                rule.projection = projection++;
                rule.weight = draws.weight;
                rule.delay_ms = draws.delay_ms;
                expect_same(rule, 0, ~0u);
                expect_same(rule, 256, 300);
            }
}

TEST(GeneratorTwin, EqualsTheBatchesForLargeProjections) {
    const Draws draws = all_sorts_of_draws()[3];
    ConnectionRule rule;
    rule.seed = 99;
    rule.weight = draws.weight;
    rule.delay_ms = draws.delay_ms;
    rule.timestep_ms = 0.1;
    rule.same_population = true;
    rule.allow_self_connections = false;
    rule.pre = {0, 1, 20683, {}};
    rule.post = {0, 1, 20683, {}};
    for (const bool replacement : {false, true}) {
        rule.with_replacement = replacement;
        rule.kind = ConnectorKind::fixed_total_number;
        rule.n = 45'000'000;
        EXPECT_GT(expect_same(rule, 512, 256), 500'000u);
        expect_same(rule, 20480, 256);  // the last block, which is shorter
        expect_same(rule, 1000, 100);
        rule.kind = ConnectorKind::fixed_number_pre;
        rule.n = 2000;
        expect_same(rule, 1000, 100);
        rule.n = 10;
        expect_same(rule, 0, 5000);
        rule.kind = ConnectorKind::fixed_number_post;
        expect_same(rule, 1000, 300);
        rule.n = 2000;
        expect_same(rule, 20400, 300);
    }
    rule.kind = ConnectorKind::fixed_probability;
    rule.probability = 0.0005;
    expect_same(rule, 0, ~0u);
    rule.probability = 0.1;
    expect_same(rule, 700, 600);
    rule.kind = ConnectorKind::fixed_number_pre;  // beyond the bitmap, and with integers often drawn again
    rule.pre = {0, 1, 3'000'000'000u, {}};
    rule.post = {0, 1, 100, {}};
    rule.same_population = false;
    for (const bool replacement : {false, true}) {
        rule.with_replacement = replacement;
        rule.n = 3000;
        expect_same(rule, 0, ~0u);
    }
    rule.kind = ConnectorKind::fixed_total_number;
    rule.n = 100'000;
    expect_same(rule, 0, ~0u);
    rule.with_replacement = false;
    expect_same(rule, 0, ~0u);
}

}  // namespace
}  // namespace spinn
