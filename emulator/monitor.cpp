#include "emulator/monitor.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "emulator/boot_machine.hpp"
#include "emulator/chip_memory.hpp"
#include "emulator/heap.hpp"
#include "emulator/p2p.hpp"
#include "emulator/router_copy.hpp"

namespace spinn {

namespace {

/// Most data of the bulk commands: a datagram of 64 KiB holds them and the headers.
constexpr std::uint32_t bulk_bytes = 32 * 1024;
constexpr std::uint32_t build_time = 1600000000;  ///< unix time that the version answers with

MonitorReply refuse(ScpResult result) { return {result, {}}; }

MonitorReply word_reply(std::uint32_t word) {
    MonitorReply reply;
    append_u32(reply.payload, word);
    return reply;
}

MonitorReply version(const CommandContext& context, int core, std::string_view name) {
    const Chip& chip = context.chip;
    MonitorReply reply;
    append_u8(reply.payload, static_cast<std::uint32_t>(core));
    append_u8(reply.payload, chip.physical_core[static_cast<std::size_t>(core)]);
    append_u8(reply.payload, chip.coord.y);
    append_u8(reply.payload, chip.coord.x);
    append_u16(reply.payload, scp_data_bytes);
    append_u16(reply.payload, 0xffff);
    append_u32(reply.payload, build_time);
    using namespace std::string_view_literals;
    append(reply.payload, std::as_bytes(std::span(name)));
    append(reply.payload, std::as_bytes(std::span("/SpiNNaker\0004.0.0\0"sv)));
    return reply;
}

/// A P2P table is made when somebody looks at it.
void fill_p2p(Board& board, Chip& chip, std::uint32_t address) {
    constexpr std::uint32_t table_bytes = 0x8000;
    if ((address & ~0x10000000u) - bus::router_p2p < table_bytes && chip.router_registers.p2p.empty())
        chip.router_registers.p2p = p2p_words(board.machine.shape, p2p_routes(board.machine.shape, chip.coord));
}

MonitorReply read_memory(const CommandContext& context, Chip& chip, std::uint32_t most_bytes) {
    const std::uint32_t address = context.request.arg1, n_bytes = context.request.arg2;
    if (n_bytes > most_bytes) return refuse(ScpResult::bad_argument);
    fill_p2p(context.board, chip, address);
    set_clocks(context.board, chip);
    MonitorReply reply;
    reply.payload.resize(n_bytes);
    if (!read(chip, address, reply.payload)) return refuse(ScpResult::bad_argument);
    return reply;
}

MonitorReply write_memory(const CommandContext& context, Chip& chip, std::uint32_t most_bytes) {
    const std::uint32_t n_bytes = context.request.arg2;
    if (n_bytes > most_bytes) return refuse(ScpResult::bad_argument);
    if (context.request.data.size() < n_bytes) return refuse(ScpResult::bad_length);
    if (!write(chip, context.request.arg1, context.request.data.first(n_bytes))) return refuse(ScpResult::bad_argument);
    return {};
}

bool is_unit(std::uint32_t unit) { return unit <= 2; }

MonitorReply fill(const CommandContext& context) {
    const auto& [address, word, n_bytes] = std::tie(context.request.arg1, context.request.arg2, context.request.arg3);
    const std::span<std::byte> target = memory(context.chip, address, n_bytes);
    if (target.size() != n_bytes) return refuse(ScpResult::bad_argument);
    const std::uint32_t pattern = word;
    for (std::size_t i = 0; i + 4 <= target.size(); i += 4) std::memcpy(target.data() + i, &pattern, 4);
    return {};
}

Chip* over_link(const CommandContext& context) {
    if (context.request.arg3 >= link_count) return nullptr;
    const auto next =
        neighbour(context.board.machine.shape, context.chip.coord, static_cast<Link>(context.request.arg3));
    return next ? find_chip(context.board, *next) : nullptr;
}

MonitorReply link_access(const CommandContext& context, bool writes) {
    if (context.request.arg2 > scp_data_bytes || context.request.arg1 % 4 != 0 || context.request.arg2 % 4 != 0 ||
        context.request.arg3 >= link_count)
        return refuse(ScpResult::bad_argument);
    Chip* const chip = over_link(context);
    if (chip == nullptr) return refuse(ScpResult::time_out);
    return writes ? write_memory(context, *chip, scp_data_bytes) : read_memory(context, *chip, scp_data_bytes);
}

/// Chip summary: SC&MP's cmd_info.
MonitorReply information(const CommandContext& context) {
    Chip& chip = context.chip;
    const Board& board = context.board;
    const std::size_t index = index_of(board, chip.coord);
    const ChipCoord ethernet = board.ethernet_of[index];
    std::uint32_t links = 0;
    for (int l = 0; l < link_count; ++l)
        if (neighbour(board.machine.shape, chip.coord, static_cast<Link>(l))) links |= 1u << l;
    const auto n_cores = static_cast<std::uint32_t>(chip.physical_core.size());
    const std::uint32_t ip = load_word(chip, sv::base + sv::ip_address);
    MonitorReply reply;
    append_u32(reply.payload, n_cores | links << 8 | largest_free_entries(chip) << 14 | (ip != 0 ? 1u : 0u) << 25);
    append_u32(reply.payload, heap_space(chip, memory_map::user_heap).largest_bytes);
    append_u32(reply.payload, heap_space(chip, memory_map::system_ram_heap).largest_bytes);
    for (int core = 0; core < physical_cores_per_chip; ++core)
        append_u8(reply.payload, core < static_cast<int>(n_cores) ? static_cast<std::uint32_t>(core_state(chip, core))
                                                                  : static_cast<std::uint32_t>(CoreState::dead));
    append_u8(reply.payload, ethernet.y);
    append_u8(reply.payload, ethernet.x);
    append_u32(reply.payload, ip);
    append_u16(reply.payload, board.root_link[index]);
    return reply;
}

MonitorReply serial_rom(const CommandContext& context) {
    const std::uint32_t n_bytes = context.request.arg1 >> 16;
    if (n_bytes > scp_data_bytes) return refuse(ScpResult::bad_argument);
    MonitorReply reply;  // no such part is emulated: it reads as zeros, and writes are lost
    if ((context.request.arg1 & 0x100) == 0) reply.payload.resize(n_bytes);
    return reply;
}

}  // namespace

MonitorReply monitor_command(const CommandContext& context) {
    const ScpRequest& request = context.request;
    switch (request.command) {
        case ScpCommand::version:
            return version(context, 0, "SC&MP");
        case ScpCommand::read:
            return is_unit(request.arg3) ? read_memory(context, context.chip, scp_data_bytes)
                                         : refuse(ScpResult::bad_argument);
        case ScpCommand::write:
            return is_unit(request.arg3) ? write_memory(context, context.chip, scp_data_bytes)
                                         : refuse(ScpResult::bad_argument);
        case ScpCommand::bulk_capability:
            return word_reply(bulk_bytes);
        case ScpCommand::bulk_read:
            return read_memory(context, context.chip, bulk_bytes);
        case ScpCommand::bulk_write:
            return write_memory(context, context.chip, bulk_bytes);
        case ScpCommand::fill:
            return fill(context);
        case ScpCommand::link_read:
            return link_access(context, false);
        case ScpCommand::link_write:
            return link_access(context, true);
        case ScpCommand::information:
            return information(context);
        case ScpCommand::ip_tag:
            return ip_tag_command(context);
        case ScpCommand::allocate:
            return allocate_command(context);
        case ScpCommand::router:
            return router_command(context);
        case ScpCommand::count:
            return count_command(context);
        case ScpCommand::application_run:
            return application_run_command(context);
        case ScpCommand::application_copy_run:
            return copy_run_command(context);
        case ScpCommand::nearest_neighbour:
            return nearest_neighbour_command(context);
        case ScpCommand::flood_data:
            return flood_data_command(context);
        case ScpCommand::signal:
            return signal_command(context);
        case ScpCommand::serial_rom:
            return serial_rom(context);
        case ScpCommand::led:
        case ScpCommand::sync:
            return {};
        case ScpCommand::remap:              // would restart the chip's monitor on another core
        case ScpCommand::application_start:  // runs ARM code from memory
        case ScpCommand::run:
        case ScpCommand::aplx:
        case ScpCommand::tube:
            break;
    }
    return refuse(ScpResult::bad_command);
}

MonitorReply core_command(const CommandContext& context, int core) {
    switch (context.request.command) {
        case ScpCommand::version:
            return version(context, core, "SARK");
        case ScpCommand::read:
        case ScpCommand::write:
        case ScpCommand::fill:
            return monitor_command(context);  // the same memory
        default:
            return refuse(ScpResult::bad_command);
    }
}

}  // namespace spinn
