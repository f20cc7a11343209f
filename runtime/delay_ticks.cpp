#include "runtime/delay_ticks.hpp"

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
    if (largest_ - smallest_ > longest_table) return;
    tabled_ = true;
    for (std::uint32_t ticks = smallest_; ticks < largest_; ++ticks)
        rises_.push_back(static_cast<std::uint32_t>(first_draw_beyond(ticks)));
    for (std::uint32_t high = 0; high < 256; ++high) {
        std::uint32_t above = 0;
        while (above < rises_.size() && rises_[above] <= high << 24) ++above;
        guide_[high] = above;
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
