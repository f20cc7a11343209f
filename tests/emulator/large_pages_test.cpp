#include "emulator/large_pages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace spinn {
namespace {

bool is_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

TEST(LargeBuffer, IsZeroedAndAtLeastAsLongAsAskedFor) {
    for (const std::size_t n : {1u, 64u, 4097u, (2u << 20) - 1, 2u << 20, (6u << 20) + 5}) {
        const LargeBuffer buffer(n);
        ASSERT_GE(buffer.bytes().size(), n);
        EXPECT_TRUE(is_zero(buffer.bytes())) << n;
        buffer.bytes().front() = buffer.bytes().back() = std::byte{1};  // all of it may be written
    }
    EXPECT_TRUE(LargeBuffer(0).bytes().empty());
    EXPECT_TRUE(LargeBuffer().bytes().empty());
}

TEST(LargeBuffer, MovesWithItsBytes) {
    LargeBuffer a(100);
    a.bytes()[99] = std::byte{7};
    const std::byte* const place = a.bytes().data();
    LargeBuffer b(std::move(a));
    EXPECT_EQ(b.bytes().data(), place);
    LargeBuffer c(5'000'000);
    c = std::move(b);
    EXPECT_EQ(c.bytes().data(), place);
    EXPECT_EQ(c.bytes()[99], std::byte{7});
    c = LargeBuffer();
    EXPECT_TRUE(c.bytes().empty());
}

TEST(PreferLargePages, ChangesNoByte) {
    std::vector<std::byte> bytes(9'000'000, std::byte{3});
    for (const auto& [first, n] : {std::pair{0u, 0u}, {1u, 5u}, {4096u, 4096u}, {17u, 8'999'000u}, {0u, 9'000'000u}})
        prefer_large_pages(std::span(bytes).subspan(first, n));
    EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{3}; }));
}

}  // namespace
}  // namespace spinn
