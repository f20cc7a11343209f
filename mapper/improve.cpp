#include "mapper/improve.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <span>

#include "mapper/edge_chips.hpp"
#include "mapper/lattice.hpp"
#include "mapper/parallel.hpp"
#include "mapper/small_random.hpp"

namespace spinn {

namespace {

constexpr std::size_t most_units_on_a_chip = physical_cores_per_chip;
constexpr std::size_t wishes_per_unit = 6;
constexpr std::size_t units_in_a_part = 64;
constexpr std::size_t units_in_a_batch = 1024;  // that choose from the same placement
constexpr double least_gain = 1e-6;
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
          edges_of_(inverse(problem.pins, problem.n_units())),
          reached_(problem.pins, chips, machine),
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
        first_attachment_.assign(problem.n_units() + 1, 0);
        for (const auto& attachment : problem.attachments) ++first_attachment_[attachment.unit + 1];
        std::partial_sum(first_attachment_.begin(), first_attachment_.end(), first_attachment_.begin());
    }

    double cost() const {
        double sum = 0.0;
        for (std::uint32_t e = 0; e < problem_.pins.size(); ++e)
            reached_.for_each_chip(e, [&](std::uint32_t chip) {
                sum += problem_.weight[e] * static_cast<double>(reached_.here(e, chip).next_chip);
            });
        for (const auto& attachment : problem_.attachments)
            sum +=
                attachment.weight * static_cast<double>(reached_.hops_to(attachment.edge, chip_of_[attachment.unit]));
        return sum;
    }

    /// An exchange, or a move to free cores, that makes the cost smaller as far as is known.
    struct Proposal {
        std::uint32_t chip = nowhere;   ///< where the unit wants to go; nowhere: it stays
        std::uint32_t other = nowhere;  ///< that comes in exchange, if any
    };

    /// Works out where units would rather be, all from the same placement.
    void wish(std::span<const std::uint32_t> units, std::vector<Pull>& pulls) {
        each(units, pulls.size(), [&](std::size_t i, std::size_t thread) { wish(units[i], pulls[thread]); });
    }
    /// @param proposals  receives one for each of the units, all from the same placement
    void propose(std::span<const std::uint32_t> units, std::vector<Proposal>& proposals, std::size_t n_threads) const {
        proposals.resize(units.size());
        each(units, n_threads, [&](std::size_t i, std::size_t) { proposals[i] = propose(units[i]); });
    }

    /// Carries a proposal out if it still does what it promised, after those that were carried out since.
    /// @returns what that changed
    double carry_out(std::uint32_t unit, const Proposal& proposal) {
        const std::uint32_t from = chip_of_[unit], to = proposal.chip, other = proposal.other;
        if (to == from || (other == nowhere ? !has_room(unit, to) : chip_of_[other] != to || !may_swap(unit, other)))
            return 0.0;
        double change = change_by_move(unit, other, from, to);
        if (other != nowhere) change += change_by_move(other, unit, to, from);
        if (change >= -least_gain) return 0.0;
        if (other != nowhere) move(other, from);
        move(unit, to);
        return change;
    }

 private:
    template <typename Work>
    static void each(std::span<const std::uint32_t> units, std::size_t n_threads, const Work& work) {
        const std::size_t n_parts = (units.size() + units_in_a_part - 1) / units_in_a_part;
        parallel_for(n_parts, n_threads, [&](std::size_t part, std::size_t thread) {
            const std::size_t end = std::min(units.size(), (part + 1) * units_in_a_part);
            for (std::size_t i = part * units_in_a_part; i < end; ++i) work(i, thread);
        });
    }

    Proposal propose(std::uint32_t unit) const {
        if (problem_.fixed_chip[unit] != nowhere) return {};
        struct Option {
            float estimate = 0.0f;  ///< a lower bound
            Proposal proposal;
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
                offer({wished.change, {wished.chip, nowhere}, 0.0f});
                continue;
            }
            const std::uint32_t* there = &units_on_[wished.chip * most_units_on_a_chip];
            for (std::uint32_t i = 0; i < n_units_on_[wished.chip]; ++i) {
                if (!may_swap(unit, there[i])) continue;
                for (const Wish& theirs : wishes_[there[i]])
                    if (theirs.chip == from)
                        offer({wished.change + theirs.change, {wished.chip, there[i]}, theirs.change});
            }
        }
        for (const Option& option : options) {
            const auto [to, other] = option.proposal;
            if (to == nowhere) break;
            double change = change_by_move(unit, other, from, to);
            if (change + static_cast<double>(option.of_other) >= -least_gain) continue;
            if (other != nowhere) change += change_by_move(other, unit, to, from);
            if (change < -least_gain) return option.proposal;
        }
        return {};
    }

    double change_by_move(std::uint32_t unit, std::uint32_t other, std::uint32_t from, std::uint32_t to) const {
        double change = 0.0;
        const auto others = other == nowhere ? std::span<const std::uint32_t>{} : edges_of_[other];
        auto next_other = others.begin();
        for (const std::uint32_t e : edges_of_[unit]) {
            while (next_other != others.end() && *next_other < e) ++next_other;
            if (next_other != others.end() && *next_other == e) continue;  // it gets one where it loses one
            change += problem_.weight[e] * reached_.change(e, from, to);
        }
        for (std::size_t i = first_attachment_[unit]; i < first_attachment_[unit + 1]; ++i) {
            const auto& attachment = problem_.attachments[i];
            change += attachment.weight * (static_cast<double>(reached_.hops_to(attachment.edge, to)) -
                                           static_cast<double>(reached_.hops_to(attachment.edge, from)));
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
            reached_.remove(e, from);
            reached_.add(e, to);
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
            reached_.for_each_chip(e, [&](std::uint32_t chip) {
                float& sum = pull.of[chip];
                if (sum == 0.0f) pull.chips.push_back(chip);
                sum += weight;
            });
        };
        float least = 0.0f;  // what leaving saves, and reaching no hyperedge costs
        for (const std::uint32_t e : edges_of_[unit]) {
            const auto weight = static_cast<float>(problem_.weight[e]);
            pull_to(e, weight + 1e-9f);
            const EdgeChips::Here here = reached_.here(e, own);
            if (reached_.n_chips(e) > 1 || !here.one_pin) least += weight;
            if (here.one_pin) least -= weight * static_cast<float>(here.next_chip);
        }
        for (std::size_t i = first_attachment_[unit]; i < first_attachment_[unit + 1]; ++i) {
            const auto& attachment = problem_.attachments[i];
            const auto weight = static_cast<float>(attachment.weight);
            pull_to(attachment.edge, weight + 1e-9f);
            least += weight - weight * static_cast<float>(reached_.hops_to(attachment.edge, own));
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

    const PlaceProblem& problem_;
    ChipOfUnit& chip_of_;
    Lists edges_of_;  ///< [unit]
    EdgeChips reached_;
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
    SmallRandom random(seed);
    std::vector<std::uint32_t> order(problem.n_units());
    std::iota(order.begin(), order.end(), 0u);
    board.wish(order, pulls);
    std::vector<Board::Proposal> proposals;
    std::vector<std::uint32_t> moved;  // their wishes are out of date
    double first_saved = 0.0;
    for (int round = 0; round < effort; ++round) {
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        double saved = 0.0;
        for (std::size_t first = 0; first < order.size(); first += units_in_a_batch) {
            if (stop != nullptr && stop->load(std::memory_order_relaxed)) return;
            const auto batch =
                std::span<const std::uint32_t>(order).subspan(first, std::min(units_in_a_batch, order.size() - first));
            // Who moved is wished for anew, and, but for the first round, who is about to choose.
            if (round > 0) moved.insert(moved.end(), batch.begin(), batch.end());
            std::sort(moved.begin(), moved.end());
            moved.erase(std::unique(moved.begin(), moved.end()), moved.end());
            board.wish(moved, pulls);
            moved.clear();
            board.propose(batch, proposals, n_threads);
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (proposals[i].chip == nowhere) continue;
                const double change = board.carry_out(batch[i], proposals[i]);
                if (change == 0.0) continue;
                saved -= change;
                moved.push_back(batch[i]);
                if (proposals[i].other != nowhere) moved.push_back(proposals[i].other);
            }
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
