/// The part of a machine that a placement uses, as a map with coordinates.
#pragma once

#include <algorithm>
#include <cmath>
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

/// From `from` to `to`, the short way around.
inline Position displacement(const ChipMap& map, Position from, Position to) {
    Position way{to.x - from.x, to.y - from.y};
    if (map.wrap_x > 0.0f) way.x -= map.wrap_x * std::nearbyint(way.x / map.wrap_x);
    if (map.wrap_y > 0.0f) way.y -= map.wrap_y * std::nearbyint(way.y / map.wrap_y);
    return way;
}

/// Hops of a displacement, were there chips everywhere.
inline float hops(Position way) { return std::max({way.x, way.y, 0.0f}) - std::min({way.x, way.y, 0.0f}); }

}  // namespace spinn
