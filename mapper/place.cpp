#include "mapper/place.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mapper/chip_order.hpp"
#include "mapper/chip_room.hpp"
#include "mapper/lattice.hpp"
#include "mapper/refine.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

/// Every slice, in the order given, on the first chip of `chips` that has a core and the SDRAM for it.
/// @returns nullopt when one fits nowhere
std::optional<Placements> first_fit(const MachineGraph& graph, const MachineShape& machine,
                                    const std::vector<ChipCoord>& chips, const std::vector<std::size_t>& slice_order) {
    struct Room {
        int next_core = 1, last_core = 0;
        std::uint64_t sdram_bytes = sdram_per_chip_bytes;
    };
    std::uint64_t smallest_block = sdram_per_chip_bytes;
    for (const Slice& slice : graph.slices) smallest_block = std::min(smallest_block, block_bytes(slice));
    std::vector<Room> rooms(chips.size());
    for (std::size_t i = 0; i < chips.size(); ++i) rooms[i].last_core = application_cores(chip_at(machine, chips[i]));

    const auto is_full = [&](const Room& room) {
        return room.next_core > room.last_core || room.sdram_bytes < smallest_block;
    };
    Placements placements(graph.slices.size());
    std::size_t first_open = 0;
    for (const std::size_t slice : slice_order) {
        const std::uint64_t bytes = block_bytes(graph.slices[slice]);
        while (first_open < rooms.size() && is_full(rooms[first_open])) ++first_open;
        std::size_t chip = first_open;
        while (chip < rooms.size() && (is_full(rooms[chip]) || rooms[chip].sdram_bytes < bytes)) ++chip;
        if (chip == rooms.size()) return std::nullopt;
        rooms[chip].sdram_bytes -= bytes;
        placements[slice] = {chips[chip], static_cast<std::uint8_t>(rooms[chip].next_core++)};
    }
    return placements;
}

/// An order of the slices that gives each chip one kind of them: those that only drive one other slice (noise, one
/// source a cell) come on the chips after the slices they drive, everything else keeps its order. Neurons that listen
/// to the same sources then fill chips, so that trees end on few of them and the rows of a source, which lie side by
/// side for the cores of a chip, are long.
std::vector<std::size_t> slice_order(const MachineGraph& graph, const MachineShape& machine,
                                     const std::vector<ChipCoord>& chips) {
    constexpr std::size_t nobody = ~std::size_t{0};
    std::vector<std::size_t> driver_next(graph.slices.size(), nobody), driver_first(graph.slices.size(), nobody);
    std::vector<bool> is_driver(graph.slices.size(), false);
    const std::vector<bool> drives = driving_nets(graph);
    for (std::size_t net = graph.nets.size(); net-- > 0;) {
        if (!drives[net]) continue;
        const std::uint32_t source = graph.nets[net].source;
        is_driver[source] = true;
        driver_next[source] = std::exchange(driver_first[graph.nets[net].targets.front()], source);
    }
    std::vector<std::size_t> order, drivers;  // drivers: of slices that are in the order, themselves not yet in it
    std::size_t next_slice = 0, next_driver = 0;
    const auto take_slice = [&] {
        while (next_slice < graph.slices.size() && is_driver[next_slice]) ++next_slice;
        if (next_slice == graph.slices.size()) return false;
        order.push_back(next_slice);
        for (std::size_t i = driver_first[next_slice]; i != nobody; i = driver_next[i]) drivers.push_back(i);
        ++next_slice;
        return true;
    };
    const auto take_driver = [&] {
        if (next_driver == drivers.size()) return false;
        order.push_back(drivers[next_driver++]);
        return true;
    };
    for (const ChipCoord chip : chips) {
        const auto cores = static_cast<std::size_t>(application_cores(chip_at(machine, chip)));
        const bool drivers_fill_it = drivers.size() - next_driver >= cores;
        for (std::size_t core = 0; core < cores; ++core) {
            if (drivers_fill_it ? !take_driver() && !take_slice() : !take_slice() && !take_driver()) return order;
        }
    }
    while (take_slice() || take_driver()) {
    }
    return order;
}

/// First fit in the order given, which usually carries locality; where SDRAM is so tight that this fails, largest
/// first.
std::optional<Placements> pack(const MachineGraph& graph, const MachineShape& machine) {
    // SDRAM may ask for more chips than the cores do: the region is chosen for both.
    const std::uint64_t bytes =
        std::accumulate(graph.slices.begin(), graph.slices.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const Slice& slice) { return sum + block_bytes(slice); });
    constexpr std::size_t usual_cores = physical_cores_per_chip - 2;
    const std::size_t cores_for_sdram = (bytes + sdram_per_chip_bytes - 1) / sdram_per_chip_bytes * usual_cores;
    const std::vector<ChipCoord> chips = chips_along_curve(machine, std::max(graph.slices.size(), cores_for_sdram));

    std::vector<std::size_t> order = slice_order(graph, machine, chips);
    if (auto placements = first_fit(graph, machine, chips, order)) return placements;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return graph.slices[a].sdram_bytes > graph.slices[b].sdram_bytes;
    });
    return first_fit(graph, machine, chips, order);
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
    std::optional<Placements> placements = pack(graph, machine);
    if (!placements) throw_does_not_fit(graph, machine);
    return refine(*std::move(placements), graph, machine, options.seed);
}

void check(const Placements& placements, const MachineGraph& graph, const MachineShape& machine) {
    if (placements.size() != graph.slices.size()) {
        throw std::logic_error("place: " + std::to_string(placements.size()) + " placements for " +
                               std::to_string(graph.slices.size()) + " slices");
    }
    std::vector<std::uint32_t> taken(machine.chips.size(), 0);
    std::vector<std::uint64_t> bytes(machine.chips.size(), 0);
    for (std::size_t slice = 0; slice < placements.size(); ++slice) {
        const CoreLocation core = placements[slice];
        const std::string where = "place: slice " + slice_name(graph, slice) + " at " + to_string(core);
        if (!has_chip(machine, core.chip)) throw std::logic_error(where + ": there is no such chip");
        if (core.core < 1 || core.core > application_cores(chip_at(machine, core.chip))) {
            throw std::logic_error(where + ": the chip has no such application core");
        }
        const std::size_t chip = chip_index(machine, core.chip);
        if ((taken[chip] >> core.core & 1) != 0) throw std::logic_error(where + ": two slices on one core");
        taken[chip] |= 1u << core.core;
        bytes[chip] += block_bytes(graph.slices[slice]);
        if (bytes[chip] > sdram_per_chip_bytes) throw std::logic_error(where + ": the chip's SDRAM is overfull");
    }
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
        return cores >= graph.slices.size() && chips * sdram_per_chip_bytes >= bytes && pack(graph, machine);
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
