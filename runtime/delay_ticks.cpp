#include "runtime/delay_ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spinn {

namespace {
constexpr std::uint32_t longest_table = 1024;
}

std::uint32_t delay_in_ticks(double delay_ms, double timestep_ms) {
    const double ticks = std::nearbyint(delay_ms / timestep_ms);
    if (!(ticks > 1.0)) return 1;
    return ticks < 0x1p31 ? static_cast<std::uint32_t>(ticks) : std::uint32_t{1} << 31;
}

DelayTicks::DelayTicks(const Distribution& delay_ms, double timestep_ms)
    : delay_(prepare(delay_ms)), timestep_ms_(timestep_ms), smallest_(compute(0)), largest_(compute(0xffffffffu)) {
    if (fixed() || largest_ - smallest_ > longest_table) return;
    tabled_ = true;
    // The bisection of first_draw_beyond for every number of ticks at once.
    const std::size_t n = largest_ - smallest_;
    std::vector<std::uint32_t> low(n, 0), high(n, 0xffffffffu), middle(n);
    std::vector<double> delay_at(n);
    for (bool searching = true; searching;) {
        for (std::size_t i = 0; i < n; ++i) middle[i] = low[i] + (high[i] - low[i]) / 2;
        quantiles(delay_, middle, delay_at);
        searching = false;
        for (std::size_t i = 0; i < n; ++i) {
            if (low[i] == high[i]) continue;
            if (delay_in_ticks(delay_at[i], timestep_ms_) > smallest_ + i)
                high[i] = middle[i];
            else
                low[i] = middle[i] + 1;
            searching = searching || low[i] != high[i];
        }
    }
    for (std::size_t i = 0; i < n; ++i) last_.push_back(low[i] - 1);
    last_.push_back(0xffffffffu);
    guide_.resize(std::size_t{1} << (32 - guide_shift));
    std::size_t bucket = 0;
    for (std::size_t above = 0; above < last_.size(); ++above) {
        const std::size_t end = (last_[above] >> guide_shift) + std::size_t{1};
        for (; bucket < end; ++bucket) guide_[bucket] = static_cast<std::uint16_t>(above);
    }
}

void DelayTicks::ticks(std::span<const std::uint32_t> draws, std::span<std::uint32_t> out) const {
    if (fixed()) {
        std::fill(out.begin(), out.end(), smallest_);
        return;
    }
    if (!tabled_) {
        constexpr std::size_t tile = 256;
        std::array<double, tile> delay;
        for (std::size_t first = 0; first < draws.size(); first += tile) {
            const std::size_t n = std::min(tile, draws.size() - first);
            quantiles(delay_, draws.subspan(first, n), std::span(delay).first(n));
            for (std::size_t i = 0; i < n; ++i) out[first + i] = delay_in_ticks(delay[i], timestep_ms_);
        }
        return;
    }
    const std::uint32_t* const last = last_.data();
    for (std::size_t i = 0; i < draws.size(); ++i) {
        const std::uint32_t draw = draws[i];
        std::uint32_t above = guide_[draw >> guide_shift];
        above += last[above] < draw ? 1 : 0;  // one step at most, but for buckets far out in the tails
        while (last[above] < draw) [[unlikely]]++ above;
        out[i] = smallest_ + above;
    }
}

std::uint64_t DelayTicks::first_draw_beyond(std::uint32_t ticks) const {
    if (ticks >= largest_) return std::uint64_t{1} << 32;
    std::uint32_t low = 0, high = 0xffffffffu;  // the quantile never falls, so one bisection finds the step
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (compute(middle) > ticks)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

}  // namespace spinn
