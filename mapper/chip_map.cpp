#include "mapper/chip_map.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <tuple>

#include "mapper/lattice.hpp"

namespace spinn {

namespace {

/// The shortest of the displacements to a chip around a torus, as the lattice lies in the plane.
Position shortest_way(const MachineShape& machine, ChipCoord from, ChipCoord to) {
    Position best{static_cast<float>(to.x - from.x), static_cast<float>(to.y - from.y)};
    const auto length = [](Position p) { return p.x * p.x + p.y * p.y - p.x * p.y; };
    const Position first = best;
    for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j) {
            if ((i != 0 && !machine.wrap_x) || (j != 0 && !machine.wrap_y)) continue;
            const Position way{first.x + static_cast<float>(i * machine.width),
                               first.y + static_cast<float>(j * machine.height)};
            if (length(way) < length(best)) best = way;
        }
    return best;
}

/// A chip from which the machine reaches far in all directions; where units are fixed, among them.
ChipCoord middle(const PlaceProblem& problem, const MachineShape& machine) {
    for (const std::uint32_t chip : problem.fixed_chip)
        if (chip != PlaceProblem::none) return chip_of_index(machine, chip);
    const std::vector<ChipCoord> chips = present_chips(machine);
    double x = 0.0, y = 0.0;
    for (const ChipCoord chip : chips) x += chip.x, y += chip.y;
    x /= static_cast<double>(chips.size());
    y /= static_cast<double>(chips.size());
    const auto off = [&](ChipCoord chip) { return std::abs(chip.x - x) + std::abs(chip.y - y); };
    return *std::min_element(chips.begin(), chips.end(), [&](ChipCoord a, ChipCoord b) { return off(a) < off(b); });
}

}  // namespace

ChipMap choose_chips(const PlaceProblem& problem, const MachineShape& machine) {
    ChipMap map;
    const std::size_t n_chips = machine.chips.size();
    map.position.resize(n_chips);
    map.cores.resize(n_chips);
    std::vector<std::uint64_t> bytes = problem.free_bytes;
    for (std::size_t chip = 0; chip < n_chips; ++chip)
        map.cores[chip] = static_cast<std::uint32_t>(std::popcount(problem.free_cores[chip]));
    std::uint64_t cores_wanted = 0, bytes_wanted = 0;
    for (std::size_t unit = 0; unit < problem.n_units(); ++unit) {
        const std::uint32_t chip = problem.fixed_chip[unit];
        if (chip == PlaceProblem::none) {
            cores_wanted += problem.cores[unit];
            bytes_wanted += problem.bytes[unit];
        } else {
            map.cores[chip] -= std::min(map.cores[chip], problem.cores[unit]);
            bytes[chip] -= std::min(bytes[chip], problem.bytes[unit]);
        }
    }
    const ChipCoord centre = middle(problem, machine);
    std::vector<float> radius(n_chips);
    for (std::size_t chip = 0; chip < n_chips; ++chip) {
        const Position way = shortest_way(machine, centre, chip_of_index(machine, chip));
        map.position[chip] = {static_cast<float>(centre.x) + way.x, static_cast<float>(centre.y) + way.y};
        radius[chip] = std::max(std::abs(way.x - way.y / 2.0f), std::abs(way.y) * 0.8660254f);
        if (machine.chips[chip].present && map.cores[chip] > 0) map.chips.push_back(static_cast<std::uint32_t>(chip));
    }
    std::sort(map.chips.begin(), map.chips.end(),
              [&](auto a, auto b) { return std::tie(radius[a], a) < std::tie(radius[b], b); });
    const std::size_t n_usable = map.chips.size();
    std::uint64_t cores = 0, room = 0;
    std::size_t needed = 0;
    while (needed < n_usable && (cores < cores_wanted || room < bytes_wanted + bytes_wanted / 16)) {
        cores += map.cores[map.chips[needed]];
        room += bytes[map.chips[needed]];
        ++needed;
    }
    map.chips.resize(needed);
    if (needed * 20 >= n_usable * 17) {
        // The map is the machine itself.
        if (machine.wrap_x) map.wrap_x = static_cast<float>(machine.width);
        if (machine.wrap_y) map.wrap_y = static_cast<float>(machine.height);
        for (std::size_t chip = 0; chip < n_chips; ++chip) {
            const ChipCoord at = chip_of_index(machine, chip);
            if (machine.wrap_x) map.position[chip].x = at.x;
            if (machine.wrap_y) map.position[chip].y = at.y;
        }
    }
    return map;
}

}  // namespace spinn
