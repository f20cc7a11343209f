#include "mapper/shuffle.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "mapper/hop_table.hpp"
#include "mapper/small_random.hpp"

namespace spinn {

namespace {

constexpr std::size_t least_chips = 12;        // of a hyperedge that must hang together
constexpr std::size_t most_sets = 48;          // beyond that, no single one matters
constexpr std::size_t work_limit = 2'000'000;  // chips looked at

/// What lies on one chip, and moves together.
struct Load {
    std::uint32_t cores = 0;
    std::uint64_t bytes = 0;
    bool fixed = false;
};

class Shuffler {
 public:
    Shuffler(const ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, const ChipGrid& grid)
        : problem_(problem),
          grid_(grid),
          table_(machine),
          load_of_chip_(machine.chips.size(), PlaceProblem::none),
          seen_(machine.chips.size(), 0) {
        load_of_unit_.resize(chips.size());
        for (std::size_t unit = 0; unit < chips.size(); ++unit) {
            std::uint32_t& load = load_of_chip_[chips[unit]];
            if (load == PlaceProblem::none) {
                load = static_cast<std::uint32_t>(loads_.size());
                loads_.emplace_back();
                chip_of_.push_back(chips[unit]);
            }
            load_of_unit_[unit] = load;
            loads_[load].cores += problem.cores[unit];
            loads_[load].bytes += problem.bytes[unit];
            loads_[load].fixed = loads_[load].fixed || problem.fixed_chip[unit] != PlaceProblem::none;
        }
        collect();
    }

    bool worthwhile() const {
        return !sets_.empty() && sets_.size() <= most_sets && loads_.size() > 2 &&
               joined_by_sets_ > 4.0 * joined_otherwise_;
    }

    void run(std::uint64_t seed) {
        for (Set& set : sets_) set.parts = parts(set);
        std::vector<std::uint32_t> chips = chip_of_;  // chips in use, and the free ones around them
        for (const std::uint32_t chip : chip_of_)
            for (std::size_t link = 0; link < link_count; ++link) {
                const std::uint32_t next = grid_.step(chip, link);
                if (next != ChipGrid::no_chip && load_of_chip_[next] == PlaceProblem::none &&
                    problem_.free_cores[next] != 0)
                    chips.push_back(next);
            }
        std::sort(chips.begin(), chips.end());
        chips.erase(std::unique(chips.begin(), chips.end()), chips.end());
        SmallRandom random(seed);
        double mean_change = 0.0;
        const std::size_t limit = std::min(work_limit, loads_.size() * 200'000);
        std::size_t trial = 0;
        while (work_ < limit && trial < loads_.size() * 4000) {
            ++trial;
            work_ += 8;
            const auto a = static_cast<std::uint32_t>(random.below(loads_.size()));
            // Half of the swaps are between neighbours.
            std::uint32_t to = chips[random.below(chips.size())];
            if (random.below(2) == 0) {
                const std::uint32_t next = grid_.step(chip_of_[a], random.below(link_count));
                if (next == ChipGrid::no_chip) continue;
                to = next;
            }
            const std::uint32_t from = chip_of_[a], b = load_of_chip_[to];
            if (from == to || !fits(a, to) || (b != PlaceProblem::none && !fits(b, from))) continue;
            const double before = edge_cost(a) + (b == PlaceProblem::none ? 0.0 : edge_cost(b));
            put(a, to, b, from);
            double change = edge_cost(a) + (b == PlaceProblem::none ? 0.0 : edge_cost(b)) - before;
            changed_.clear();
            for (std::size_t s = 0; s < sets_.size(); ++s) {
                const bool has_a = sets_[s].holds[a] != 0;
                const bool has_b = b != PlaceProblem::none && sets_[s].holds[b] != 0;
                if (has_a == has_b) continue;
                changed_.emplace_back(s, parts(sets_[s]));
                change += sets_[s].weight *
                          (static_cast<double>(changed_.back().second) - static_cast<double>(sets_[s].parts));
            }
            mean_change += 0.01 * (std::abs(change) - mean_change);
            const double left = std::max(0.0, 1.0 - 1.3 * static_cast<double>(work_) / static_cast<double>(limit));
            if (change <= 0.15 * mean_change * left * left && (change <= 0.0 || trial > 100)) {
                for (const auto& [s, n] : changed_) sets_[s].parts = n;
            } else {
                put(a, from, b, to);
            }
        }
    }

    void apply(ChipOfUnit& chips) const {
        for (std::size_t unit = 0; unit < chips.size(); ++unit) chips[unit] = chip_of_[load_of_unit_[unit]];
    }

 private:
    /// Loads that a heavy hyperedge joins.
    struct Set {
        std::vector<char> holds;             ///< [load] not 0: it does
        std::vector<std::uint32_t> members;  ///< loads
        double weight = 0.0;
        std::uint32_t parts = 0;  ///< that do not touch each other
    };
    struct Edge {
        std::uint32_t to;
        float weight;
    };

    void collect() {
        std::map<std::vector<std::uint32_t>, double> sets;
        std::map<std::pair<std::uint32_t, std::uint32_t>, double> edges;
        for (std::uint32_t e = 0; e < problem_.pins.size(); ++e) {
            std::vector<std::uint32_t> members;
            for (const std::uint32_t unit : problem_.pins[e]) members.push_back(load_of_unit_[unit]);
            std::sort(members.begin(), members.end());
            members.erase(std::unique(members.begin(), members.end()), members.end());
            if (members.size() >= least_chips) {
                sets[members] += problem_.weight[e];
                joined_by_sets_ += problem_.weight[e] * static_cast<double>(members.size());
                if (sets.size() > most_sets) break;
            } else {
                if (members.size() > 1) joined_otherwise_ += problem_.weight[e] * static_cast<double>(members.size());
                for (std::size_t i = 1; i < members.size(); ++i) edges[{members[0], members[i]}] += problem_.weight[e];
            }
        }
        for (const auto& [members, weight] : sets) {
            Set set{std::vector<char>(loads_.size(), 0), members, weight, 0};
            for (const std::uint32_t load : members) set.holds[load] = 1;
            sets_.push_back(std::move(set));
        }
        edges_.resize(loads_.size());
        for (const auto& [ends, weight] : edges) {
            edges_[ends.first].push_back({ends.second, static_cast<float>(weight)});
            edges_[ends.second].push_back({ends.first, static_cast<float>(weight)});
        }
    }

    bool fits(std::uint32_t load, std::uint32_t chip) const {
        return !loads_[load].fixed &&
               loads_[load].cores <= static_cast<std::uint32_t>(std::popcount(problem_.free_cores[chip])) &&
               loads_[load].bytes <= problem_.free_bytes[chip];
    }
    void put(std::uint32_t a, std::uint32_t to, std::uint32_t b, std::uint32_t from) {
        load_of_chip_[from] = b;
        load_of_chip_[to] = a;
        chip_of_[a] = to;
        if (b != PlaceProblem::none) chip_of_[b] = from;
    }
    double edge_cost(std::uint32_t load) {
        double sum = 0.0;
        const HopTable::Row row = table_.row(chip_of_[load]);
        for (const Edge& edge : edges_[load])
            sum += edge.weight * static_cast<double>(table_.hops(row, chip_of_[edge.to]));
        work_ += edges_[load].size();
        return sum;
    }
    /// Into how many parts the chips of a set fall that are not neighbours.
    std::uint32_t parts(const Set& set) {
        ++search_;
        work_ += set.members.size();
        std::uint32_t n = 0;
        for (const std::uint32_t member : set.members) {
            if (seen_[chip_of_[member]] == search_) continue;
            ++n;
            seen_[chip_of_[member]] = search_;
            open_.assign(1, chip_of_[member]);
            while (!open_.empty()) {
                const std::uint32_t chip = open_.back();
                open_.pop_back();
                for (std::size_t link = 0; link < link_count; ++link) {
                    const std::uint32_t next = grid_.step(chip, link);
                    if (next == ChipGrid::no_chip || seen_[next] == search_) continue;
                    const std::uint32_t load = load_of_chip_[next];
                    if (load == PlaceProblem::none || set.holds[load] == 0) continue;
                    seen_[next] = search_;
                    open_.push_back(next);
                }
            }
        }
        return n;
    }

    const PlaceProblem& problem_;
    const ChipGrid& grid_;
    HopTable table_;
    std::vector<Load> loads_;
    std::vector<std::uint32_t> chip_of_;       ///< [load]
    std::vector<std::uint32_t> load_of_chip_;  ///< [chip]; none: empty
    std::vector<std::uint32_t> load_of_unit_;  ///< [unit]
    std::vector<Set> sets_;
    std::vector<std::vector<Edge>> edges_;  ///< [load]
    std::vector<std::pair<std::size_t, std::uint32_t>> changed_;
    std::vector<std::uint32_t> seen_;  ///< [chip]
    std::vector<std::uint32_t> open_;
    std::uint32_t search_ = 0;
    std::size_t work_ = 0;
    double joined_by_sets_ = 0.0, joined_otherwise_ = 0.0;  ///< weight x chips of hyperedges
};

}  // namespace

void shuffle(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, const ChipGrid& grid,
             std::uint64_t seed) {
    Shuffler shuffler(chips, problem, machine, grid);
    if (!shuffler.worthwhile()) return;
    shuffler.run(seed);
    shuffler.apply(chips);
}

}  // namespace spinn
