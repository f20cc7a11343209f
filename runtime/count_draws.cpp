#include "runtime/count_draws.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/distribution.hpp"

namespace spinn {

namespace {

constexpr double two_pi = 6.28318530717958647693;
constexpr double half_log_two_pi = 0.91893853320467274178;

/// log(n!) less Stirling's approximation of it
double stirling_error(double n) {
    if (n <= 15.0) return portable_log_factorial(n) - ((n + 0.5) * portable_log(n) - n + half_log_two_pi);
    const double r = 1.0 / n, r2 = r * r;
    return r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 / 1188))));
}

/// x log(x / m) + m - x, without cancellation where x is near m
double deviance(double x, double m) {
    if (std::abs(x - m) < 0.1 * (x + m)) {
        const double v = (x - m) / (x + m), v2 = v * v;
        double sum = (x - m) * v, term = 2.0 * x * v;
        for (int k = 3; k < 40; k += 2) {
            term *= v2;
            sum += term / k;
        }
        return sum;
    }
    return x * portable_log(x / m) + m - x;
}

double pmf(double k, double n, double p, double q) {
    if (k < 0.0 || k > n) return 0.0;
    if (p == 0.0) return k == 0.0 ? 1.0 : 0.0;
    if (q == 0.0) return k == n ? 1.0 : 0.0;
    if (n == 0.0) return 1.0;
    if (k == 0.0) return portable_exp(p < 0.1 ? -deviance(n, n * q) - n * p : n * portable_log(q));
    if (k == n) return portable_exp(q < 0.1 ? -deviance(n, n * p) - n * q : n * portable_log(p));
    const double exponent = stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) -
                            deviance(n - k, n * q);
    return portable_exp(exponent) * std::sqrt(n / (two_pi * k * (n - k)));
}

/// Inversion that starts at the mode and takes the values above and below in turn, so that few steps are needed.
/// @param rise  rise(k) = P(k + 1) / P(k)
template <class Rise>
std::uint64_t invert_from_mode(double u, double mode, double p_mode, double lowest, double highest, Rise rise) {
    u -= p_mode;
    double up = mode, p_up = p_mode, down = mode, p_down = p_mode;
    constexpr double negligible = 1e-30;
    while (u >= 0.0) {
        const bool can_rise = up < highest && p_up > negligible, can_fall = down > lowest && p_down > negligible;
        if (!can_rise && !can_fall) return static_cast<std::uint64_t>(mode);  // what rounding left over
        if (can_rise) {
            p_up *= rise(up);
            up += 1.0;
            u -= p_up;
            if (u < 0.0) return static_cast<std::uint64_t>(up);
        }
        if (can_fall) {
            down -= 1.0;
            p_down /= rise(down);
            u -= p_down;
            if (u < 0.0) return static_cast<std::uint64_t>(down);
        }
    }
    return static_cast<std::uint64_t>(mode);
}

}  // namespace

double binomial_pmf(double k, double n, double p) { return pmf(k, n, p, 1.0 - p); }

double hypergeometric_pmf(double k, double n, double marked, double total) {
    const double unmarked = total - marked;
    if (k < 0.0 || k > marked || n - k < 0.0 || n - k > unmarked) return 0.0;
    if (n == 0.0 || n == total) return 1.0;
    const double p = n / total, q = (total - n) / total;
    return pmf(k, marked, p, q) * pmf(n - k, unmarked, p, q) / pmf(n, total, p, q);
}

std::uint64_t draw_binomial(double u, std::uint64_t n, std::uint64_t part, std::uint64_t total) {
    if (n == 0 || part == 0) return 0;
    if (part >= total) return n;
    const double trials = static_cast<double>(n), whole = static_cast<double>(total);
    const double p = static_cast<double>(part) / whole, q = static_cast<double>(total - part) / whole;
    const double mode = std::min(trials, std::floor((trials + 1.0) * p)), odds = p / q;
    return invert_from_mode(u, mode, pmf(mode, trials, p, q), 0.0, trials,
                            [=](double k) { return (trials - k) / (k + 1.0) * odds; });
}

std::uint64_t draw_hypergeometric(double u, std::uint64_t n, std::uint64_t marked, std::uint64_t total) {
    if (n == 0 || marked == 0) return 0;
    if (marked >= total) return n;
    if (n >= total) return marked;
    const double draws = static_cast<double>(n), good = static_cast<double>(marked), whole = static_cast<double>(total);
    const double bad = whole - good;
    const double lowest = std::max(0.0, draws - bad), highest = std::min(draws, good);
    const double mode = std::clamp(std::floor((draws + 1.0) * (good + 1.0) / (whole + 2.0)), lowest, highest);
    return invert_from_mode(
        u, mode, hypergeometric_pmf(mode, draws, good, whole), lowest, highest,
        [=](double k) { return (good - k) * (draws - k) / ((k + 1.0) * (bad - draws + k + 1.0)); });
}

double binomial_upper_quantile(double tail, double n, double p) {
    if (n <= 0.0 || p <= 0.0) return 0.0;
    if (p >= 1.0) return n;
    // From far above, where the probabilities no longer matter, down to where their sum reaches the tail.
    const double m = n * p, sd = std::sqrt(m * (1.0 - p));
    double k = std::min(n, std::ceil(m + 40.0 * sd + 120.0));
    double above = 0.0, here = pmf(k, n, p, 1.0 - p);
    while (k > 0.0 && above + here <= tail) {
        above += here;
        here = here > 1e-280 ? here * k / (n - k + 1.0) * ((1.0 - p) / p) : pmf(k - 1.0, n, p, 1.0 - p);
        k -= 1.0;
    }
    return k;
}

BinomialTable::BinomialTable(std::uint32_t n, double p) {
    const double trials = n;
    std::vector<double> probability(n + 1, 0.0);
    if (p >= 1.0) {
        probability[n] = 1.0;
    } else if (p <= 0.0) {
        probability[0] = 1.0;
    } else {
        const double odds = p / (1.0 - p);
        const auto mode = static_cast<std::uint32_t>(std::min(trials, std::floor((trials + 1.0) * p)));
        probability[mode] = binomial_pmf(mode, trials, p);
        for (std::uint32_t k = mode; k < n; ++k) probability[k + 1] = probability[k] * ((trials - k) / (k + 1.0)) * odds;
        for (std::uint32_t k = mode; k > 0; --k) probability[k - 1] = probability[k] * (k / (trials - k + 1.0)) / odds;
    }
    tail_.resize(n);
    double above = 0.0;
    for (std::uint32_t k = n; k-- > 0;) {
        above += probability[k + 1];
        tail_[k] = above >= 1.0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(above * 0x1p64);
    }
    for (std::uint32_t high = 0; high < 256; ++high) {
        const std::uint64_t largest_draw = (std::uint64_t{high} << 56) | 0x00ffffffffffffffu;
        std::uint32_t k = 0;
        while (k < n && largest_draw < tail_[k]) ++k;
        guide_[high] = static_cast<std::uint16_t>(k);
    }
}

}  // namespace spinn
