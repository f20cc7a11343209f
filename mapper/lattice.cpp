#include "mapper/lattice.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace spinn {

namespace {

struct Displacement {
    int dx = 0, dy = 0;
};

int hops(Displacement d) { return std::max({d.dx, d.dy, 0}) - std::min({d.dx, d.dy, 0}); }

int wrapped(int coordinate, int size) { return (coordinate % size + size) % size; }

}  // namespace

std::optional<ChipCoord> lattice_step(const MachineShape& shape, ChipCoord from, Link link) {
    constexpr std::array<Displacement, link_count> steps{{{1, 0}, {1, 1}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}}};
    const Displacement step = steps[static_cast<std::size_t>(link)];
    const int x = from.x + step.dx, y = from.y + step.dy;
    if ((x < 0 || x >= shape.width) && !shape.wrap_x) return std::nullopt;
    if ((y < 0 || y >= shape.height) && !shape.wrap_y) return std::nullopt;
    return ChipCoord{static_cast<std::uint8_t>(wrapped(x, shape.width)),
                     static_cast<std::uint8_t>(wrapped(y, shape.height))};
}

std::vector<Leg> shortest_legs(const MachineShape& shape, ChipCoord from, ChipCoord to, std::mt19937_64& random) {
    // On a torus up to four displacements lead to the same chip.
    const int dx = to.x - from.x, dy = to.y - from.y;
    const std::array<int, 2> dxs{dx, dx > 0 ? dx - shape.width : dx + shape.width};
    const std::array<int, 2> dys{dy, dy > 0 ? dy - shape.height : dy + shape.height};
    std::array<Displacement, 4> best{};
    std::size_t n_best = 0;
    for (std::size_t i = 0; i < (shape.wrap_x ? 2u : 1u); ++i) {
        for (std::size_t j = 0; j < (shape.wrap_y ? 2u : 1u); ++j) {
            const Displacement way{dxs[i], dys[j]};
            if (n_best > 0 && hops(way) > hops(best[0])) continue;
            if (n_best > 0 && hops(way) < hops(best[0])) n_best = 0;
            best[n_best++] = way;
        }
    }
    const Displacement way = n_best > 1 ? best[random() % n_best] : best[0];

    const int median = std::max(std::min(way.dx, way.dy), std::min(std::max(way.dx, way.dy), 0));
    const std::array<std::tuple<int, Link, Link>, 3> axes{{{way.dx - median, Link::east, Link::west},
                                                           {way.dy - median, Link::north, Link::south},
                                                           {-median, Link::south_west, Link::north_east}}};
    std::vector<Leg> legs;
    for (const auto& [steps, forward, backward] : axes) {
        if (steps != 0) legs.push_back({steps > 0 ? forward : backward, std::abs(steps)});
    }
    if (legs.size() == 2) {
        const bool tie = legs[0].hops == legs[1].hops;
        if (tie ? (random() & 1) != 0 : legs[0].hops < legs[1].hops) std::swap(legs[0], legs[1]);
    }
    return legs;
}

std::vector<std::pair<int, int>> disc(int radius) {
    std::vector<std::pair<int, int>> cells;
    for (int dy = -radius; dy <= radius; ++dy) {
        for (int dx = -radius; dx <= radius; ++dx) {
            if (hops({dx, dy}) <= radius) cells.emplace_back(dx, dy);
        }
    }
    std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) {
        return hops({a.first, a.second}) < hops({b.first, b.second});
    });
    return cells;
}

}  // namespace spinn
