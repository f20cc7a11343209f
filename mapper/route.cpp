#include "mapper/route.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>

#include "mapper/lattice.hpp"
#include "mapper/parallel.hpp"
#include "mapper/steiner.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

constexpr std::size_t nets_in_a_batch = 4096;  // routed before link loads are looked at again
constexpr std::size_t nets_in_a_part = 64;     // handed to a thread at once

/// The cores, and links to devices, that a net's packets must reach, by chip.
class Destinations {
 public:
    explicit Destinations(const MachineShape& machine) : machine_(machine), routes_(machine.chips.size(), 0) {}

    void set(const MachineGraph& graph, const Net& net, const Placements& placements) {
        for (const ChipCoord chip : chips_) routes_[chip_index(machine_, chip)] = 0;
        chips_.clear();
        for (const std::uint32_t target : net.targets) {
            const CoreLocation core = placements[target];
            const std::optional<Link> device = graph.slices[target].device;
            std::uint32_t& route = routes_[chip_index(machine_, core.chip)];
            if (route == 0) chips_.push_back(core.chip);
            route |= device ? route_bit(*device) : route_bit_of_core(core.core);
        }
    }
    const std::vector<ChipCoord>& chips() const { return chips_; }
    /// Bits as in RoutingEntry.
    std::uint32_t route(ChipCoord chip) const { return routes_[chip_index(machine_, chip)]; }

 private:
    const MachineShape& machine_;
    std::vector<ChipCoord> chips_;
    std::vector<std::uint32_t> routes_;  ///< [chip] zero for chips without targets
};

/// The chips between which a net has to be routed: its source first, then its targets, ascending.
using Terminals = std::vector<std::uint32_t>;

/// Nets with the same terminals.
struct RouteGroups {
    std::vector<std::uint32_t> group_of;   ///< [net]
    std::vector<std::uint32_t> first_net;  ///< [group]
    std::vector<double> packets_per_s;     ///< [group]
};

struct TerminalHash {
    std::size_t operator()(const Terminals& terminals) const {
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const std::uint32_t chip : terminals) hash = (hash ^ chip) * 0x100000001b3;
        return hash ^ hash >> 29;
    }
};

/// Finds the terminals of nets; one a thread.
class TerminalFinder {
 public:
    TerminalFinder(const MachineGraph& graph, const Placements& placements, const MachineShape& machine)
        : graph_(graph), placements_(placements), machine_(machine), seen_(machine.chips.size(), 0) {}

    void find(std::uint32_t net, Terminals& terminals) {
        ++generation_;
        const Net& wanted = graph_.nets[net];
        terminals.clear();
        const auto add = [&](std::uint32_t slice) {
            const auto chip = static_cast<std::uint32_t>(chip_index(machine_, placements_[slice].chip));
            if (seen_[chip] == generation_) return;
            seen_[chip] = generation_;
            terminals.push_back(chip);
        };
        add(wanted.source);
        for (const std::uint32_t target : wanted.targets) add(target);
        std::sort(terminals.begin() + 1, terminals.end());
    }

 private:
    const MachineGraph& graph_;
    const Placements& placements_;
    const MachineShape& machine_;
    std::vector<std::uint32_t> seen_;  ///< [chip] number of the net that was last here
    std::uint32_t generation_ = 0;
};

RouteGroups group_nets(const MachineGraph& graph, const Placements& placements, const MachineShape& machine,
                       std::size_t n_threads) {
    const std::size_t n_nets = graph.nets.size();
    std::vector<std::uint64_t> hashes(n_nets);
    std::vector<TerminalFinder> finders(n_threads, TerminalFinder(graph, placements, machine));
    std::vector<Terminals> scratch(n_threads);
    parallel_for((n_nets + nets_in_a_part - 1) / nets_in_a_part, n_threads, [&](std::size_t part, std::size_t thread) {
        const std::size_t end = std::min(n_nets, (part + 1) * nets_in_a_part);
        for (std::size_t net = part * nets_in_a_part; net < end; ++net) {
            finders[thread].find(static_cast<std::uint32_t>(net), scratch[thread]);
            hashes[net] = TerminalHash{}(scratch[thread]);
        }
    });
    RouteGroups groups;
    groups.group_of.resize(n_nets);
    std::unordered_multimap<std::uint64_t, std::uint32_t> known;
    known.reserve(n_nets);
    Terminals mine, theirs;
    for (std::uint32_t net = 0; net < n_nets; ++net) {
        const auto [first, last] = known.equal_range(hashes[net]);
        std::uint32_t group = static_cast<std::uint32_t>(groups.first_net.size());
        if (first != last) finders[0].find(net, mine);
        for (auto it = first; it != last; ++it) {
            finders[0].find(groups.first_net[it->second], theirs);
            if (mine == theirs) group = it->second;
        }
        if (group == groups.first_net.size()) {
            known.emplace(hashes[net], group);
            groups.first_net.push_back(net);
            groups.packets_per_s.push_back(0.0);
        }
        groups.group_of[net] = group;
        groups.packets_per_s[group] += graph.nets[net].packets_per_s;
    }
    return groups;
}

/// Turns sets of chips into trees: shortest paths from the source within the set; of several parents the one whose link
/// carries least, then the one straight on (whose entry may be left out).
class TreeBuilder {
 public:
    explicit TreeBuilder(const ChipGrid& grid) : grid_(grid), marks_(grid.size()) {}

    /// @param loads  [chip * 6 + link], packets/s
    RouteTree build(std::span<const std::uint32_t> chips, std::span<const std::uint32_t> terminals,
                    const std::vector<double>& loads, const MachineShape& machine) {
        ++generation_;
        for (const std::uint32_t chip : chips) marks_[chip] = {generation_, unreached, 0, 0, false};
        for (const std::uint32_t chip : terminals) marks_[chip].needed = true;
        order_.assign(1, terminals.front());
        marks_[terminals.front()].hops = 0;
        for (std::size_t i = 0; i < order_.size(); ++i) reach_from(order_[i]);
        choose_parents(loads);
        return collect(machine);
    }

 private:
    static constexpr std::uint32_t unreached = 0xffffffff;
    struct Mark {
        std::uint32_t generation = 0, hops = 0;
        std::uint32_t links = 0;   ///< that lead to children
        std::uint8_t arrival = 0;  ///< link of this chip to its parent
        bool needed = false;       ///< a terminal, or on the way to one
    };

    Mark* of_set(std::uint32_t chip) {
        return chip != ChipGrid::no_chip && marks_[chip].generation == generation_ ? &marks_[chip] : nullptr;
    }
    void reach_from(std::uint32_t chip) {
        for (std::size_t link = 0; link < link_count; ++link) {
            const std::uint32_t next = grid_.step(chip, link);
            Mark* mark = of_set(next);
            if (mark == nullptr || mark->hops != unreached) continue;
            mark->hops = marks_[chip].hops + 1;
            order_.push_back(next);
        }
    }
    /// From the leaves up, so that only parents of needed chips are needed.
    void choose_parents(const std::vector<double>& loads) {
        for (std::size_t i = order_.size(); i-- > 1;) {
            Mark& mark = marks_[order_[i]];
            if (!mark.needed) continue;
            bool have = false, best_shared = false, best_straight = false;
            double best_load = 0.0;
            for (std::size_t link = 0; link < link_count; ++link) {
                const std::uint32_t parent = grid_.step(order_[i], link);
                const Mark* candidate = of_set(parent);
                if (candidate == nullptr || candidate->hops + 1 != mark.hops) continue;
                const std::size_t back = link < 3 ? link + 3 : link - 3;
                const double load = loads[parent * link_count + back];
                // A parent that is needed anyway costs no chip.
                const bool shared = candidate->needed;
                const bool straight = (mark.links & 1u << back) != 0;
                if (have && (shared != best_shared ? best_shared
                             : load != best_load   ? best_load < load
                                                   : best_straight || !straight))
                    continue;
                have = true, best_shared = shared, best_load = load, best_straight = straight;
                mark.arrival = static_cast<std::uint8_t>(link);
            }
            Mark& parent = marks_[grid_.step(order_[i], mark.arrival)];
            parent.needed = true;
            parent.links |= 1u << (mark.arrival < 3 ? mark.arrival + 3 : mark.arrival - 3);
        }
    }
    RouteTree collect(const MachineShape& machine) const {
        RouteTree tree;
        for (const std::uint32_t chip : order_) {
            const Mark& mark = marks_[chip];
            if (!mark.needed) continue;
            RouteNode node{chip_of_index(machine, chip), std::nullopt, mark.links};
            if (mark.hops > 0) node.arrival = static_cast<Link>(mark.arrival);
            tree.push_back(node);
        }
        return tree;
    }

    const ChipGrid& grid_;
    std::vector<Mark> marks_;           ///< [chip]
    std::vector<std::uint32_t> order_;  ///< chips by distance from the source
    std::uint32_t generation_ = 0;
};

[[noreturn]] void throw_unreachable(const MachineGraph& graph, std::uint32_t net, ChipCoord from, ChipCoord to,
                                    const MachineShape& machine) {
    throw RequestError(
        {.what = "no working path leads from chip " + to_string(from) + " to chip " + to_string(to),
         .where = "packets of " + slice_name(graph, graph.nets[net].source) + " on machine " + machine.name,
         .fix = "leave out the chips that dead links cut off, or choose another machine"});
}

}  // namespace

Routes route(const MachineGraph& graph, const Placements& placements, const MachineShape& machine,
             const RouteOptions& options) {
    const std::size_t n_threads = thread_count(options.threads);
    const ChipGrid grid = chip_grid(machine);
    const RouteGroups groups = group_nets(graph, placements, machine, n_threads);
    struct Worker {
        TerminalFinder finder;
        SteinerSet steiner;
        TreeBuilder builder;
        Terminals terminals;
        std::vector<std::uint32_t> chips;
    };
    std::vector<Worker> workers;
    for (std::size_t t = 0; t < n_threads; ++t)
        workers.push_back({TerminalFinder(graph, placements, machine), SteinerSet(grid), TreeBuilder(grid), {}, {}});

    const std::size_t n_groups = groups.first_net.size();
    std::vector<RouteTree> trees(n_groups);
    std::vector<double> loads(grid.next.size(), 0.0);
    for (std::size_t batch = 0; batch < n_groups;) {
        // Small batches first, so that loads are known early.
        const std::size_t end = std::min(n_groups, batch + std::clamp(batch / 4, nets_in_a_part, nets_in_a_batch));
        const std::size_t n_parts = (end - batch + nets_in_a_part - 1) / nets_in_a_part;
        parallel_for(n_parts, n_threads, [&](std::size_t part, std::size_t thread) {
            Worker& worker = workers[thread];
            const std::size_t first = batch + part * nets_in_a_part;
            for (std::size_t g = first; g < std::min(end, first + nets_in_a_part); ++g) {
                worker.finder.find(groups.first_net[g], worker.terminals);
                if (const auto unreached = worker.steiner.find(worker.terminals, worker.chips))
                    throw_unreachable(graph, groups.first_net[g], chip_of_index(machine, worker.terminals[0]),
                                      chip_of_index(machine, *unreached), machine);
                trees[g] = worker.builder.build(worker.chips, worker.terminals, loads, machine);
            }
        });
        for (std::size_t g = batch; g < end; ++g) {
            for (const RouteNode& node : trees[g])
                for (std::uint32_t links = node.route; links != 0; links &= links - 1)
                    loads[chip_index(machine, node.chip) * link_count +
                          static_cast<std::size_t>(std::countr_zero(links))] += groups.packets_per_s[g];
        }
        batch = end;
    }

    Routes routes(graph.nets.size());
    std::vector<Destinations> destinations(n_threads, Destinations(machine));
    parallel_for((routes.size() + nets_in_a_part - 1) / nets_in_a_part, n_threads,
                 [&](std::size_t part, std::size_t thread) {
                     const std::size_t last = std::min(routes.size(), (part + 1) * nets_in_a_part);
                     for (std::size_t net = part * nets_in_a_part; net < last; ++net) {
                         destinations[thread].set(graph, graph.nets[net], placements);
                         routes[net] = trees[groups.group_of[net]];
                         for (RouteNode& node : routes[net]) node.route |= destinations[thread].route(node.chip);
                     }
                 });
    return routes;
}

void check(const Routes& routes, const MachineGraph& graph, const Placements& placements, const MachineShape& machine) {
    if (routes.size() != graph.nets.size()) throw std::logic_error("routes: not one tree for every net");
    Destinations destinations(machine);
    std::vector<std::size_t> position(machine.chips.size());  // in the tree, one added; 0: not in it
    for (std::size_t net = 0; net < routes.size(); ++net) {
        const RouteTree& tree = routes[net];
        const std::string name = "routes: net of " + slice_name(graph, graph.nets[net].source);
        const auto require = [&](bool holds, ChipCoord chip, const char* broken) {
            if (!holds) throw std::logic_error(name + ", chip " + to_string(chip) + ": " + broken);
        };
        destinations.set(graph, graph.nets[net], placements);
        const ChipCoord source = placements[graph.nets[net].source].chip;
        require(!tree.empty() && tree.front().chip == source && !tree.front().arrival, source,
                "the tree does not start at the source");

        std::vector<std::uint32_t> links_used(tree.size(), 0);
        for (std::size_t i = 0; i < tree.size(); ++i) {
            const RouteNode& node = tree[i];
            require(has_chip(machine, node.chip), node.chip, "there is no such chip");
            std::size_t& own_position = position[chip_index(machine, node.chip)];
            require(own_position == 0, node.chip, "visited twice");
            own_position = i + 1;
            require((node.route & ~route_links_mask) == (destinations.route(node.chip) & ~route_links_mask), node.chip,
                    "the cores reached are not the targets");
            if (i == 0) continue;
            require(node.arrival.has_value(), node.chip, "no arrival link");
            const std::optional<ChipCoord> parent = neighbour(machine, node.chip, *node.arrival);
            require(parent.has_value(), node.chip, "packets come over a dead link");
            const std::size_t parent_position = position[chip_index(machine, *parent)];
            require(parent_position != 0, node.chip, "listed before its parent");
            const std::uint32_t link = route_bit(opposite(*node.arrival));
            require((tree[parent_position - 1].route & link) != 0, node.chip, "its parent does not send here");
            links_used[parent_position - 1] |= link;
        }
        for (std::size_t i = 0; i < tree.size(); ++i) {
            const std::uint32_t devices = destinations.route(tree[i].chip) & route_links_mask;
            require((tree[i].route & route_links_mask) == (links_used[i] | devices), tree[i].chip,
                    "packets leave the tree");
        }
        for (const ChipCoord chip : destinations.chips()) {
            require(position[chip_index(machine, chip)] != 0, chip, "a target is not reached");
        }
        for (const RouteNode& node : tree) position[chip_index(machine, node.chip)] = 0;
    }
}

std::vector<double> link_loads(const Routes& routes, const std::vector<double>& packets, const MachineShape& machine) {
    std::vector<double> loads(machine.chips.size() * link_count, 0.0);
    for (std::size_t net = 0; net < routes.size(); ++net)
        for (const RouteNode& node : routes[net])
            for (std::uint32_t links = node.route & route_links_mask; links != 0; links &= links - 1)
                loads[chip_index(machine, node.chip) * link_count +
                      static_cast<std::size_t>(std::countr_zero(links))] += packets[net];
    return loads;
}

RouteFigures figures(const Routes& routes, const MachineGraph& graph, const MachineShape& machine) {
    RouteFigures result;
    std::vector<double> packets;
    for (std::size_t net = 0; net < routes.size(); ++net) {
        packets.push_back(graph.nets[net].packets_per_s);
        if (routes[net].empty()) continue;
        const std::uint64_t hops = routes[net].size() - 1;  // a link to every chip but the source's
        result.hops += hops;
        result.weighted_hops += packets.back() * static_cast<double>(hops);
    }
    for (const double load : link_loads(routes, packets, machine))
        result.max_link_load = std::max(result.max_link_load, load);
    return result;
}

nlohmann::json to_json(const Routes& routes) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t net = 0; net < routes.size(); ++net) {
        nlohmann::json nodes = nlohmann::json::array();
        for (const RouteNode& node : routes[net]) {
            nlohmann::json entry = {{"x", node.chip.x}, {"y", node.chip.y}, {"route", node.route}};
            if (node.arrival) entry["arrival"] = static_cast<int>(*node.arrival);
            nodes.push_back(std::move(entry));
        }
        list.push_back({{"net", net}, {"nodes", std::move(nodes)}});
    }
    return list;
}

}  // namespace spinn
