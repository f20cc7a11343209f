// The quantiles of many draws at once. Every value takes the steps of quantile() in runtime/distribution.cpp, so it has
// the same bits; where that branches, both ways are computed and one is chosen. Compiled with -fno-math-errno and
// -fno-trapping-math, without which no square root and no choice becomes vector code; neither changes a value.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/distribution.hpp"
#include "runtime/quantile_parts.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

constexpr std::size_t tile = 512;
constexpr std::uint64_t bits_of_2_52 = 0x4330000000000000u;
constexpr std::uint64_t fraction_bits = 0x000fffffffffffffu;

/// unit_of(draw): 2^52 + draw is exact, and so is the difference. Not every instruction set converts unsigned integers.
inline double unit_from(std::uint32_t draw) {
    return (std::bit_cast<double>(bits_of_2_52 | draw) - 0x1p52 + 0.5) * 0x1p-32;
}

/// x = m 2^exponent with m in [sqrt(1/2), sqrt(2)), as portable_log splits it. x is normal and positive.
struct Split {
    double m, exponent;
};
inline Split split(double x) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
    const double half_to_one = std::bit_cast<double>((bits & fraction_bits) | 0x3fe0000000000000u);
    const double exponent = std::bit_cast<double>(bits_of_2_52 | (bits >> 52)) - (0x1p52 + 1022.0);
    const bool small = half_to_one < sqrt_half;
    return {small ? half_to_one * 2.0 : half_to_one, small ? exponent - 1.0 : exponent};
}
inline double scaled_log(double exponent, double logarithm) {
    return exponent * ln2_high + (exponent * ln2_low + logarithm);
}

inline double clamped(double x, double low, double high) {
    const double above = x < low ? low : x;
    return high < above ? high : above;
}

SPINN_VECTOR_CLONES void uniform_values(const std::uint32_t* __restrict draws, std::size_t n, double centre,
                                        double scale, double high, double* __restrict values) {
    for (std::size_t i = 0; i < n; ++i) {
        const double x = centre + unit_from(draws[i]) * scale;
        values[i] = high < x ? high : x;
    }
}

SPINN_VECTOR_CLONES void whole_values(const std::uint32_t* __restrict draws, std::size_t n, double centre, double scale,
                                      double high, double* __restrict values) {
    for (std::size_t i = 0; i < n; ++i) {
        const double x = centre + std::floor(unit_from(draws[i]) * scale);
        values[i] = high < x ? high : x;
    }
}

/// -scale * portable_log1p(-u)
SPINN_VECTOR_CLONES void exponential_values(const std::uint32_t* __restrict draws, std::size_t n, double scale,
                                            double* __restrict values) {
    for (std::size_t i = 0; i < n; ++i) {
        const double x = -unit_from(draws[i]);
        const bool near = -x < 0.25;
        const Split s = split(1.0 + x);
        const double series = two_atanh((near ? x : s.m - 1.0) / (near ? 2.0 + x : s.m + 1.0));
        values[i] = -scale * (near ? series : scaled_log(s.exponent, series));
    }
}

/// Room for a tile of draws.
struct Tile {
    double u[tile];               ///< the probability to invert
    double tail[tile];            ///< the probability of lying further out
    std::uint64_t outside[tile];  ///< 1: not in the centre
    double tails[tile];           ///< those of the draws outside the centre, and their quantiles
    double tail_quantiles[tile];
    std::uint32_t where[tile];  ///< they came from
};

/// The probabilities, and their quantiles as if all lay in the centre.
SPINN_VECTOR_CLONES void centre_values(const std::uint32_t* __restrict draws, std::size_t n, double base, double span,
                                       Tile& t, double* __restrict values) {
    for (std::size_t i = 0; i < n; ++i) {
        const double u = base + unit_from(draws[i]) * span, q = u - 0.5;
        const double above = 1.0 - u;
        values[i] = centre_quantile(q);
        t.u[i] = u;
        t.tail[i] = q < 0.0 ? u : above;
        t.outside[i] = std::abs(q) > centre_half_width ? 1 : 0;
    }
}

/// Quantiles of tail probabilities from the smallest normal double up; where `far` is not 0, the value is wrong.
SPINN_VECTOR_CLONES std::uint64_t tail_values(const double* __restrict tails, std::size_t n,
                                              double* __restrict values) {
    std::uint64_t n_far = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const Split s = split(tails[i]);
        const double logarithm = scaled_log(s.exponent, two_atanh((s.m - 1.0) / (s.m + 1.0)));
        const double r = std::sqrt(-logarithm);
        values[i] = polynomial(tail_top, r - 1.6) / polynomial(tail_bottom, r - 1.6);
        n_far += r <= 5.0 ? 0 : 1;
    }
    return n_far;
}

SPINN_VECTOR_CLONES void shift_and_clamp(double* __restrict values, std::size_t n, double centre, double scale,
                                         double low, double high) {
    for (std::size_t i = 0; i < n; ++i) values[i] = clamped(centre + scale * values[i], low, high);
}

void normal_values(const PreparedDistribution& p, Tile& t, const std::uint32_t* draws, std::size_t n, double* values) {
    centre_values(draws, n, p.base, p.span, t, values);
    std::size_t n_tails = 0;  // without branches: which draws lie outside is a matter of chance
    for (std::size_t i = 0; i < n; ++i) {
        t.tails[n_tails] = t.tail[i];
        t.where[n_tails] = static_cast<std::uint32_t>(i);
        n_tails += t.outside[i];
    }
    std::uint64_t n_far = tail_values(t.tails, n_tails, t.tail_quantiles);
    for (std::size_t j = 0; j < n_tails; ++j) n_far += t.tails[j] < std::numeric_limits<double>::min() ? 1 : 0;
    for (std::size_t j = 0; j < n_tails; ++j)
        values[t.where[j]] = std::copysign(t.tail_quantiles[j], t.u[t.where[j]] - 0.5);
    if (n_far != 0)
        for (std::size_t j = 0; j < n_tails; ++j) values[t.where[j]] = portable_normal_quantile(t.u[t.where[j]]);
    shift_and_clamp(values, n, p.centre, p.scale, p.low, p.high);
}

}  // namespace

void quantiles(const PreparedDistribution& p, std::span<const std::uint32_t> draws, std::span<double> values) {
    const std::size_t n = draws.size();
    switch (p.kind) {
        case DistributionKind::constant:
            std::fill(values.begin(), values.end(), p.centre);
            return;
        case DistributionKind::uniform:
            return uniform_values(draws.data(), n, p.centre, p.scale, p.high, values.data());
        case DistributionKind::uniform_int:
            return whole_values(draws.data(), n, p.centre, p.scale, p.high, values.data());
        case DistributionKind::exponential:
            return exponential_values(draws.data(), n, p.scale, values.data());
        default:
            break;
    }
    if (p.scale == 0.0) {
        std::fill(values.begin(), values.end(), clamped(p.centre, p.low, p.high));
        return;
    }
    Tile t;
    for (std::size_t i = 0; i < n; i += tile)
        normal_values(p, t, draws.data() + i, std::min(tile, n - i), values.data() + i);
}

}  // namespace spinn
