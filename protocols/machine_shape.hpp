/// The machine as a mapper and an emulator both see it: which chips, cores and links there are.
///
/// Facts: 18 cores a chip, hexagonal links, boards of 48 chips, triads of three boards (SpiNNMachine; SpiNNaker datasheet).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
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

/// Where applications may put data: the user heap of SDRAM after boot (reference: SC&MP memory map).
constexpr std::uint32_t sdram_base = 0x60000000;
constexpr std::uint32_t sdram_size_bytes = 128u << 20;
constexpr std::uint32_t sdram_heap_base = 0x60240000;
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
    std::string name;               ///< as a user writes it: "spinn5", "16x16"
    int width = 0, height = 0;      ///< 1 .. 256
    bool wrap_x = false, wrap_y = false;
    std::vector<ChipShape> chips;   ///< [y * width + x]
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

/// Cores a network may use: working cores less the monitor, less the service monitor that the usual software takes on every
/// chip, less the packet gatherer on an Ethernet chip. They are the virtual cores 1 .. application_cores(chip).
int application_cores(const ChipShape& chip);

/// Length of a shortest path on the whole lattice, dead parts ignored.
int distance(const MachineShape& shape, ChipCoord from, ChipCoord to);

/// All present chips, by y then x.
std::vector<ChipCoord> present_chips(const MachineShape& shape);

/// Builds "spinn3" (4 chips), "spinn5" (48), "spinn5*N" (N boards, tori of triads) or "WxH" (a torus of W x H chips).
/// @throws std::invalid_argument that says which names exist
MachineShape make_machine(std::string_view preset);

nlohmann::json to_json(const MachineShape& shape);
std::string to_string(ChipCoord chip);
std::string to_string(CoreLocation core);

}  // namespace spinn
