#include "mapper/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "mapper/parallel.hpp"

namespace spinn {

namespace {

constexpr std::size_t worth_threads = 8192;  // nodes; fewer are halved sooner than a thread is started

}  // namespace

Spreader::Spreader(const ChipMap& map, std::size_t n_threads) : map_(map), n_threads_(n_threads) {
    std::vector<std::uint32_t> chips = map.chips;
    if (!chips.empty()) add_part(chips);
}

/// The two axes along which is cut: of the plane, or of the torus.
Position Spreader::axes(Position p) const {
    if (map_.wrap_x > 0.0f || map_.wrap_y > 0.0f) return p;
    return {p.x - 0.5f * p.y, 0.8660254f * p.y};
}

Position Spreader::inside(Position p) const {
    if (map_.wrap_x > 0.0f) p.x -= map_.wrap_x * std::floor((p.x + 0.5f) / map_.wrap_x);
    if (map_.wrap_y > 0.0f) p.y -= map_.wrap_y * std::floor((p.y + 0.5f) / map_.wrap_y);
    return p;
}

/// @returns its number
std::uint32_t Spreader::add_part(std::span<std::uint32_t> chips) {
    const auto number = static_cast<std::uint32_t>(parts_.size());
    Part part;
    Position least{1e30f, 1e30f}, most{-1e30f, -1e30f};
    const auto n = static_cast<float>(chips.size());
    for (const std::uint32_t chip : chips) {
        const Position at = axes(map_.position[chip]);
        least = {std::min(least.x, at.x), std::min(least.y, at.y)};
        most = {std::max(most.x, at.x), std::max(most.y, at.y)};
        part.middle.x += map_.position[chip].x / n;
        part.middle.y += map_.position[chip].y / n;
        part.room += map_.cores[chip];
    }
    part.chip = chips.front();
    part.across_y = most.x - least.x < most.y - least.y;
    parts_.push_back(part);
    if (chips.size() == 1) return number;
    const std::size_t n_left = chips.size() / 2;
    std::nth_element(
        chips.begin(), chips.begin() + static_cast<std::ptrdiff_t>(n_left), chips.end(), [&](auto a, auto b) {
            const Position at = axes(map_.position[a]), bt = axes(map_.position[b]);
            return part.across_y ? std::tie(at.y, a) < std::tie(bt.y, b) : std::tie(at.x, a) < std::tie(bt.x, b);
        });
    add_part(chips.first(n_left));
    const std::uint32_t right = add_part(chips.subspan(n_left));
    parts_[number].right = right;
    return number;
}

bool Spreader::is_settled(const Segment& segment, bool chips_wanted) const {
    return segment.items.empty() || parts_[segment.part].right == 0 || (segment.items.size() == 1 && !chips_wanted);
}

std::pair<Spreader::Segment, Spreader::Segment> Spreader::halves(const Segment& segment) const {
    const Part& part = parts_[segment.part];
    const std::uint64_t left_room = parts_[segment.part + 1].room, right_room = part.room - left_room;
    // All chips full but one, where that much room was chosen; else in proportion, but never more than there is.
    std::uint64_t left_wanted = part.room == 0 ? 0 : (segment.wanted * left_room + part.room / 2) / part.room;
    if (part.room <= segment.wanted + physical_cores_per_chip) left_wanted = segment.wanted;
    left_wanted = std::min(left_wanted, left_room);
    if (segment.wanted > right_room)
        left_wanted = std::max(left_wanted, std::min(segment.wanted - right_room, left_room));

    // The first items, by coordinate, that add up to what is wanted: the middle one is found, and that half in which
    // the sum is reached is halved again.
    const auto before = [&](const Item& a, const Item& b) {
        return part.across_y ? std::tie(a.y, a.node) < std::tie(b.y, b.node)
                             : std::tie(a.x, a.node) < std::tie(b.x, b.node);
    };
    const std::span<Item> items = segment.items;
    const auto nth = [&](std::size_t first, std::size_t at, std::size_t last) {
        const auto begin = items.begin();
        std::nth_element(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(at),
                         begin + static_cast<std::ptrdiff_t>(last), before);
    };
    std::size_t low = 0, high = items.size();
    std::uint64_t sum = 0;
    const bool alike = segment.wanted == items.size() * std::uint64_t{items.front().size} &&
                       std::ranges::all_of(items, [&](const Item& item) { return item.size == items.front().size; });
    if (alike) {
        low = std::min<std::size_t>(left_wanted / std::max(1u, items.front().size), items.size());
        sum = low * std::uint64_t{items.front().size};
        if (low > 0 && low < items.size()) nth(0, low, items.size());
    } else {
        while (high - low > 1) {
            const std::size_t middle = low + (high - low) / 2;
            nth(low, middle, high);
            std::uint64_t more = 0;
            for (std::size_t i = low; i < middle; ++i) more += items[i].size;
            if (sum + more <= left_wanted)
                sum += more, low = middle;
            else
                high = middle;
        }
        if (low < items.size() && sum + (items[low].size + 1) / 2 <= left_wanted) sum += items[low++].size;
    }
    return {{segment.part + 1, items.first(low), sum}, {part.right, items.subspan(low), segment.wanted - sum}};
}

void Spreader::finish(const Segment& segment, Positions& position, ChipOfUnit* chip_of) const {
    if (!is_settled(segment, chip_of != nullptr)) {
        const auto [left, right] = halves(segment);
        finish(left, position, chip_of);
        finish(right, position, chip_of);
        return;
    }
    for (const Item& item : segment.items) {
        position[item.node] = parts_[segment.part].middle;
        if (chip_of != nullptr) (*chip_of)[item.node] = parts_[segment.part].chip;
    }
}

void Spreader::spread(const std::vector<std::uint32_t>& size, const std::vector<char>& fixed, Positions& position,
                      ChipOfUnit* chip_of) const {
    std::vector<Item> items;
    items.reserve(size.size());
    std::uint64_t wanted = 0;
    const bool torus = map_.wrap_x > 0.0f || map_.wrap_y > 0.0f;
    for (std::uint32_t node = 0; node < size.size(); ++node) {
        if (fixed[node] != 0) continue;
        const Position at = torus ? inside(position[node]) : axes(position[node]);
        items.push_back({at.x, at.y, node, size[node]});
        wanted += size[node];
    }
    if (items.empty() || parts_.empty()) return;
    // Level by level until there is a share for every thread, then each to its end. Segments own what they write.
    std::vector<Segment> segments{{0, items, wanted}};
    const std::size_t n_threads = items.size() < worth_threads ? 1 : n_threads_;
    const std::size_t shares = n_threads == 1 ? 1 : 8 * n_threads;
    while (segments.size() < shares) {
        std::vector<Segment> next(2 * segments.size());
        parallel_for(segments.size(), n_threads, [&](std::size_t s, std::size_t) {
            if (is_settled(segments[s], chip_of != nullptr))
                next[2 * s] = segments[s];
            else
                std::tie(next[2 * s], next[2 * s + 1]) = halves(segments[s]);
        });
        segments.swap(next);
    }
    parallel_for(segments.size(), n_threads,
                 [&](std::size_t s, std::size_t) { finish(segments[s], position, chip_of); });
}

}  // namespace spinn
