/// What a host finds in a chip's memory after boot: addresses, and fields of the structures there.
/// Source: spinnaker_tools, sark.h and sark.struct; SC&MP 4.0.
#pragma once

#include <cstdint>

namespace spinn {

/// System variables, 256 bytes, one set a chip. Offsets; the comment says type and meaning.
namespace sv {
constexpr std::uint32_t base = 0xe5007f00;
constexpr std::uint32_t bytes = 256;
constexpr std::uint32_t p2p_address = 0x00;          ///< u16 x << 8 | y
constexpr std::uint32_t height = 0x02;               ///< u8 of the machine, modulo 256
constexpr std::uint32_t width = 0x03;                ///< u8
constexpr std::uint32_t p2p_up = 0x06;               ///< u8
constexpr std::uint32_t ethernet_address = 0x08;     ///< u16 x << 8 | y of the board's Ethernet chip
constexpr std::uint32_t hardware_version = 0x0a;     ///< u8 2, 3: four chips; 4, 5: 48 chips
constexpr std::uint32_t ethernet_up = 0x0b;          ///< u8
constexpr std::uint32_t clock_divider = 0x0e;        ///< u8
constexpr std::uint32_t clock_ms = 0x10;             ///< u64 since boot
constexpr std::uint32_t time_ms = 0x18;              ///< u16 within the second
constexpr std::uint32_t unix_time = 0x1c;            ///< u32 s
constexpr std::uint32_t cpu_clock_mhz = 0x24;        ///< u16
constexpr std::uint32_t memory_clock_mhz = 0x26;     ///< u16
constexpr std::uint32_t forward = 0x28;              ///< u8
constexpr std::uint32_t peek_time_us = 0x2a;         ///< u8
constexpr std::uint32_t led_period = 0x2b;           ///< u8 10 ms
constexpr std::uint32_t netinit_wait = 0x2c;         ///< u8
constexpr std::uint32_t netinit_phase = 0x2d;        ///< u8 0xff: done
constexpr std::uint32_t p2p_root = 0x2e;             ///< u16
constexpr std::uint32_t led0 = 0x30;                 ///< u32
constexpr std::uint32_t root_chip = 0x40;            ///< u8
constexpr std::uint32_t n_buffers = 0x41;            ///< u8
constexpr std::uint32_t boot_delay = 0x42;           ///< u8
constexpr std::uint32_t system_ram_heap = 0x48;      ///< u32 words at boot, then address of the heap
constexpr std::uint32_t sdram_heap = 0x4c;           ///< u32 likewise
constexpr std::uint32_t iobuf_bytes = 0x50;          ///< u32
constexpr std::uint32_t system_buffers = 0x54;       ///< u32 bytes at boot, then address
constexpr std::uint32_t system_buffer_words = 0x58;  ///< u32 of each core
constexpr std::uint32_t boot_signature = 0x5c;       ///< u32
constexpr std::uint32_t links_enabled = 0x65;        ///< u8
constexpr std::uint32_t status_map = 0x80;           ///< u8[20] by physical core
constexpr std::uint32_t physical_to_virtual = 0x94;  ///< u8[20], 0xff: none
constexpr std::uint32_t virtual_to_physical = 0xa8;  ///< u8[20]
constexpr std::uint32_t n_cores = 0xbc;              ///< u8 working
constexpr std::uint32_t rom_cores = 0xbd;            ///< u8
constexpr std::uint32_t board_address = 0xbe;        ///< u16 local x << 8 | y
constexpr std::uint32_t sdram_base = 0xc0;           ///< u32
constexpr std::uint32_t system_ram_base = 0xc4;      ///< u32
constexpr std::uint32_t sdram_system = 0xc8;         ///< u32
constexpr std::uint32_t vcpu_base = 0xcc;            ///< u32
constexpr std::uint32_t system_heap = 0xd0;          ///< u32
constexpr std::uint32_t router_copy = 0xd4;          ///< u32
constexpr std::uint32_t hop_table = 0xd8;            ///< u32
constexpr std::uint32_t allocation_tags = 0xdc;      ///< u32
constexpr std::uint32_t router_free = 0xe0;          ///< u16 first free block
constexpr std::uint32_t p2p_active = 0xe2;           ///< u16 chips that can be reached
constexpr std::uint32_t application_data = 0xe4;     ///< u32
constexpr std::uint32_t shared_buffers = 0xe8;       ///< u32
constexpr std::uint32_t ip_address = 0xf0;           ///< u32 first octet in the lowest byte; 0: none
constexpr std::uint32_t fixed_route_copy = 0xf4;     ///< u32
constexpr std::uint32_t version = 0xfc;              ///< u32
}  // namespace sv

/// A core as its chip's memory shows it, 128 bytes a virtual core.
namespace vcpu {
constexpr std::uint32_t base = 0xe5007000;
constexpr std::uint32_t bytes = 128;
constexpr std::uint32_t error_code = 44;      ///< u8
constexpr std::uint32_t physical_core = 45;   ///< u8
constexpr std::uint32_t state = 46;           ///< u8
constexpr std::uint32_t application = 47;     ///< u8
constexpr std::uint32_t load_time = 68;       ///< u32 unix time
constexpr std::uint32_t name = 72;            ///< char[16]
constexpr std::uint32_t iobuf = 88;           ///< u32 first block of text, 0: none
constexpr std::uint32_t version = 92;         ///< u32
constexpr std::uint32_t cleared_bytes = 112;  ///< what the start of an application clears; user words survive
constexpr std::uint32_t user0 = 112;          ///< u32 region table
constexpr std::uint32_t user1 = 116;          ///< u32
constexpr std::uint32_t address_of(int virtual_core) { return base + bytes * static_cast<std::uint32_t>(virtual_core); }
}  // namespace vcpu

namespace memory_map {
constexpr std::uint32_t system_buffers = 0x60000000;  ///< 128 KiB for each of 18 cores
constexpr std::uint32_t system_buffer_bytes = 128 * 1024;
constexpr std::uint32_t user_heap = 0x60240000;     ///< root of the heap, then its blocks
constexpr std::uint32_t sdram_system = 0x67800000;  ///< programs and tables are put here to be taken over
constexpr std::uint32_t sdram_system_bytes = 256 * 1024;
constexpr std::uint32_t system_heap = 0x67840000;
constexpr std::uint32_t sdram_end = 0x68000000;
constexpr std::uint32_t system_ram_heap = 0xe5001900;
constexpr std::uint32_t router_copy_entries = 1025;    ///< the last one ends the list
constexpr std::uint32_t router_copy_entry_bytes = 16;  ///< u16 next, u16 free, u32 route, key, mask
}  // namespace memory_map

constexpr std::uint32_t software_version = 0x00040000;  ///< 4.0.0: major << 16 | minor << 8 | patch

/// A block of a core's output: u32 next block (0: none), unix time, ms, bytes used; then the text.
constexpr std::uint32_t iobuf_head_bytes = 16;

/// Signals to applications (SARK numbers).
enum class Signal : std::uint8_t {
    initialise = 0,
    power_down = 1,
    stop = 2,
    start = 3,
    sync0 = 4,
    sync1 = 5,
    pause = 6,
    resume = 7,
    exit = 8,
    timer = 9,
    user0 = 10,
    user3 = 13,
};

}  // namespace spinn
