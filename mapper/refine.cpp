#include "mapper/refine.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

#include "mapper/chip_room.hpp"
#include "mapper/lattice.hpp"

namespace spinn {

namespace {

constexpr std::size_t dense_fan_out = 1024;  // nets with more targets are not looked at
constexpr std::uint64_t trials_per_slice = 150;
constexpr std::uint64_t work_limit = 400'000'000;  // chip counts looked at in all; about a second
constexpr std::uint64_t n_probes = 64;             // trials that only go downhill and set the first threshold
constexpr std::uint32_t nobody = 0xffffffff;

/// A slice that drives one other only follows where that goes, it does not pull: else cores of neurons would scatter
/// among their noise, and the trees of all neurons grow.
std::vector<std::int64_t> net_weights(const MachineGraph& graph) {
    const std::vector<bool> drives = driving_nets(graph);
    double sum = 0.0;
    std::size_t n_pulling = 0;
    for (std::size_t net = 0; net < graph.nets.size(); ++net) {
        if (drives[net]) continue;
        sum += graph.nets[net].packets_per_s;
        ++n_pulling;
    }
    const double mean = n_pulling == 0 ? 0.0 : sum / static_cast<double>(n_pulling);
    std::vector<std::int64_t> weights;
    for (std::size_t net = 0; net < graph.nets.size(); ++net) {
        if (drives[net]) {
            weights.push_back(1);
            continue;
        }
        const double relative = mean > 0.0 ? std::min(graph.nets[net].packets_per_s / mean, 1e6) : 0.0;
        weights.push_back(static_cast<std::int64_t>(16.0 * (1.0 + relative)));
    }
    return weights;
}

/// The chips a net reaches, with the number of its targets on each.
class TargetChips {
 public:
    void add(std::uint32_t chip, int count) {
        Entry* entry = find(chip);
        if (entry == nullptr) {
            entries_.push_back({chip, count});
        } else if ((entry->count += count) == 0) {
            *entry = entries_.back();
            entries_.pop_back();
        }
    }
    /// What would change if one target went from one chip to another.
    struct Change {
        bool leaves_old = false;  ///< it was the only one there
        bool reaches_new = true;  ///< none is there yet
    };
    Change change(std::uint32_t old_chip, std::uint32_t new_chip) const {
        Change result;
        for (const Entry& entry : entries_) {
            if (entry.chip == old_chip) result.leaves_old = entry.count == 1;
            if (entry.chip == new_chip) result.reaches_new = false;
        }
        return result;
    }
    struct Entry {
        std::uint32_t chip;
        int count;
    };
    std::span<const Entry> entries() const { return entries_; }

 private:
    Entry* find(std::uint32_t chip) {
        for (Entry& entry : entries_) {
            if (entry.chip == chip) return &entry;
        }
        return nullptr;
    }
    std::vector<Entry> entries_;
};

/// Lists of different lengths in one array.
struct Lists {
    std::vector<std::size_t> first;  ///< [list], one more at the end
    std::vector<std::uint32_t> items;
    std::span<const std::uint32_t> operator[](std::size_t list) const {
        return std::span(items).subspan(first[list], first[list + 1] - first[list]);
    }
};

/// The nets, dense ones apart, that have a slice among their targets.
Lists nets_by_target(const MachineGraph& graph) {
    Lists lists;
    lists.first.assign(graph.slices.size() + 1, 0);
    const auto for_each_pin = [&](auto&& visit) {
        for (std::uint32_t net = 0; net < graph.nets.size(); ++net) {
            if (graph.nets[net].targets.size() > dense_fan_out) continue;
            for (const std::uint32_t target : graph.nets[net].targets) visit(net, target);
        }
    };
    for_each_pin([&](std::uint32_t, std::uint32_t target) { ++lists.first[target + 1]; });
    for (std::size_t slice = 0; slice < graph.slices.size(); ++slice) lists.first[slice + 1] += lists.first[slice];
    lists.items.resize(lists.first.back());
    std::vector<std::size_t> next(lists.first.begin(), lists.first.end() - 1);
    for_each_pin([&](std::uint32_t net, std::uint32_t target) { lists.items[next[target]++] = net; });
    return lists;
}

/// A placement with all that is needed to tell what a move changes.
class Board {
 public:
    Board(Placements placements, const MachineGraph& graph, const MachineShape& machine)
        : graph_(graph),
          machine_(machine),
          placements_(std::move(placements)),
          weights_(net_weights(graph)),
          nets_by_target_(nets_by_target(graph)),
          net_of_slice_(graph.slices.size(), nobody),
          target_chips_(graph.nets.size()),
          occupants_(machine.chips.size() * physical_cores_per_chip, nobody),
          sdram_bytes_(machine.chips.size(), 0) {
        for (std::uint32_t slice = 0; slice < placements_.size(); ++slice) {
            occupant(placements_[slice]) = slice;
            sdram_bytes_[chip_of(slice)] += block_bytes(graph.slices[slice]);
        }
        for (std::uint32_t net = 0; net < graph.nets.size(); ++net) {
            if (graph.nets[net].targets.size() > dense_fan_out) continue;
            net_of_slice_[graph.nets[net].source] = net;
            for (const std::uint32_t target : graph.nets[net].targets) target_chips_[net].add(chip_of(target), 1);
        }
    }

    const Placements& placements() const { return placements_; }
    std::uint64_t work() const { return work_; }

    std::int64_t cost() const {
        std::int64_t sum = 0;
        for (std::uint32_t net = 0; net < graph_.nets.size(); ++net) {
            sum += weights_[net] * distance_sum(net, chip_of(graph_.nets[net].source));
        }
        return sum;
    }

    /// A core near something that the slice talks with; nullopt when it talks with nobody.
    std::optional<CoreLocation> core_near_a_partner(std::uint32_t slice, std::mt19937_64& random) const {
        const std::span<const std::uint32_t> incoming = nets_by_target_[slice];
        const std::uint32_t own = net_of_slice_[slice];
        const std::size_t n_nets = incoming.size() + (own == nobody ? 0 : 1);
        if (n_nets == 0) return std::nullopt;
        const std::size_t choice = random() % n_nets;
        const Net& net = graph_.nets[choice < incoming.size() ? incoming[choice] : own];
        const std::size_t pin = random() % (net.targets.size() + 1);
        ChipCoord chip = placements_[pin == net.targets.size() ? net.source : net.targets[pin]].chip;
        const std::size_t direction = random() % (2 * link_count);
        if (direction < link_count) chip = lattice_step(machine_, chip, all_links[direction]).value_or(chip);
        const int cores = application_cores(chip_at(machine_, chip));
        if (cores == 0) return std::nullopt;
        return CoreLocation{chip, static_cast<std::uint8_t>(1 + random() % static_cast<unsigned>(cores))};
    }

    /// Whether `slice` and what lies on `to` may change places.
    bool may_swap(std::uint32_t slice, CoreLocation to) const {
        const CoreLocation from = placements_[slice];
        if (from.chip == to.chip) return false;
        const std::uint32_t other = occupants_[slot(to)];
        const std::uint64_t leaves = block_bytes(graph_.slices[slice]);
        const std::uint64_t comes = other == nobody ? 0 : block_bytes(graph_.slices[other]);
        return sdram_bytes_[index(from.chip)] - leaves + comes <= sdram_per_chip_bytes &&
               sdram_bytes_[index(to.chip)] - comes + leaves <= sdram_per_chip_bytes;
    }

    /// How the cost would change by the swap.
    std::int64_t change_by_swap(std::uint32_t slice, CoreLocation to) {
        const std::uint32_t other = occupants_[slot(to)];
        const std::uint32_t here = chip_of(slice), there = index(to.chip);
        const std::span<const std::uint32_t> others =
            other == nobody ? std::span<const std::uint32_t>{} : nets_by_target_[other];
        std::int64_t change = change_by_targets(nets_by_target_[slice], others, slice, other, here, there) +
                              change_by_targets(others, nets_by_target_[slice], slice, other, there, here);
        for (const std::uint32_t source : {slice, other}) {
            if (source == nobody || net_of_slice_[source] == nobody) continue;
            change += change_of_own_net(net_of_slice_[source], slice, other, here, there);
        }
        return change;
    }

    void swap(std::uint32_t slice, CoreLocation to) {
        const CoreLocation from = placements_[slice];
        const std::uint32_t other = occupants_[slot(to)];
        move(slice, to);
        if (other != nobody) move(other, from);
        occupant(from) = other;
        occupant(to) = slice;
    }

 private:
    std::uint32_t index(ChipCoord chip) const { return static_cast<std::uint32_t>(chip_index(machine_, chip)); }
    std::uint32_t chip_of(std::uint32_t slice) const { return index(placements_[slice].chip); }
    std::size_t slot(CoreLocation core) const {
        return index(core.chip) * std::size_t{physical_cores_per_chip} + core.core;
    }
    std::uint32_t& occupant(CoreLocation core) { return occupants_[slot(core)]; }

    std::int64_t hops(std::uint32_t from, std::uint32_t to) const {
        return distance(machine_, chip_of_index(machine_, from), chip_of_index(machine_, to));
    }
    std::int64_t distance_sum(std::uint32_t net, std::uint32_t source_chip) const {
        std::int64_t sum = 0;
        for (const TargetChips::Entry& entry : target_chips_[net].entries()) sum += hops(source_chip, entry.chip);
        return sum;
    }

    /// The share of the nets in `nets` that are not in `others` (both ascending): one target of each goes from
    /// `old_chip` to `new_chip`. The nets that the swapped slices send are left out; their sources move too.
    std::int64_t change_by_targets(std::span<const std::uint32_t> nets, std::span<const std::uint32_t> others,
                                   std::uint32_t slice, std::uint32_t other, std::uint32_t old_chip,
                                   std::uint32_t new_chip) {
        std::int64_t sum = 0;
        auto next_other = others.begin();
        for (const std::uint32_t net : nets) {
            while (next_other != others.end() && *next_other < net) ++next_other;
            if (next_other != others.end() && *next_other == net) continue;  // gains a target where it loses one
            const std::uint32_t source = graph_.nets[net].source;
            if (source == slice || source == other) continue;
            const TargetChips::Change change = target_chips_[net].change(old_chip, new_chip);
            work_ += 4 + target_chips_[net].entries().size();
            if (change.reaches_new) sum += weights_[net] * hops(chip_of(source), new_chip);
            if (change.leaves_old) sum -= weights_[net] * hops(chip_of(source), old_chip);
        }
        return sum;
    }

    /// The share of a net whose source is one of the swapped slices.
    std::int64_t change_of_own_net(std::uint32_t net, std::uint32_t slice, std::uint32_t other, std::uint32_t here,
                                   std::uint32_t there) {
        const Net& own = graph_.nets[net];
        const auto is_target = [&](std::uint32_t candidate) {
            return candidate != nobody && std::binary_search(own.targets.begin(), own.targets.end(), candidate);
        };
        const std::uint32_t old_source = own.source == slice ? here : there;
        const std::uint32_t new_source = own.source == slice ? there : here;
        std::int64_t sum = distance_sum(net, new_source) - distance_sum(net, old_source);
        work_ += 8 * target_chips_[net].entries().size();
        if (const bool goes = is_target(slice), comes = is_target(other); goes != comes) {
            const std::uint32_t old_chip = goes ? here : there, new_chip = goes ? there : here;
            const TargetChips::Change change = target_chips_[net].change(old_chip, new_chip);
            if (change.reaches_new) sum += hops(new_source, new_chip);
            if (change.leaves_old) sum -= hops(new_source, old_chip);
        }
        return weights_[net] * sum;
    }

    void move(std::uint32_t slice, CoreLocation to) {
        const std::uint32_t old_chip = chip_of(slice), new_chip = index(to.chip);
        for (const std::uint32_t net : nets_by_target_[slice]) {
            target_chips_[net].add(new_chip, 1);
            target_chips_[net].add(old_chip, -1);
            work_ += 4 + target_chips_[net].entries().size();
        }
        placements_[slice] = to;
        sdram_bytes_[old_chip] -= block_bytes(graph_.slices[slice]);
        sdram_bytes_[new_chip] += block_bytes(graph_.slices[slice]);
    }

    const MachineGraph& graph_;
    const MachineShape& machine_;
    Placements placements_;
    std::vector<std::int64_t> weights_;        ///< [net]
    Lists nets_by_target_;                     ///< [slice]
    std::vector<std::uint32_t> net_of_slice_;  ///< [slice]; nobody: it sends nothing, or to too many
    std::vector<TargetChips> target_chips_;    ///< [net]; empty for dense nets
    std::vector<std::uint32_t> occupants_;     ///< [chip][core]
    std::vector<std::uint64_t> sdram_bytes_;   ///< [chip]
    std::uint64_t work_ = 0;
};

}  // namespace

std::int64_t placement_cost(const Placements& placements, const MachineGraph& graph, const MachineShape& machine) {
    return Board(placements, graph, machine).cost();
}

namespace {

/// The mean change of the probes where there is work enough to cool down from it, less where there is not (measured on
/// sheets: below about 100 trials a slice a hot start does not come back to the cost it set out from).
std::int64_t start_threshold(std::int64_t probed_change, std::uint64_t probed_work, std::uint64_t n_trials,
                             std::size_t n_slices) {
    constexpr std::uint64_t enough = 100;
    const std::uint64_t affordable = work_limit / std::max<std::uint64_t>(1, probed_work / n_probes);
    const std::uint64_t per_slice = std::min(enough, std::min(n_trials, affordable) / n_slices);
    return probed_change / static_cast<std::int64_t>(n_probes) * static_cast<std::int64_t>(per_slice * per_slice) /
           static_cast<std::int64_t>(enough * enough);
}

}  // namespace

Placements refine(Placements start, const MachineGraph& graph, const MachineShape& machine, std::uint64_t seed) {
    if (start.size() < 2) return start;
    Board board(start, graph, machine);
    std::mt19937_64 random(seed);
    const std::uint64_t n_trials = trials_per_slice * start.size();
    std::int64_t first_threshold = 0, probed_change = 0, total_change = 0;
    for (std::uint64_t trial = 0; trial < n_trials && board.work() < work_limit; ++trial) {
        if (trial == n_probes) {
            first_threshold = start_threshold(probed_change, board.work(), n_trials, start.size());
        }
        const auto slice = static_cast<std::uint32_t>(random() % start.size());
        const std::optional<CoreLocation> to = board.core_near_a_partner(slice, random);
        if (!to || !board.may_swap(slice, *to)) continue;

        // The threshold sinks with the trials or with the work, whichever is further, and is zero for the last quarter.
        const std::uint64_t progress = std::max(trial * 1024 / n_trials, board.work() * 1024 / work_limit);
        const auto remaining = std::max<std::int64_t>(0, 768 - static_cast<std::int64_t>(progress));
        const std::int64_t change = board.change_by_swap(slice, *to);
        if (trial < n_probes) probed_change += std::abs(change);
        if (change > first_threshold * remaining / 768) continue;
        board.swap(slice, *to);
        total_change += change;
    }
    return total_change < 0 ? board.placements() : start;
}

}  // namespace spinn
