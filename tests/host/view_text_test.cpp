#include "host/view_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace spinn {
namespace {

std::vector<std::uint32_t> neurons(std::string_view brackets, std::uint32_t size) {
    const auto result = parse_selection(brackets, size);
    if (std::holds_alternative<ViewError>(result)) return {};
    const auto& selection = std::get<NeuronSelection>(result);
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < selection.count; ++i) all.push_back(neuron_at(selection, i));
    return all;
}

TEST(ViewText, SlicesFollowPython) {
    using testing::ElementsAre;
    EXPECT_THAT(neurons("", 3), ElementsAre(0, 1, 2));
    EXPECT_THAT(neurons("[1:3]", 5), ElementsAre(1, 2));
    EXPECT_THAT(neurons("[0:5:2]", 5), ElementsAre(0, 2, 4));
    EXPECT_THAT(neurons("[:2]", 5), ElementsAre(0, 1));
    EXPECT_THAT(neurons("[3:]", 5), ElementsAre(3, 4));
    EXPECT_THAT(neurons("[-2:]", 5), ElementsAre(3, 4));
    EXPECT_THAT(neurons("[ 3, 0 ,4]", 5), ElementsAre(3, 0, 4));
    EXPECT_THAT(neurons("[-1]", 5), ElementsAre(4));
    EXPECT_THAT(neurons("[::4]", 5), ElementsAre(0, 4));
}

TEST(ViewText, WhatIsNoViewIsAnError) {
    for (const char* brackets : {"[]", "[5]", "[-6]", "[0:6]", "[2:1]", "[0:5:0]", "[0:5:-1]", "[1:2:3:4]", "[1,,2]",
                                 "[1,1]", "[1, -4]", "[a]", "[1", "[99999999999999999999]", "[0:5]]"})
        EXPECT_TRUE(std::holds_alternative<ViewError>(parse_selection(brackets, 5))) << brackets;
}

TEST(ViewText, ASelectionSurvivesARoundTripThroughText) {
    const std::uint32_t size = 12;
    for (std::uint32_t start = 0; start < size; ++start)
        for (std::uint32_t step = 1; step < size; ++step)
            for (std::uint32_t count = 1; start + (count - 1) * step < size; ++count) {
                const NeuronSelection selection{start, step, count, {}};
                const std::string text = selection_text(selection, size);
                const auto back = parse_selection(text, size);
                ASSERT_TRUE(std::holds_alternative<NeuronSelection>(back)) << text;
                EXPECT_EQ(std::get<NeuronSelection>(back), selection) << text;
            }
    const NeuronSelection one{0, 1, 1, {7}};
    EXPECT_EQ(std::get<NeuronSelection>(parse_selection(selection_text(one, size), size)), one);
}

TEST(ViewText, OverlapCountsSharedNeurons) {
    const std::uint32_t size = 9;
    std::vector<NeuronSelection> selections{{0, 1, 3, {8, 1, 4}}, {0, 1, 2, {4, 0}}};
    for (std::uint32_t start = 0; start < size; ++start)
        for (std::uint32_t step = 1; step < size; ++step)
            for (std::uint32_t count = 1; start + (count - 1) * step < size; ++count)
                selections.push_back({start, step, count, {}});
    for (const NeuronSelection& a : selections)
        for (const NeuronSelection& b : selections) {
            std::set<std::uint32_t> members;
            for (std::uint32_t i = 0; i < a.count; ++i) members.insert(neuron_at(a, i));
            std::uint64_t shared = 0;
            for (std::uint32_t i = 0; i < b.count; ++i) shared += members.count(neuron_at(b, i));
            ASSERT_EQ(overlap(a, b), shared) << selection_text(a, size) << selection_text(b, size);
        }
}

}  // namespace
}  // namespace spinn
