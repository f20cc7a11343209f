#include "mapper/improve.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <random>

#include "mapper/hop_table.hpp"
#include "mapper/lattice.hpp"

namespace spinn {

namespace {

constexpr std::size_t most_units_on_a_chip = physical_cores_per_chip;
constexpr std::size_t candidates_per_visit = 3;

/// A placement with all that is needed to tell what a move changes.
class Board {
 public:
    Board(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine)
        : problem_(problem),
          chip_of_(chips),
          table_(machine),
          edges_of_(inverse(problem.pins, problem.n_units())),
          entry_chip_(problem.pins.items.size()),
          entry_count_(problem.pins.items.size()),
          n_entries_(problem.pins.size(), 0),
          free_cores_(machine.chips.size()),
          free_bytes_(problem.free_bytes),
          units_on_(machine.chips.size() * most_units_on_a_chip),
          n_units_on_(machine.chips.size(), 0),
          pull_(machine.chips.size(), 0.0f) {
        for (std::size_t chip = 0; chip < machine.chips.size(); ++chip)
            free_cores_[chip] = static_cast<std::uint32_t>(std::popcount(problem.free_cores[chip]));
        for (std::uint32_t unit = 0; unit < problem.n_units(); ++unit) {
            const std::uint32_t chip = chip_of_[unit];
            free_cores_[chip] -= problem.cores[unit];
            free_bytes_[chip] -= problem.bytes[unit];
            units_on_[chip * most_units_on_a_chip + n_units_on_[chip]++] = unit;
        }
        for (std::uint32_t e = 0; e < problem.pins.size(); ++e)
            for (const std::uint32_t unit : problem.pins[e]) add(e, chip_of_[unit]);
        first_attachment_.assign(problem.n_units() + 1, 0);
        for (const auto& attachment : problem.attachments) ++first_attachment_[attachment.unit + 1];
        std::partial_sum(first_attachment_.begin(), first_attachment_.end(), first_attachment_.begin());
    }

    double cost() const {
        double sum = 0.0;
        for (std::uint32_t e = 0; e < problem_.pins.size(); ++e) {
            const std::size_t first = problem_.pins.first[e];
            for (std::size_t i = 0; i < n_entries_[e]; ++i)
                sum += problem_.weight[e] * static_cast<double>(hops_to_other(e, entry_chip_[first + i]));
        }
        for (const auto& attachment : problem_.attachments)
            sum += attachment.weight * static_cast<double>(hops_to(attachment.edge, chip_of_[attachment.unit]));
        return sum;
    }

    /// Tries the chips that hold most of a unit's partners. @returns whether it moved
    bool visit(std::uint32_t unit, std::mt19937_64& random) {
        if (problem_.fixed_chip[unit] != PlaceProblem::none) return false;
        find_candidates(unit);
        double best_change = -1e-6;
        std::uint32_t best_chip = PlaceProblem::none, best_other = PlaceProblem::none;
        for (std::size_t c = 0; c < n_candidates_; ++c) {
            const std::uint32_t to = candidates_[c];
            if (has_room(unit, to)) {
                const double change = change_by_swap(unit, PlaceProblem::none, to);
                if (change < best_change) best_change = change, best_chip = to, best_other = PlaceProblem::none;
                continue;
            }
            // Some of those who are there, one after the other from a place at random.
            const std::uint32_t n = n_units_on_[to];
            const auto start = static_cast<std::uint32_t>(random() % std::max(n, 1u));
            for (std::uint32_t i = 0; i < std::min(n, partners_tried); ++i) {
                const std::uint32_t other = units_on_[to * most_units_on_a_chip + (start + i) % n];
                if (!may_swap(unit, other)) continue;
                const double change = change_by_swap(unit, other, to);
                if (change < best_change) best_change = change, best_chip = to, best_other = other;
            }
        }
        if (best_chip == PlaceProblem::none) return false;
        const std::uint32_t from = chip_of_[unit];
        if (best_other != PlaceProblem::none) move(best_other, from);
        move(unit, best_chip);
        return true;
    }

    std::uint32_t partners_tried = 5;

 private:
    std::uint32_t* find(std::uint32_t e, std::uint32_t chip) {
        const std::size_t first = problem_.pins.first[e];
        for (std::size_t i = 0; i < n_entries_[e]; ++i)
            if (entry_chip_[first + i] == chip) return &entry_count_[first + i];
        return nullptr;
    }
    void add(std::uint32_t e, std::uint32_t chip) {
        if (std::uint32_t* count = find(e, chip)) {
            ++*count;
            return;
        }
        const std::size_t at = problem_.pins.first[e] + n_entries_[e]++;
        entry_chip_[at] = chip;
        entry_count_[at] = 1;
    }
    void remove(std::uint32_t e, std::uint32_t chip) {
        std::uint32_t* count = find(e, chip);
        if (--*count > 0) return;
        const std::size_t last = problem_.pins.first[e] + --n_entries_[e];
        const auto at = static_cast<std::size_t>(count - entry_count_.data());
        entry_chip_[at] = entry_chip_[last];
        entry_count_[at] = entry_count_[last];
    }

    /// Hops from a chip to the nearest of a hyperedge's chips but `skip`; 0 when there is none.
    std::uint32_t hops_to(std::uint32_t e, std::uint32_t chip, std::uint32_t skip = PlaceProblem::none) const {
        const std::size_t first = problem_.pins.first[e];
        const HopTable::Row row = table_.row(chip);
        std::uint32_t least = far_away;
        for (std::size_t i = 0; i < n_entries_[e]; ++i) {
            const std::uint32_t there = entry_chip_[first + i];
            const std::uint32_t hops = there == skip ? far_away : table_.hops(row, there);
            least = std::min(least, hops);
        }
        return least == far_away ? 0 : least;
    }
    std::uint32_t hops_to_other(std::uint32_t e, std::uint32_t chip) const { return hops_to(e, chip, chip); }

    double change_by_move(std::uint32_t unit, std::uint32_t other, std::uint32_t from, std::uint32_t to) const {
        double change = 0.0;
        const auto edges = edges_of_[unit];
        const auto others = other == PlaceProblem::none ? std::span<const std::uint32_t>{} : edges_of_[other];
        auto next_other = others.begin();
        for (const std::uint32_t e : edges) {
            while (next_other != others.end() && *next_other < e) ++next_other;
            if (next_other != others.end() && *next_other == e) continue;  // it gets one where it loses one
            change += problem_.weight[e] * change_of_edge(e, from, to);
        }
        for (std::size_t i = first_attachment_[unit]; i < first_attachment_[unit + 1]; ++i) {
            const auto& attachment = problem_.attachments[i];
            change += attachment.weight * (static_cast<double>(hops_to(attachment.edge, to)) -
                                           static_cast<double>(hops_to(attachment.edge, from)));
        }
        return change;
    }
    /// One pass over the chips of a hyperedge of which one pin goes from one chip to another.
    double change_of_edge(std::uint32_t e, std::uint32_t from, std::uint32_t to) const {
        const std::size_t first = problem_.pins.first[e];
        const HopTable::Row from_row = table_.row(from), to_row = table_.row(to);
        std::uint32_t least_from = far_away, least_to = far_away, own_count = 0;
        for (std::size_t i = first; i < first + n_entries_[e]; ++i) {
            const std::uint32_t there = entry_chip_[i];
            if (there == from) {
                own_count = entry_count_[i];
                continue;
            }
            least_from = std::min(least_from, table_.hops(from_row, there));
            least_to = std::min(least_to, table_.hops(to_row, there));
        }
        if (own_count > 1) {  // it stays there, too
            const std::uint32_t nearest = std::min(least_to, table_.hops(to_row, from));
            return nearest;
        }
        if (least_from == far_away) return 0.0;
        return static_cast<double>(least_to) - static_cast<double>(least_from);
    }

    double change_by_swap(std::uint32_t unit, std::uint32_t other, std::uint32_t to) const {
        const std::uint32_t from = chip_of_[unit];
        double change = change_by_move(unit, other, from, to);
        if (other != PlaceProblem::none) change += change_by_move(other, unit, to, from);
        return change;
    }

    bool has_room(std::uint32_t unit, std::uint32_t to) const {
        return free_cores_[to] >= problem_.cores[unit] && free_bytes_[to] >= problem_.bytes[unit] &&
               n_units_on_[to] < most_units_on_a_chip;
    }
    bool may_swap(std::uint32_t unit, std::uint32_t other) const {
        if (problem_.fixed_chip[other] != PlaceProblem::none) return false;
        const std::uint32_t from = chip_of_[unit], to = chip_of_[other];
        return free_cores_[to] + problem_.cores[other] >= problem_.cores[unit] &&
               free_cores_[from] + problem_.cores[unit] >= problem_.cores[other] &&
               free_bytes_[to] + problem_.bytes[other] >= problem_.bytes[unit] &&
               free_bytes_[from] + problem_.bytes[unit] >= problem_.bytes[other];
    }

    void move(std::uint32_t unit, std::uint32_t to) {
        const std::uint32_t from = chip_of_[unit];
        for (const std::uint32_t e : edges_of_[unit]) {
            remove(e, from);
            add(e, to);
        }
        chip_of_[unit] = to;
        free_cores_[from] += problem_.cores[unit];
        free_bytes_[from] += problem_.bytes[unit];
        free_cores_[to] -= problem_.cores[unit];
        free_bytes_[to] -= problem_.bytes[unit];
        std::uint32_t* here = &units_on_[from * most_units_on_a_chip];
        *std::find(here, here + n_units_on_[from], unit) = here[n_units_on_[from] - 1];
        --n_units_on_[from];
        units_on_[to * most_units_on_a_chip + n_units_on_[to]++] = unit;
    }

    /// The chips, other than its own, that hold most of what the unit's hyperedges join.
    void find_candidates(std::uint32_t unit) {
        const auto pull_to = [&](std::uint32_t e, float weight) {
            const std::size_t first = problem_.pins.first[e];
            for (std::size_t i = first; i < first + n_entries_[e]; ++i) {
                float& pull = pull_[entry_chip_[i]];
                if (pull == 0.0f) pulled_.push_back(entry_chip_[i]);
                pull += weight;
            }
        };
        for (const std::uint32_t e : edges_of_[unit]) pull_to(e, static_cast<float>(problem_.weight[e]) + 1e-9f);
        for (std::size_t i = first_attachment_[unit]; i < first_attachment_[unit + 1]; ++i)
            pull_to(problem_.attachments[i].edge, static_cast<float>(problem_.attachments[i].weight) + 1e-9f);
        n_candidates_ = 0;
        const std::uint32_t own = chip_of_[unit];
        for (const std::uint32_t chip : pulled_) {
            if (chip == own) continue;
            std::size_t at = n_candidates_ < candidates_per_visit ? n_candidates_++ : candidates_per_visit;
            while (at > 0 && pull_[candidates_[at - 1]] < pull_[chip]) {
                if (at < candidates_per_visit) candidates_[at] = candidates_[at - 1];
                --at;
            }
            if (at < candidates_per_visit) candidates_[at] = chip;
        }
        for (const std::uint32_t chip : pulled_) pull_[chip] = 0.0f;
        pulled_.clear();
    }

    static constexpr std::uint32_t far_away = 0xffff;

    const PlaceProblem& problem_;
    ChipOfUnit& chip_of_;
    HopTable table_;
    Lists edges_of_;                          ///< [unit]
    std::vector<std::uint32_t> entry_chip_;   ///< [edge][0 .. n_entries): chips that it reaches, in no order
    std::vector<std::uint32_t> entry_count_;  ///< pins there
    std::vector<std::uint32_t> n_entries_;    ///< [edge]
    std::vector<std::uint32_t> free_cores_;   ///< [chip]
    std::vector<std::uint64_t> free_bytes_;   ///< [chip]
    std::vector<std::uint32_t> units_on_;     ///< [chip][0 .. n_units_on), in no order
    std::vector<std::uint32_t> n_units_on_;   ///< [chip]
    std::vector<std::size_t> first_attachment_;  ///< [unit]
    std::vector<float> pull_;                 ///< [chip]; zero between visits
    std::vector<std::uint32_t> pulled_;
    std::array<std::uint32_t, candidates_per_visit> candidates_{};
    std::size_t n_candidates_ = 0;
};

}  // namespace

void improve(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, int effort,
             std::uint64_t seed) {
    if (problem.n_units() < 2) return;
    Board board(chips, problem, machine);
    std::mt19937_64 random(seed);
    std::vector<std::uint32_t> order(problem.n_units());
    std::iota(order.begin(), order.end(), 0u);
    for (int round = 0; round < effort; ++round) {
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
        std::size_t moved = 0;
        for (const std::uint32_t unit : order) moved += board.visit(unit, random) ? 1 : 0;
        if (moved * 200 < order.size()) break;
    }
}

double placement_cost(const ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine) {
    ChipOfUnit copy = chips;
    return Board(copy, problem, machine).cost();
}

}  // namespace spinn
