#include "mapper/cover.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>

namespace spinn {

namespace {

struct Cube {
    std::uint32_t key = 0, mask = 0;
};

constexpr Cube joined(Cube a, Cube b) {
    const std::uint32_t mask = a.mask & b.mask & ~(a.key ^ b.key);
    return {a.key & mask, mask};
}
constexpr bool holds(Cube outer, Cube inner) {
    return (outer.mask & ~inner.mask) == 0 && ((outer.key ^ inner.key) & outer.mask) == 0;
}

/// Covers the cubes of one route.
class RouteCover {
 public:
    /// @param own  key-masks of the route; @param others  key-masks that must not be met
    std::vector<Cube> cover(std::span<const Cube> own, std::span<const Cube> others) {
        std::vector<Cube> result;
        covered_.assign(own.size(), 0);
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (covered_[i] != 0) continue;
            const Cube cube = others.empty() ? whole(own) : widen(own, i, others);
            for (std::size_t j = i; j < own.size(); ++j)
                if (covered_[j] == 0 && holds(cube, own[j])) covered_[j] = 1;
            result.push_back(cube);
        }
        return result;
    }

 private:
    static Cube whole(std::span<const Cube> own) {
        Cube cube = own[0];
        for (const Cube c : own) cube = joined(cube, c);
        return cube;
    }

    static bool meets_any(Cube cube, std::span<const Cube> others) {
        constexpr std::size_t run = 16;
        std::size_t i = 0;
        for (; i + run <= others.size(); i += run) {
            unsigned hits = 0;  // counted without branches, which compilers turn into vector code
            for (std::size_t k = i; k < i + run; ++k)
                hits += ((cube.key ^ others[k].key) & cube.mask & others[k].mask) == 0;
            if (hits != 0) return true;
        }
        for (; i < others.size(); ++i)
            if (((cube.key ^ others[i].key) & cube.mask & others[i].mask) == 0) return true;
        return false;
    }

    /// For each key-mask to avoid, the bits that keep it apart from `cube`: one of each word must stay.
    void find_guards(Cube cube, std::span<const Cube> others) {
        guards_.resize(others.size());
        std::uint32_t single = 0;  // bits that alone keep something apart; they serve for all words that have them
        for (std::size_t i = 0; i < others.size(); ++i) {
            const std::uint32_t guard = (cube.key ^ others[i].key) & cube.mask & others[i].mask;
            guards_[i] = guard;
            single |= (guard & (guard - 1)) == 0 ? guard : 0u;
        }
        std::size_t n = 0;
        for (const std::uint32_t guard : guards_) {
            guards_[n] = guard;
            n += (guard & single) == 0 ? 1 : 0;
        }
        guards_.resize(n);
        for (std::uint32_t rest = single; rest != 0; rest &= rest - 1) guards_.push_back(rest & (~rest + 1));
        std::sort(guards_.begin(), guards_.end());
        guards_.erase(std::unique(guards_.begin(), guards_.end()), guards_.end());
        if (guards_.size() > most_compared) return;
        // A word that holds all bits of another asks for nothing more. Those with few bits first.
        by_bits_.clear();
        for (const std::uint32_t guard : guards_)
            by_bits_.push_back(static_cast<std::uint64_t>(std::popcount(guard)) << 32 | guard);
        std::sort(by_bits_.begin(), by_bits_.end());
        std::size_t kept = 0;
        for (const std::uint64_t ranked : by_bits_) {
            const auto guard = static_cast<std::uint32_t>(ranked);
            const auto end = guards_.begin() + static_cast<std::ptrdiff_t>(kept);
            if (std::none_of(guards_.begin(), end, [&](std::uint32_t k) { return (k & ~guard) == 0; }))
                guards_[kept++] = guard;
        }
        guards_.resize(kept);
    }
    /// Whether these bits may be opened.
    bool may_open(std::uint32_t bits) const {
        return std::none_of(guards_.begin(), guards_.end(), [&](std::uint32_t guard) { return (guard & ~bits) == 0; });
    }

    /// Opens bits of own[i] so that it takes in as many others of its route as it can.
    Cube widen(std::span<const Cube> own, std::size_t i, std::span<const Cube> others) {
        Cube cube = own[i];
        // What has to be opened to take in another; those that cannot be are out for good. Most fail soon.
        wanted_.clear();
        for (std::size_t j = i + 1; j < own.size(); ++j) {
            if (covered_[j] != 0) continue;
            const Cube both = joined(cube, own[j]);
            if (!meets_any(both, others)) wanted_.push_back(cube.mask & ~both.mask);
        }
        if (wanted_.empty()) return cube;
        find_guards(cube, others);
        std::uint32_t open = 0;
        while (!wanted_.empty()) {
            std::sort(wanted_.begin(), wanted_.end());
            // Different sets of bits, and how many cubes want just these.
            choices_.clear();
            for (const std::uint32_t bits : wanted_) {
                if (!choices_.empty() && choices_.back().bits == bits)
                    ++choices_.back().count;
                else
                    choices_.push_back({bits, 1});
            }
            std::uint32_t best = 0;
            double best_gain = -1.0;
            const std::size_t step = 1 + choices_.size() / most_choices;
            for (std::size_t c = 0; c < choices_.size(); c += step) {
                std::size_t count = 0;
                for (const Choice& other : choices_) count += (other.bits & ~choices_[c].bits) == 0 ? other.count : 0;
                // Many for few bits.
                const double gain =
                    static_cast<double>(count) / static_cast<double>(std::popcount(choices_[c].bits) + 1);
                if (gain > best_gain) best_gain = gain, best = choices_[c].bits;
            }
            open |= best;
            std::erase_if(wanted_, [&](std::uint32_t bits) { return (bits & ~open) == 0; });
            for (std::uint32_t& bits : wanted_) bits |= open;
            std::erase_if(wanted_, [&](std::uint32_t bits) { return !may_open(bits); });
        }
        cube.mask &= ~open;
        cube.key &= cube.mask;
        return cube;
    }

    static constexpr std::size_t most_choices = 48, most_compared = 256;
    struct Choice {
        std::uint32_t bits = 0;
        std::uint32_t count = 0;
    };
    std::vector<std::uint32_t> guards_, wanted_;
    std::vector<std::uint64_t> by_bits_;
    std::vector<Choice> choices_;
    std::vector<char> covered_;
};

struct RouteGroup {
    std::uint32_t route = 0;
    std::vector<Cube> cubes;
    std::size_t entries_alone = 0;  ///< that it would take to avoid all other groups
};

/// Longer tables are covered in one order only.
constexpr std::size_t most_for_second_order = 128;

/// Key-masks that need no entry, by the route that they take by default.
using Defaults = std::map<std::uint32_t, std::vector<Cube>>;

/// Covers the groups from the bottom up. No entry may meet a default of another route; one of its own it may take in.
std::vector<RoutingEntry> stack(const std::vector<RouteGroup>& groups, const Defaults& defaults) {
    RouteCover cover;
    std::vector<Cube> below, others;
    std::vector<std::vector<RoutingEntry>> layers;
    for (std::size_t g = groups.size(); g-- > 0;) {
        others = below;
        for (const auto& [route, cubes] : defaults)
            if (route != groups[g].route) others.insert(others.end(), cubes.begin(), cubes.end());
        std::vector<RoutingEntry>& layer = layers.emplace_back();
        for (const Cube cube : cover.cover(groups[g].cubes, others))
            layer.push_back({cube.key, cube.mask, groups[g].route});
        below.insert(below.end(), groups[g].cubes.begin(), groups[g].cubes.end());
    }
    std::vector<RoutingEntry> table;
    for (std::size_t l = layers.size(); l-- > 0;) table.insert(table.end(), layers[l].begin(), layers[l].end());
    return table;
}

std::vector<RoutingEntry> cover_with(const std::vector<TableEntry>& table, bool leave_out_defaults) {
    std::map<std::uint32_t, std::vector<Cube>> by_route;
    Defaults defaults;
    for (const TableEntry& entry : table)
        (entry.defaultable && leave_out_defaults ? defaults : by_route)[entry.entry.route].push_back(
            {entry.entry.key, entry.entry.mask});
    std::vector<RouteGroup> groups;
    for (auto& [route, cubes] : by_route) groups.push_back({route, std::move(cubes), 0});
    std::stable_sort(groups.begin(), groups.end(),
                     [](const RouteGroup& a, const RouteGroup& b) { return a.cubes.size() < b.cubes.size(); });
    std::vector<RoutingEntry> best = stack(groups, defaults);
    if (table.size() > most_for_second_order) return best;
    // Another order: what would take most entries, had it to avoid all others, is best off at the bottom.
    RouteCover cover;
    for (RouteGroup& group : groups) {
        std::vector<Cube> others;
        for (const RouteGroup& other : groups)
            if (&other != &group) others.insert(others.end(), other.cubes.begin(), other.cubes.end());
        group.entries_alone = cover.cover(group.cubes, others).size();
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [](const RouteGroup& a, const RouteGroup& b) { return a.entries_alone < b.entries_alone; });
    std::vector<RoutingEntry> second = stack(groups, defaults);
    return second.size() < best.size() ? second : best;
}

}  // namespace

std::vector<RoutingEntry> cover(const std::vector<TableEntry>& table) {
    std::vector<RoutingEntry> best = cover_with(table, true);
    const auto n_defaults = static_cast<std::size_t>(
        std::count_if(table.begin(), table.end(), [](const TableEntry& entry) { return entry.defaultable; }));
    if (n_defaults > 0 && (n_defaults * 16 < table.size() || table.size() < 256)) {
        std::vector<RoutingEntry> other = cover_with(table, false);
        if (other.size() < best.size()) best = std::move(other);
    }
    return best;
}

}  // namespace spinn
