#include "runtime/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/quantile_parts.hpp"

namespace spinn {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double sqrt_two_pi = 2.50662827463100050242;
constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double inverse_ln2 = 1.44269504088896340736;

/// Density of the standard normal; the square is split so that its rounding error does not reach the exponent.
double normal_density(double x) {
    if (std::abs(x) > 40.0) return 0.0;
    const double coarse = std::trunc(x * 16.0) / 16.0;
    const double rest = (x - coarse) * (x + coarse);
    return portable_exp(-0.5 * coarse * coarse) * portable_exp(-0.5 * rest) / sqrt_two_pi;
}

/// x * density(x), 0 at both infinities
double normal_moment(double x) { return std::isinf(x) ? 0.0 : x * normal_density(x); }

/// The magnitude of the normal quantile for the probability `tail` < 0.075 of lying further out.
double tail_quantile(double tail) {
    if (tail <= 0.0) return 38.5;  // where the distribution function underflows
    const double r = std::sqrt(-portable_log(tail));
    if (r <= 5.0) return polynomial(tail_top, r - 1.6) / polynomial(tail_bottom, r - 1.6);
    return polynomial(far_tail_top, r - 5.0) / polynomial(far_tail_bottom, r - 5.0);
}

bool is_normal_kind(DistributionKind kind) {
    return kind == DistributionKind::normal || kind == DistributionKind::normal_clipped ||
           kind == DistributionKind::normal_clipped_to_boundary;
}

/// The distribution of -X. Not for exponential.
Distribution mirrored(const Distribution& d) {
    switch (d.kind) {
        case DistributionKind::uniform:
        case DistributionKind::uniform_int:
            return {d.kind, -d.b, -d.a, d.low, d.high};
        default:
            return {d.kind, -d.a, d.b, -d.high, -d.low};
    }
}

/// Mean and variance of a standard normal value cut at alpha and beta: redrawn, or moved to the boundary.
struct Moments {
    double mean = 0.0, variance = 0.0;
};

Moments clipped_moments(const Distribution& d) {
    const double alpha = (d.low - d.a) / d.b, beta = (d.high - d.a) / d.b;
    const double below = portable_normal_cdf(alpha), above = portable_normal_cdf(-beta);
    const double inside = std::max(0.0, 1.0 - below - above);
    const double first = normal_density(alpha) - normal_density(beta);
    const double second = inside + normal_moment(alpha) - normal_moment(beta);
    if (d.kind == DistributionKind::normal_clipped_to_boundary) {
        const double low_mass = std::isinf(alpha) ? 0.0 : alpha * below;
        const double high_mass = std::isinf(beta) ? 0.0 : beta * above;
        const double low_square = std::isinf(alpha) ? 0.0 : alpha * low_mass;
        const double high_square = std::isinf(beta) ? 0.0 : beta * high_mass;
        const double m = first + low_mass + high_mass;
        return {d.a + d.b * m, d.b * d.b * std::max(0.0, second + low_square + high_square - m * m)};
    }
    if (inside > 1e-3) {
        const double m = first / inside;
        return {d.a + d.b * m, d.b * d.b * std::max(0.0, second / inside - m * m)};
    }
    // Far out in a tail the closed form cancels: midpoint rule over the quantiles.
    constexpr int points = 4096;
    const PreparedDistribution prepared = prepare(d);
    const double origin = quantile(prepared, 0.5);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < points; ++i) {
        const double x = quantile(prepared, (i + 0.5) / points) - origin;
        sum += x;
        squares += x * x;
    }
    const double m = sum / points;
    return {origin + m, std::max(0.0, squares / points - m * m)};
}

/// The probability with which each of n draws may pass a bound that all of them keep with probability 0.99.
double tail_of_one(double n) {
    constexpr double minus_log_099 = 0.010050335853501441;
    const double x = minus_log_099 / std::max(1.0, n);
    return x < 1e-8 ? x : 1.0 - portable_exp(-x);
}

}  // namespace

double portable_log(double x) {
    if (x == infinity) return infinity;
    if (!(x > 0.0)) return x == 0.0 ? -infinity : std::numeric_limits<double>::quiet_NaN();
    int exponent = 0;
    double m = std::frexp(x, &exponent);  // [1/2, 1)
    if (m < sqrt_half) {
        m *= 2.0;
        --exponent;
    }
    const double logarithm = two_atanh((m - 1.0) / (m + 1.0));
    return exponent * ln2_high + (exponent * ln2_low + logarithm);
}

double portable_log1p(double x) {
    if (std::abs(x) < 0.25) return two_atanh(x / (2.0 + x));
    return portable_log(1.0 + x);
}

double portable_exp(double x) {
    if (x > 709.79) return infinity;
    if (!(x > -745.2)) return x < 0.0 ? 0.0 : x;
    const double n = std::nearbyint(x * inverse_ln2);
    const double r = (x - n * ln2_high) - n * ln2_low;  // |r| <= ln(2) / 2
    double sum = 1.0;
    for (int k = 14; k >= 2; --k) sum = 1.0 + sum * r / k;
    return std::ldexp(1.0 + r * sum, static_cast<int>(n));
}

double portable_normal_cdf(double x) {
    if (x > 0.0) return x > 9.0 ? 1.0 : 1.0 - portable_normal_cdf(-x);
    if (!(x >= -38.6)) return x < 0.0 ? 0.0 : x;
    const double z = -x, density = normal_density(z);
    if (z < 2.0) {
        // 1/2 - density * (z + z^3/3 + z^5/(3*5) + ...)
        double term = z, sum = z;
        for (int k = 3; term > 1e-18 * sum; k += 2) {
            term *= z * z / k;
            sum += term;
        }
        return 0.5 - density * sum;
    }
    // density / (z + 1/(z + 2/(z + 3/(z + ...)))): the larger z, the fewer terms
    double fraction = z;
    for (int k = z < 4.0 ? 120 : 40; k >= 1; --k) fraction = z + k / fraction;
    return density / fraction;
}

double portable_normal_quantile(double u) {
    const double q = u - 0.5;
    if (std::abs(q) <= centre_half_width) return centre_quantile(q);
    return q < 0.0 ? -tail_quantile(u) : tail_quantile(1.0 - u);
}

double portable_log_factorial(double n) {
    if (n <= 22.0) {  // 22! is the largest factorial that a double holds exactly
        double product = 1.0;
        for (double k = 2.0; k <= n; k += 1.0) product *= k;
        return portable_log(product);
    }
    const double r = 1.0 / n, r2 = r * r;
    const double series = r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))));
    return (n + 0.5) * portable_log(n) - n + half_log_two_pi + series;
}

std::string_view name_of(DistributionKind kind) {
    switch (kind) {
        case DistributionKind::constant:
            return "constant";
        case DistributionKind::uniform:
            return "uniform";
        case DistributionKind::normal:
            return "normal";
        case DistributionKind::normal_clipped:
            return "normal_clipped";
        case DistributionKind::normal_clipped_to_boundary:
            return "normal_clipped_to_boundary";
        case DistributionKind::exponential:
            return "exponential";
        case DistributionKind::uniform_int:
            return "uniform_int";
    }
    return "unknown";
}

std::optional<std::string> problem_of(const Distribution& d) {
    if (static_cast<std::uint32_t>(d.kind) > static_cast<std::uint32_t>(DistributionKind::uniform_int))
        return "unknown distribution";
    if (!std::isfinite(d.a) || !std::isfinite(d.b)) return "a parameter is not finite";
    if (is_normal_kind(d.kind) && d.b < 0.0) return "sigma is negative";
    if (d.kind == DistributionKind::normal_clipped || d.kind == DistributionKind::normal_clipped_to_boundary)
        if (!(d.low <= d.high) || d.low == infinity || d.high == -infinity) return "low is not below high";
    if (d.kind == DistributionKind::uniform && d.a > d.b) return "low is above high";
    if (d.kind == DistributionKind::exponential && d.a < 0.0) return "beta is negative";
    if (d.kind == DistributionKind::uniform_int) {
        if (d.a > d.b) return "low is above high";
        if (std::nearbyint(d.a) != d.a || std::nearbyint(d.b) != d.b) return "a bound is not a whole number";
        if (std::abs(d.a) > 0x1p50 || std::abs(d.b) > 0x1p50) return "a bound is beyond 2^50";
    }
    return std::nullopt;
}

PreparedDistribution prepare(const Distribution& d) {
    PreparedDistribution p{d.kind, d.a, 0.0, 0.0, 1.0, -infinity, infinity};
    switch (d.kind) {
        case DistributionKind::constant:
            break;
        case DistributionKind::uniform:
            p.scale = d.b - d.a;
            p.high = d.b;
            break;
        case DistributionKind::uniform_int:
            p.scale = d.b - d.a + 1.0;
            p.high = d.b;
            break;
        case DistributionKind::exponential:
            p.scale = d.a;
            break;
        case DistributionKind::normal:
            p.scale = d.b;
            break;
        case DistributionKind::normal_clipped_to_boundary:
            p.scale = d.b;
            p.low = d.low;
            p.high = d.high;
            break;
        case DistributionKind::normal_clipped: {
            p.low = d.low;
            p.high = d.high;
            p.scale = d.b;
            if (d.b == 0.0) break;
            const double alpha = (d.low - d.a) / d.b, beta = (d.high - d.a) / d.b;
            // In the upper tail, from the other side: there the probabilities keep their relative precision.
            const bool upper = alpha > 0.0;
            if (upper) p.scale = -d.b;
            p.base = portable_normal_cdf(upper ? -alpha : alpha);
            p.span = portable_normal_cdf(upper ? -beta : beta) - p.base;
            if (p.base == 0.0 &&
                p.span == 0.0) {  // beyond 38 sigma: all the mass that is left sits at the nearer bound
                p.centre = upper ? d.low : d.high;
                p.scale = 0.0;
                p.base = 0.5;
            }
            break;
        }
    }
    return p;
}

double quantile(const PreparedDistribution& p, double u) {
    switch (p.kind) {
        case DistributionKind::constant:
            return p.centre;
        case DistributionKind::uniform:
            return std::min(p.centre + u * p.scale, p.high);
        case DistributionKind::uniform_int:
            return std::min(p.centre + std::floor(u * p.scale), p.high);
        case DistributionKind::exponential:
            return -p.scale * portable_log1p(-u);
        default:
            break;
    }
    if (p.scale == 0.0) return std::clamp(p.centre, p.low, p.high);
    return std::clamp(p.centre + p.scale * portable_normal_quantile(p.base + u * p.span), p.low, p.high);
}

double quantile(const Distribution& distribution, double u) { return quantile(prepare(distribution), u); }

double mean(const Distribution& d) {
    switch (d.kind) {
        case DistributionKind::constant:
        case DistributionKind::normal:
        case DistributionKind::exponential:
            return d.a;
        case DistributionKind::uniform:
        case DistributionKind::uniform_int:
            return d.a + (d.b - d.a) / 2.0;
        default:
            break;
    }
    if (d.b == 0.0) return std::clamp(d.a, d.low, d.high);
    return std::clamp(clipped_moments(d).mean, d.low, d.high);
}

double variance(const Distribution& d) {
    switch (d.kind) {
        case DistributionKind::constant:
            return 0.0;
        case DistributionKind::normal:
            return d.b * d.b;
        case DistributionKind::exponential:
            return d.a * d.a;
        case DistributionKind::uniform:
            return (d.b - d.a) * (d.b - d.a) / 12.0;
        case DistributionKind::uniform_int:
            return ((d.b - d.a + 1.0) * (d.b - d.a + 1.0) - 1.0) / 12.0;
        default:
            break;
    }
    return d.b == 0.0 ? 0.0 : clipped_moments(d).variance;
}

double cumulative(const Distribution& d, double x) {
    switch (d.kind) {
        case DistributionKind::constant:
            return x >= d.a ? 1.0 : 0.0;
        case DistributionKind::uniform:
            if (d.a == d.b) return x >= d.a ? 1.0 : 0.0;
            return std::clamp((x - d.a) / (d.b - d.a), 0.0, 1.0);
        case DistributionKind::uniform_int:
            return std::clamp((std::floor(x) - d.a + 1.0) / (d.b - d.a + 1.0), 0.0, 1.0);
        case DistributionKind::exponential:
            if (d.a == 0.0) return x >= 0.0 ? 1.0 : 0.0;
            return x <= 0.0 ? 0.0 : 1.0 - portable_exp(-x / d.a);
        default:
            break;
    }
    const bool clipped = d.kind != DistributionKind::normal;
    if (clipped && x < d.low) return 0.0;
    if (clipped && x >= d.high) return 1.0;
    if (d.b == 0.0) return x >= (clipped ? std::clamp(d.a, d.low, d.high) : d.a) ? 1.0 : 0.0;
    const double z = (x - d.a) / d.b;
    if (d.kind != DistributionKind::normal_clipped) return portable_normal_cdf(z);
    const PreparedDistribution p = prepare(d);
    if (p.scale == 0.0) return x >= p.centre ? 1.0 : 0.0;
    return std::clamp((portable_normal_cdf(p.scale < 0.0 ? -z : z) - p.base) / p.span, 0.0, 1.0);
}

double minimum_probable(const Distribution& d, double n) { return quantile(d, tail_of_one(n)); }

double maximum_probable(const Distribution& d, double n) {
    if (d.kind == DistributionKind::exponential) return -d.a * portable_log(tail_of_one(n));
    return -quantile(mirrored(d), tail_of_one(n));
}

}  // namespace spinn
