/// The registers of a chip that hosts read and write: router control, diagnostics and the P2P table; the chip's number.
///
/// Source: SpiNNaker datasheet, section 10; initial values are those of SC&MP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/router.hpp"

namespace spinn {

namespace bus {
constexpr std::uint32_t router_base = 0xe1000000;
constexpr std::uint32_t router_control = router_base;
constexpr std::uint32_t router_error_status = router_base + 0x14;
constexpr std::uint32_t router_dump_status = router_base + 0x28;
constexpr std::uint32_t router_diagnostic_control = router_base + 0x2c;  ///< r11
constexpr std::uint32_t router_diversion = router_base + 0x80;           ///< r32
constexpr std::uint32_t router_fixed_route = router_base + 0x84;         ///< r33
constexpr std::uint32_t router_filters = router_base + 0x200;            ///< 16 words
constexpr std::uint32_t router_counters = router_base + 0x300;           ///< 16 words
constexpr std::uint32_t router_p2p = router_base + 0x10000;              ///< 8192 words
constexpr std::uint32_t system_controller_id = 0xe2000000;
}  // namespace bus

constexpr std::uint32_t chip_id = 0x59111012;

struct RouterRegisters {
    std::uint32_t control = 0x00400001;  ///< wait1 0x40, routing enabled
    std::uint32_t diversion = 0;
    std::uint32_t fixed_route = 0xfc000000;
    std::uint32_t counters_enabled = 0xffff;  ///< read back only: the emulated router counts always
    std::array<std::uint32_t, 16> filters = {0x01fe7cf1, 0x01febcf1, 0x01fe7cf2, 0x01febcf2, 0x01fe7cf4, 0x01febcf4,
                                             0x01fe7cf8, 0x01febcf8, 0x0001fcf1, 0x0001fcf2, 0x0001fcf4, 0x0001fcf8,
                                             0,          0,          0,          0};
    std::array<std::uint32_t, 16> counter_zero{};  ///< what each counter counted when a host set it back
    std::vector<std::uint32_t> p2p;                ///< 8192 words of eight entries; empty: nothing routed yet
};

/// @param address  of a word, at its 0xe... alias. @returns nothing where there is no register
std::optional<std::uint32_t> read_register(const Router& router, const RouterRegisters& registers,
                                           std::uint32_t address);

/// @returns false where there is no register
bool write_register(Router& router, RouterRegisters& registers, std::uint32_t address, std::uint32_t word);

}  // namespace spinn
