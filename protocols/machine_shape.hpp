/// The machine as a mapper and an emulator both see it: which chips, cores and links there are.
///
/// Facts: 18 cores a chip, hexagonal links, boards of 48 chips, triads of three boards (SpiNNMachine; SpiNNaker
/// datasheet).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spinn {

struct ChipCoord {
    std::uint8_t x = 0, y = 0;
    auto operator<=>(const ChipCoord&) const = default;
};

/// Hardware numbering. There is no link to (+1,-1) or (-1,+1).
enum class Link : std::uint8_t { east, north_east, north, west, south_west, south };
constexpr int link_count = 6;
constexpr Link opposite(Link link) { return static_cast<Link>((static_cast<int>(link) + 3) % link_count); }

/// A core by its virtual number: 0 is the monitor, 1 .. n-1 run applications.
struct CoreLocation {
    ChipCoord chip;
    std::uint8_t core = 0;
    auto operator<=>(const CoreLocation&) const = default;
};

constexpr int physical_cores_per_chip = 18;

/// Where applications may put data: the user heap of SDRAM after boot (reference: SC&MP memory map), from the first
/// page behind the heap's own words.
constexpr std::uint32_t sdram_base = 0x60000000;
constexpr std::uint32_t sdram_size_bytes = 128u << 20;
constexpr std::uint32_t sdram_heap_base = 0x60241000;
constexpr std::uint32_t sdram_heap_end = 0x677fffe0;

/// Entries of a multicast table that applications may use; the router holds one more.
constexpr int routing_table_capacity = 1023;

struct ChipShape {
    bool present = false;
    bool ethernet = false;
    std::uint32_t dead_cores = 0;  ///< bit p: physical core p does not work
    std::uint8_t dead_links = 0;   ///< bit l: link l does not work, or leads nowhere
    bool operator==(const ChipShape&) const = default;
};

struct MachineShape {
    std::string name;           ///< as a user writes it: "spinn5", "16x16"
    int width = 0, height = 0;  ///< 1 .. 256
    bool wrap_x = false, wrap_y = false;
    std::vector<ChipShape> chips;  ///< [y * width + x]
    bool operator==(const MachineShape&) const = default;
};

/// The chip at `coord`; coordinates outside the machine are an assertion failure.
const ChipShape& chip_at(const MachineShape& shape, ChipCoord coord);
ChipShape& chip_at(MachineShape& shape, ChipCoord coord);
bool has_chip(const MachineShape& shape, ChipCoord coord);

/// The chip at the far end of a working link; nullopt when there is no such chip or the link is dead at either end.
std::optional<ChipCoord> neighbour(const MachineShape& shape, ChipCoord chip, Link link);

/// Working cores of a chip, the monitor included.
int working_cores(const ChipShape& chip);

/// Cores a network may use: working cores less the monitor, less the service monitor that the usual software takes on
/// every chip, less the packet gatherer on an Ethernet chip. They are the virtual cores 1 .. application_cores(chip).
int application_cores(const ChipShape& chip);

/// Length of a shortest path on the whole lattice, dead parts ignored.
int distance(const MachineShape& shape, ChipCoord from, ChipCoord to);

/// All present chips, by y then x.
std::vector<ChipCoord> present_chips(const MachineShape& shape);

/// Builds a machine whose parts all work.
///
/// - "spinn3": the 4-chip board. It wraps in y and not in x, as SpiNNMachine describes it.
/// - "spinn5": one 48-chip board, no wrap. Eight of its chips have 17 cores.
/// - "spinn5*N": N such boards on a torus of W x H triads (12W x 12H chips), W >= H as square as can be. A machine of
///   3WH boards is a full torus. Otherwise the arrangement is that of the next such number of boards, triads are filled
///   row by row and within a triad in the order (0,0), (4,8), (8,4); chips of boards that are left over are absent.
///   "spinn5*1" is "spinn5"; at most 21 x 21 triads.
/// - "WxH": a torus of W x H chips, 1 .. 256 each, every chip with 18 cores. Ethernet chips stand where a triad has
/// them if
///   both sizes are multiples of 12, else at (0,0) only. A link that would lead back to its own chip (W or H is 1) is
///   left out.
/// @throws std::invalid_argument that says which names exist
MachineShape make_machine(std::string_view preset);

/// Parts of a machine that do not work.
struct MachineFaults {
    std::vector<ChipCoord> dead_chips;
    std::vector<std::pair<ChipCoord, int>> dead_cores;   ///< physical core number, 0 .. 17
    std::vector<std::pair<ChipCoord, Link>> dead_links;  ///< either direction stands for both
};

/// The machine without its dead parts. A dead link dies at both ends; a chip that no working path joins to the first
/// present chip (by y then x: (0,0) if it lives), or that keeps no working core, is removed. Parts that are absent
/// already are ignored.
MachineShape with_faults(MachineShape shape, const MachineFaults& faults);

/// Faults drawn at random, for tests and benchmarks: fractions (0 .. 1) of the chips, cores and undirected links.
/// Ethernet chips stay alive. The same seed and machine give the same faults on every platform.
MachineFaults random_faults(const MachineShape& shape, double chips, double cores, double links, std::uint64_t seed);

/// {"name", "width", "height", "wrap_x", "wrap_y", "chips": [{"x", "y", "ethernet", "dead_cores": [..], "dead_links":
/// [..]}]}; present chips only, by y then x. Nothing is left out: the machine can be built again from it.
nlohmann::json to_json(const MachineShape& shape);
std::string to_string(ChipCoord chip);
std::string to_string(CoreLocation core);

}  // namespace spinn
