/// Hops between chips by table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapper/lattice.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

class HopTable {
 public:
    explicit HopTable(const MachineShape& machine)
        : columns_(2 * static_cast<std::size_t>(machine.width)), offset_(machine.chips.size()) {
        const int w = machine.width, h = machine.height;
        hops_.resize(columns_ * 2 * static_cast<std::size_t>(h));
        for (int dy = -h + 1; dy < h; ++dy)
            for (int dx = -w + 1; dx < w; ++dx) {
                const ChipCoord from{static_cast<std::uint8_t>(dx < 0 ? -dx : 0),
                                     static_cast<std::uint8_t>(dy < 0 ? -dy : 0)};
                const ChipCoord to{static_cast<std::uint8_t>(from.x + dx), static_cast<std::uint8_t>(from.y + dy)};
                hops_[static_cast<std::size_t>(dy + h) * columns_ + static_cast<std::size_t>(dx + w)] =
                    static_cast<std::uint16_t>(distance(machine, from, to));
            }
        for (std::size_t chip = 0; chip < offset_.size(); ++chip) {
            const ChipCoord at = chip_of_index(machine, chip);
            offset_[chip] = static_cast<std::uint32_t>(at.y * columns_ + at.x);
        }
        middle_ = static_cast<std::size_t>(h) * columns_ + static_cast<std::size_t>(w);
    }

    /// Of a chip, as the start of hops.
    struct Row {
        const std::uint16_t* hops;
    };
    Row row(std::uint32_t from) const { return {hops_.data() + middle_ - offset_[from]}; }
    std::uint32_t hops(Row from, std::uint32_t to) const { return from.hops[offset_[to]]; }

 private:
    std::size_t columns_, middle_ = 0;
    std::vector<std::uint16_t> hops_;    ///< [dy + height][dx + width]
    std::vector<std::uint32_t> offset_;  ///< [chip] y * columns + x
};

}  // namespace spinn
