#include "runtime/random_batch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace spinn {
namespace {

TEST(RandomBatch, EqualsOneBlockAtATime) {
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{256}, std::size_t{1001}}) {
        std::vector<std::uint32_t> out(4 * n);
        random_blocks(0x123456789abcdef, DrawUse::poisson, 17, 0xfffffff0, 3, 9, n, out.data());
        for (std::size_t i = 0; i < n; ++i) {
            const RandomBlock block =
                random_block(0x123456789abcdef, DrawUse::poisson, 17, 0xfffffff0 + static_cast<std::uint32_t>(i), 3, 9);
            for (std::size_t word = 0; word < 4; ++word) ASSERT_EQ(out[word * n + i], block[word]) << i;
        }
    }
}

}  // namespace
}  // namespace spinn
