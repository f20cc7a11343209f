/// The chips that every hyperedge reaches, and how far they are from a given one: what swaps are weighed by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "mapper/lattice.hpp"
#include "mapper/place_problem.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Chips of a hyperedge, eight in a block, so that their hops are worked out at once.
class EdgeChips {
 public:
    EdgeChips(const Lists& pins, const ChipOfUnit& chip_of, const MachineShape& machine)
        : machine_width_(static_cast<std::uint32_t>(machine.width)),
          width_(machine.wrap_x ? lanes_of(machine.width) : lanes_of(no_wrap)),
          height_(machine.wrap_y ? lanes_of(machine.height) : lanes_of(no_wrap)),
          first_(pins.size() + 1, 0),
          size_(pins.size(), 0) {
        for (std::size_t e = 0; e < pins.size(); ++e) first_[e + 1] = first_[e] + (pins[e].size() + lanes - 1) / lanes;
        blocks_.resize(first_.back());
        for (std::uint32_t e = 0; e < pins.size(); ++e)
            for (const std::uint32_t unit : pins[e]) add(e, chip_of[unit]);
    }

    /// A pin of hyperedge e comes to a chip, or leaves it.
    void add(std::uint32_t e, std::uint32_t chip) {
        Place place = find(e, chip);
        if (place.lane == lanes) {
            place = {first_[e] + size_[e] / lanes, size_[e] % lanes};
            ++size_[e];
            Block& block = blocks_[place.block];
            block.x[place.lane] = static_cast<std::int16_t>(chip % machine_width_);
            block.y[place.lane] = static_cast<std::int16_t>(chip / machine_width_);
        }
        ++blocks_[place.block].pins[place.lane];
    }
    void remove(std::uint32_t e, std::uint32_t chip) {
        const Place place = find(e, chip);
        Block& block = blocks_[place.block];
        if (--block.pins[place.lane] > 0) return;
        --size_[e];
        Block& end = blocks_[first_[e] + size_[e] / lanes];
        const std::size_t last = size_[e] % lanes;
        block.x[place.lane] = end.x[last];
        block.y[place.lane] = end.y[last];
        block.pins[place.lane] = end.pins[last];
        end.pins[last] = 0;
    }

    std::size_t n_chips(std::uint32_t e) const { return size_[e]; }

    /// Calls visit(chip) for every chip that hyperedge e reaches.
    template <typename Visit>
    void for_each_chip(std::uint32_t e, const Visit& visit) const {
        for (std::size_t i = 0; i < size_[e]; ++i) {
            const Block& block = blocks_[first_[e] + i / lanes];
            visit(static_cast<std::uint32_t>(block.y[i % lanes]) * machine_width_ +
                  static_cast<std::uint32_t>(block.x[i % lanes]));
        }
    }

    /// Hops from a chip to the nearest of hyperedge e's; 0 when it has none.
    std::uint32_t hops_to(std::uint32_t e, std::uint32_t chip) const {
        const Lanes x = x_of(chip), y = y_of(chip);
        Lanes nearest = lanes_of(far_away);
        each_block(e, [&](const Block& block) { nearest = least(nearest, hops(block, x, y)); });
        return or_zero(least(nearest));
    }

    /// A chip that hyperedge e reaches, as seen from there.
    struct Here {
        bool one_pin = false;         ///< one alone is on it
        std::uint32_t next_chip = 0;  ///< hops to the nearest other chip; 0 when there is none
    };
    Here here(std::uint32_t e, std::uint32_t chip) const {
        const Lanes x = x_of(chip), y = y_of(chip);
        Lanes others = lanes_of(far_away), one_pin{};
        each_block(e, [&](const Block& block) {
            const Lanes distance = hops(block, x, y);
            const Lanes is_here = distance == 0;
            one_pin |= is_here & (block.pins == 1);
            others = least(others, is_here ? lanes_of(far_away) : distance);
        });
        return {any(one_pin), or_zero(least(others))};
    }

    /// What the tree of hyperedge e, taken as for each chip the hops to the nearest other, gets longer when a pin goes
    /// from one chip to another.
    int change(std::uint32_t e, std::uint32_t from, std::uint32_t to) const {
        const Lanes from_x = x_of(from), from_y = y_of(from), to_x = x_of(to), to_y = y_of(to);
        const Lanes far = lanes_of(far_away);
        Lanes near_from = far, near_to = far, near_to_without = far, one_pin{};
        each_block(e, [&](const Block& block) {
            const Lanes away_from = hops(block, from_x, from_y), away_to = hops(block, to_x, to_y);
            const Lanes is_from = away_from == 0;
            one_pin |= is_from & (block.pins == 1);
            near_from = least(near_from, is_from ? far : away_from);
            near_to = least(near_to, away_to);
            near_to_without = least(near_to_without, is_from ? far : away_to);
        });
        if (!any(one_pin)) return static_cast<int>(least(near_to));  // 0 if it is there already
        if (size_[e] == 1) return 0;
        return static_cast<int>(least(near_to_without)) - static_cast<int>(least(near_from));
    }

 private:
    static constexpr std::size_t lanes = 8;
    static constexpr int no_wrap = 4096;  ///< hops around it are never the shorter way
    static constexpr int far_away = 0x3fff;
    typedef std::int16_t Lanes __attribute__((vector_size(2 * lanes)));  // also masks: -1 where it holds, else 0
    struct Block {
        Lanes x{}, y{};
        Lanes pins{};  ///< there; 0: no chip
    };
    struct Place {
        std::size_t block = 0, lane = lanes;
    };

    static Lanes lanes_of(int value) { return Lanes{} + static_cast<std::int16_t>(value); }
    static Lanes least(Lanes a, Lanes b) { return a < b ? a : b; }
    static Lanes most(Lanes a, Lanes b) { return a > b ? a : b; }
    static std::uint32_t least(Lanes a) {
        std::int16_t result = a[0];
        for (std::size_t lane = 1; lane < lanes; ++lane) result = a[lane] < result ? a[lane] : result;
        return static_cast<std::uint32_t>(result);
    }
    static bool any(Lanes mask) {
        typedef std::uint64_t Halves __attribute__((vector_size(2 * lanes)));
        const Halves halves = reinterpret_cast<Halves>(mask);
        return (halves[0] | halves[1]) != 0;
    }
    static std::uint32_t or_zero(std::uint32_t hops) { return hops == far_away ? 0 : hops; }
    Lanes x_of(std::uint32_t chip) const { return lanes_of(static_cast<int>(chip % machine_width_)); }
    Lanes y_of(std::uint32_t chip) const { return lanes_of(static_cast<int>(chip / machine_width_)); }

    /// Hops around a torus, from any of the four ways: both coordinates up, one down, both down.
    Lanes hops(const Block& block, Lanes x, Lanes y) const {
        Lanes dx = block.x - x, dy = block.y - y;
        dx += (dx < 0) & width_;
        dy += (dy < 0) & height_;
        const Lanes left = width_ - dx, down = height_ - dy;
        const Lanes shortest = least(least(most(dx, dy), left + dy), least(down + dx, most(left, down)));
        return block.pins > 0 ? shortest : lanes_of(far_away);
    }
    template <typename Visit>
    void each_block(std::uint32_t e, const Visit& visit) const {
        const Block* block = blocks_.data() + first_[e];
        for (const Block* end = block + (size_[e] + lanes - 1) / lanes; block != end; ++block) visit(*block);
    }
    Place find(std::uint32_t e, std::uint32_t chip) const {
        const auto x = static_cast<std::int16_t>(chip % machine_width_);
        const auto y = static_cast<std::int16_t>(chip / machine_width_);
        for (std::size_t i = 0; i < size_[e]; ++i) {
            const Block& block = blocks_[first_[e] + i / lanes];
            if (block.x[i % lanes] == x && block.y[i % lanes] == y) return {first_[e] + i / lanes, i % lanes};
        }
        return {};
    }

    std::uint32_t machine_width_;
    Lanes width_, height_;             ///< to wrap around
    std::vector<std::size_t> first_;   ///< [hyperedge] its first block
    std::vector<std::uint32_t> size_;  ///< [hyperedge] chips
    std::vector<Block> blocks_;
};

}  // namespace spinn
