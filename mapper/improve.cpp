#include "mapper/improve.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <random>

#include "mapper/hop_table.hpp"
#include "mapper/lattice.hpp"
#include "mapper/parallel.hpp"

namespace spinn {

namespace {

constexpr std::size_t most_units_on_a_chip = physical_cores_per_chip;
constexpr std::size_t wishes_per_unit = 6;
constexpr std::size_t units_in_a_part = 256;
constexpr std::uint32_t nowhere = PlaceProblem::none;

/// A chip that a unit would rather be on, and a lower bound of what the move would change.
struct Wish {
    std::uint32_t chip = nowhere;
    float change = 0.0f;
};
using Wishes = std::array<Wish, wishes_per_unit>;  ///< best first

/// Sums by chip for one unit at a time; all zero between units. One a thread.
struct Pull {
    explicit Pull(std::size_t n_chips) : of(n_chips, 0.0f) {}
    std::vector<float> of;  ///< [chip]
    std::vector<std::uint32_t> chips;
};

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
          wishes_(problem.n_units()) {
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
                sum += problem_.weight[e] *
                       static_cast<double>(hops_to(e, entry_chip_[first + i], entry_chip_[first + i]));
        }
        for (const auto& attachment : problem_.attachments)
            sum += attachment.weight * static_cast<double>(hops_to(attachment.edge, chip_of_[attachment.unit]));
        return sum;
    }

    /// Works out where each unit would rather be, all from the same placement.
    void wish_all(std::vector<Pull>& pulls) {
        const std::size_t n = problem_.n_units();
        parallel_for((n + units_in_a_part - 1) / units_in_a_part, pulls.size(),
                     [&](std::size_t part, std::size_t thread) {
                         for (std::size_t unit = part * units_in_a_part;
                              unit < std::min(n, (part + 1) * units_in_a_part); ++unit)
                             wish(static_cast<std::uint32_t>(unit), pulls[thread]);
                     });
    }

    /// Moves a unit to one of the chips it wishes for, in exchange with one that loses little by that.
    /// @returns what that changed
    double visit(std::uint32_t unit, Pull& pull) {
        if (problem_.fixed_chip[unit] != nowhere) return 0.0;
        struct Option {
            float estimate = 0.0f;  ///< a lower bound
            std::uint32_t chip = nowhere, other = nowhere;
            float of_other = 0.0f;  ///< the other's part of it
        };
        std::array<Option, 3> options{};  // best first
        const auto offer = [&](const Option& option) {
            if (option.estimate >= options.back().estimate) return;
            std::size_t at = options.size() - 1;
            for (; at > 0 && option.estimate < options[at - 1].estimate; --at) options[at] = options[at - 1];
            options[at] = option;
        };
        const std::uint32_t from = chip_of_[unit];
        for (const Wish& wished : wishes_[unit]) {
            if (wished.chip == nowhere) break;
            if (wished.chip == from) continue;
            if (has_room(unit, wished.chip)) {
                offer({wished.change, wished.chip, nowhere, 0.0f});
                continue;
            }
            const std::uint32_t* there = &units_on_[wished.chip * most_units_on_a_chip];
            for (std::uint32_t i = 0; i < n_units_on_[wished.chip]; ++i) {
                if (!may_swap(unit, there[i])) continue;
                for (const Wish& theirs : wishes_[there[i]])
                    if (theirs.chip == from)
                        offer({wished.change + theirs.change, wished.chip, there[i], theirs.change});
            }
        }
        for (const Option& option : options) {
            if (option.chip == nowhere) break;
            double change = change_by_move(unit, option.other, from, option.chip);
            if (change + static_cast<double>(option.of_other) >= -1e-6) continue;
            if (option.other != nowhere) change += change_by_move(option.other, unit, option.chip, from);
            if (change >= -1e-6) continue;
            if (option.other != nowhere) move(option.other, from);
            move(unit, option.chip);
            if (option.other != nowhere) wish(option.other, pull);
            wish(unit, pull);
            return change;
        }
        return 0.0;
    }

 private:
    std::size_t find(std::uint32_t e, std::uint32_t chip) const {
        const std::size_t first = problem_.pins.first[e];
        for (std::size_t i = first; i < first + n_entries_[e]; ++i)
            if (entry_chip_[i] == chip) return i;
        return ~std::size_t{0};
    }
    void add(std::uint32_t e, std::uint32_t chip) {
        if (const std::size_t at = find(e, chip); at != ~std::size_t{0}) {
            ++entry_count_[at];
            return;
        }
        const std::size_t at = problem_.pins.first[e] + n_entries_[e]++;
        entry_chip_[at] = static_cast<std::uint16_t>(chip);
        entry_count_[at] = 1;
    }
    void remove(std::uint32_t e, std::uint32_t chip) {
        const std::size_t at = find(e, chip);
        if (--entry_count_[at] > 0) return;
        const std::size_t last = problem_.pins.first[e] + --n_entries_[e];
        entry_chip_[at] = entry_chip_[last];
        entry_count_[at] = entry_count_[last];
    }

    /// Hops from a chip to the nearest of a hyperedge's chips but `skip`; 0 when there is none.
    std::uint32_t hops_to(std::uint32_t e, std::uint32_t chip, std::uint32_t skip = nowhere) const {
        const std::size_t first = problem_.pins.first[e];
        const HopTable::Row row = table_.row(chip);
        std::uint32_t least = far_away;
        for (std::size_t i = first; i < first + n_entries_[e] && least > 0; ++i)
            if (entry_chip_[i] != skip) least = std::min(least, table_.hops(row, entry_chip_[i]));
        return least == far_away ? 0 : least;
    }

    /// What a hyperedge costs more when one of its pins goes from one chip to another.
    double change_of_edge(std::uint32_t e, std::uint32_t from, std::uint32_t to) const {
        const std::size_t first = problem_.pins.first[e], end = first + n_entries_[e];
        bool alone = false, is_there = false;
        for (std::size_t i = first; i < end; ++i) {
            alone |= (entry_chip_[i] == from) & (entry_count_[i] == 1);
            is_there |= entry_chip_[i] == to;
        }
        if (!alone) return is_there ? 0.0 : hops_to(e, to);
        if (end - first == 1) return 0.0;
        const double leaves = hops_to(e, from, from);
        return is_there ? -leaves : hops_to(e, to, from) - leaves;
    }

    double change_by_move(std::uint32_t unit, std::uint32_t other, std::uint32_t from, std::uint32_t to) const {
        double change = 0.0;
        const auto others = other == nowhere ? std::span<const std::uint32_t>{} : edges_of_[other];
        auto next_other = others.begin();
        for (const std::uint32_t e : edges_of_[unit]) {
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

    bool has_room(std::uint32_t unit, std::uint32_t to) const {
        return free_cores_[to] >= problem_.cores[unit] && free_bytes_[to] >= problem_.bytes[unit];
    }
    bool may_swap(std::uint32_t unit, std::uint32_t other) const {
        if (problem_.fixed_chip[other] != nowhere) return false;
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

    /// A chip costs nothing for the hyperedges that reach it anyway, and at least a hop for the others.
    void wish(std::uint32_t unit, Pull& pull) {
        if (problem_.fixed_chip[unit] != nowhere) return;
        const std::uint32_t own = chip_of_[unit];
        const auto pull_to = [&](std::uint32_t e, float weight) {
            const std::size_t first = problem_.pins.first[e];
            for (std::size_t i = first; i < first + n_entries_[e]; ++i) {
                float& sum = pull.of[entry_chip_[i]];
                if (sum == 0.0f) pull.chips.push_back(entry_chip_[i]);
                sum += weight;
            }
        };
        float least = 0.0f;  // what leaving saves, and reaching no hyperedge costs
        for (const std::uint32_t e : edges_of_[unit]) {
            const auto weight = static_cast<float>(problem_.weight[e]);
            pull_to(e, weight + 1e-9f);
            const std::size_t at = find(e, own);
            if (n_entries_[e] > 1 || entry_count_[at] > 1) least += weight;
            if (entry_count_[at] == 1 && n_entries_[e] > 1) least -= weight * static_cast<float>(hops_to(e, own, own));
        }
        for (std::size_t i = first_attachment_[unit]; i < first_attachment_[unit + 1]; ++i) {
            const auto& attachment = problem_.attachments[i];
            const auto weight = static_cast<float>(attachment.weight);
            pull_to(attachment.edge, weight + 1e-9f);
            least += weight - weight * static_cast<float>(hops_to(attachment.edge, own));
        }
        Wishes& wishes = wishes_[unit];
        wishes.fill({});
        std::size_t n = 0;
        for (const std::uint32_t chip : pull.chips) {
            const float change = least - pull.of[chip];
            pull.of[chip] = 0.0f;
            if (chip == own || (n == wishes.size() && change >= wishes.back().change)) continue;
            std::size_t at = n < wishes.size() ? n++ : n - 1;
            for (; at > 0 && change < wishes[at - 1].change; --at) wishes[at] = wishes[at - 1];
            wishes[at] = {chip, change};
        }
        pull.chips.clear();
    }

    static constexpr std::uint32_t far_away = 0xffff;

    const PlaceProblem& problem_;
    ChipOfUnit& chip_of_;
    HopTable table_;
    Lists edges_of_;                             ///< [unit]
    std::vector<std::uint16_t> entry_chip_;      ///< [edge][0 .. n_entries): chips that it reaches, in no order
    std::vector<std::uint32_t> entry_count_;     ///< pins there
    std::vector<std::uint32_t> n_entries_;       ///< [edge]
    std::vector<std::uint32_t> free_cores_;      ///< [chip]
    std::vector<std::uint64_t> free_bytes_;      ///< [chip]
    std::vector<std::uint32_t> units_on_;        ///< [chip][0 .. n_units_on), in no order
    std::vector<std::uint32_t> n_units_on_;      ///< [chip]
    std::vector<std::size_t> first_attachment_;  ///< [unit]
    std::vector<Wishes> wishes_;                 ///< [unit]
};

}  // namespace

void improve(ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine, int effort,
             std::uint64_t seed, std::size_t n_threads, const std::atomic<bool>* stop) {
    if (problem.n_units() < 2) return;
    Board board(chips, problem, machine);
    std::vector<Pull> pulls(n_threads, Pull(machine.chips.size()));
    std::mt19937_64 random(seed);
    std::vector<std::uint32_t> order(problem.n_units());
    std::iota(order.begin(), order.end(), 0u);
    double first_saved = 0.0;
    for (int round = 0; round < effort; ++round) {
        board.wish_all(pulls);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
        double saved = 0.0;
        for (const std::uint32_t unit : order) {
            if (stop != nullptr && stop->load(std::memory_order_relaxed)) return;
            saved -= board.visit(unit, pulls[0]);
        }
        if (round == 0) first_saved = saved;
        if (saved * effort < first_saved || saved <= 0.0) break;  // what is left is not worth the time
    }
}

double placement_cost(const ChipOfUnit& chips, const PlaceProblem& problem, const MachineShape& machine) {
    ChipOfUnit copy = chips;
    return Board(copy, problem, machine).cost();
}

}  // namespace spinn
