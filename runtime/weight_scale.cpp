#include "runtime/weight_scale.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

/// Adding 2^52 to a double below it rounds half to even and leaves the integer in the low bits of the sum.
/// @returns the number above 65535; `n_large` counts those that are too large for this
SPINN_VECTOR_CLONES std::uint64_t convert(const double* __restrict weights, std::size_t n, double factor,
                                          std::uint32_t* __restrict integers, std::uint64_t& n_large) {
    std::uint64_t masked = 0, large = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double scaled = std::abs(weights[i]) * factor;
        const std::uint64_t integer = std::bit_cast<std::uint64_t>(scaled + 0x1p52) & 0x000fffffffffffffu;
        integers[i] = static_cast<std::uint32_t>(integer & 0xffff);
        masked += (integer >> 16) != 0 ? 1 : 0;
        large += scaled >= 0x1p51 ? 1 : 0;
    }
    n_large = large;
    return masked;
}

}  // namespace

std::uint64_t integer_weights(std::span<const double> weights, double factor, std::span<std::uint32_t> integers) {
    std::uint64_t n_large = 0;
    std::uint64_t masked = convert(weights.data(), weights.size(), factor, integers.data(), n_large);
    if (n_large == 0) return masked;
    masked = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double scaled = std::nearbyint(std::abs(weights[i]) * factor);
        const auto integer = static_cast<std::uint64_t>(std::min(scaled, 0x1p62));
        integers[i] = static_cast<std::uint32_t>(integer & 0xffff);
        masked += integer > 0xffff ? 1 : 0;
    }
    return masked;
}

}  // namespace spinn
