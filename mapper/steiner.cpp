#include "mapper/steiner.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace spinn {

namespace {

/// Of the six links of a chip; by table, since not every processor that this must run on can count bits.
constexpr auto n_links = [] {
    std::array<std::uint8_t, 1u << link_count> counts{};
    for (std::size_t links = 1; links < counts.size(); ++links)
        counts[links] = static_cast<std::uint8_t>(counts[links >> 1] + (links & 1));
    return counts;
}();

constexpr std::size_t opposite_link(std::size_t link) { return link < 3 ? link + 3 : link - 3; }

}  // namespace

ChipGrid chip_grid(const MachineShape& machine) {
    ChipGrid grid;
    grid.next.assign(machine.chips.size() * link_count, ChipGrid::no_chip);
    for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
        const ChipCoord here = chip_of_index(machine, chip);
        for (const Link link : all_links) {
            if (const auto next = neighbour(machine, here, link))
                grid.next[chip * link_count + static_cast<std::size_t>(link)] =
                    static_cast<std::uint32_t>(chip_index(machine, *next));
        }
    }
    return grid;
}

SteinerSet::SteinerSet(const ChipGrid& grid) : grid_(grid), marks_(grid.size()), nodes_(grid.size()), queue_(8) {}

SteinerSet::Node& SteinerSet::node(std::uint32_t chip) {
    Node& node = nodes_[chip];
    if (node.net != net_) node = {net_, 0, false, false, false, false};
    return node;
}

void SteinerSet::offer(std::uint32_t chip, std::uint32_t hops, std::uint32_t from, std::size_t link) {
    Mark& mark = marks_[chip];
    if (mark.search == search_ && mark.hops <= hops) return;
    mark = {search_, hops, from, static_cast<std::uint8_t>(link), false};
    if (hops >= queue_.size()) queue_.resize(hops + 8);
    queue_[hops].push_back(chip);
}

void SteinerSet::join(std::uint32_t from, std::size_t link) {
    node(from).links |= static_cast<std::uint8_t>(1u << link);
    node(grid_.step(from, link)).links |= static_cast<std::uint8_t>(1u << opposite_link(link));
}

void SteinerSet::cut(std::uint32_t from, std::size_t link) {
    node(from).links &= static_cast<std::uint8_t>(~(1u << link));
    node(grid_.step(from, link)).links &= static_cast<std::uint8_t>(~(1u << opposite_link(link)));
}

/// Makes the path by which the last search reached `chip` part of the tree, up to the tree.
void SteinerSet::add_path(std::uint32_t chip) {
    while (!in_tree(chip)) {
        node(chip).in_tree = true;
        tree_.push_back(chip);
        const Mark& mark = marks_[chip];
        const std::uint32_t from = mark.from;
        join(from, mark.link);
        chip = from;
    }
}

std::optional<std::uint32_t> SteinerSet::connect(std::span<const std::uint32_t> terminals) {
    ++search_;
    for (auto& bucket : queue_) bucket.clear();
    node(terminals[0]).in_tree = true;
    tree_.push_back(terminals[0]);
    offer(terminals[0], 0, terminals[0], 0);
    std::size_t missing = terminals.size() - 1;
    for (std::size_t hops = 0; missing > 0 && hops < queue_.size(); ++hops) {
        for (std::size_t i = 0; i < queue_[hops].size(); ++i) {
            const std::uint32_t chip = queue_[hops][i];
            Mark& mark = marks_[chip];
            if (mark.hops != hops || mark.closed) continue;
            mark.closed = true;
            if (hops > 0 && node(chip).terminal) {
                const std::size_t first_new = tree_.size();
                add_path(chip);
                --missing;
                for (std::size_t n = first_new; n < tree_.size(); ++n) {
                    marks_[tree_[n]] = {search_, 0, tree_[n], 0, false};
                    queue_[0].push_back(tree_[n]);
                }
                // What was looked at before is still right; the new chips start again from 0.
                queue_[hops].erase(queue_[hops].begin(), queue_[hops].begin() + static_cast<std::ptrdiff_t>(i) + 1);
                hops = 0;
                i = static_cast<std::size_t>(-1);
                continue;
            }
            for (std::size_t link = 0; link < link_count; ++link) {
                const std::uint32_t next = grid_.step(chip, link);
                if (next != ChipGrid::no_chip) offer(next, static_cast<std::uint32_t>(hops) + 1, chip, link);
            }
        }
        queue_[hops].clear();
    }
    if (missing == 0) return std::nullopt;
    return *std::find_if(terminals.begin(), terminals.end(), [&](std::uint32_t chip) { return !in_tree(chip); });
}

void SteinerSet::flood(std::uint32_t start, std::vector<std::uint32_t>& reached) const {
    reached.assign(1, start);
    // A tree: never back over the link of arrival, which is told by position of the parent.
    struct Step {
        std::uint32_t chip;
        std::size_t arrival;
    };
    std::vector<Step> open{{start, link_count}};
    while (!open.empty()) {
        const Step here = open.back();
        open.pop_back();
        for (std::uint8_t links = nodes_[here.chip].links; links != 0; links &= static_cast<std::uint8_t>(links - 1)) {
            const auto link = static_cast<std::size_t>(std::countr_zero(links));
            if (link == here.arrival) continue;
            const std::uint32_t next = grid_.step(here.chip, link);
            reached.push_back(next);
            open.push_back({next, opposite_link(link)});
        }
    }
}

/// Joins the chips of `side` with the rest of the tree by a shortest path of at most `most_hops`.
bool SteinerSet::reconnect(std::span<const std::uint32_t> side, std::uint32_t most_hops) {
    ++search_;
    for (auto& bucket : queue_) bucket.clear();
    for (const std::uint32_t chip : side) {
        node(chip).side = true;
        offer(chip, 0, chip, 0);
    }
    bool found = false;
    for (std::uint32_t hops = 0; !found && hops < queue_.size() && hops <= most_hops; ++hops) {
        for (std::size_t i = 0; i < queue_[hops].size() && !found; ++i) {
            const std::uint32_t chip = queue_[hops][i];
            if (in_tree(chip) && !node(chip).side) {
                // The end of the path is in the tree already: add what lies between.
                const Mark end = marks_[chip];
                join(end.from, end.link);
                std::uint32_t between = end.from;
                while (!in_tree(between)) {
                    node(between).in_tree = true;
                    tree_.push_back(between);
                    join(marks_[between].from, marks_[between].link);
                    between = marks_[between].from;
                }
                found = true;
                break;
            }
            if (hops == most_hops) continue;
            for (std::size_t link = 0; link < link_count; ++link) {
                const std::uint32_t next = grid_.step(chip, link);
                if (next != ChipGrid::no_chip) offer(next, hops + 1, chip, link);
            }
        }
    }
    for (const std::uint32_t chip : side) node(chip).side = false;
    return found;
}

/// Takes out the path of chips without branches or terminals on which `chip` lies, and puts back a shorter one.
bool SteinerSet::replace_chain(std::uint32_t chip) {
    const auto is_inner = [&](std::uint32_t c) { return !node(c).terminal && n_links[node(c).links] == 2; };
    struct Edge {
        std::uint32_t from;
        std::size_t link;
    };
    // From the chip in both directions to the ends, which stay.
    chain_.assign(1, chip);
    std::array<std::uint32_t, 2> ends{};
    std::vector<Edge> edges;
    std::size_t side = 0;
    for (std::uint8_t links = node(chip).links; links != 0; links &= static_cast<std::uint8_t>(links - 1), ++side) {
        auto link = static_cast<std::size_t>(std::countr_zero(links));
        std::uint32_t here = chip;
        for (;;) {
            edges.push_back({here, link});
            here = grid_.step(here, link);
            if (!is_inner(here)) break;
            chain_.push_back(here);
            const auto onward = static_cast<std::uint8_t>(node(here).links & ~(1u << opposite_link(link)));
            link = static_cast<std::size_t>(std::countr_zero(onward));
        }
        ends[side] = here;
    }
    for (const Edge& edge : edges) cut(edge.from, edge.link);
    for (const std::uint32_t inner : chain_) node(inner).in_tree = false;
    flood(ends[0], side_a_);
    flood(ends[1], side_b_);
    const auto most_hops = static_cast<std::uint32_t>(chain_.size());  // one less than now
    if (reconnect(side_a_.size() < side_b_.size() ? side_a_ : side_b_, most_hops)) return true;
    for (const std::uint32_t inner : chain_) node(inner).in_tree = true;
    for (const Edge& edge : edges) join(edge.from, edge.link);
    return false;
}

/// @returns whether a path got shorter
bool SteinerSet::improve() {
    bool improved = false;
    for (const std::uint32_t chip : tree_) node(chip).seen = false;
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        const std::uint32_t chip = tree_[i];
        const Node& here = node(chip);
        if (!here.in_tree || here.terminal || here.seen || n_links[here.links] != 2) continue;
        const bool replaced = replace_chain(chip);
        improved = improved || replaced;
        for (const std::uint32_t inner : chain_) node(inner).seen = true;
    }
    return improved;
}

/// Takes off branches that end at no terminal.
void SteinerSet::prune(std::vector<std::uint32_t>& chips) {
    chips.clear();
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        std::uint32_t chip = tree_[i];
        while (in_tree(chip) && !node(chip).terminal && n_links[node(chip).links] <= 1) {
            node(chip).in_tree = false;
            if (node(chip).links == 0) break;
            const auto link = static_cast<std::size_t>(std::countr_zero(node(chip).links));
            const std::uint32_t next = grid_.step(chip, link);
            cut(chip, link);
            chip = next;
        }
    }
    for (const std::uint32_t chip : tree_) {
        if (!in_tree(chip)) continue;
        chips.push_back(chip);
        node(chip).in_tree = false;  // a chip may stand twice in tree_
    }
}

std::optional<std::uint32_t> SteinerSet::find(std::span<const std::uint32_t> terminals,
                                              std::vector<std::uint32_t>& chips) {
    ++net_;
    tree_.clear();
    for (const std::uint32_t chip : terminals) node(chip).terminal = true;
    if (const auto unreached = connect(terminals)) return unreached;
    for (int round = 0; round < 2 && improve(); ++round) {
    }
    prune(chips);
    return std::nullopt;
}

}  // namespace spinn
