#include "emulator/boot_machine.hpp"

#include <algorithm>
#include <array>

#include "emulator/chip_memory.hpp"
#include "emulator/heap.hpp"
#include "emulator/p2p.hpp"
#include "emulator/router_copy.hpp"
#include "protocols/boot.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t default_iobuf_bytes = 16384, default_system_buffer_words = 32768;
constexpr std::uint32_t n_shared_buffers = 7, shared_buffer_bytes = 300;
constexpr std::uint32_t hop_table_bytes = 65536, allocation_tag_bytes = 256 * 256 * 4, application_data_bytes = 256 * 8,
                        fixed_route_copy_bytes = 4;

std::uint32_t p2p_address(ChipCoord chip) { return std::uint32_t{chip.x} << 8 | chip.y; }

void set_default_variables(Chip& chip, std::uint64_t now_us) {
    const auto byte = [&](std::uint32_t field, std::uint32_t v) { store_byte(chip, sv::base + field, v); };
    const auto word = [&](std::uint32_t field, std::uint32_t v) { store_word(chip, sv::base + field, v); };
    byte(sv::clock_divider, 0x33);
    store_half(chip, sv::base + sv::cpu_clock_mhz, 200);
    store_half(chip, sv::base + sv::memory_clock_mhz, 130);
    byte(sv::forward, 0x3f);
    byte(sv::peek_time_us, 200);
    byte(sv::led_period, 1);
    byte(sv::netinit_wait, 50);
    word(sv::led0, 1);
    byte(sv::n_buffers, n_shared_buffers);
    byte(sv::boot_delay, 20);
    word(sv::iobuf_bytes, default_iobuf_bytes);
    word(sv::system_buffer_words, default_system_buffer_words);
    word(sv::boot_signature, static_cast<std::uint32_t>(now_us / 1000000));
    byte(sv::links_enabled, 0x3f);
}

void set_core_maps(Chip& chip) {
    for (std::uint32_t p = 0; p < 20; ++p) {
        store_byte(chip, sv::base + sv::physical_to_virtual + p, 0xff);
        store_byte(chip, sv::base + sv::virtual_to_physical + p, 0xff);
    }
    for (std::uint32_t v = 0; v < chip.physical_core.size(); ++v) {
        const std::uint32_t p = chip.physical_core[v];
        store_byte(chip, sv::base + sv::virtual_to_physical + v, p);
        store_byte(chip, sv::base + sv::physical_to_virtual + p, v);
        const std::uint32_t block = vcpu::address_of(static_cast<int>(v));
        store_byte(chip, block + vcpu::physical_core, p);
        store_word(chip, block + vcpu::version, software_version);
        set_core_state(chip, static_cast<int>(v), v == 0 ? CoreState::running : CoreState::idle);
    }
    constexpr std::array<char, 16> monitor_name = {"SC&MP"};
    write(chip, vcpu::address_of(0) + vcpu::name, std::as_bytes(std::span(monitor_name)));
    store_byte(chip, sv::base + sv::n_cores, static_cast<std::uint32_t>(chip.physical_core.size()));
    store_byte(chip, sv::base + sv::rom_cores, static_cast<std::uint32_t>(chip.physical_core.size()));
}

void set_heaps(Chip& chip) {
    const auto word = [&](std::uint32_t field, std::uint32_t v) { store_word(chip, sv::base + field, v); };
    make_heap(chip, memory_map::system_ram_heap, vcpu::base);
    make_heap(chip, memory_map::user_heap, memory_map::sdram_system);
    make_heap(chip, memory_map::system_heap, memory_map::sdram_end);
    word(sv::system_ram_heap, memory_map::system_ram_heap);
    word(sv::sdram_heap, memory_map::user_heap);
    word(sv::system_heap, memory_map::system_heap);
    word(sv::system_buffers, memory_map::system_buffers);
    word(sv::sdram_base, memory_map::user_heap);
    word(sv::system_ram_base, memory_map::system_ram_heap);
    word(sv::sdram_system, memory_map::sdram_system);
    word(sv::vcpu_base, vcpu::base);
    const auto table = [&](std::uint32_t field, std::uint32_t bytes) {
        word(field, heap_allocate(chip, memory_map::system_heap, bytes, 0));
    };
    table(sv::router_copy, memory_map::router_copy_entries * memory_map::router_copy_entry_bytes);
    table(sv::hop_table, hop_table_bytes);
    table(sv::allocation_tags, allocation_tag_bytes);
    table(sv::application_data, application_data_bytes);
    table(sv::shared_buffers, n_shared_buffers * shared_buffer_bytes);
    table(sv::fixed_route_copy, fixed_route_copy_bytes);
}

void boot_chip(Board& board, Chip& chip, std::span<const std::byte> variables) {
    const MachineShape& shape = board.machine.shape;
    chip.sdram = Sdram();
    chip.read_only.clear();
    chip.system_ram.fill(std::byte{0});
    chip.router_registers = {};
    chip.router.clear_counters();
    set_default_variables(chip, board.now_us);
    if (variables.size() >= boot_variables_bytes) write(chip, sv::base, variables.first(boot_variables_bytes));
    // A buffer of text must fit a core's part of the system buffers.
    if (load_word(chip, sv::base + sv::iobuf_bytes) + iobuf_head_bytes > memory_map::system_buffer_bytes)
        store_word(chip, sv::base + sv::iobuf_bytes, default_iobuf_bytes);
    set_core_maps(chip);
    set_heaps(chip);
    reset_router_copy(chip);

    const ChipCoord ethernet = board.ethernet_of[index_of(board, chip.coord)];
    const auto half = [&](std::uint32_t field, std::uint32_t v) { store_half(chip, sv::base + field, v); };
    const auto byte = [&](std::uint32_t field, std::uint32_t v) { store_byte(chip, sv::base + field, v); };
    half(sv::p2p_address, p2p_address(chip.coord));
    byte(sv::height, static_cast<std::uint32_t>(shape.height));
    byte(sv::width, static_cast<std::uint32_t>(shape.width));
    byte(sv::p2p_up, 1);
    half(sv::ethernet_address, p2p_address(ethernet));
    byte(sv::ethernet_up, chip.coord == ethernet ? 1 : 0);
    byte(sv::netinit_phase, 0xff);
    half(sv::p2p_root, p2p_address(board.ports[0].chip));
    byte(sv::root_chip, chip.coord == board.ports[0].chip ? 1 : 0);
    half(sv::board_address,
         p2p_address({static_cast<std::uint8_t>((chip.coord.x - ethernet.x + shape.width) % shape.width),
                      static_cast<std::uint8_t>((chip.coord.y - ethernet.y + shape.height) % shape.height)}));
    half(sv::p2p_active, static_cast<std::uint32_t>(present_chips(shape).size()));
    store_word(chip, sv::base + sv::version, software_version);
    for (const EthernetPort& port : board.ports)
        if (port.chip == chip.coord) store_word(chip, sv::base + sv::ip_address, swapped_octets(port.ip));
}

}  // namespace

void boot_machine(Board& board, std::span<const std::byte> variables, std::uint64_t now_us) {
    board.booted = true;
    board.booted_us = now_us;
    board.applications.engine.reset();
    board.applications.cores.clear();
    board.machine.cores.clear();
    board.flood = {};
    board.replies.clear();
    for (EthernetPort& port : board.ports) port.tags = {};
    for (const auto& chip : board.machine.chips)
        if (chip) boot_chip(board, *chip, variables);
    Chip& root = *find_chip(board, board.ports[0].chip);
    root.router_registers.p2p = p2p_words(board.machine.shape, p2p_routes(board.machine.shape, root.coord));
}

void set_clocks(const Board& board, Chip& chip) {
    store_number(chip, sv::base + sv::clock_ms, (board.now_us - board.booted_us) / 1000);
    store_half(chip, sv::base + sv::time_ms, static_cast<std::uint32_t>(board.now_us / 1000 % 1000));
    store_word(chip, sv::base + sv::unix_time, static_cast<std::uint32_t>(board.now_us / 1000000));
}

}  // namespace spinn
