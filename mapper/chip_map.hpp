/// The part of a machine that a placement uses, as a map with coordinates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mapper/place_problem.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// A place between chips, in chips. One step east is (1, 0), north (0, 1), north-east (1, 1).
struct Position {
    float x = 0.0f, y = 0.0f;
};

struct ChipMap {
    std::vector<std::uint32_t> chips;    ///< just enough of them, nearest to the middle first
    std::vector<Position> position;      ///< [chip of the machine]; across edges that wrap, unless the map itself wraps
    std::vector<std::uint32_t> cores;    ///< [chip of the machine] free for units
    float wrap_x = 0.0f, wrap_y = 0.0f;  ///< size of the map where it wraps around, else 0
};

/// The most compact part with the room wanted: a square as the lattice lies in the plane, its axes at 120 degrees. When
/// that is nearly the whole of a torus, the map wraps.
ChipMap choose_chips(const PlaceProblem& problem, const MachineShape& machine);

/// From `from` to `to`, the short way around; both are on the map or not far outside.
inline Position displacement(const ChipMap& map, Position from, Position to) {
    const auto short_way = [](float way, float wrap) {  // without branches; unchanged where nothing wraps
        const float half = 0.5f * wrap;
        way -= way > half ? wrap : 0.0f;
        return way + (way < -half ? wrap : 0.0f);
    };
    return {short_way(to.x - from.x, map.wrap_x), short_way(to.y - from.y, map.wrap_y)};
}

/// Hops of a displacement, were there chips everywhere.
inline float hops(Position way) { return std::max({way.x, way.y, 0.0f}) - std::min({way.x, way.y, 0.0f}); }

}  // namespace spinn
