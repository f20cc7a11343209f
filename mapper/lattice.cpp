#include "mapper/lattice.hpp"

#include <array>

namespace spinn {

namespace {

struct Displacement {
    int dx = 0, dy = 0;
};

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

}  // namespace spinn
