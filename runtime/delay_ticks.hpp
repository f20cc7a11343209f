/// Delays in ticks, by inversion of their distribution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/distribution.hpp"

namespace spinn {

/// Round half even of delay / timestep; at least 1, at most 2^31. Source: sPyNNaker (numpy.rint, then clipped).
std::uint32_t delay_in_ticks(double delay_ms, double timestep_ms);

/// What a 32-bit draw means in ticks: delay_in_ticks(quantile(delay, unit_of(draw))), looked up in a table of the draws
/// at which it rises where there are not too many of them.
class DelayTicks {
 public:
    DelayTicks(const Distribution& delay_ms, double timestep_ms);

    bool fixed() const { return smallest_ == largest_; }
    std::uint32_t smallest() const { return smallest_; }
    std::uint32_t largest() const { return largest_; }  ///< no draw gives more

    std::uint32_t operator()(std::uint32_t draw) const {
        if (!tabled_) return compute(draw);
        std::uint32_t above = guide_[draw >> guide_shift];
        while (last_[above] < draw) ++above;
        return smallest_ + above;
    }

    /// The same for many draws. Equal sizes.
    void ticks(std::span<const std::uint32_t> draws, std::span<std::uint32_t> out) const;

    /// The smallest draw with more than `ticks`, or 2^32 when there is none.
    std::uint64_t first_draw_beyond(std::uint32_t ticks) const;

 private:
    static constexpr int guide_shift = 20;

    std::uint32_t compute(std::uint32_t draw) const {
        return delay_in_ticks(quantile(delay_, unit_of(draw)), timestep_ms_);
    }

    PreparedDistribution delay_;
    double timestep_ms_;
    std::uint32_t smallest_, largest_;
    bool tabled_ = false;
    std::vector<std::uint32_t> last_;   ///< [i] the largest draw with at most smallest + i ticks
    std::vector<std::uint16_t> guide_;  ///< [high bits of the draw] where in `last_` to start
};

}  // namespace spinn
