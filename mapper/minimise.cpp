#include "mapper/minimise.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <queue>

#include "mapper/cover.hpp"

namespace spinn {

namespace {

struct KeyMask {
    std::uint32_t key = 0, mask = 0;
};

/// Tables up to this long are minimised in both ways.
constexpr std::size_t always_both = 96;

constexpr bool intersect(KeyMask a, KeyMask b) { return ((a.key ^ b.key) & a.mask & b.mask) == 0; }

/// Number of bits that the mask leaves open.
int generality(std::uint32_t mask) { return 32 - std::popcount(mask); }

/// The smallest key-mask that covers both.
KeyMask merged(KeyMask a, KeyMask b) {
    const std::uint32_t mask = a.mask & b.mask & ~(a.key ^ b.key);
    return {a.key & mask, mask};
}

/// A table in ascending generality, column by column so that whole runs of entries are tested at once.
class OrderedTable {
 public:
    explicit OrderedTable(std::vector<TableEntry> entries) {
        std::stable_sort(entries.begin(), entries.end(), [](const TableEntry& a, const TableEntry& b) {
            return generality(a.entry.mask) < generality(b.entry.mask);
        });
        for (const TableEntry& source : entries) {
            insert(size(), {source.entry.key, source.entry.mask}, source.entry.route, source.defaultable,
                   {{source.entry.key, source.entry.mask}});
        }
    }

    std::size_t size() const { return keys_.size(); }
    KeyMask key_mask(std::size_t i) const { return {keys_[i], masks_[i]}; }
    std::uint32_t route(std::size_t i) const { return routes_[i]; }
    bool defaultable(std::size_t i) const { return defaultable_[i] != 0; }
    /// The key-masks of the given table that entry `i` stands for.
    const std::vector<KeyMask>& aliases(std::size_t i) const { return aliases_[i]; }

    /// Where an entry of this generality goes: below all that are as general.
    std::size_t insertion_point(int general) const {
        const auto first = std::upper_bound(masks_.begin(), masks_.end(), general,
                                            [](int wanted, std::uint32_t mask) { return wanted < generality(mask); });
        return static_cast<std::size_t>(first - masks_.begin());
    }

    /// Calls `visit(i)` for the entries in [first, last) with another route that intersect `what`, until it returns
    /// true.
    /// @returns whether one did
    template <typename Visit>
    bool any_conflict(KeyMask what, std::uint32_t route, std::size_t first, std::size_t last, Visit&& visit) const {
        constexpr std::size_t run = 32;
        for (; first < last; first += run) {
            const std::size_t end = std::min(first + run, last);
            std::uint32_t hits = 0;  // counted without branches, which compilers turn into vector code
            for (std::size_t i = first; i < end; ++i) hits += conflicts(i, what, route);
            if (hits == 0) continue;
            for (std::size_t i = first; i < end; ++i) {
                if (conflicts(i, what, route) && visit(i)) return true;
            }
        }
        return false;
    }

    std::vector<std::size_t> entries_with_route(std::uint32_t route) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < size(); ++i) {
            if (routes_[i] == route) found.push_back(i);
        }
        return found;
    }

    /// Puts one entry in the place of `members` (ascending), at the insertion point of its generality.
    void merge(const std::vector<std::size_t>& members) {
        KeyMask whole = key_mask(members.front());
        std::vector<KeyMask> aliases;
        bool all_defaultable = true;
        const std::uint32_t route = routes_[members.front()];
        for (const std::size_t member : members) {
            whole = merged(whole, key_mask(member));
            aliases.insert(aliases.end(), aliases_[member].begin(), aliases_[member].end());
            all_defaultable = all_defaultable && defaultable(member);
        }
        const std::size_t point = insertion_point(generality(whole.mask));
        insert(point, whole, route, all_defaultable, std::move(aliases));
        remove(members);  // all lie above the point: a member is at most as general as the whole
    }

    /// Positions that remain when default routes are left out, from the bottom up: an entry may go if every key-mask it
    /// stands for falls through all that remains below it.
    std::vector<std::size_t> kept_positions() const {
        std::vector<KeyMask> kept;
        std::vector<std::size_t> positions;
        for (std::size_t i = size(); i-- > 0;) {
            const bool falls_through =
                defaultable(i) && std::none_of(kept.begin(), kept.end(), [&](KeyMask below) {
                    return intersect(below, key_mask(i)) && std::any_of(aliases_[i].begin(), aliases_[i].end(),
                                                                        [&](KeyMask a) { return intersect(below, a); });
                });
            if (falls_through) continue;
            kept.push_back(key_mask(i));
            positions.push_back(i);
        }
        std::reverse(positions.begin(), positions.end());
        return positions;
    }

 private:
    bool conflicts(std::size_t i, KeyMask what, std::uint32_t route) const {
        const auto meets = static_cast<unsigned>(((keys_[i] ^ what.key) & masks_[i] & what.mask) == 0);
        return (meets & static_cast<unsigned>(routes_[i] != route)) != 0;  // no branch
    }

    void insert(std::size_t at, KeyMask what, std::uint32_t route, bool is_defaultable, std::vector<KeyMask> aliases) {
        const auto offset = static_cast<std::ptrdiff_t>(at);
        keys_.insert(keys_.begin() + offset, what.key);
        masks_.insert(masks_.begin() + offset, what.mask);
        routes_.insert(routes_.begin() + offset, route);
        defaultable_.insert(defaultable_.begin() + offset, is_defaultable);
        aliases_.insert(aliases_.begin() + offset, std::move(aliases));
    }

    void remove(const std::vector<std::size_t>& members) {
        std::size_t next_member = 0, to = members.front();
        for (std::size_t from = to; from < size(); ++from) {
            if (next_member < members.size() && members[next_member] == from) {
                ++next_member;
                continue;
            }
            keys_[to] = keys_[from];
            masks_[to] = masks_[from];
            routes_[to] = routes_[from];
            defaultable_[to] = defaultable_[from];
            aliases_[to] = std::move(aliases_[from]);
            ++to;
        }
        keys_.resize(to);
        masks_.resize(to);
        routes_.resize(to);
        defaultable_.resize(to);
        aliases_.resize(to);
    }

    std::vector<std::uint32_t> keys_, masks_, routes_;
    std::vector<char> defaultable_;
    std::vector<std::vector<KeyMask>> aliases_;
};

/// A merge in the making: entries of one route that become one.
class Merge {
 public:
    Merge(const OrderedTable& table, std::vector<std::size_t> members) : table_(&table), members_(std::move(members)) {
        measure();
    }

    /// Drops members until the merge changes no route.
    void prune() {
        up_check();
        down_check();
    }
    const std::vector<std::size_t>& members() const { return members_; }
    std::size_t gain() const { return members_.size() < 2 ? 0 : members_.size() - 1; }

 private:
    void measure() {
        if (members_.empty()) return;
        whole_ = table_->key_mask(members_.front());
        for (const std::size_t member : members_) whole_ = merged(whole_, table_->key_mask(member));
        point_ = table_->insertion_point(generality(whole_.mask));
    }

    /// A member moves down to the insertion point; an entry in between that catches a key of it would hide it. Dropping
    /// members moves the point up only, so one pass (from the bottom, where members are freest) with the present point
    /// is enough.
    void up_check() {
        if (members_.size() < 2) return;
        const std::uint32_t route = table_->route(members_.front());
        const auto is_hidden = [&](std::size_t member) {
            const std::vector<KeyMask>& aliases = table_->aliases(member);
            return table_->any_conflict(table_->key_mask(member), route, member + 1, point_, [&](std::size_t between) {
                const KeyMask catcher = table_->key_mask(between);
                return std::any_of(aliases.begin(), aliases.end(), [&](KeyMask a) { return intersect(a, catcher); });
            });
        };
        // Dropping one member may lift the point, so that another need not go: measure after each.
        for (std::size_t i = members_.size(); i-- > 0 && members_.size() > 1;) {
            if (!is_hidden(members_[i])) continue;
            members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
            measure();
        }
    }

    /// The merged entry lies above more general ones and must not steal keys that they serve. The cure: fix a bit that
    /// is open in the merge and fixed in the stolen key-mask, the one for which the fewest members must leave.
    void down_check() {
        while (members_.size() > 1) {
            const std::optional<Theft> theft = narrowest_theft();
            if (!theft) return;
            drop_for_best_bit(*theft);
        }
        if (members_.size() < 2) members_.clear();
    }

    struct Theft {
        std::uint32_t fixable = 0;  ///< bits that would tell the stolen keys from the merge
        std::uint32_t stolen_key = 0;
    };

    std::optional<Theft> narrowest_theft() const {
        std::optional<Theft> narrowest;
        table_->any_conflict(whole_, table_->route(members_.front()), point_, table_->size(), [&](std::size_t below) {
            for (const KeyMask alias : table_->aliases(below)) {
                if (!intersect(alias, whole_)) continue;
                const Theft theft{alias.mask & ~whole_.mask, alias.key};
                if (!narrowest || std::popcount(theft.fixable) < std::popcount(narrowest->fixable)) narrowest = theft;
            }
            return narrowest && narrowest->fixable == 0;
        });
        return narrowest;
    }

    void drop_for_best_bit(const Theft& theft) {
        // A member leaves when it keeps the bit open or as the stolen keys have it.
        const auto leaves = [&](std::size_t member, std::uint32_t bit) {
            const KeyMask own = table_->key_mask(member);
            return (own.mask & bit) == 0 || ((own.key ^ theft.stolen_key) & bit) == 0;
        };
        std::size_t fewest = members_.size() + 1;
        std::uint32_t best_bit = 0;
        for (std::uint32_t rest = theft.fixable; rest != 0; rest &= rest - 1) {
            const std::uint32_t bit = rest & (~rest + 1);
            const auto leavers = static_cast<std::size_t>(std::count_if(
                members_.begin(), members_.end(), [&](std::size_t member) { return leaves(member, bit); }));
            if (leavers < fewest) fewest = leavers, best_bit = bit;
        }
        if (best_bit == 0) {
            members_.clear();
            return;
        }
        std::erase_if(members_, [&](std::size_t member) { return leaves(member, best_bit); });
        measure();
    }

    const OrderedTable* table_;
    std::vector<std::size_t> members_;  ///< positions, ascending
    KeyMask whole_;
    std::size_t point_ = 0;
};

/// How hard to look for a merge within a route.
enum class Search { whole_group, also_halves };

/// The best merge found of entries with this route: of all of them, or of those that agree in one bit.
Merge best_merge(const OrderedTable& table, std::uint32_t route, Search search) {
    const std::vector<std::size_t> group = table.entries_with_route(route);
    Merge best(table, group);
    best.prune();
    if (search == Search::whole_group || group.size() < 3) return best;
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        for (const std::uint32_t value : {0u, bit}) {
            std::vector<std::size_t> half;
            std::copy_if(group.begin(), group.end(), std::back_inserter(half), [&](std::size_t i) {
                const KeyMask entry = table.key_mask(i);
                return (entry.mask & bit) != 0 && (entry.key & bit) == value;
            });
            if (half.size() == group.size() || half.size() <= best.members().size()) continue;
            Merge merge(table, std::move(half));
            merge.prune();
            if (merge.gain() > best.gain()) best = std::move(merge);
        }
    }
    return best;
}

/// The largest merge first. Gains are kept from when a route was last looked at, and looked at again when it is a
/// route's turn; at the end all are tried once more, until none gains.
class Covering {
 public:
    Covering(OrderedTable& table, std::size_t capacity) : table_(table), capacity_(capacity) {
        for (std::size_t i = 0; i < table.size(); ++i) ++group_sizes_[table.route(i)];
    }

    void run() {
        Search search = Search::whole_group;
        while (!fits()) {
            bool progress = false;
            std::priority_queue<Candidate> queue;
            for (const auto& [route, size] : group_sizes_) {
                if (size > 1) queue.push({best_merge(table_, route, search).gain(), route});
            }
            while (!queue.empty() && queue.top().gain > 0 && !fits()) {
                const std::uint32_t route = queue.top().route;
                queue.pop();
                const Merge merge = best_merge(table_, route, search);
                if (merge.gain() == 0) continue;
                if (!queue.empty() && merge.gain() < queue.top().gain) {
                    queue.push({merge.gain(), route});
                    continue;
                }
                group_sizes_[route] -= merge.gain();
                table_.merge(merge.members());
                progress = true;
                queue.push({merge.gain(), route});  // an upper guess; it is looked at again
            }
            if (progress) continue;
            if (search == Search::also_halves) return;
            search = Search::also_halves;
        }
    }

 private:
    struct Candidate {
        std::size_t gain = 0;
        std::uint32_t route = 0;
        bool operator<(const Candidate& other) const {
            return gain != other.gain ? gain < other.gain : route > other.route;
        }
    };

    bool fits() const {
        if (table_.size() <= capacity_) return true;
        std::size_t may_go = 0;
        for (std::size_t i = 0; i < table_.size(); ++i) may_go += table_.defaultable(i);
        return table_.size() - may_go <= capacity_ && table_.kept_positions().size() <= capacity_;
    }

    OrderedTable& table_;
    std::size_t capacity_;
    std::map<std::uint32_t, std::size_t> group_sizes_;  ///< entries by route
};

}  // namespace

std::vector<RoutingEntry> minimise(const std::vector<TableEntry>& table, std::size_t capacity, bool both) {
    std::vector<RoutingEntry> covered = cover(table);
    const bool is_too_long = capacity > 0 && covered.size() > capacity;
    if (!both && !is_too_long && (covered.size() <= capacity || table.size() > always_both)) return covered;
    std::vector<RoutingEntry> merged = ordered_covering(table, capacity);
    return merged.size() < covered.size() ? merged : covered;
}

std::vector<RoutingEntry> ordered_covering(const std::vector<TableEntry>& table, std::size_t capacity) {
    OrderedTable ordered(table);
    Covering(ordered, capacity).run();
    std::vector<RoutingEntry> result;
    for (const std::size_t i : ordered.kept_positions()) {
        result.push_back({ordered.key_mask(i).key, ordered.key_mask(i).mask, ordered.route(i)});
    }
    return result;
}

}  // namespace spinn
