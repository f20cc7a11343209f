#include "runtime/random_batch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace spinn {
namespace {

TEST(RandomBatch, EqualsOneBlockAtATime) {
    constexpr std::uint32_t untouched = 0x55aa55aa;
    for (const std::uint32_t n : {0u, 1u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 256u, 1001u}) {
        std::vector<std::uint32_t> out(4 * std::size_t{n} + 16, untouched), plain = out;
        random_blocks(0x123456789abcdef, DrawUse::poisson, 17, 0xfffffff0, 3, 9, n, out.data());
        random_blocks_plain(0x123456789abcdef, DrawUse::poisson, 17, 0xfffffff0, 3, 9, n, plain.data());
        ASSERT_EQ(out, plain) << n;
        ASSERT_EQ(out[4 * n], untouched);
        for (std::size_t i = 0; i < n; ++i) {
            const RandomBlock block =
                random_block(0x123456789abcdef, DrawUse::poisson, 17, 0xfffffff0 + static_cast<std::uint32_t>(i), 3, 9);
            for (std::size_t word = 0; word < 4; ++word) ASSERT_EQ(out[word * n + i], block[word]) << i;
        }
    }
}

}  // namespace
}  // namespace spinn
