/// One chip: SDRAM, system RAM, router, and the byte-addressed bus that cores, monitor and hosts see them through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "emulator/device_registers.hpp"
#include "emulator/router.hpp"
#include "emulator/sdram.hpp"
#include "protocols/machine_shape.hpp"
#include "protocols/system_ram.hpp"

namespace spinn {

/// Core states as hosts read them (SARK numbers).
enum class CoreState : std::uint8_t {
    dead = 0,
    powered_down = 1,
    run_time_error = 2,
    watchdog = 3,
    initialising = 4,
    ready = 5,
    c_main = 6,
    running = 7,
    sync0 = 8,
    sync1 = 9,
    paused = 10,
    finished = 11,
    idle = 15,
};

namespace bus {
constexpr std::uint32_t system_ram_base = 0xe5000000;
constexpr std::uint32_t system_ram_bytes = 32 * 1024;
}  // namespace bus

struct Chip {
    ChipCoord coord;
    ChipShape shape;
    Sdram sdram;
    std::array<std::byte, bus::system_ram_bytes> system_ram{};
    Router router;
    RouterRegisters router_registers;
    std::vector<std::uint8_t> physical_core;  ///< [virtual core]
    /// Bus addresses of SDRAM, at 0x6..., that the bus does not write to: rows that cores read in place and trust.
    struct Range {
        std::uint32_t begin = 0, end = 0;
    };
    std::vector<Range> read_only;
};

/// Reads through the bus: SDRAM, system RAM and device registers, at any of their aliases. @returns false on a bus
/// error (nothing there, or not whole words of registers); `out` is then undefined
bool read(const Chip& chip, std::uint32_t address, std::span<std::byte> out);

/// Writes through the bus. @returns false on a bus error; memory is then unchanged, of registers those before the error
/// are written
bool write(Chip& chip, std::uint32_t address, std::span<const std::byte> in);

/// Memory that an access at this address reaches (SDRAM or system RAM); empty on a bus error. To write: empty also
/// where the chip is read-only.
std::span<std::byte> memory(Chip& chip, std::uint32_t address, std::uint32_t n_bytes);
std::span<const std::byte> memory(const Chip& chip, std::uint32_t address, std::uint32_t n_bytes);

CoreState core_state(const Chip& chip, int virtual_core);
void set_core_state(Chip& chip, int virtual_core, CoreState state);

}  // namespace spinn
