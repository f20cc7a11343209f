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
    const double exponent =
        stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) - deviance(n - k, n * q);
    return portable_exp(exponent) * std::sqrt(n / (two_pi * k * (n - k)));
}

constexpr double negligible = 1e-30;

/// Where an inversion stands that starts at the mode and takes the values above and below in turn, so that few steps
/// are needed.
struct Inversion {
    double mode, lowest, highest;
    double up, p_up, down, p_down;

    Inversion(double start, double p_start, double lowest_value, double highest_value)
        : mode(start),
          lowest(lowest_value),
          highest(highest_value),
          up(start),
          p_up(p_start),
          down(start),
          p_down(p_start) {}

    bool can_rise() const { return up < highest && p_up > negligible; }
    bool can_fall() const { return down > lowest && p_down > negligible; }

    /// @param rise  rise(k) = P(k + 1) / P(k)
    template <class Rise>
    void step_up(Rise rise) {
        p_up *= rise(up);
        up += 1.0;
    }
    template <class Rise>
    void step_down(Rise rise) {
        down -= 1.0;
        p_down /= rise(down);
    }

    /// @param u  what is left of the draw after the steps so far
    template <class Rise>
    std::uint64_t finish(double u, Rise rise) {
        while (u >= 0.0) {
            const bool rises = can_rise(), falls = can_fall();
            if (!rises && !falls) break;  // what rounding left over
            if (rises) {
                step_up(rise);
                u -= p_up;
                if (u < 0.0) return static_cast<std::uint64_t>(up);
            }
            if (falls) {
                step_down(rise);
                u -= p_down;
                if (u < 0.0) return static_cast<std::uint64_t>(down);
            }
        }
        return static_cast<std::uint64_t>(mode);
    }
};

struct Binomial {
    double trials, p, q;

    Binomial(std::uint64_t n, std::uint64_t part, std::uint64_t total)
        : trials(static_cast<double>(n)),
          p(static_cast<double>(part) / static_cast<double>(total)),
          q(static_cast<double>(total - part) / static_cast<double>(total)) {}

    double mode() const { return std::min(trials, std::floor((trials + 1.0) * p)); }
    double probability(double k) const { return pmf(k, trials, p, q); }
    auto rise() const {
        return [n = trials, odds = p / q](double k) { return (n - k) / (k + 1.0) * odds; };
    }
    Inversion start(double mode_value, double p_mode) const { return {mode_value, p_mode, 0.0, trials}; }
};

struct Hypergeometric {
    double draws, marked, unmarked;

    Hypergeometric(std::uint64_t n, std::uint64_t n_marked, std::uint64_t total)
        : draws(static_cast<double>(n)),
          marked(static_cast<double>(n_marked)),
          unmarked(static_cast<double>(total - n_marked)) {}

    double lowest() const { return std::max(0.0, draws - unmarked); }
    double highest() const { return std::min(draws, marked); }
    double mode() const {
        const double peak = std::floor((draws + 1.0) * (marked + 1.0) / (marked + unmarked + 2.0));
        return std::clamp(peak, lowest(), highest());
    }
    double probability(double k) const { return hypergeometric_pmf(k, draws, marked, marked + unmarked); }
    auto rise() const {
        return [m = marked, d = draws, rest = unmarked - draws](double k) {
            return (m - k) * (d - k) / ((k + 1.0) * (rest + k + 1.0));
        };
    }
    Inversion start(double mode_value, double p_mode) const { return {mode_value, p_mode, lowest(), highest()}; }
};

template <class Counts>
std::uint64_t invert(double u, const Counts& counts) {
    const double mode = counts.mode(), p_mode = counts.probability(mode);
    return counts.start(mode, p_mode).finish(u - p_mode, counts.rise());
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
    return invert(u, Binomial(n, part, total));
}

std::uint64_t draw_hypergeometric(double u, std::uint64_t n, std::uint64_t marked, std::uint64_t total) {
    if (n == 0 || marked == 0) return 0;
    if (marked >= total) return n;
    if (n >= total) return marked;
    return invert(u, Hypergeometric(n, marked, total));
}

std::size_t SplitDraws::Split::step_at(double& u) const {
    std::size_t step = 0;
    for (; step < steps.size(); ++step) {
        u -= steps[step];
        if (u < 0.0) break;
    }
    return step;
}

template <class Counts>
void SplitDraws::prepare(Split& split, const Counts& counts) const {
    constexpr int n_pairs = 32;
    const auto rise = counts.rise();
    const double mode = counts.mode();
    split.mode = static_cast<std::uint64_t>(mode);
    split.steps.assign(1, counts.probability(mode));
    split.offset_of.fill(unknown);
    Inversion inversion = counts.start(mode, split.steps[0]);
    for (int pair = 0; pair < n_pairs && inversion.can_rise() && inversion.can_fall(); ++pair) {
        inversion.step_up(rise);
        inversion.step_down(rise);
        split.steps.push_back(inversion.p_up);
        split.steps.push_back(inversion.p_down);
    }
}

/// @param u  what is left of the draw after all steps of the split
template <class Counts>
std::uint64_t SplitDraws::finish(const Split& split, double u, const Counts& counts) const {
    Inversion inversion = counts.start(static_cast<double>(split.mode), split.steps[0]);
    if (const std::size_t pairs = split.steps.size() / 2; pairs != 0) {
        inversion.up += static_cast<double>(pairs);
        inversion.down -= static_cast<double>(pairs);
        inversion.p_up = split.steps[2 * pairs - 1];
        inversion.p_down = split.steps[2 * pairs];
    }
    return inversion.finish(u, counts.rise());
}

std::uint64_t SplitDraws::draw_and_remember(double u, std::uint64_t n, std::uint64_t part, std::uint64_t total) {
    Split& split = splits_[place_of(n, part, total)];
    const auto with_counts = [&](const auto& use) {
        return with_replacement_ ? use(Binomial(n, part, total)) : use(Hypergeometric(n, part, total));
    };
    if (split.n != n || split.part != part || split.total != total) {
        split.n = n;
        split.part = part;
        split.total = total;
        with_counts([&](const auto& counts) { prepare(split, counts); });
    }
    const auto offset_at = [](std::size_t step) {
        const auto distance = static_cast<std::int64_t>((step + 1) / 2);
        return step % 2 != 0 ? distance : -distance;
    };
    std::int8_t& offset = split.offset_of[static_cast<std::size_t>(u * double(n_buckets))];
    if (offset == unknown) {
        const double bucket = std::floor(u * double(n_buckets));
        double low = bucket / double(n_buckets), high = (bucket + 1.0) / double(n_buckets);
        const std::size_t step = split.step_at(low);
        offset = step < split.steps.size() && split.step_at(high) == step ? static_cast<std::int8_t>(offset_at(step))
                                                                          : several;
    }
    const std::size_t step = split.step_at(u);
    if (step < split.steps.size()) return split.mode + static_cast<std::uint64_t>(offset_at(step));
    return with_counts([&](const auto& counts) { return finish(split, u, counts); });
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
        for (std::uint32_t k = mode; k < n; ++k)
            probability[k + 1] = probability[k] * ((trials - k) / (k + 1.0)) * odds;
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
