/// ALLOC, RTR and IPTAG: the monitor's commands that give and take resources.
#include <algorithm>

#include "emulator/chip_memory.hpp"
#include "emulator/heap.hpp"
#include "emulator/monitor.hpp"
#include "emulator/router_copy.hpp"
#include "protocols/boot.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t reuse_tag = 4;  ///< flag: a block of the same tag and size is given again

MonitorReply words_reply(std::initializer_list<std::uint32_t> words) {
    MonitorReply reply;
    for (const std::uint32_t word : words) append_u32(reply.payload, word);
    return reply;
}

std::uint32_t tag_address(const Chip& chip, std::uint32_t owner) {
    return load_word(chip, sv::base + sv::allocation_tags) + 4 * owner;
}

std::uint32_t allocate_sdram(Chip& chip, std::uint32_t size, std::uint32_t application, std::uint32_t tag, bool reuse) {
    const std::uint32_t owner = application << 8 | tag;
    if (tag != 0)
        if (const std::uint32_t old = load_word(chip, tag_address(chip, owner)); old != 0) {
            const bool same = heap_block(chip, memory_map::user_heap, old).size_bytes == (size + 3) / 4 * 4;
            return reuse && same ? old : 0;
        }
    const std::uint32_t address = heap_allocate(chip, memory_map::user_heap, size, owner);
    if (tag != 0 && address != 0) store_word(chip, tag_address(chip, owner), address);
    return address;
}

bool free_sdram(Chip& chip, std::uint32_t address) {
    const HeapBlock block = heap_block(chip, memory_map::user_heap, address);
    if (!heap_free(chip, memory_map::user_heap, address)) return false;
    if ((block.owner & 0xff) != 0) store_word(chip, tag_address(chip, block.owner), 0);
    return true;
}

std::uint32_t free_sdram_of(Chip& chip, std::uint32_t application) {
    const std::uint32_t table = tag_address(chip, application << 8);
    for (std::uint32_t tag = 0; tag < 256; ++tag) store_word(chip, table + 4 * tag, 0);
    return heap_free_application(chip, memory_map::user_heap, application);
}

}  // namespace

void free_resources(Chip& chip, std::uint32_t application) {
    free_sdram_of(chip, application);
    heap_free_application(chip, memory_map::system_ram_heap, application);
    free_application_entries(chip, application, true);
}

MonitorReply allocate_command(const CommandContext& context) {
    enum class Op : std::uint32_t {
        sdram = 0,
        free_block = 1,
        free_application = 2,
        entries = 3,
        free_entries = 4,
        free_application_entries = 5,
        space = 6,
        tag = 7
    };
    Chip& chip = context.chip;
    const ScpRequest& request = context.request;
    const std::uint32_t application = request.arg1 >> 8 & 0xff, flags = request.arg1 >> 16 & 0xff;
    switch (static_cast<Op>(request.arg1 & 0xff)) {
        case Op::sdram:
            return words_reply(
                {allocate_sdram(chip, request.arg2, application, request.arg3 & 0xff, (flags & reuse_tag) != 0)});
        case Op::free_block:
            free_sdram(chip, request.arg2);
            return {};
        case Op::free_application:
            return words_reply({free_sdram_of(chip, application)});
        case Op::entries:
            return words_reply({allocate_entries(chip, request.arg2, application)});
        case Op::free_entries:
            free_entries(chip, request.arg2, request.arg3 == 1);
            return {};
        case Op::free_application_entries:
            return words_reply({free_application_entries(chip, application, request.arg2 == 1)});
        case Op::space: {
            const HeapSpace space = heap_space(chip, memory_map::user_heap);
            return words_reply({space.free_bytes, space.largest_bytes});
        }
        case Op::tag:
            return words_reply({load_word(chip, tag_address(chip, application << 8 | (request.arg2 & 0xff)))});
    }
    return {ScpResult::bad_argument, {}};
}

MonitorReply router_command(const CommandContext& context) {
    enum class Op : std::uint32_t { initialise = 0, clear = 1, load = 2, fixed_route = 3 };
    Chip& chip = context.chip;
    const ScpRequest& request = context.request;
    const std::uint32_t application = request.arg1 >> 8 & 0xff;
    std::uint32_t count = request.arg1 >> 16;
    switch (static_cast<Op>(request.arg1 & 0xff)) {
        case Op::initialise:
            reset_router_copy(chip);
            return {};
        case Op::clear:
            return {clear_entries(chip, request.arg2, count) ? ScpResult::ok : ScpResult::bad_argument, {}};
        case Op::load: {
            if (count == 0) {
                std::uint16_t in_entry = 0;
                read(chip, request.arg2 + 2, std::as_writable_bytes(std::span(&in_entry, 1)));
                count = in_entry;
            }
            const bool loaded = load_entries(chip, request.arg2, request.arg3, count, application);
            return {loaded ? ScpResult::ok : ScpResult::bad_argument, {}};
        }
        case Op::fixed_route: {
            std::uint32_t& route = chip.router_registers.fixed_route;
            if ((request.arg2 >> 31) != 0) return words_reply({route & 0x00ffffff});
            route = (route & 0xff000000) | (request.arg2 & 0x00ffffff);
            store_word(chip, load_word(chip, sv::base + sv::fixed_route_copy), route & 0x00ffffff);
            return {};
        }
    }
    return {ScpResult::bad_argument, {}};
}

namespace {

MonitorReply get_tags(const EthernetPort& port, std::uint32_t first, std::uint32_t count) {
    constexpr std::uint32_t entry_bytes = 32;
    if (count * entry_bytes > scp_data_bytes || count > all_tags) return {ScpResult::bad_argument, {}};
    MonitorReply reply;
    Bytes& out = reply.payload;
    for (std::uint32_t i = first; i < first + count && i < all_tags; ++i) {
        const IpTag& tag = port.tags[i];
        append_u32(out, swapped_octets(tag.host.address));
        for (int byte = 0; byte < 6; ++byte) append_u8(out, 0);  // MAC: loopback has none
        append_u16(out, tag.host.port);
        append_u16(out, tag.time_out == 0 ? 0 : 1u << std::min(tag.time_out - 1, 15));
        append_u16(out, tag.flags);
        append_u32(out, tag.packets);
        append_u16(out, tag.udp_port);
        append_u8(out, tag.destination.chip.y);
        append_u8(out, tag.destination.chip.x);
        append_u8(out, std::uint32_t{tag.destination.port} << 5 | tag.destination.core);
        for (int byte = 0; byte < 7; ++byte) append_u8(out, 0);
    }
    return reply;
}

MonitorReply set_tag(const CommandContext& context, EthernetPort& port, std::uint32_t number) {
    const ScpRequest& request = context.request;
    IpTag tag;
    tag.flags = static_cast<std::uint16_t>(tag_valid | (request.arg1 >> 28 & 7) << 8);
    tag.time_out = static_cast<std::uint8_t>(request.arg1 >> 24 & 15);
    const auto udp_port = static_cast<std::uint16_t>(request.arg2 & 0xffff);
    if ((tag.flags & tag_reverse) != 0) {
        if (udp_port == 0 || udp_port == scp_udp_port || udp_port == boot_udp_port)
            return {ScpResult::bad_argument, {}};
        tag.udp_port = udp_port;
        const std::uint32_t end = request.arg1 >> 8 & 0xff;
        tag.destination = {
            static_cast<std::uint8_t>(end >> 5),
            static_cast<std::uint8_t>(end & 0x1f),
            {static_cast<std::uint8_t>(request.arg2 >> 24), static_cast<std::uint8_t>(request.arg2 >> 16 & 0xff)}};
    } else {
        tag.host = {request.arg3 == 0 ? context.host.address : swapped_octets(request.arg3), udp_port};
        if ((tag.flags & tag_use_sender) != 0) tag.host = context.host;
    }
    port.tags[number] = tag;
    return words_reply({number});
}

}  // namespace

MonitorReply ip_tag_command(const CommandContext& context) {
    enum class Op : std::uint32_t { create = 0, set = 1, get = 2, clear = 3, time_out = 4 };
    const ScpRequest& request = context.request;
    // A chip without Ethernet has tags too, but nothing leaves by them: those of its board's port stand in.
    EthernetPort* port = nullptr;
    const ChipCoord ethernet = context.board.ethernet_of[index_of(context.board, context.chip.coord)];
    for (EthernetPort& candidate : context.board.ports)
        if (candidate.chip == ethernet) port = &candidate;
    const std::uint32_t number = request.arg1 & 0xff;
    if (port == nullptr || number >= all_tags) return {ScpResult::bad_argument, {}};
    switch (static_cast<Op>(request.arg1 >> 16 & 0xff)) {
        case Op::create:
            for (std::uint32_t i = fixed_tags; i < all_tags; ++i)
                if ((port->tags[i].flags & tag_valid) == 0) return set_tag(context, *port, i);
            return {ScpResult::no_buffer, {}};
        case Op::set:
            return number < fixed_tags ? set_tag(context, *port, number) : MonitorReply{ScpResult::bad_argument, {}};
        case Op::get:
            return get_tags(*port, number, request.arg2);
        case Op::clear:
            port->tags[number] = {};
            return {};
        case Op::time_out: {
            const std::uint32_t old = port->transient_time_out;
            if (request.arg2 < 16) port->transient_time_out = static_cast<std::uint8_t>(request.arg2);
            return words_reply(
                {old | 32u << 8 | std::uint32_t{all_tags - fixed_tags} << 16 | std::uint32_t{fixed_tags} << 24});
        }
    }
    return {ScpResult::bad_argument, {}};
}

}  // namespace spinn
