/// Spreads nodes over chips so that every chip gets what it has room for and neighbours stay neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/arrange.hpp"
#include "mapper/chip_map.hpp"
#include "mapper/place_problem.hpp"

namespace spinn {

/// Chips are halved again and again across the longer side, once; nodes are then halved alike, in the order of their
/// coordinates, as often as is asked for.
class Spreader {
 public:
    Spreader(const ChipMap& map, std::size_t n_threads);

    /// @param size  [node] cores
    /// @param fixed  [node] not 0: stays where it is
    /// @param position  [node]; those that are not fixed get the place of a chip, or the middle of some that it has
    /// alone
    /// @param chip_of  [node], where wanted: the chip
    void spread(const std::vector<std::uint32_t>& size, const std::vector<char>& fixed, Positions& position,
                ChipOfUnit* chip_of) const;

 private:
    /// Chips that lie together. Its halves follow it: the left one at once, the right one at `right`.
    struct Part {
        std::uint32_t right = 0;  ///< 0: a single chip
        std::uint32_t chip = 0;   ///< if single
        bool across_y = false;    ///< is cut where y is constant, else x
        std::uint64_t room = 0;   ///< cores
        Position middle;
    };
    struct Item {
        float x = 0.0f, y = 0.0f;  ///< along the two axes that are cut
        std::uint32_t node = 0, size = 0;
    };
    struct Segment {
        std::uint32_t part = 0;
        std::span<Item> items;
        std::uint64_t wanted = 0;  ///< cores
    };

    Position axes(Position p) const;
    Position inside(Position p) const;
    std::uint32_t add_part(std::span<std::uint32_t> chips);
    bool is_settled(const Segment& segment, bool chips_wanted) const;
    std::pair<Segment, Segment> halves(const Segment& segment) const;
    void finish(const Segment& segment, Positions& position, ChipOfUnit* chip_of) const;

    const ChipMap& map_;
    std::size_t n_threads_;
    std::vector<Part> parts_;
};

}  // namespace spinn
