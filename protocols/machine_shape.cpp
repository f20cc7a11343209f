#include "protocols/machine_shape.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <nlohmann/json.hpp>

namespace spinn {

namespace {

constexpr std::array<std::pair<int, int>, link_count> link_steps{{{1, 0}, {1, 1}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}}};
constexpr std::uint32_t all_cores_mask = (1u << physical_cores_per_chip) - 1;

/// A coordinate brought back into 0 .. size-1, or nullopt when it lies over an edge that does not wrap.
std::optional<int> wrapped(int coordinate, int size, bool wraps) {
    if (coordinate >= 0 && coordinate < size) return coordinate;
    if (!wraps) return std::nullopt;
    return (coordinate % size + size) % size;
}

std::vector<int> set_bits(std::uint32_t word) {
    std::vector<int> bits;
    for (; word != 0; word &= word - 1) bits.push_back(std::countr_zero(word));
    return bits;
}

}  // namespace

const ChipShape& chip_at(const MachineShape& shape, ChipCoord coord) {
    assert(coord.x < shape.width && coord.y < shape.height);
    return shape.chips[static_cast<std::size_t>(coord.y) * static_cast<std::size_t>(shape.width) + coord.x];
}

ChipShape& chip_at(MachineShape& shape, ChipCoord coord) {
    assert(coord.x < shape.width && coord.y < shape.height);
    return shape.chips[static_cast<std::size_t>(coord.y) * static_cast<std::size_t>(shape.width) + coord.x];
}

bool has_chip(const MachineShape& shape, ChipCoord coord) {
    return coord.x < shape.width && coord.y < shape.height && chip_at(shape, coord).present;
}

std::optional<ChipCoord> neighbour(const MachineShape& shape, ChipCoord chip, Link link) {
    if (!has_chip(shape, chip)) return std::nullopt;
    const auto [dx, dy] = link_steps[static_cast<std::size_t>(link)];
    const std::optional<int> x = wrapped(chip.x + dx, shape.width, shape.wrap_x);
    const std::optional<int> y = wrapped(chip.y + dy, shape.height, shape.wrap_y);
    if (!x || !y) return std::nullopt;
    const ChipCoord other{static_cast<std::uint8_t>(*x), static_cast<std::uint8_t>(*y)};
    const ChipShape& there = chip_at(shape, other);
    const bool alive_here = (chip_at(shape, chip).dead_links >> static_cast<int>(link) & 1) == 0;
    const bool alive_there = there.present && (there.dead_links >> static_cast<int>(opposite(link)) & 1) == 0;
    if (!alive_here || !alive_there || other == chip) return std::nullopt;
    return other;
}

int working_cores(const ChipShape& chip) {
    if (!chip.present) return 0;
    return physical_cores_per_chip - std::popcount(chip.dead_cores & all_cores_mask);
}

int application_cores(const ChipShape& chip) { return std::max(0, working_cores(chip) - 2 - (chip.ethernet ? 1 : 0)); }

int distance(const MachineShape& shape, ChipCoord from, ChipCoord to) {
    const auto hops = [](int dx, int dy) { return std::max({dx, dy, 0}) - std::min({dx, dy, 0}); };
    const int dx = to.x - from.x, dy = to.y - from.y;
    const int dx_around = dx > 0 ? dx - shape.width : dx + shape.width;
    const int dy_around = dy > 0 ? dy - shape.height : dy + shape.height;
    int best = hops(dx, dy);
    if (shape.wrap_x) best = std::min(best, hops(dx_around, dy));
    if (shape.wrap_y) best = std::min(best, hops(dx, dy_around));
    if (shape.wrap_x && shape.wrap_y) best = std::min(best, hops(dx_around, dy_around));
    return best;
}

std::vector<ChipCoord> present_chips(const MachineShape& shape) {
    std::vector<ChipCoord> chips;
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const ChipCoord chip{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)};
            if (has_chip(shape, chip)) chips.push_back(chip);
        }
    }
    return chips;
}

nlohmann::json to_json(const MachineShape& shape) {
    nlohmann::json chips = nlohmann::json::array();
    for (const ChipCoord coord : present_chips(shape)) {
        const ChipShape& chip = chip_at(shape, coord);
        chips.push_back({{"x", coord.x},
                         {"y", coord.y},
                         {"ethernet", chip.ethernet},
                         {"dead_cores", set_bits(chip.dead_cores)},
                         {"dead_links", set_bits(chip.dead_links)}});
    }
    return {{"name", shape.name},     {"width", shape.width},   {"height", shape.height},
            {"wrap_x", shape.wrap_x}, {"wrap_y", shape.wrap_y}, {"chips", std::move(chips)}};
}

std::string to_string(ChipCoord chip) { return "(" + std::to_string(chip.x) + ", " + std::to_string(chip.y) + ")"; }

std::string to_string(CoreLocation core) {
    return "(" + std::to_string(core.chip.x) + ", " + std::to_string(core.chip.y) + ", " + std::to_string(core.core) +
           ")";
}

}  // namespace spinn
