#include "mapper/place_problem.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "mapper/chip_room.hpp"
#include "mapper/lattice.hpp"
#include "protocols/error.hpp"

namespace spinn {

Lists inverse(const Lists& lists, std::size_t n_items) {
    Lists result;
    result.first.assign(n_items + 1, 0);
    for (const std::uint32_t item : lists.items) ++result.first[item + 1];
    std::partial_sum(result.first.begin(), result.first.end(), result.first.begin());
    result.items.resize(lists.items.size());
    std::vector<std::size_t> next(result.first.begin(), result.first.end() - 1);
    for (std::uint32_t list = 0; list < lists.size(); ++list)
        for (const std::uint32_t item : lists[list]) result.items[next[item]++] = list;
    return result;
}

namespace {

void find_room(PlaceProblem& problem, const MachineGraph& graph, const MachineShape& machine) {
    problem.free_cores.resize(machine.chips.size());
    problem.free_bytes.resize(machine.chips.size());
    for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
        const int cores = application_cores(machine.chips[chip]);
        problem.free_cores[chip] = ((1u << cores) - 1) << 1;
        problem.free_bytes[chip] = cores > 0 ? sdram_per_chip_bytes : 0;
    }
    for (const PlaceConstraints::Reserved& reserved : graph.constraints.reserved) {
        if (!reserved.chip)
            for (std::uint32_t& cores : problem.free_cores) cores &= ~reserved.cores;
        else if (has_chip(machine, *reserved.chip))
            problem.free_cores[chip_index(machine, *reserved.chip)] &= ~reserved.cores;
    }
    for (const PlaceConstraints::Sdram& sdram : graph.constraints.sdram)
        if (has_chip(machine, sdram.chip)) problem.free_bytes[chip_index(machine, sdram.chip)] = sdram.bytes;
}

/// Slices that must share a chip become one unit.
void find_units(PlaceProblem& problem, const MachineGraph& graph) {
    const auto n_slices = static_cast<std::uint32_t>(graph.slices.size());
    std::vector<std::uint32_t> leader(n_slices);  // a forest: each group's root is its first slice
    std::iota(leader.begin(), leader.end(), 0u);
    const auto root = [&](std::uint32_t slice) {
        while (leader[slice] != slice) slice = leader[slice] = leader[leader[slice]];
        return slice;
    };
    for (const std::vector<std::uint32_t>& group : graph.constraints.same_chip)
        for (const std::uint32_t slice : group) {
            const std::uint32_t a = root(group.front()), b = root(slice);
            leader[std::max(a, b)] = std::min(a, b);
        }
    problem.unit_of.assign(n_slices, PlaceProblem::none);
    std::vector<std::uint32_t> unit_of_root(n_slices, PlaceProblem::none);
    std::uint32_t n_units = 0;
    for (std::uint32_t slice = 0; slice < n_slices; ++slice) {
        if (graph.slices[slice].device) continue;
        std::uint32_t& unit = unit_of_root[root(slice)];
        if (unit == PlaceProblem::none) unit = n_units++;
        problem.unit_of[slice] = unit;
    }
    problem.cores.assign(n_units, 0);
    problem.bytes.assign(n_units, 0);
    for (std::uint32_t slice = 0; slice < n_slices; ++slice) {
        const std::uint32_t unit = problem.unit_of[slice];
        if (unit == PlaceProblem::none) continue;
        ++problem.cores[unit];
        problem.bytes[unit] += block_bytes(graph.slices[slice]);
    }
    problem.slices_of.first.assign(n_units + 1, 0);
    for (std::uint32_t unit = 0; unit < n_units; ++unit)
        problem.slices_of.first[unit + 1] = problem.slices_of.first[unit] + problem.cores[unit];
    problem.slices_of.items.resize(problem.slices_of.first.back());
    std::vector<std::size_t> next(problem.slices_of.first.begin(), problem.slices_of.first.end() - 1);
    for (std::uint32_t slice = 0; slice < n_slices; ++slice)
        if (problem.unit_of[slice] != PlaceProblem::none)
            problem.slices_of.items[next[problem.unit_of[slice]]++] = slice;
}

void fix_units(PlaceProblem& problem, const MachineGraph& graph, const MachineShape& machine) {
    problem.fixed_chip.assign(problem.n_units(), PlaceProblem::none);
    for (const PlaceConstraints::Fixed& fixed : graph.constraints.fixed) {
        const auto throw_impossible = [&](const std::string& what) {
            throw RequestError({.what = what,
                                .where = slice_name(graph, fixed.slice) + " is fixed at " + to_string(fixed.chip),
                                .fix = "change the constraint, or choose another machine"});
        };
        if (!has_chip(machine, fixed.chip)) throw_impossible("machine " + machine.name + " has no such chip");
        const auto chip = static_cast<std::uint32_t>(chip_index(machine, fixed.chip));
        const std::uint32_t unit = problem.unit_of[fixed.slice];
        if (unit == PlaceProblem::none) {
            const Link link = graph.slices[fixed.slice].device.value();
            if (neighbour(machine, fixed.chip, link))
                throw_impossible("its link leads to another chip, not to a device");
            continue;
        }
        if (fixed.core != 0 && (problem.free_cores[chip] >> fixed.core & 1) == 0)
            throw_impossible("core " + std::to_string(fixed.core) + " is not there for applications");
        if (problem.fixed_chip[unit] != PlaceProblem::none && problem.fixed_chip[unit] != chip)
            throw_impossible("it must also share a chip with a vertex that is fixed elsewhere");
        problem.fixed_chip[unit] = chip;
    }
    for (std::uint32_t slice = 0; slice < graph.slices.size(); ++slice) {
        if (!graph.slices[slice].device) continue;
        const auto& all = graph.constraints.fixed;
        if (std::none_of(all.begin(), all.end(), [&](const auto& fixed) { return fixed.slice == slice; }))
            throw RequestError({.what = "a vertex without cores has no place",
                                .where = slice_name(graph, slice),
                                .fix = "give it a location and a route end point, or a core"});
    }
}

/// With `both`, a slice that drives one other only follows where that goes, it does not pull: else cores of neurons
/// would scatter among their noise, and the trees of all neurons grow.
std::vector<double> net_weights(const MachineGraph& graph, PlaceObjective objective) {
    std::vector<bool> follows(graph.nets.size(), false);
    if (objective == PlaceObjective::both) follows = driving_nets(graph);
    double sum = 0.0;
    std::size_t n_pulling = 0;
    for (std::size_t net = 0; net < graph.nets.size(); ++net) {
        if (follows[net]) continue;
        sum += graph.nets[net].packets_per_s;
        ++n_pulling;
    }
    const double mean = n_pulling == 0 ? 0.0 : sum / static_cast<double>(n_pulling);
    std::vector<double> weights;
    weights.reserve(graph.nets.size());
    for (std::size_t net = 0; net < graph.nets.size(); ++net) {
        const double relative = mean > 0.0 ? std::min(graph.nets[net].packets_per_s / mean, 1e6) : 1.0;
        switch (objective) {
            case PlaceObjective::hops:
                weights.push_back(1.0);
                break;
            case PlaceObjective::traffic:
                weights.push_back(relative);
                break;
            case PlaceObjective::both:
                weights.push_back(follows[net] ? 0.5 : (1.0 + relative) / 2.0);
                break;
        }
    }
    return weights;
}

/// Nets become hyperedges: those with the same target units are one.
void find_hyperedges(PlaceProblem& problem, const MachineGraph& graph, PlaceObjective objective) {
    const std::vector<double> weights = net_weights(graph, objective);
    Lists targets;  // [net] units, ascending
    std::vector<std::uint64_t> hashes;
    for (const Net& net : graph.nets) {
        const auto begin = static_cast<std::ptrdiff_t>(targets.items.size());
        for (const std::uint32_t slice : net.targets)
            if (problem.unit_of[slice] != PlaceProblem::none) targets.items.push_back(problem.unit_of[slice]);
        std::sort(targets.items.begin() + begin, targets.items.end());
        targets.items.erase(std::unique(targets.items.begin() + begin, targets.items.end()), targets.items.end());
        targets.end_list();
        std::uint64_t hash = 0xcbf29ce484222325;
        for (auto it = targets.items.begin() + begin; it != targets.items.end(); ++it)
            hash = (hash ^ *it) * 0x100000001b3;
        hashes.push_back(hash ^ hash >> 31);
    }
    // The first net of each set of targets, and how many share it.
    std::vector<std::uint32_t> edge_of(graph.nets.size()), first_net, n_nets;
    std::unordered_multimap<std::uint64_t, std::uint32_t> known;
    known.reserve(graph.nets.size());
    for (std::uint32_t net = 0; net < graph.nets.size(); ++net) {
        const auto [begin, end] = known.equal_range(hashes[net]);
        const auto same = std::find_if(begin, end, [&](const auto& candidate) {
            return std::ranges::equal(targets[first_net[candidate.second]], targets[net]);
        });
        if (same != end) {
            edge_of[net] = same->second;
            ++n_nets[same->second];
        } else {
            edge_of[net] = static_cast<std::uint32_t>(first_net.size());
            known.emplace(hashes[net], edge_of[net]);
            first_net.push_back(net);
            n_nets.push_back(1);
        }
    }
    problem.weight.assign(first_net.size(), 0.0);
    for (std::uint32_t net = 0; net < graph.nets.size(); ++net) {
        const std::uint32_t edge = edge_of[net], source = problem.unit_of[graph.nets[net].source];
        problem.weight[edge] += weights[net];
        if (n_nets[edge] > 1 && source != PlaceProblem::none)
            problem.attachments.push_back({source, edge, weights[net]});
    }
    for (std::uint32_t edge = 0; edge < first_net.size(); ++edge) {
        const std::span<const std::uint32_t> units = targets[first_net[edge]];
        const std::uint32_t source = problem.unit_of[graph.nets[first_net[edge]].source];
        problem.pins.items.insert(problem.pins.items.end(), units.begin(), units.end());
        if (n_nets[edge] == 1 && source != PlaceProblem::none &&
            !std::binary_search(units.begin(), units.end(), source))
            problem.pins.items.push_back(source);
        problem.pins.end_list();
    }
    std::stable_sort(problem.attachments.begin(), problem.attachments.end(),
                     [](const auto& a, const auto& b) { return a.unit < b.unit; });
}

}  // namespace

PlaceProblem place_problem(const MachineGraph& graph, const MachineShape& machine, PlaceObjective objective) {
    PlaceProblem problem;
    find_room(problem, graph, machine);
    find_units(problem, graph);
    fix_units(problem, graph, machine);
    find_hyperedges(problem, graph, objective);
    return problem;
}

PlaceProblem joined(const PlaceProblem& problem, const std::vector<std::uint32_t>& coarse_of) {
    PlaceProblem coarse;
    const std::size_t n = coarse_of.empty() ? 0 : *std::max_element(coarse_of.begin(), coarse_of.end()) + 1u;
    coarse.cores.assign(n, 0);
    coarse.bytes.assign(n, 0);
    coarse.fixed_chip.assign(n, PlaceProblem::none);
    for (std::size_t unit = 0; unit < coarse_of.size(); ++unit) {
        coarse.cores[coarse_of[unit]] += problem.cores[unit];
        coarse.bytes[coarse_of[unit]] += problem.bytes[unit];
        if (problem.fixed_chip[unit] != PlaceProblem::none)
            coarse.fixed_chip[coarse_of[unit]] = problem.fixed_chip[unit];
    }
    coarse.weight = problem.weight;
    std::vector<std::size_t> seen(n, 0);  // number of the hyperedge that last had it, plus one
    for (std::size_t e = 0; e < problem.pins.size(); ++e) {
        for (const std::uint32_t unit : problem.pins[e])
            if (std::exchange(seen[coarse_of[unit]], e + 1) != e + 1) coarse.pins.items.push_back(coarse_of[unit]);
        coarse.pins.end_list();
    }
    coarse.attachments = problem.attachments;
    for (PlaceProblem::Attachment& attachment : coarse.attachments) attachment.unit = coarse_of[attachment.unit];
    std::stable_sort(coarse.attachments.begin(), coarse.attachments.end(),
                     [](const auto& a, const auto& b) { return a.unit < b.unit; });
    coarse.free_cores = problem.free_cores;
    coarse.free_bytes = problem.free_bytes;
    return coarse;
}

std::vector<std::uint32_t> inseparable_pairs(const PlaceProblem& problem) {
    constexpr double cores_of_a_chip = 16.0;
    std::vector<double> total(problem.n_units(), 0.0);
    struct Pair {
        double weight;
        std::uint32_t a, b;
    };
    std::vector<Pair> pairs;
    for (std::uint32_t e = 0; e < problem.pins.size(); ++e) {
        const auto pins = problem.pins[e];
        for (const std::uint32_t unit : pins) total[unit] += problem.weight[e];
        if (pins.size() == 2) pairs.push_back({problem.weight[e], pins[0], pins[1]});
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) { return x.weight > y.weight; });
    std::vector<std::uint32_t> partner(problem.n_units(), PlaceProblem::none);
    for (const Pair& pair : pairs) {
        if (partner[pair.a] != PlaceProblem::none || partner[pair.b] != PlaceProblem::none) continue;
        if (problem.fixed_chip[pair.a] != PlaceProblem::none || problem.fixed_chip[pair.b] != PlaceProblem::none)
            continue;
        if (problem.cores[pair.a] + problem.cores[pair.b] > 4) continue;
        const double else_a = total[pair.a] - pair.weight, else_b = total[pair.b] - pair.weight;
        if (pair.weight * cores_of_a_chip < 2.0 * std::max(else_a, else_b)) continue;
        partner[pair.a] = pair.b;
        partner[pair.b] = pair.a;
    }
    std::vector<std::uint32_t> coarse_of(problem.n_units(), PlaceProblem::none);
    std::uint32_t next = 0;
    for (std::uint32_t unit = 0; unit < coarse_of.size(); ++unit) {
        if (coarse_of[unit] != PlaceProblem::none) continue;
        coarse_of[unit] = next;
        if (partner[unit] != PlaceProblem::none) coarse_of[partner[unit]] = next;
        ++next;
    }
    return coarse_of;
}

}  // namespace spinn
