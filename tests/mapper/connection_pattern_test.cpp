// Patterns against what their definitions say, worked out here by other means.
#include "mapper/connection_pattern.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace spinn {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

ConnectionRule rule_of(std::uint32_t n_pre, std::uint32_t n_post) {
    ConnectionRule rule;
    rule.kind = ConnectorKind::list;
    rule.seed = 11;
    rule.projection = 2;
    rule.pre = {0, 1, n_pre, {}};
    rule.post = {0, 1, n_post, {}};
    rule.weight = constant(0.5);
    rule.delay_ms = constant(2.0);
    rule.timestep_ms = 0.5;
    return rule;
}

std::vector<ListedSynapse> made(const ConnectionPattern& pattern, const ConnectionRule& rule,
                                const Structure& structure = {}) {
    EXPECT_EQ(problem_of(pattern, rule), std::nullopt);
    return synapses_of(pattern, rule, positions_of(structure, rule.pre.count),
                       positions_of(structure, rule.post.count));
}

Pairs pairs(const std::vector<ListedSynapse>& synapses) {
    Pairs pairs;
    for (const ListedSynapse& synapse : synapses) pairs.emplace_back(synapse.pre, synapse.post);
    return pairs;
}

TEST(ConnectionPattern, OneToOneOffsetShiftsAndWraps) {
    ConnectionPattern pattern{PatternKind::one_to_one_offset, {{"offset", 2.0}}, {}, ""};
    EXPECT_EQ(pairs(made(pattern, rule_of(5, 5))), (Pairs{{0, 2}, {1, 3}, {2, 4}}));
    pattern.numbers = {{"offset", -1.0}, {"wrap", 1.0}};
    EXPECT_EQ(pairs(made(pattern, rule_of(4, 4))), (Pairs{{0, 3}, {1, 0}, {2, 1}, {3, 2}}));
    pattern.numbers = {{"offset", 1.0}, {"wrap", 1.0}, {"n_neurons_per_group", 2.0}};
    EXPECT_EQ(pairs(made(pattern, rule_of(4, 4))), (Pairs{{0, 1}, {1, 0}, {2, 3}, {3, 2}}));
    const auto synapses = made(pattern, rule_of(4, 4));
    EXPECT_EQ(synapses[0].weight, 0.5);
    EXPECT_EQ(synapses[0].delay_ticks, 4u);
    pattern.numbers["n_neurons_per_group"] = 3.0;
    EXPECT_TRUE(problem_of(pattern, rule_of(4, 4)).has_value());
}

TEST(ConnectionPattern, AllButMeLeavesTheSameIndexOut) {
    ConnectionPattern pattern{PatternKind::all_but_me, {{"n_neurons_per_group", 3.0}}, {}, ""};
    const auto synapses = made(pattern, rule_of(6, 6));
    EXPECT_EQ(synapses.size(), 12u);
    for (const ListedSynapse& s : synapses) {
        EXPECT_EQ(s.pre / 3, s.post / 3);
        EXPECT_NE(s.pre, s.post);
    }
    pattern.lists["weights"] = {1, 2, 3, 4, 5, 6};
    const auto weighted = made(pattern, rule_of(6, 6));
    for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(weighted[i].weight, static_cast<double>(i % 6 + 1));
    pattern.lists["weights"].pop_back();
    EXPECT_TRUE(problem_of(pattern, rule_of(6, 6)).has_value());
}

TEST(ConnectionPattern, SmallWorldIsLocalButForWhatWasRewired) {
    ConnectionPattern pattern{PatternKind::small_world, {{"degree", 2.5}, {"rewiring", 0.0}}, {}, ""};
    const auto local = made(pattern, rule_of(100, 100));
    for (const ListedSynapse& s : local) EXPECT_LT(std::abs(static_cast<int>(s.pre) - static_cast<int>(s.post)), 3);
    EXPECT_EQ(local.size(), 100u * 5 - 6);
    pattern.numbers["rewiring"] = 0.2;
    const auto rewired = made(pattern, rule_of(100, 100));
    EXPECT_EQ(rewired.size(), local.size());
    const auto far = std::count_if(rewired.begin(), rewired.end(), [](const ListedSynapse& s) {
        return std::abs(static_cast<int>(s.pre) - static_cast<int>(s.post)) > 2;
    });
    const double expected = 0.2 * 0.95 * static_cast<double>(local.size());  // one in 20 lands near again
    EXPECT_NEAR(static_cast<double>(far), expected, 4.0 * std::sqrt(expected));
}

TEST(ConnectionPattern, IndexBasedTakesTruthAndProbability) {
    ConnectionPattern pattern{PatternKind::index_based, {}, {}, "(i + j) % 3 == 0"};
    for (const auto& [i, j] : pairs(made(pattern, rule_of(10, 12)))) EXPECT_EQ((i + j) % 3, 0u);
    EXPECT_EQ(made(pattern, rule_of(10, 12)).size(), 40u);
    pattern.text = "0.3 * (i < 100)";
    const auto half = made(pattern, rule_of(200, 100));
    EXPECT_NEAR(static_cast<double>(half.size()), 3000.0, 4.0 * std::sqrt(2100.0));
    for (const ListedSynapse& s : half) EXPECT_LT(s.pre, 100u);
    pattern.text = "i +";
    EXPECT_TRUE(problem_of(pattern, rule_of(2, 2)).has_value());
}

TEST(ConnectionPattern, DistanceDependentFollowsItsFunction) {
    ConnectionPattern pattern{PatternKind::distance_dependent, {}, {}, "exp(-d / 4)"};
    const auto synapses = made(pattern, rule_of(400, 400));
    std::map<int, int> at_distance;
    for (const ListedSynapse& s : synapses) ++at_distance[std::abs(static_cast<int>(s.pre) - static_cast<int>(s.post))];
    for (const int d : {0, 1, 4, 10}) {
        const double n = d == 0 ? 400.0 : 2.0 * (400 - d), p = std::exp(-d / 4.0);
        EXPECT_NEAR(at_distance[d], n * p, 4.0 * std::sqrt(n * p * (1.0 - p)) + 1e-9) << d;
    }
    // On a grid of 5 x 4, dx 2, dy 3: neuron k at (k / 4, k % 4).
    const Structure grid{.kind = Structure::Kind::grid_2d, .dx = 2.0, .dy = 3.0, .aspect_ratio = 1.25};
    pattern.text = "d < 3.5";
    std::set<std::pair<std::uint32_t, std::uint32_t>> expected;
    for (std::uint32_t a = 0; a < 20; ++a)
        for (std::uint32_t b = 0; b < 20; ++b) {
            const double dx = 2.0 * (static_cast<double>(a / 4) - b / 4),
                         dy = 3.0 * (static_cast<double>(a % 4) - b % 4);
            if (std::sqrt(dx * dx + dy * dy) < 3.5) expected.emplace(a, b);
        }
    const Pairs found = pairs(made(pattern, rule_of(20, 20), grid));
    EXPECT_EQ((std::set<std::pair<std::uint32_t, std::uint32_t>>(found.begin(), found.end())), expected);
}

TEST(ConnectionPattern, DisplacementKnowsDirections) {
    const ConnectionPattern pattern{PatternKind::displacement_dependent, {}, {}, "d[0] > 0 and d[0] <= 2"};
    EXPECT_EQ(pairs(made(pattern, rule_of(4, 4))), (Pairs{{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 3}}));
}

TEST(ConnectionPattern, SelfConnectionsCanBeForbidden) {
    ConnectionPattern pattern{PatternKind::index_based, {{"allow_self_connections", 0.0}}, {}, "i == j"};
    ConnectionRule rule = rule_of(5, 5);
    EXPECT_EQ(made(pattern, rule).size(), 5u) << "two populations";
    rule.same_population = true;
    EXPECT_EQ(made(pattern, rule).size(), 0u);
}

TEST(ConnectionPattern, ArrayHasARowForEachPreNeuron) {
    ConnectionPattern pattern{PatternKind::array, {}, {{"array", {1, 0, 0, 0, 1, 1}}}, ""};
    EXPECT_EQ(pairs(made(pattern, rule_of(2, 3))), (Pairs{{0, 0}, {1, 1}, {1, 2}}));
    EXPECT_TRUE(problem_of(pattern, rule_of(3, 3)).has_value());
}

TEST(ConnectionPattern, KernelCentresOnThePreNeuron) {
    ConnectionPattern pattern{
        PatternKind::kernel, {}, {{"shape_pre", {4, 5}}, {"shape_post", {4, 5}}, {"shape_kernel", {3, 3}}}, ""};
    std::vector<double> weights, delays;
    for (int k = 0; k < 9; ++k) weights.push_back(k + 1.0), delays.push_back(0.5 * (k + 1));
    pattern.lists["weight_kernel"] = weights;
    pattern.lists["delay_kernel"] = delays;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<double, std::uint32_t>> expected;
    for (int r = 0; r < 4; ++r)
        for (int c = 0; c < 5; ++c)
            for (int dr = -1; dr <= 1; ++dr)
                for (int dc = -1; dc <= 1; ++dc) {
                    const int R = r + dr, C = c + dc;
                    if (R < 0 || R >= 4 || C < 0 || C >= 5) continue;
                    const int k = (1 - dr) * 3 + (1 - dc);
                    expected[{r * 5 + c, R * 5 + C}] = {k + 1.0, static_cast<std::uint32_t>(k + 1)};
                }
    const auto synapses = made(pattern, rule_of(20, 20));
    EXPECT_EQ(synapses.size(), expected.size());
    for (const ListedSynapse& s : synapses)
        EXPECT_EQ((std::pair{s.weight, s.delay_ticks}), (expected[{s.pre, s.post}])) << s.pre << "->" << s.post;
    pattern.lists["weight_kernel"].pop_back();
    EXPECT_TRUE(problem_of(pattern, rule_of(20, 20)).has_value());
}

TEST(ConnectionPattern, ConvolutionIsThatOfNeuralNetworks) {
    // Drive by an image and compare with the sum written out: stride 2, padding 1, kernel 3 x 2 with both signs.
    constexpr int rows = 5, columns = 6, kr = 3, kc = 2, stride = 2, pad = 1;
    const std::vector<double> kernel = {0.5, -1.0, 2.0, 0.0, -0.25, 1.5};
    constexpr int post_rows = (rows + 2 * pad - kr) / stride + 1, post_columns = (columns + 2 * pad - kc) / stride + 1;
    ConnectionPattern pattern{PatternKind::convolution,
                              {},
                              {{"shape_pre", {rows, columns}},
                               {"kernel_shape", {kr, kc}},
                               {"kernel_weights", kernel},
                               {"strides", {stride}},
                               {"padding", {pad, pad}}},
                              ""};
    const ConnectionRule rule = rule_of(rows * columns, post_rows * post_columns);
    std::vector<double> image, sums(rule.post.count), expected(rule.post.count);
    for (int i = 0; i < rows * columns; ++i) image.push_back(std::sin(1.0 + i));
    for (int R = 0; R < post_rows; ++R)
        for (int C = 0; C < post_columns; ++C)
            for (int r = 0; r < kr; ++r)
                for (int c = 0; c < kc; ++c) {
                    const int y = R * stride + r - pad, x = C * stride + c - pad;
                    if (y >= 0 && y < rows && x >= 0 && x < columns)
                        expected[static_cast<std::size_t>(R * post_columns + C)] +=
                            kernel[static_cast<std::size_t>(r * kc + c)] *
                            image[static_cast<std::size_t>(y * columns + x)];
                }
    for (const double part : {1.0, -1.0}) {
        pattern.numbers["part"] = part;
        for (const ListedSynapse& s : made(pattern, rule)) {
            EXPECT_GT(s.weight * part, 0.0);
            sums[s.post] += s.weight * image[s.pre];
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(sums[i], expected[i], 1e-12) << i;
    EXPECT_TRUE(problem_of(pattern, rule_of(rows * columns, 9)).has_value());
}

TEST(ConnectionPattern, PoolingAveragesBeforeItConnects) {
    // 4 x 4 pooled 2 x 2 gives 2 x 2, densely to 3 targets.
    std::vector<double> weights;
    for (int i = 0; i < 12; ++i) weights.push_back(i + 1.0);
    const ConnectionPattern pattern{
        PatternKind::pool_dense, {}, {{"shape_pre", {4, 4}}, {"pool_shape", {2, 2}}, {"weights", weights}}, ""};
    const auto synapses = made(pattern, rule_of(16, 3));
    EXPECT_EQ(synapses.size(), 48u);
    for (const ListedSynapse& s : synapses) {
        const std::uint32_t pooled = s.pre / 4 / 2 * 2 + s.pre % 4 / 2;
        EXPECT_EQ(s.weight, weights[pooled * 3 + s.post] / 4.0);
    }
}

TEST(ConnectionPattern, DrawsBelongToPairs) {
    // A narrower view of the post population draws the same for the pairs that remain.
    const ConnectionPattern pattern{PatternKind::index_based, {}, {}, "0.4"};
    ConnectionRule rule = rule_of(30, 40), part = rule_of(30, 25);
    rule.weight = part.weight = {DistributionKind::uniform, 0.0, 1.0};
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> of_part;
    for (const ListedSynapse& s : made(pattern, part)) of_part[{s.pre, s.post}] = s.weight;
    std::size_t seen = 0;
    for (const ListedSynapse& s : made(pattern, rule)) {
        if (s.post >= 25) continue;
        ++seen;
        EXPECT_EQ((of_part.at({s.pre, s.post})), s.weight);
    }
    EXPECT_EQ(seen, of_part.size());
    rule.seed = 12;
    EXPECT_NE(pairs(made(pattern, rule)), pairs(made(pattern, rule_of(30, 40))));
}

}  // namespace
}  // namespace spinn
