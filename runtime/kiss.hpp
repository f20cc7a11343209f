/// The board's generator: Marsaglia's KISS with 64-bit multiplication (spinn_common, random.c, mars_kiss64_seed).
///
/// Sequential: what a draw is depends on how many were drawn before it. Only where the board's own order of draws is
/// asked for; everything else draws with runtime/random.hpp.
#pragma once

#include <cstdint>

namespace spinn {

struct Kiss {
    std::uint32_t x = 123456789, y = 987654321, z = 43219876, c = 6543217;  ///< as the board's unseeded generator

    std::uint32_t next() {
        x = 314527869u * x + 1234567u;
        y ^= y << 5;
        y ^= y >> 7;
        y ^= y << 22;
        const std::uint64_t t = std::uint64_t{4294584393u} * z + c;
        c = static_cast<std::uint32_t>(t >> 32);
        z = static_cast<std::uint32_t>(t);
        return x + y + z;
    }
    bool operator==(const Kiss&) const = default;
};

/// The board's check of a seed (spinn_common, validate_mars_kiss64_seed): y is not 0, c within 1 to 698769068.
constexpr Kiss validated(Kiss seed) {
    if (seed.y == 0) seed.y = 13031301;
    seed.c = seed.c % 698769068 + 1;
    return seed;
}

}  // namespace spinn
