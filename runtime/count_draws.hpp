/// Counts drawn by inversion: how many of n synapses fall into a part of the cells they may fall into.
///
/// Plain IEEE arithmetic, like runtime/distribution.hpp: the counts decide which network a seed means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinn {

/// Probability of k successes in n trials of probability p. Relative error below 1e-12 for n up to 2^50.
/// Source: Loader 2000, "Fast and accurate computation of binomial probabilities" (saddle-point expansion).
double binomial_pmf(double k, double n, double p);

/// Probability of k marked among n drawn without replacement from `total`, of which `marked` are marked.
double hypergeometric_pmf(double k, double n, double marked, double total);

/// The number of successes for one uniform draw u in (0, 1). Time grows with the standard deviation.
/// @param n at most 2^50  @param part, total  p = part / total, part <= total
std::uint64_t draw_binomial(double u, std::uint64_t n, std::uint64_t part, std::uint64_t total);

/// The number of marked ones among n <= total drawn without replacement; always a possible number.
std::uint64_t draw_hypergeometric(double u, std::uint64_t n, std::uint64_t marked, std::uint64_t total);

/// Draws the same splits again and again, as dealing out a fixed number of targets for every pre neuron does: remembers
/// where their inversions start, the probabilities they go through first, and where they end. The numbers are those of
/// draw_binomial and draw_hypergeometric.
class SplitDraws {
 public:
    explicit SplitDraws(bool with_replacement) : with_replacement_(with_replacement), splits_(size) {}

    /// How many of n go to `part` of the `total` cells. @param u in (0, 1)
    std::uint64_t draw(double u, std::uint64_t n, std::uint64_t part, std::uint64_t total) {
        if (n == 0 || part == 0) return 0;
        if (part >= total) return n;
        if (!with_replacement_ && n >= total) return part;
        const Split& split = splits_[place_of(n, part, total)];
        if (split.n == n && split.part == part && split.total == total) {
            const int offset = split.offset_of[static_cast<std::size_t>(u * double(n_buckets))];
            if (offset < several) return split.mode + static_cast<std::uint64_t>(offset);
        }
        return draw_and_remember(u, n, part, total);
    }

 private:
    static constexpr std::size_t size = 1024, n_buckets = 64;
    static constexpr std::int8_t several = 126, unknown = 127;
    struct Split {
        std::uint64_t n = 0, part = 0, total = 0, mode = 0;
        std::vector<double> steps;  ///< probability of the mode, of mode + 1, mode - 1, mode + 2, ...: an odd number
        std::array<std::int8_t, n_buckets> offset_of{};  ///< [bucket of u] the number less the mode, where all of the
                                                         ///< bucket mean one number

        /// The step at which the inversion of u ends, or steps.size(). It never falls when u rises, since no rounded
        /// difference does. @param u  becomes what is left after the last step
        std::size_t step_at(double& u) const;
    };

    static std::size_t place_of(std::uint64_t n, std::uint64_t part, std::uint64_t total) {
        constexpr std::uint64_t factor = 0x9e3779b97f4a7c15u;
        return ((n * factor + part) * factor + total) * factor >> 54;
    }
    std::uint64_t draw_and_remember(double u, std::uint64_t n, std::uint64_t part, std::uint64_t total);
    template <class Counts>
    void prepare(Split& split, const Counts& counts) const;
    template <class Counts>
    std::uint64_t finish(const Split& split, double u, const Counts& counts) const;

    bool with_replacement_;
    std::vector<Split> splits_;  ///< by a hash of the split; a later one takes the place of an earlier one
};

/// The smallest k with P(X > k) <= tail for X binomial, at most n.
double binomial_upper_quantile(double tail, double n, double p);

/// Binomial(n, p) for many draws of the same n <= 256 and p: integer thresholds, and a guide to where the search
/// starts.
class BinomialTable {
 public:
    BinomialTable(std::uint32_t n, double p);

    /// The count for a uniform 64-bit draw.
    std::uint32_t count(std::uint64_t draw) const {
        std::uint32_t k = guide_[draw >> 56];
        while (k < tail_.size() && draw < tail_[k]) ++k;
        return k;
    }

 private:
    std::vector<std::uint64_t> tail_;         ///< [k] 2^64 P(X > k), falling
    std::array<std::uint16_t, 256> guide_{};  ///< [high byte] the smallest count of any draw with that byte
};

}  // namespace spinn
