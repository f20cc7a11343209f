#include "mapper/chip_order.hpp"

#include <algorithm>
#include <cstdlib>

namespace spinn {

namespace {

struct Vec {
    int x = 0, y = 0;
};

int sign(int value) { return (value > 0) - (value < 0); }
int length(Vec v) { return std::abs(v.x + v.y); }  // vectors here lie along an axis
Vec half(Vec v) { return {v.x / 2, v.y / 2}; }
Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
Vec operator-(Vec a) { return {-a.x, -a.y}; }
Vec unit(Vec v) { return {sign(v.x), sign(v.y)}; }

/// Appends the cells of the rectangle with one corner at `at` and sides `along` (the way the curve goes) and `across`,
/// both parallel to an axis. Source: J. Cerveny's generalised Hilbert curve: halve the long side, or cut the square in
/// three.
void append_curve(Vec at, Vec along, Vec across, std::vector<Vec>& cells) {
    const int width = length(along), height = length(across);
    const Vec step_along = unit(along), step_across = unit(across);
    if (height == 1) {
        for (int i = 0; i < width; ++i, at = at + step_along) cells.push_back(at);
        return;
    }
    if (width == 1) {
        for (int i = 0; i < height; ++i, at = at + step_across) cells.push_back(at);
        return;
    }
    Vec first = half(along), up = half(across);
    if (2 * width > 3 * height) {
        if (length(first) % 2 != 0 && width > 2) first = first + step_along;
        append_curve(at, first, across, cells);
        append_curve(at + first, along - first, across, cells);
        return;
    }
    if (length(up) % 2 != 0 && height > 2) up = up + step_across;
    append_curve(at, up, first, cells);
    append_curve(at + up, along, across - up, cells);
    append_curve(at + (along - step_along) + (up - step_across), -up, -(along - first), cells);
}

std::size_t cores_in(const MachineShape& machine, int width, int height) {
    std::size_t cores = 0;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const ChipCoord chip{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)};
            cores += static_cast<std::size_t>(application_cores(chip_at(machine, chip)));
        }
    }
    return cores;
}

/// Sides of the squarest rectangle at (0, 0) with enough cores; the whole machine when there is none.
Vec region(const MachineShape& machine, std::size_t cores_wanted) {
    Vec size{1, 1};
    while (cores_in(machine, size.x, size.y) < cores_wanted) {
        const bool can_widen = size.x < machine.width, can_heighten = size.y < machine.height;
        if (can_widen && (size.x <= size.y || !can_heighten))
            ++size.x;
        else if (can_heighten)
            ++size.y;
        else
            break;
    }
    return size;
}

}  // namespace

std::vector<ChipCoord> chips_along_curve(const MachineShape& machine, std::size_t cores_wanted) {
    const Vec size = region(machine, cores_wanted);
    std::vector<Vec> cells;
    if (size.x >= size.y)
        append_curve({0, 0}, {size.x, 0}, {0, size.y}, cells);
    else
        append_curve({0, 0}, {0, size.y}, {size.x, 0}, cells);

    std::vector<ChipCoord> order;
    for (const Vec cell : cells) {
        const ChipCoord chip{static_cast<std::uint8_t>(cell.x), static_cast<std::uint8_t>(cell.y)};
        if (has_chip(machine, chip)) order.push_back(chip);
    }
    std::vector<ChipCoord> rest;
    for (const ChipCoord chip : present_chips(machine)) {
        if (chip.x >= size.x || chip.y >= size.y) rest.push_back(chip);
    }
    const ChipCoord middle{static_cast<std::uint8_t>(size.x / 2), static_cast<std::uint8_t>(size.y / 2)};
    std::stable_sort(rest.begin(), rest.end(), [&](ChipCoord a, ChipCoord b) {
        return distance(machine, middle, a) < distance(machine, middle, b);
    });
    order.insert(order.end(), rest.begin(), rest.end());
    return order;
}

}  // namespace spinn
