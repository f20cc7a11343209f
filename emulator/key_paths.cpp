#include "emulator/key_paths.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace spinn {

namespace {

/// The first entry that matches keys of a block: none, one for the whole block, or one for a part of it.
struct BlockLookup {
    std::optional<std::size_t> entry;
    bool splits = false;
};

BlockLookup lookup_block(std::span<const RoutingEntry> table, std::uint32_t key, std::uint32_t free_bits) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (((key ^ table[i].key) & table[i].mask & ~free_bits) != 0) continue;
        // An entry whose key has a 1 where its mask has a 0 never matches.
        if ((table[i].key & ~table[i].mask) != 0) continue;
        return {i, (table[i].mask & free_bits) != 0};
    }
    return {};
}

struct Arrival {
    ChipCoord chip;
    std::optional<Link> link;
    auto operator<=>(const Arrival&) const = default;
};

class PathFinder {
 public:
    PathFinder(Machine& machine, const CoreIndex& index, const Core& source)
        : machine_(machine), core_index_(index), source_(source) {}

    /// Resolves the aligned block of `size` keys from `key`, as far as the source sends them.
    void resolve(std::uint32_t key, std::uint64_t size) {
        const std::uint64_t end = std::uint64_t{source_.keys.key} + source_.n_keys;
        if (key >= end) return;
        KeyPath path{key, static_cast<std::uint32_t>(std::min(end - key, size)), {}, {}, 0};
        if (walk(path, key, static_cast<std::uint32_t>(size - 1))) {
            std::sort(path.receivers.begin(), path.receivers.end());
            paths.push_back(std::move(path));
        } else {
            resolve(key, size / 2);
            resolve(key + static_cast<std::uint32_t>(size / 2), size / 2);
        }
    }

    std::vector<KeyPath> paths;

 private:
    /// @returns false when an entry on the way matches only a part of the block
    bool walk(KeyPath& path, std::uint32_t key, std::uint32_t free_bits) {
        std::vector<Arrival> waiting = {{source_.location.chip, std::nullopt}};
        std::vector<Arrival> seen;
        while (!waiting.empty()) {
            const Arrival here = waiting.back();
            waiting.pop_back();
            Chip& chip = chip_of(machine_, here.chip);
            RouterVisit visit{&chip, !here.link, false, 0};
            if (std::find(seen.begin(), seen.end(), here) != seen.end()) {
                // A loop: on the machine the packet circles until congestion drops it.
                visit.dropped = 1;
                path.visits.push_back(visit);
                continue;
            }
            seen.push_back(here);
            const BlockLookup found = lookup_block(chip.router.table(), key, free_bits);
            if (found.splits) return false;
            std::uint32_t route = 0;
            if (found.entry) {
                route = chip.router.table()[*found.entry].route;
            } else {
                visit.default_routed = true;
                if (here.link)
                    route = route_bit(opposite(*here.link));
                else
                    visit.dropped = 1;
            }
            follow(path, visit, route, here.chip, waiting);
            path.visits.push_back(visit);
        }
        return true;
    }

    void follow(KeyPath& path, RouterVisit& visit, std::uint32_t route, ChipCoord chip, std::vector<Arrival>& waiting) {
        for (int l = 0; l < link_count; ++l) {
            const Link link = static_cast<Link>(l);
            if ((route & route_bit(link)) == 0) continue;
            if (const std::optional<ChipCoord> next = neighbour(machine_.shape, chip, link)) {
                ++path.links_crossed;
                waiting.push_back({*next, opposite(link)});
            } else {
                ++visit.dropped;
            }
        }
        for (int core = 0; core < physical_cores_per_chip; ++core) {
            if ((route & route_bit_of_core(core)) == 0) continue;
            const auto target = core_index_.find({chip, static_cast<std::uint8_t>(core)});
            if (target != core_index_.end())
                path.receivers.push_back(target->second);
            else
                ++visit.dropped;
        }
    }

    Machine& machine_;
    const CoreIndex& core_index_;
    const Core& source_;
};

}  // namespace

CoreIndex core_index(const Machine& machine) {
    CoreIndex index;
    for (std::uint32_t i = 0; i < machine.cores.size(); ++i) index[machine.cores[i].location] = i;
    return index;
}

std::vector<KeyPath> key_paths(Machine& machine, const CoreIndex& index, const Core& source) {
    if (!source.sends || source.n_keys == 0) return {};
    PathFinder finder(machine, index, source);
    finder.resolve(source.keys.key, std::bit_ceil(std::uint64_t{source.n_keys}));
    return std::move(finder.paths);
}

}  // namespace spinn
