#include "runtime/random_words.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace spinn {
namespace {

TEST(RandomWords, EqualOneBlockAtATime) {
    for (const std::size_t n : {0, 1, 3, 4, 7, 8, 9, 12, 15, 16, 17, 256, 1001}) {
        Counters counters;
        for (std::uint32_t i = 0; i < n; ++i) counters.push(0xfffffff0 + i, i * 0x9e3779b9u, i / 3);
        std::vector<std::uint32_t> out(4 * n + 4, 77), plain(4 * n + 4, 77);
        const auto draw = [&](auto function, std::vector<std::uint32_t>& to) {
            function(0x123456789abcdef, DrawUse::weight, 17, counters.b(), counters.c(), counters.d(), n, to.data());
        };
        draw(random_words_plain, plain);
        draw([](auto... arguments) { random_words(arguments...); }, out);
        EXPECT_EQ(out, plain) << n;  // and nothing written beyond the end
        for (std::uint32_t i = 0; i < n; ++i) {
            const RandomBlock block =
                random_block(0x123456789abcdef, DrawUse::weight, 17, 0xfffffff0 + i, i * 0x9e3779b9u, i / 3);
            for (std::size_t word = 0; word < 4; ++word) ASSERT_EQ(out[4 * i + word], block[word]) << i;
        }
    }
}

TEST(RandomWords, RunsOfCountersAreTheirCounters) {
    Counters counters;
    counters.push(1, 2, 3);
    counters.push_run(4, 5, 6, 3);
    ASSERT_EQ(counters.size(), 4u);
    for (std::uint32_t i = 1; i < 4; ++i) {
        EXPECT_EQ(counters.b()[i], 4u);
        EXPECT_EQ(counters.c()[i], 5u);
        EXPECT_EQ(counters.d()[i], 5 + i);
    }
    counters.clear();
    EXPECT_EQ(counters.size(), 0u);
}

}  // namespace
}  // namespace spinn
