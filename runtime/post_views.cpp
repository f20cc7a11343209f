#include "runtime/post_views.hpp"

#include <algorithm>

namespace spinn {

PostViews::PostViews(std::uint32_t n_atoms, std::uint32_t ticks)
    : n_atoms_(n_atoms),
      first_tick_(std::size_t{ticks} + 2, 0),
      last_(first_tick_.size() * n_atoms, 0),
      packed_(last_.size(), 0) {}

std::uint32_t PostViews::at(std::uint32_t tick) const {
    std::uint32_t state = newest_;
    for (std::size_t i = 0; first_tick_[state] > tick && i < first_tick_.size(); ++i)
        state = (state == 0 ? static_cast<std::uint32_t>(first_tick_.size()) : state) - 1;
    return state * n_atoms_;
}

std::uint32_t PostViews::begin(std::uint32_t tick) {
    if (first_tick_[newest_] == tick) return newest_ * n_atoms_;
    const std::uint32_t before = newest_;
    newest_ = newest_ + 1 == first_tick_.size() ? 0 : newest_ + 1;
    first_tick_[newest_] = tick;
    for (std::vector<std::uint32_t>* const numbers : {&last_, &packed_})
        std::copy_n(numbers->begin() + static_cast<std::ptrdiff_t>(std::size_t{before} * n_atoms_), n_atoms_,
                    numbers->begin() + static_cast<std::ptrdiff_t>(std::size_t{newest_} * n_atoms_));
    return newest_ * n_atoms_;
}

}  // namespace spinn
