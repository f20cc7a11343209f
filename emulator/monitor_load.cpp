/// Loading and signalling: AR, APP_COPY_RUN, flood fill, SIG and COUNT.
#include <algorithm>

#include "emulator/chip_memory.hpp"
#include "emulator/monitor.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t all_cores = 0x3ffff;

/// Whether a region word selects a chip: x base [31:24], y base [23:18], level [17:16], 4 x 4 grid [15:0].
bool in_region(std::uint32_t region, ChipCoord chip) {
    const std::uint32_t level = region >> 16 & 3, side = 64u >> (2 * level);
    const std::uint32_t size = 4 * side;
    const std::uint32_t x = region >> 24, y = (region >> 18 & 0x3f) << 2;
    if (chip.x / size != x / size || chip.y / size != y / size) return false;
    const std::uint32_t gx = chip.x / side % 4, gy = chip.y / side % 4;
    return (region >> (gy * 4 + gx) & 1) != 0;
}

template <typename Work>
void for_each_chip(Board& board, const Work& work) {
    for (const auto& chip : board.machine.chips)
        if (chip) work(*chip);
}

bool is_flooded(const FloodFill& flood, ChipCoord chip) {
    if (in_region(flood.region, chip)) return true;
    return std::any_of(flood.selections.begin(), flood.selections.end(),
                       [&](const auto& selection) { return in_region(selection.first, chip); });
}

void end_flood(Board& board, std::uint32_t data) {
    FloodFill flood = std::exchange(board.flood, {});
    if (!flood.open || flood.blocks.size() != flood.n_blocks) return;
    for_each_chip(board, [&](Chip& chip) {
        if (!is_flooded(flood, chip.coord)) return;
        std::uint32_t cores = data & all_cores;
        for (const auto& [region, selected] : flood.selections)
            if (in_region(region, chip.coord)) cores |= selected;
        start_application(board, chip, data >> 24, data >> 18 & 0x3f, cores & ~1u);
    });
}

}  // namespace

MonitorReply application_run_command(const CommandContext& context) {
    const std::uint32_t word = context.request.arg1;
    if ((word & 1) != 0) return {ScpResult::bad_argument, {}};
    start_application(context.board, context.chip, word >> 24, word >> 18 & 0x3f, word & all_cores);
    return {};
}

MonitorReply copy_run_command(const CommandContext& context) {
    const ScpRequest& request = context.request;
    const std::uint32_t link = request.arg1 & 7, checksum = request.arg1 >> 3, n_bytes = request.arg2;
    if (link >= link_count || n_bytes % 4 != 0 || n_bytes > memory_map::sdram_system_bytes || (request.arg3 & 1) != 0)
        return {ScpResult::bad_argument, {}};
    const auto from = neighbour(context.board.machine.shape, context.chip.coord, static_cast<Link>(link));
    if (!from) return {ScpResult::time_out, {}};
    const std::span<const std::byte> source =
        memory(*find_chip(context.board, *from), memory_map::sdram_system, n_bytes);
    const std::span<std::byte> target = memory(context.chip, memory_map::sdram_system, n_bytes);
    std::copy(source.begin(), source.end(), target.begin());
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 4 <= source.size(); i += 4) sum += load_u32(source, i);
    if (checksum != 0 && (sum & 0x1fffffff) != checksum) {
        MonitorReply reply{ScpResult::bad_checksum, {}};
        append_u32(reply.payload, sum);
        return reply;
    }
    start_application(context.board, context.chip, request.arg3 >> 24, request.arg3 >> 18 & 0x3f,
                      request.arg3 & all_cores);
    return {};
}

MonitorReply nearest_neighbour_command(const CommandContext& context) {
    enum class Command : std::uint32_t { signal = 0, flood_start = 6, flood_cores = 7, flood_end = 15 };
    constexpr std::uint32_t application_signal = 5;  ///< sub-operation of a signal
    Board& board = context.board;
    const std::uint32_t key = context.request.arg1, data = context.request.arg2;
    switch (static_cast<Command>(key >> 24 & 15)) {
        case Command::signal:
            if (data >> 28 == application_signal)
                send_signal(board, static_cast<Signal>(data >> 16 & 15), data & 0xff, data >> 8 & 0xff);
            break;
        case Command::flood_start:
            board.flood = {true, key >> 16 & 0xff, key >> 8 & 0xff, data, {}, {}};
            break;
        case Command::flood_cores:
            if (board.flood.open && board.flood.selections.size() < board.machine.chips.size())
                board.flood.selections.push_back({data, key & all_cores});
            break;
        case Command::flood_end:
            end_flood(board, data);
            break;
        default:  // network initialisation and the like: done since boot
            break;
    }
    return {};
}

MonitorReply flood_data_command(const CommandContext& context) {
    const ScpRequest& request = context.request;
    Board& board = context.board;
    const std::uint32_t block = request.arg2 >> 16, n_bytes = ((request.arg2 >> 8 & 0xff) + 1) * 4;
    if (request.data.size() < n_bytes) return {ScpResult::bad_length, {}};
    if (!board.flood.open || block >= board.flood.n_blocks) return {};
    bool good = true;
    for_each_chip(board, [&](Chip& chip) {
        // Which chips are selected may come after the data: all take them unless the start named some.
        if (board.flood.region == 0 || is_flooded(board.flood, chip.coord))
            good = write(chip, request.arg3, request.data.first(n_bytes)) && good;
    });
    if (!good) return {ScpResult::bad_argument, {}};
    board.flood.blocks.insert(block);
    return {};
}

namespace {

/// Counts cores of the whole machine in a state, as hosts for SC&MP 3 and older ask for it: level [31:26], op [25:22]
/// (1: status), mode [21:20] (0 any, 1 all, 2 how many), state [19:16], mask [15:8], application [7:0].
MonitorReply status_by_signal(Board& board, std::uint32_t word) {
    enum class Mode : std::uint32_t { any = 0, all = 1, count = 2 };
    constexpr std::uint32_t status = 1;
    if ((word >> 22 & 15) != status) return {ScpResult::bad_argument, {}};
    std::uint32_t selected = 0, in_state = 0;
    for_each_chip(board, [&](const Chip& chip) {
        for (int core = 1; core < static_cast<int>(chip.physical_core.size()); ++core) {
            const std::uint32_t id = load_byte(chip, vcpu::address_of(core) + vcpu::application);
            if ((id & (word >> 8 & 0xff)) != (word & 0xff)) continue;
            ++selected;
            in_state += static_cast<std::uint32_t>(core_state(chip, core)) == (word >> 16 & 15) ? 1 : 0;
        }
    });
    MonitorReply reply;
    switch (static_cast<Mode>(word >> 20 & 3)) {
        case Mode::any:
            append_u32(reply.payload, in_state > 0 ? 1 : 0);
            return reply;
        case Mode::all:
            append_u32(reply.payload, in_state == selected ? 1 : 0);
            return reply;
        case Mode::count:
            append_u32(reply.payload, in_state);
            return reply;
    }
    return {ScpResult::bad_argument, {}};
}

}  // namespace

MonitorReply signal_command(const CommandContext& context) {
    enum class Type : std::uint32_t { multicast = 0, p2p = 1, nearest_neighbour = 2 };
    const ScpRequest& request = context.request;
    const auto type = static_cast<Type>(request.arg1);
    if (type == Type::p2p) return status_by_signal(context.board, request.arg2);
    if (type != Type::multicast && type != Type::nearest_neighbour) return {ScpResult::bad_argument, {}};
    if (type == Type::multicast && context.chip.coord != context.board.ports[0].chip)
        return {ScpResult::bad_argument, {}};
    send_signal(context.board, static_cast<Signal>(request.arg2 >> 16 & 15), request.arg2 & 0xff,
                request.arg2 >> 8 & 0xff);
    return {};
}

MonitorReply count_command(const CommandContext& context) {
    const std::uint32_t application = context.request.arg1, state = context.request.arg2;
    const ChipCoord ethernet = context.board.ethernet_of[index_of(context.board, context.chip.coord)];
    std::uint32_t count = 0;
    for_each_chip(context.board, [&](const Chip& chip) {
        if (context.board.ethernet_of[index_of(context.board, chip.coord)] != ethernet) return;
        for (int core = 1; core < static_cast<int>(chip.physical_core.size()); ++core)
            if (static_cast<std::uint32_t>(core_state(chip, core)) == state &&
                load_byte(chip, vcpu::address_of(core) + vcpu::application) == application)
                ++count;
    });
    MonitorReply reply;
    append_u32(reply.payload, count);
    return reply;
}

}  // namespace spinn
