#include "mapper/route.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <queue>
#include <random>
#include <stdexcept>
#include <tuple>
#include <variant>

#include "mapper/lattice.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

struct Hop {
    ChipCoord from;
    Link link;
    ChipCoord to;
};
using Path = std::vector<Hop>;

/// Grows the multicast trees of one machine, one after the other (neighbour-exploring routing: J. Navaridas et al.,
/// SpiNNaker: enhanced multicast routing, Parallel Computing 45, 2015). A path ends at the first chip of the tree that
/// it meets, seen from its target, so a chip is in a tree at most once, whatever detours it takes.
class TreeBuilder {
 public:
    TreeBuilder(const MachineShape& machine, const RouteOptions& options)
        : machine_(machine),
          radius_(std::max(options.search_radius, 0)),
          disc_(disc(std::min(radius_, (machine.width + machine.height) / 2))),
          random_(options.seed),
          nodes_(machine.chips.size()),
          searched_(machine.chips.size()) {}

    /// @returns the tree, or the first target that cannot be reached
    std::variant<RouteTree, ChipCoord> build(ChipCoord source, std::vector<ChipCoord> targets) {
        ++generation_;
        tree_.clear();
        add_node({source, std::nullopt, 0});
        std::sort(targets.begin(), targets.end(), [&](ChipCoord a, ChipCoord b) {
            return std::tuple(distance(machine_, source, a), a) < std::tuple(distance(machine_, source, b), b);
        });
        for (const ChipCoord target : targets) {
            if (is_in_tree(target)) continue;
            const ChipCoord start = nearest_in_tree(target).value_or(source);
            std::optional<Path> path = straight_path(start, target);
            if (!path) path = detour(start, target);
            if (!path) return target;
            attach(*path);
        }
        return std::move(tree_);
    }

 private:
    struct NodeMark {
        std::uint64_t generation = 0;
        std::size_t position = 0;  ///< in tree_
    };
    struct SearchMark {
        std::uint64_t generation = 0;
        int hops = 0;  ///< to the target, by the best path found
        Hop next{};    ///< first hop of that path
        bool closed = false;
    };

    bool is_in_tree(ChipCoord chip) const { return nodes_[chip_index(machine_, chip)].generation == generation_; }

    void add_node(const RouteNode& node) {
        nodes_[chip_index(machine_, node.chip)] = {generation_, tree_.size()};
        tree_.push_back(node);
    }

    /// The chip of the tree nearest to `target` within the radius. Few nodes are measured one by one; of many, the
    /// first met on growing rings around the target.
    std::optional<ChipCoord> nearest_in_tree(ChipCoord target) const {
        if (radius_ == 0) return std::nullopt;
        std::optional<ChipCoord> best;
        if (tree_.size() * 4 < disc_.size()) {
            int best_hops = radius_ + 1;
            for (const RouteNode& node : tree_) {
                const int hops = distance(machine_, node.chip, target);
                if (hops < best_hops) best = node.chip, best_hops = hops;
            }
            return best;
        }
        for (const auto& [dx, dy] : disc_) {
            int x = target.x + dx, y = target.y + dy;
            if (machine_.wrap_x) x = (x % machine_.width + machine_.width) % machine_.width;
            if (machine_.wrap_y) y = (y % machine_.height + machine_.height) % machine_.height;
            if (x < 0 || x >= machine_.width || y < 0 || y >= machine_.height) continue;
            const ChipCoord chip{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)};
            if (is_in_tree(chip)) return chip;
        }
        return std::nullopt;
    }

    /// Longest dimension first, or the other way round if that is blocked; nullopt when dead parts block both.
    std::optional<Path> straight_path(ChipCoord start, ChipCoord target) {
        std::vector<Leg> legs = shortest_legs(machine_, start, target, random_);
        std::optional<Path> path = walk(start, legs);
        if (!path && legs.size() == 2) {
            std::swap(legs[0], legs[1]);
            path = walk(start, legs);
        }
        return path;
    }

    std::optional<Path> walk(ChipCoord start, const std::vector<Leg>& legs) const {
        Path path;
        ChipCoord chip = start;
        for (const Leg& leg : legs) {
            for (int hop = 0; hop < leg.hops; ++hop) {
                const std::optional<ChipCoord> next = neighbour(machine_, chip, leg.link);
                if (!next) return std::nullopt;
                if (is_in_tree(*next))
                    path.clear();  // keep what follows the last chip of the tree
                else
                    path.push_back({chip, leg.link, *next});
                chip = *next;
            }
        }
        return path;
    }

    /// A* from the target back to the tree: distance so far plus distance left to `start`, so the way found is no
    /// longer than the shortest working way from `start`. Links are checked in the direction of the packets
    /// (neighbour() asks for both ends).
    std::optional<Path> detour(ChipCoord start, ChipCoord target) {
        struct Candidate {
            int estimate = 0, hops = 0;
            std::uint64_t order = 0;
            ChipCoord chip;
            /// Ties: the one further on, then the newer.
            bool operator<(const Candidate& other) const {
                return std::tuple(-estimate, hops, order) < std::tuple(-other.estimate, other.hops, other.order);
            }
        };
        ++search_;
        std::priority_queue<Candidate> open;
        std::uint64_t order = 0;
        const auto offer = [&](ChipCoord chip, int hops, const Hop& next) {
            SearchMark& mark = searched_[chip_index(machine_, chip)];
            if (mark.generation == search_ && (mark.closed || mark.hops <= hops)) return;
            mark = {search_, hops, next, false};
            open.push({hops + distance(machine_, chip, start), hops, order++, chip});
        };
        offer(target, 0, {});
        while (!open.empty()) {
            const Candidate here = open.top();
            open.pop();
            SearchMark& mark = searched_[chip_index(machine_, here.chip)];
            if (mark.closed) continue;
            mark.closed = true;
            if (is_in_tree(here.chip)) return path_from(here.chip, target);
            for (const Link link : all_links) {
                const std::optional<ChipCoord> before = neighbour(machine_, here.chip, link);
                if (before) offer(*before, here.hops + 1, {*before, opposite(link), here.chip});
            }
        }
        return std::nullopt;
    }

    Path path_from(ChipCoord chip, ChipCoord target) const {
        Path path;
        while (chip != target) {
            path.push_back(searched_[chip_index(machine_, chip)].next);
            chip = path.back().to;
        }
        return path;
    }

    void attach(const Path& path) {
        for (const Hop& hop : path) {
            tree_[nodes_[chip_index(machine_, hop.from)].position].route |= route_bit(hop.link);
            add_node({hop.to, opposite(hop.link), 0});
        }
    }

    const MachineShape& machine_;
    int radius_;
    std::vector<std::pair<int, int>> disc_;
    std::mt19937_64 random_;
    RouteTree tree_;
    std::vector<NodeMark> nodes_;       ///< [chip]
    std::vector<SearchMark> searched_;  ///< [chip]
    std::uint64_t generation_ = 0, search_ = 0;
};

/// The cores that a net's packets must reach, by chip.
class Destinations {
 public:
    explicit Destinations(const MachineShape& machine) : machine_(machine), cores_(machine.chips.size(), 0) {}

    void set(const Net& net, const Placements& placements) {
        for (const ChipCoord chip : chips_) cores_[chip_index(machine_, chip)] = 0;
        chips_.clear();
        for (const std::uint32_t target : net.targets) {
            const CoreLocation core = placements[target];
            std::uint32_t& cores = cores_[chip_index(machine_, core.chip)];
            if (cores == 0) chips_.push_back(core.chip);
            cores |= route_bit_of_core(core.core);
        }
    }
    const std::vector<ChipCoord>& chips() const { return chips_; }
    std::uint32_t cores(ChipCoord chip) const { return cores_[chip_index(machine_, chip)]; }

 private:
    const MachineShape& machine_;
    std::vector<ChipCoord> chips_;
    std::vector<std::uint32_t> cores_;  ///< [chip] route bits; zero for chips without targets
};

}  // namespace

Routes route(const MachineGraph& graph, const Placements& placements, const MachineShape& machine,
             const RouteOptions& options) {
    TreeBuilder builder(machine, options);
    Destinations destinations(machine);
    Routes routes;
    routes.reserve(graph.nets.size());
    for (const Net& net : graph.nets) {
        const CoreLocation source = placements[net.source];
        destinations.set(net, placements);
        auto result = builder.build(source.chip, destinations.chips());
        if (const ChipCoord* unreached = std::get_if<ChipCoord>(&result)) {
            throw RequestError({.what = "no working path leads from chip " + to_string(source.chip) + " to chip " +
                                        to_string(*unreached),
                                .where = "packets of " + graph.slices[net.source].name + " on machine " + machine.name,
                                .fix = "leave out the chips that dead links cut off, or choose another machine"});
        }
        RouteTree tree = std::get<RouteTree>(std::move(result));
        for (RouteNode& node : tree) node.route |= destinations.cores(node.chip);
        routes.push_back(std::move(tree));
    }
    return routes;
}

void check(const Routes& routes, const MachineGraph& graph, const Placements& placements, const MachineShape& machine) {
    if (routes.size() != graph.nets.size()) throw std::logic_error("routes: not one tree for every net");
    Destinations destinations(machine);
    std::vector<std::size_t> position(machine.chips.size());  // in the tree, one added; 0: not in it
    for (std::size_t net = 0; net < routes.size(); ++net) {
        const RouteTree& tree = routes[net];
        const std::string name = "routes: net of " + graph.slices[graph.nets[net].source].name;
        const auto require = [&](bool holds, ChipCoord chip, const char* broken) {
            if (!holds) throw std::logic_error(name + ", chip " + to_string(chip) + ": " + broken);
        };
        destinations.set(graph.nets[net], placements);
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
            require((node.route & ~route_links_mask) == destinations.cores(node.chip), node.chip,
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
            require((tree[i].route & route_links_mask) == links_used[i], tree[i].chip, "packets leave the tree");
        }
        for (const ChipCoord chip : destinations.chips()) {
            require(position[chip_index(machine, chip)] != 0, chip, "a target is not reached");
        }
        for (const RouteNode& node : tree) position[chip_index(machine, node.chip)] = 0;
    }
}

RouteFigures figures(const Routes& routes, const MachineGraph& graph, const MachineShape& machine) {
    RouteFigures result;
    std::vector<double> load(machine.chips.size() * link_count, 0.0);
    for (std::size_t net = 0; net < routes.size(); ++net) {
        for (const RouteNode& node : routes[net]) {
            for (const Link link : all_links) {
                if ((node.route & route_bit(link)) == 0) continue;
                ++result.hops;
                load[chip_index(machine, node.chip) * link_count + static_cast<std::size_t>(link)] +=
                    graph.nets[net].packets_per_s;
            }
        }
    }
    for (const double packets_per_s : load) result.max_link_load = std::max(result.max_link_load, packets_per_s);
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
