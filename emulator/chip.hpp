/// One chip: SDRAM, system RAM, router, and the byte-addressed bus that cores, monitor and hosts see them through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emulator/router.hpp"
#include "emulator/sdram.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Core states as hosts read them (SARK numbers).
enum class CoreState : std::uint8_t {
    dead = 0,
    run_time_error = 2,
    initialising = 4,
    ready = 5,
    running = 7,
    sync0 = 8,
    paused = 10,
    finished = 11,
    idle = 15,
};

namespace bus {
constexpr std::uint32_t router_base = 0xe1000000;
constexpr std::uint32_t router_counters = router_base + 0x300;
constexpr std::uint32_t system_ram_base = 0xe5000000;
constexpr std::uint32_t system_ram_bytes = 32 * 1024;
constexpr std::uint32_t vcpu_base = 0xe5007000;  ///< 128 bytes for each virtual core
constexpr std::uint32_t vcpu_bytes = 128;
constexpr std::uint32_t vcpu_state = 46;          ///< u8
constexpr std::uint32_t vcpu_physical_core = 45;  ///< u8
constexpr std::uint32_t vcpu_user0 = 112;         ///< u32: address of the core's region table
}  // namespace bus

struct Chip {
    ChipCoord coord;
    ChipShape shape;
    Sdram sdram;
    std::array<std::byte, bus::system_ram_bytes> system_ram{};
    Router router;
    std::vector<std::uint8_t> physical_core;  ///< [virtual core]
};

/// Reads through the bus: SDRAM, system RAM and router counters, at any of their aliases. @returns false on a bus error
/// (nothing there, or a misaligned register access); `out` is then unchanged
bool read(const Chip& chip, std::uint32_t address, std::span<std::byte> out);

/// Writes through the bus; registers are read-only so far. @returns false on a bus error; nothing is then written
bool write(Chip& chip, std::uint32_t address, std::span<const std::byte> in);

/// Words of memory that an access at this address reaches (SDRAM or system RAM); empty on a bus error.
std::span<std::byte> memory(Chip& chip, std::uint32_t address, std::uint32_t n_bytes);
std::span<const std::byte> memory(const Chip& chip, std::uint32_t address, std::uint32_t n_bytes);

CoreState core_state(const Chip& chip, int virtual_core);
void set_core_state(Chip& chip, int virtual_core, CoreState state);

}  // namespace spinn
