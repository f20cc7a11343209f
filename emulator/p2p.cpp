#include "emulator/p2p.hpp"

#include <deque>

namespace spinn {

namespace {

std::size_t index_of(const MachineShape& shape, ChipCoord chip) {
    return std::size_t{chip.y} * static_cast<std::size_t>(shape.width) + chip.x;
}

/// Whether a chip x right of and y above its board's Ethernet chip is on a 48-chip board.
bool on_board(int x, int y) { return x >= 0 && y >= 0 && x < 8 && y < 8 && y - x <= 3 && x - y <= 4; }

/// Calls reached(from, link, to) once for every other chip that working links lead to, nearest first.
template <typename Reached>
void breadth_first(const MachineShape& shape, ChipCoord start, const Reached& reached) {
    std::vector<bool> seen(shape.chips.size());
    seen[index_of(shape, start)] = true;
    std::deque<ChipCoord> waiting = {start};
    while (!waiting.empty()) {
        const ChipCoord chip = waiting.front();
        waiting.pop_front();
        for (int l = 0; l < link_count; ++l) {
            const std::optional<ChipCoord> next = neighbour(shape, chip, static_cast<Link>(l));
            if (!next || seen[index_of(shape, *next)]) continue;
            seen[index_of(shape, *next)] = true;
            reached(chip, static_cast<Link>(l), *next);
            waiting.push_back(*next);
        }
    }
}

}  // namespace

std::vector<std::uint32_t> hops_from(const MachineShape& shape, ChipCoord from) {
    std::vector<std::uint32_t> hops(shape.chips.size(), ~0u);
    hops[index_of(shape, from)] = 0;
    breadth_first(shape, from, [&](ChipCoord chip, Link, ChipCoord next) {
        hops[index_of(shape, next)] = hops[index_of(shape, chip)] + 1;
    });
    return hops;
}

std::vector<std::uint8_t> p2p_routes(const MachineShape& shape, ChipCoord from) {
    std::vector<std::uint8_t> routes(shape.chips.size(), p2p_none);
    routes[index_of(shape, from)] = p2p_self;
    breadth_first(shape, from, [&](ChipCoord chip, Link link, ChipCoord next) {
        routes[index_of(shape, next)] = chip == from ? static_cast<std::uint8_t>(link) : routes[index_of(shape, chip)];
    });
    return routes;
}

std::vector<std::uint32_t> p2p_words(const MachineShape& shape, const std::vector<std::uint8_t>& routes) {
    constexpr std::uint32_t eight_times_none = 0x00db6db6;
    std::vector<std::uint32_t> words(8192, eight_times_none);
    for (int y = 0; y < shape.height; ++y)
        for (int x = 0; x < shape.width; ++x) {
            const auto entry = static_cast<std::uint32_t>(x << 8 | y);
            const std::uint32_t shift = entry % 8 * 3;
            std::uint32_t& word = words[entry / 8];
            const std::size_t index = index_of(shape, {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)});
            word = (word & ~(7u << shift)) | std::uint32_t{routes[index]} << shift;
        }
    return words;
}

std::vector<ChipCoord> ethernet_chips(const MachineShape& shape) {
    std::vector<ChipCoord> all;
    for (const ChipCoord chip : present_chips(shape))
        if (chip_at(shape, chip).ethernet) all.push_back(chip);
    std::vector<ChipCoord> nearest(shape.chips.size(), all.empty() ? ChipCoord{} : all.front());
    for (const ChipCoord chip : present_chips(shape))
        for (const ChipCoord ethernet : all) {
            const int x = (chip.x - ethernet.x + shape.width) % shape.width;
            const int y = (chip.y - ethernet.y + shape.height) % shape.height;
            if (on_board(x, y)) nearest[index_of(shape, chip)] = ethernet;
        }
    return nearest;
}

}  // namespace spinn
