/// Machines with dead parts.
#include <algorithm>
#include <random>

#include "protocols/machine_shape.hpp"

namespace spinn {

namespace {

std::vector<bool> reachable_from_first(const MachineShape& shape) {
    std::vector<bool> reached(shape.chips.size(), false);
    const std::vector<ChipCoord> chips = present_chips(shape);
    if (chips.empty()) return reached;
    const auto index = [&](ChipCoord chip) {
        return static_cast<std::size_t>(chip.y) * static_cast<std::size_t>(shape.width) + chip.x;
    };
    std::vector<ChipCoord> frontier{chips.front()};
    reached[index(chips.front())] = true;
    while (!frontier.empty()) {
        const ChipCoord chip = frontier.back();
        frontier.pop_back();
        for (int link = 0; link < link_count; ++link) {
            const std::optional<ChipCoord> next = neighbour(shape, chip, static_cast<Link>(link));
            if (!next || reached[index(*next)]) continue;
            reached[index(*next)] = true;
            frontier.push_back(*next);
        }
    }
    return reached;
}

/// `count` different elements of `items`, in random order.
template <typename T>
std::vector<T> sample(std::vector<T> items, double fraction, std::mt19937_64& random) {
    const double wanted = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(items.size());
    const auto count = static_cast<std::size_t>(wanted + 0.5);
    for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random() % (items.size() - i)]);
    items.resize(count);
    return items;
}

}  // namespace

MachineShape with_faults(MachineShape shape, const MachineFaults& faults) {
    for (const auto& [chip, core] : faults.dead_cores) {
        if (has_chip(shape, chip) && core >= 0 && core < physical_cores_per_chip)
            chip_at(shape, chip).dead_cores |= 1u << core;
    }
    for (const auto& [chip, link] : faults.dead_links) {
        const std::optional<ChipCoord> other = neighbour(shape, chip, link);
        if (!other) continue;
        chip_at(shape, chip).dead_links |= static_cast<std::uint8_t>(1u << static_cast<int>(link));
        chip_at(shape, *other).dead_links |= static_cast<std::uint8_t>(1u << static_cast<int>(opposite(link)));
    }
    for (const ChipCoord chip : faults.dead_chips) {
        if (has_chip(shape, chip)) chip_at(shape, chip) = ChipShape{};
    }
    for (ChipShape& chip : shape.chips) {
        if (chip.present && working_cores(chip) == 0) chip = ChipShape{};
    }
    const std::vector<bool> reached = reachable_from_first(shape);
    for (std::size_t i = 0; i < shape.chips.size(); ++i) {
        if (!reached[i]) shape.chips[i] = ChipShape{};
    }
    for (const ChipCoord chip : present_chips(shape)) {
        for (int link = 0; link < link_count; ++link) {
            if (neighbour(shape, chip, static_cast<Link>(link))) continue;
            chip_at(shape, chip).dead_links |= static_cast<std::uint8_t>(1u << link);
        }
    }
    return shape;
}

MachineFaults random_faults(const MachineShape& shape, double chips, double cores, double links, std::uint64_t seed) {
    std::vector<ChipCoord> all_chips;
    std::vector<std::pair<ChipCoord, int>> all_cores;
    std::vector<std::pair<ChipCoord, Link>> all_links;
    for (const ChipCoord chip : present_chips(shape)) {
        const ChipShape& here = chip_at(shape, chip);
        if (!here.ethernet) all_chips.push_back(chip);
        for (int core = 0; core < physical_cores_per_chip; ++core) {
            if ((here.dead_cores >> core & 1) == 0) all_cores.emplace_back(chip, core);
        }
        for (const Link link : {Link::east, Link::north_east, Link::north}) {  // the other three are their far ends
            if (neighbour(shape, chip, link)) all_links.emplace_back(chip, link);
        }
    }
    std::mt19937_64 random(seed);
    MachineFaults faults;
    faults.dead_chips = sample(std::move(all_chips), chips, random);
    faults.dead_cores = sample(std::move(all_cores), cores, random);
    faults.dead_links = sample(std::move(all_links), links, random);
    return faults;
}

}  // namespace spinn
