#include "mapper/place.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "mapper/chip_order.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/embed.hpp"
#include "mapper/improve.hpp"
#include "mapper/lattice.hpp"
#include "mapper/parallel.hpp"
#include "mapper/place_problem.hpp"
#include "mapper/shuffle.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

constexpr std::size_t few_units = 64;  // of which both ways to start are tried

/// Units in the order given (which usually carries locality), each on the first chip of the order that has room.
/// Where SDRAM is tight, largest first. @returns whether all have a place
bool first_fit(const PlaceProblem& problem, const std::vector<std::uint32_t>& units,
               const std::vector<std::uint32_t>& chip_order, ChipOfUnit& chips) {
    std::vector<std::uint32_t> cores(problem.free_cores.size());
    for (std::size_t chip = 0; chip < cores.size(); ++chip)
        cores[chip] = static_cast<std::uint32_t>(std::popcount(problem.free_cores[chip]));
    std::vector<std::uint64_t> bytes = problem.free_bytes;
    for (std::size_t unit = 0; unit < chips.size(); ++unit) {
        if (chips[unit] == PlaceProblem::none) continue;
        cores[chips[unit]] -= problem.cores[unit];
        bytes[chips[unit]] -= problem.bytes[unit];
    }
    std::size_t first_open = 0;
    for (const std::uint32_t unit : units) {
        if (chips[unit] != PlaceProblem::none) continue;
        while (first_open < chip_order.size() && cores[chip_order[first_open]] == 0) ++first_open;
        std::size_t at = first_open;
        while (at < chip_order.size() &&
               (cores[chip_order[at]] < problem.cores[unit] || bytes[chip_order[at]] < problem.bytes[unit]))
            ++at;
        if (at == chip_order.size()) return false;
        chips[unit] = chip_order[at];
        cores[chip_order[at]] -= problem.cores[unit];
        bytes[chip_order[at]] -= problem.bytes[unit];
    }
    return true;
}

/// All chips along a curve.
std::vector<std::uint32_t> chips_in_order(const PlaceProblem& problem, const MachineShape& machine) {
    std::vector<std::uint32_t> order;
    const auto n_cores = std::accumulate(problem.cores.begin(), problem.cores.end(), std::size_t{0});
    for (const ChipCoord chip : chips_along_curve(machine, n_cores))
        order.push_back(static_cast<std::uint32_t>(chip_index(machine, chip)));
    return order;
}

/// An order of the units that gives each chip one kind of them: those that only drive one other slice (noise, one
/// source a cell) come on the chips after the slices they drive, everything else keeps its order. Neurons that listen
/// to the same sources then fill chips, so that trees end on few of them and the rows of a source, which lie side by
/// side for the cores of a chip, are long.
/// @param chips  the order in which they will be filled; one that has few cores may change places with the next, so
///               that it gets drivers
std::vector<std::uint32_t> units_in_order(const PlaceProblem& problem, const MachineGraph& graph,
                                          std::vector<std::uint32_t>& chips) {
    constexpr std::uint32_t nobody = PlaceProblem::none;
    const std::size_t n = problem.n_units();
    std::vector<std::uint32_t> driver_next(n, nobody), driver_first(n, nobody);
    std::vector<bool> is_driver(n, false);
    const std::vector<bool> drives = driving_nets(graph);
    for (std::size_t net = graph.nets.size(); net-- > 0;) {
        if (!drives[net]) continue;
        const std::uint32_t source = problem.unit_of[graph.nets[net].source];
        const std::uint32_t target = problem.unit_of[graph.nets[net].targets.front()];
        if (source == nobody || target == nobody || is_driver[source] || problem.slices_of[source].size() > 1) continue;
        is_driver[source] = true;
        driver_next[source] = std::exchange(driver_first[target], source);
    }
    const auto n_drivers = static_cast<std::size_t>(std::ranges::count(is_driver, true));
    std::vector<std::uint32_t> order, drivers;  // drivers: of units that are in the order, themselves not yet in it
    std::size_t next_unit = 0, next_driver = 0;
    const auto take_unit = [&] {
        while (next_unit < n && is_driver[next_unit]) ++next_unit;
        if (next_unit == n) return false;
        order.push_back(static_cast<std::uint32_t>(next_unit));
        for (std::uint32_t i = driver_first[next_unit]; i != nobody; i = driver_next[i]) drivers.push_back(i);
        ++next_unit;
        return true;
    };
    const auto take_driver = [&] {
        if (next_driver == drivers.size()) return false;
        order.push_back(drivers[next_driver++]);
        return true;
    };
    for (std::size_t at = 0; at < chips.size(); ++at) {
        const auto cores_of = [&](std::size_t i) {
            return static_cast<std::size_t>(std::popcount(problem.free_cores[chips[i]]));
        };
        const auto drivers_would_fill = [&](std::size_t i) { return drivers.size() - next_driver >= cores_of(i); };
        if (n_drivers >= cores_of(at) && !drivers_would_fill(at) && at + 1 < chips.size() &&
            cores_of(at) < cores_of(at + 1))
            std::swap(chips[at], chips[at + 1]);
        const std::size_t cores = cores_of(at);
        const bool drivers_fill_it = drivers_would_fill(at);
        for (std::size_t core = 0; core < cores; ++core) {
            if (drivers_fill_it ? !take_driver() && !take_unit() : !take_unit() && !take_driver()) return order;
        }
    }
    while (take_unit() || take_driver()) {
    }
    return order;
}

/// Gives the units that have no place one: first fit, or if that fails all anew, the largest first.
/// @returns whether all have a place
bool pack(const PlaceProblem& problem, const MachineShape& machine, ChipOfUnit& chips) {
    const std::vector<std::uint32_t> chip_order = chips_in_order(problem, machine);
    std::vector<std::uint32_t> units(problem.n_units());
    std::iota(units.begin(), units.end(), 0u);
    if (first_fit(problem, units, chip_order, chips)) return true;
    chips = problem.fixed_chip;
    std::stable_sort(units.begin(), units.end(), [&](auto a, auto b) {
        return std::tuple(problem.cores[a], problem.bytes[a]) > std::tuple(problem.cores[b], problem.bytes[b]);
    });
    return first_fit(problem, units, chip_order, chips);
}

/// Takes units off chips that hold more than they have room for.
void lift_overfull(const PlaceProblem& problem, ChipOfUnit& chips) {
    std::vector<std::uint32_t> cores(problem.free_cores.size(), 0);
    std::vector<std::uint64_t> bytes(problem.free_cores.size(), 0);
    const auto put = [&](std::size_t unit) {
        const std::uint32_t chip = chips[unit];
        if (cores[chip] + problem.cores[unit] > static_cast<std::uint32_t>(std::popcount(problem.free_cores[chip])) ||
            bytes[chip] + problem.bytes[unit] > problem.free_bytes[chip]) {
            chips[unit] = PlaceProblem::none;
            return;
        }
        cores[chip] += problem.cores[unit];
        bytes[chip] += problem.bytes[unit];
    };
    for (std::size_t unit = 0; unit < chips.size(); ++unit)
        if (problem.fixed_chip[unit] != PlaceProblem::none) put(unit);
    for (std::size_t unit = 0; unit < chips.size(); ++unit)
        if (problem.fixed_chip[unit] == PlaceProblem::none && chips[unit] != PlaceProblem::none) put(unit);
}

/// A core for every slice; those of a unit follow each other where they can.
Placements give_cores(const PlaceProblem& problem, const ChipOfUnit& chips, const MachineGraph& graph,
                      const MachineShape& machine) {
    Placements placements(graph.slices.size());
    std::vector<std::uint32_t> free = problem.free_cores;
    std::vector<char> has_core(graph.slices.size(), 0);
    for (const PlaceConstraints::Fixed& fixed : graph.constraints.fixed) {
        if (graph.slices[fixed.slice].device) placements[fixed.slice] = {fixed.chip, 0};
        if (fixed.core == 0 || has_core[fixed.slice] != 0) continue;
        placements[fixed.slice] = {fixed.chip, fixed.core};
        std::uint32_t& cores = free[chip_index(machine, fixed.chip)];
        if ((cores >> fixed.core & 1) == 0)
            throw RequestError(
                {.what = "two vertices are fixed on one core",
                 .where = to_string(placements[fixed.slice]) + ", one of them " + slice_name(graph, fixed.slice),
                 .fix = "change the constraints"});
        cores &= ~(1u << fixed.core);
        has_core[fixed.slice] = 1;
    }
    for (std::size_t unit = 0; unit < chips.size(); ++unit) {
        std::uint32_t& cores = free[chips[unit]];
        for (const std::uint32_t slice : problem.slices_of[unit]) {
            if (has_core[slice] != 0) continue;
            placements[slice] = {chip_of_index(machine, chips[unit]),
                                 static_cast<std::uint8_t>(std::countr_zero(cores))};
            cores &= cores - 1;
        }
    }
    return placements;
}

std::string mebibytes(std::uint64_t bytes) {
    const std::uint64_t tenths = (bytes * 10 + (1u << 20) - 1) >> 20;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

void require_slices_fit_a_chip(const MachineGraph& graph) {
    for (std::size_t s = 0; s < graph.slices.size(); ++s) {
        const Slice& slice = graph.slices[s];
        if (block_bytes(slice) <= sdram_per_chip_bytes) continue;
        throw RequestError({.what = "needs " + mebibytes(block_bytes(slice)) + " of SDRAM, a chip has " +
                                    mebibytes(sdram_per_chip_bytes) + " (" +
                                    mebibytes(block_bytes(slice) - sdram_per_chip_bytes) + " too many)",
                            .where = "slice " + slice_name(graph, s),
                            .fix = "lower the atoms per core, record fewer variables or a shorter run, or use sparser "
                                   "connections"});
    }
}

[[noreturn]] void throw_does_not_fit(const MachineGraph& graph, const MachineShape& machine) {
    std::uint64_t cores = 0, sdram = 0, bytes = 0;
    for (const ChipShape& chip : machine.chips) {
        cores += static_cast<std::uint64_t>(application_cores(chip));
        if (application_cores(chip) > 0) sdram += sdram_per_chip_bytes;
    }
    for (const Slice& slice : graph.slices) bytes += block_bytes(slice);
    const std::string where = "machine " + machine.name;
    if (graph.slices.size() > cores) {
        throw RequestError({.what = "the network needs " + std::to_string(graph.slices.size()) +
                                    " cores, the machine has " + std::to_string(cores) + " for applications (" +
                                    std::to_string(graph.slices.size() - cores) + " missing)",
                            .where = where,
                            .fix = "choose a machine with more chips, or raise the atoms per core"});
    }
    if (bytes > sdram) {
        throw RequestError({.what = "the network needs " + mebibytes(bytes) + " of SDRAM, the machine has " +
                                    mebibytes(sdram) + " (" + mebibytes(bytes - sdram) + " missing)",
                            .where = where,
                            .fix = "choose a machine with more chips, record less, or use sparser connections"});
    }
    throw RequestError(
        {.what = "the slices do not fit on the chips together: " + mebibytes(bytes) + " of " + mebibytes(sdram) +
                 " SDRAM and " + std::to_string(graph.slices.size()) + " of " + std::to_string(cores) +
                 " cores are wanted, but blocks cannot be split over chips",
         .where = where,
         .fix = "lower the atoms per core so that blocks get smaller, or choose a machine with more chips"});
}

}  // namespace

Placements place(const MachineGraph& graph, const MachineShape& machine, const PlaceOptions& options) {
    require_slices_fit_a_chip(graph);
    const PlaceProblem problem = place_problem(graph, machine, options.objective);
    // Few units are placed sooner than a thread is started.
    const std::size_t n_threads = problem.n_units() <= few_units ? 1 : thread_count(options.threads);
    const auto place_by = [&](const PlaceProblem& some, ChipOfUnit chips) {
        lift_overfull(some, chips);
        if (pack(some, machine, chips))
            improve(chips, some, machine, options.effort, options.seed, n_threads, options.stop);
        else
            chips.clear();
        return chips;
    };
    const std::vector<std::uint32_t> pair_of = inseparable_pairs(problem);
    const bool has_pairs = !pair_of.empty() && std::ranges::max(pair_of) + std::size_t{1} < problem.n_units();
    ChipOfUnit chips;
    if (has_pairs) {
        const PlaceProblem pairs = joined(problem, pair_of);
        const ChipOfUnit of_pairs = place_by(pairs, embed(pairs, machine, options.seed, n_threads));
        if (!of_pairs.empty()) {
            for (const std::uint32_t pair : pair_of) chips.push_back(of_pairs[pair]);
            chips = place_by(problem, std::move(chips));
        }
    } else {
        chips = place_by(problem, embed(problem, machine, options.seed, n_threads));
    }
    // The order of slices, with drivers on chips of their own, is another place to start from, and kept where it is as
    // good.
    if (chips.empty() || problem.n_units() <= few_units || std::ranges::count(driving_nets(graph), true) > 0) {
        ChipOfUnit others = problem.fixed_chip;
        std::vector<std::uint32_t> chip_order = chips_in_order(problem, machine);
        const std::vector<std::uint32_t> unit_order = units_in_order(problem, graph, chip_order);
        if (first_fit(problem, unit_order, chip_order, others)) {
            improve(others, problem, machine, options.effort, options.seed, n_threads, options.stop);
            if (chips.empty() || placement_cost(others, problem, machine) <= placement_cost(chips, problem, machine))
                chips = std::move(others);
        }
    }
    if (chips.empty()) throw_does_not_fit(graph, machine);
    shuffle(chips, problem, machine, chip_grid(machine), options.seed);
    return give_cores(problem, chips, graph, machine);
}

void check(const Placements& placements, const MachineGraph& graph, const MachineShape& machine) {
    if (placements.size() != graph.slices.size()) {
        throw std::logic_error("place: " + std::to_string(placements.size()) + " placements for " +
                               std::to_string(graph.slices.size()) + " slices");
    }
    const PlaceProblem room = place_problem(graph, machine, PlaceObjective::hops);
    std::vector<std::uint32_t> taken(machine.chips.size(), 0);
    std::vector<std::uint64_t> bytes(machine.chips.size(), 0);
    const auto where = [&](std::size_t slice) {
        return "place: slice " + slice_name(graph, slice) + " at " + to_string(placements[slice]);
    };
    for (std::size_t slice = 0; slice < placements.size(); ++slice) {
        const CoreLocation core = placements[slice];
        if (!has_chip(machine, core.chip)) throw std::logic_error(where(slice) + ": there is no such chip");
        if (graph.slices[slice].device) continue;
        const std::size_t chip = chip_index(machine, core.chip);
        if (core.core >= physical_cores_per_chip || (room.free_cores[chip] >> core.core & 1) == 0)
            throw std::logic_error(where(slice) + ": the chip has no such application core");
        if ((taken[chip] >> core.core & 1) != 0) throw std::logic_error(where(slice) + ": two slices on one core");
        taken[chip] |= 1u << core.core;
        bytes[chip] += block_bytes(graph.slices[slice]);
        if (bytes[chip] > room.free_bytes[chip])
            throw std::logic_error(where(slice) + ": the chip's SDRAM is overfull");
    }
    for (const PlaceConstraints::Fixed& fixed : graph.constraints.fixed) {
        const CoreLocation core = placements[fixed.slice];
        if (core.chip != fixed.chip || (fixed.core != 0 && core.core != fixed.core))
            throw std::logic_error(where(fixed.slice) + ": it is fixed at " + to_string(fixed.chip));
    }
    for (const std::vector<std::uint32_t>& group : graph.constraints.same_chip)
        for (const std::uint32_t slice : group)
            if (placements[slice].chip != placements[group.front()].chip)
                throw std::logic_error(where(slice) + ": it must share the chip of " +
                                       slice_name(graph, group.front()));
}

MachineShape smallest_machine(const MachineGraph& graph) {
    require_slices_fit_a_chip(graph);
    constexpr int largest_machine_boards = 1200;
    std::uint64_t bytes = 0;
    for (const Slice& slice : graph.slices) bytes += block_bytes(slice);
    // Packing is tried only where the sums leave hope.
    const auto fits = [&](const MachineShape& machine) {
        std::uint64_t cores = 0, chips = 0;
        for (const ChipShape& chip : machine.chips) {
            cores += static_cast<std::uint64_t>(application_cores(chip));
            chips += chip.present;
        }
        if (cores < graph.slices.size() || chips * sdram_per_chip_bytes < bytes) return false;
        const PlaceProblem problem = place_problem(graph, machine, PlaceObjective::hops);
        ChipOfUnit packed = problem.fixed_chip;
        return pack(problem, machine, packed);
    };
    for (const char* board : {"spinn3", "spinn5"}) {
        MachineShape machine = make_machine(board);
        if (fits(machine)) return machine;
    }
    constexpr std::size_t cores_of_three_boards = 3 * (48 * 16 - 1);  // an upper bound, to skip what cannot fit
    const auto least_triads = static_cast<int>(std::min<std::size_t>(graph.slices.size() / cores_of_three_boards, 400));
    for (int boards = 3 * std::max(1, least_triads); boards <= largest_machine_boards; boards += 3) {
        MachineShape machine = make_machine("spinn5*" + std::to_string(boards));
        if (fits(machine)) return machine;
    }
    throw_does_not_fit(graph, make_machine("spinn5*" + std::to_string(largest_machine_boards)));
}

nlohmann::json to_json(const Placements& placements) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t slice = 0; slice < placements.size(); ++slice) {
        const CoreLocation core = placements[slice];
        list.push_back({{"slice", slice}, {"x", core.chip.x}, {"y", core.chip.y}, {"core", core.core}});
    }
    return list;
}

}  // namespace spinn
