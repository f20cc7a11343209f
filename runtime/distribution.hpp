/// Random distributions of weights, delays, parameters and initial values, with PyNN's names and meanings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spinn {

enum class DistributionKind : std::uint32_t {
    constant = 0,                    ///< a
    uniform = 1,                     ///< [a = low, b = high)
    normal = 2,                      ///< a = mu, b = sigma
    normal_clipped = 3,              ///< redrawn until inside [low, high]
    normal_clipped_to_boundary = 4,  ///< values outside become low or high
    exponential = 5,                 ///< a = beta, the mean
    uniform_int = 6,                 ///< whole numbers in [a, b], both included
};

struct Distribution {
    DistributionKind kind = DistributionKind::constant;
    double a = 0.0, b = 0.0;
    double low = 0.0, high = 0.0;  ///< of the two clipped kinds; infinities allowed
    bool operator==(const Distribution&) const = default;
};

constexpr Distribution constant(double value) { return {DistributionKind::constant, value}; }

/// Name in a network file: "uniform", "normal_clipped", ... ("constant" is not written).
std::string_view name_of(DistributionKind kind);

/// The value at quantile u in (0, 1): one uniform draw gives one value (inverse distribution function). Plain IEEE
/// arithmetic, so the same bits on every machine. normal_clipped inverts the truncated distribution, which is what
/// redrawing until inside gives.
double quantile(const Distribution& distribution, double u);

/// What is wrong with the parameters (not finite, sigma < 0, low > high, ...), in words; nullopt when they can be drawn
/// from.
std::optional<std::string> problem_of(const Distribution& distribution);

/// A distribution with everything computed that does not depend on the draw.
struct PreparedDistribution {
    DistributionKind kind = DistributionKind::constant;
    double centre = 0.0, scale = 0.0;  ///< value = centre + scale * (standard value)
    double base = 0.0, span = 0.0;     ///< normal kinds: probability base + u * span is inverted
    double low = 0.0, high = 0.0;      ///< the result is clamped to these
};
PreparedDistribution prepare(const Distribution& distribution);

/// The quantile, as `quantile(distribution, u)`: same bits.
double quantile(const PreparedDistribution& distribution, double u);

/// The quantile that a 32-bit draw stands for: u = (draw + 1/2) / 2^32.
constexpr double unit_of(std::uint32_t draw) { return (static_cast<double>(draw) + 0.5) * 0x1p-32; }

/// values[i] = quantile(distribution, unit_of(draws[i])), several at a time: same bits. Equal sizes.
void quantiles(const PreparedDistribution& distribution, std::span<const std::uint32_t> draws,
               std::span<double> values);

double mean(const Distribution& distribution);
double variance(const Distribution& distribution);

/// The probability that a draw is at most x.
double cumulative(const Distribution& distribution, double x);

/// A value that the largest (smallest) of n draws stays below (above) with probability 0.99 or more, never beyond the
/// bounds of the distribution. n >= 1. Used for sizes and for the ring-buffer shift (sPyNNaker,
/// get_maximum_probable_value).
double maximum_probable(const Distribution& distribution, double n);
double minimum_probable(const Distribution& distribution, double n);

/// Natural logarithm, exponential, normal distribution function and its inverse in plain IEEE double arithmetic (a
/// relative error below 1e-14): the same bits whatever C library and instruction set, because networks are drawn with
/// them. Only operations that IEEE 754 rounds exactly are used, and no fused multiply-add (-ffp-contract=off).
double portable_log(double x);              ///< x > 0
double portable_log1p(double x);            ///< log(1 + x), x > -1; exact in the limit of small x
double portable_exp(double x);              ///< 0 and infinity where the result leaves the range of a double
double portable_normal_cdf(double x);       ///< relative error, also far out in the lower tail
double portable_normal_quantile(double u);  ///< u in (0, 1). Source: Wichura 1988, algorithm AS 241, PPND16
double portable_log_factorial(double n);    ///< n >= 0, a whole number

}  // namespace spinn
