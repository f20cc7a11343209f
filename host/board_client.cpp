#include "host/board_client.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "protocols/boot.hpp"
#include "protocols/error.hpp"
#include "protocols/hex.hpp"

namespace spinn {

namespace {

constexpr int tries_to_find = 3;
constexpr int tries_after_boot = 10;
constexpr std::uint32_t first_application = 16, n_applications = 200;
constexpr std::uint32_t all_signalled = 0xffff;
constexpr std::uint32_t op_set_entries = 3, op_load_table = 2, run_time_command = 7, run_control_port = 3;
constexpr Transport::Time first_poll = std::chrono::milliseconds(2), longest_poll = std::chrono::milliseconds(50);

SdpEnd monitor(ChipCoord chip) { return {0, 0, chip}; }

/// Cuts blocks into pieces of one command each.
template <typename Block>
std::vector<Block> pieces_of(std::span<const Block> blocks, std::uint32_t most_bytes) {
    std::vector<Block> pieces;
    for (const Block& block : blocks)
        for (std::size_t done = 0; done < block.bytes.size(); done += most_bytes)
            pieces.push_back({block.chip, block.address + static_cast<std::uint32_t>(done),
                              block.bytes.subspan(done, std::min<std::size_t>(most_bytes, block.bytes.size() - done))});
    return pieces;
}

/// Bytes, halves or words: what fits address and length.
std::uint32_t unit_of(std::uint32_t address, std::size_t n_bytes) {
    const std::size_t both = address | n_bytes;
    return both % 4 == 0 ? 2 : both % 2 == 0 ? 1 : 0;
}

}  // namespace

BoardClient::BoardClient(Transport& transport, Transport* boot_transport, const ScpClientOptions& options)
    : scp_(transport, options) {
    const ScpCommandTo version{monitor(sdp_root_chip), ScpCommand::version};
    std::optional<ScpClient::Answer> answer = scp_.try_call(version, tries_to_find);
    if (!answer && boot_transport != nullptr) {
        boot(*boot_transport);
        answer = scp_.try_call(version, tries_after_boot);
    }
    if (!answer)
        throw RequestError({.what = "no board answers",
                            .where = transport.name(),
                            .fix = "start one: spinn-emu serve, and name its address"});
    const std::string_view name = "SC&MP/SpiNNaker";
    constexpr std::size_t name_offset = 12;
    if (answer->payload.size() < name_offset + name.size() ||
        std::memcmp(answer->payload.data() + name_offset, name.data(), name.size()) != 0)
        throw RequestError({.what = "what answers is not a board's monitor", .where = transport.name()});
    // A number for the application that other hosts of the same board will hardly have.
    application_ = first_application + static_cast<std::uint32_t>(transport.now().count() / 1000) % n_applications;
    if (!options.bulk) return;
    const std::optional<ScpClient::Answer> bulk =
        scp_.try_call({monitor(sdp_root_chip), ScpCommand::bulk_capability}, options.tries);
    if (bulk && bulk->result == ScpResult::ok && bulk->payload.size() >= 4) {
        bulk_ = true;
        block_bytes_ = std::clamp<std::uint32_t>(load_u32(bulk->payload, 0) / 4 * 4, scp_data_bytes, 60000);
    }
}

/// The boot image is the monitor's program, which an emulated machine needs as little as we have it: one block with no
/// program and no variables, for which the machine takes its own.
void BoardClient::boot(Transport& transport) {
    transport.send(encode(BootPacket{BootOpcode::start, 0, 0, 0, {}}));
    transport.send(encode(BootPacket{BootOpcode::control, 1, 0, 0, {}}));
}

void BoardClient::check_machine(const MachineShape& shape, std::span<const CoreLocation> cores) {
    const Bytes size = scp_.call({monitor(sdp_root_chip), ScpCommand::read, sv::base + sv::height, 2, 1});
    const auto wrong = [&](const std::string& what, const std::string& where) {
        return RequestError({.what = what,
                             .where = where,
                             .fix = "map the network for the machine that is there (spinn-map --machine)"});
    };
    if (size.size() < 2 || load_u8(size, 0) != (shape.height & 0xff) || load_u8(size, 1) != (shape.width & 0xff))
        throw wrong("the image is for a machine of " + std::to_string(shape.width) + " x " +
                        std::to_string(shape.height) + " chips, the board has " +
                        std::to_string(size.size() < 2 ? 0 : load_u8(size, 1)) + " x " +
                        std::to_string(size.size() < 2 ? 0 : load_u8(size, 0)),
                    scp_.transport().name());
    std::map<ChipCoord, std::vector<int>> by_chip;
    for (const CoreLocation& core : cores) by_chip[core.chip].push_back(core.core);
    std::vector<ChipCoord> chips;
    for (const auto& [chip, numbers] : by_chip) chips.push_back(chip);
    std::set<ChipCoord> ethernet;
    constexpr std::size_t states_offset = 12, ethernet_offset = 30, information_bytes = 38;
    scp_.call_all(
        chips.size(),
        [&](std::size_t i) {
            return ScpCommandTo{monitor(chips[i]), ScpCommand::information};
        },
        [&](std::size_t i, std::span<const std::byte> information) {
            if (information.size() < information_bytes)
                throw wrong("a chip does not say what it has", "chip " + to_string(chips[i]));
            for (const int core : by_chip.at(chips[i])) {
                const auto state =
                    static_cast<CoreState>(load_u8(information, states_offset + static_cast<std::size_t>(core)));
                if (state != CoreState::idle)
                    throw RequestError(
                        {.what = "the core is not free (state " + std::to_string(static_cast<int>(state)) + ")",
                         .where = "core " + to_string(CoreLocation{chips[i], static_cast<std::uint8_t>(core)}),
                         .fix = "wait for what runs there, or stop it"});
            }
            ethernet.insert({load_u8(information, ethernet_offset + 1), load_u8(information, ethernet_offset)});
        });
    ethernet_.assign(ethernet.begin(), ethernet.end());
}

void BoardClient::write(std::span<const ConstMemoryBlock> blocks, const Progress& progress) {
    const std::vector<ConstMemoryBlock> pieces = pieces_of(blocks, block_bytes_);
    std::uint64_t done = 0;
    scp_.call_all(
        pieces.size(),
        [&](std::size_t i) {
            const ConstMemoryBlock& piece = pieces[i];
            const bool bulk = bulk_ && piece.bytes.size() > scp_data_bytes;
            return ScpCommandTo{monitor(piece.chip),
                                bulk ? ScpCommand::bulk_write : ScpCommand::write,
                                piece.address,
                                static_cast<std::uint32_t>(piece.bytes.size()),
                                bulk ? 0 : unit_of(piece.address, piece.bytes.size()),
                                Bytes(piece.bytes.begin(), piece.bytes.end())};
        },
        [&](std::size_t i, std::span<const std::byte>) {
            done += pieces[i].bytes.size();
            if (progress) progress(done);
        });
}

void BoardClient::read(std::span<const MemoryBlock> blocks) {
    const std::vector<MemoryBlock> pieces = pieces_of(blocks, block_bytes_);
    scp_.call_all(
        pieces.size(),
        [&](std::size_t i) {
            const MemoryBlock& piece = pieces[i];
            const bool bulk = bulk_ && piece.bytes.size() > scp_data_bytes;
            return ScpCommandTo{monitor(piece.chip), bulk ? ScpCommand::bulk_read : ScpCommand::read, piece.address,
                                static_cast<std::uint32_t>(piece.bytes.size()),
                                bulk ? 0 : unit_of(piece.address, piece.bytes.size())};
        },
        [&](std::size_t i, std::span<const std::byte> payload) {
            if (payload.size() != pieces[i].bytes.size())
                throw RequestError({.what = std::to_string(payload.size()) + " bytes came instead of " +
                                            std::to_string(pieces[i].bytes.size()),
                                    .where = "chip " + to_string(pieces[i].chip)});
            std::copy(payload.begin(), payload.end(), pieces[i].bytes.begin());
        });
}

void BoardClient::reserve(ChipCoord chip, std::uint32_t begin, std::uint32_t end) {
    constexpr std::uint32_t heap_head_bytes = 24;  // the root, and the header of the first block
    const std::uint32_t first = memory_map::user_heap + heap_head_bytes;
    const Bytes answer =
        scp_.call({monitor(chip), ScpCommand::allocate, application_ << 8, end - std::min(first, begin), 0});
    const std::uint32_t address = answer.size() >= 4 ? load_u32(answer, 0) : 0;
    if (address != first)
        throw RequestError({.what = "SDRAM from " + hex(begin) + " to " + hex(end) + " is not free",
                            .where = "chip " + to_string(chip),
                            .fix = "stop the application that has it, or boot the board anew"});
}

void BoardClient::load_table(const RoutingTable& table) {
    const auto n = static_cast<std::uint32_t>(table.entries.size());
    if (n == 0) return;
    Bytes records;
    for (std::uint32_t i = 0; i < n; ++i)
        for (const std::uint32_t word : {i, table.entries[i].route, table.entries[i].key, table.entries[i].mask})
            append_u32(records, word);
    for (int i = 0; i < 4; ++i) append_u32(records, 0xffffffff);
    const ConstMemoryBlock block{table.chip, memory_map::sdram_system, records};
    write({&block, 1});
    const Bytes answer = scp_.call({monitor(table.chip), ScpCommand::allocate, application_ << 8 | op_set_entries, n});
    const std::uint32_t base = answer.size() >= 4 ? load_u32(answer, 0) : 0;
    if (base == 0)
        throw RequestError({.what = "the router has no room for " + std::to_string(n) + " entries",
                            .where = "chip " + to_string(table.chip),
                            .fix = "stop the application that has them, or boot the board anew"});
    scp_.call({monitor(table.chip), ScpCommand::router, n << 16 | application_ << 8 | op_load_table,
               memory_map::sdram_system, base});
}

void BoardClient::clear_router_counters(ChipCoord chip) {
    constexpr std::array all = {std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
    const ConstMemoryBlock block{chip, bus::router_diagnostic_control, all};
    write({&block, 1});
}

void BoardClient::set_tag(std::uint32_t tag, const Endpoint& host) {
    constexpr std::uint32_t strip = 1u << 28, set = 1u << 16;
    scp_.call({monitor(sdp_root_chip), ScpCommand::ip_tag, strip | set | tag, host.port, swapped_octets(host.address)});
}

std::uint32_t BoardClient::root_address() {
    std::array<std::byte, 4> address{};
    const MemoryBlock block{sdp_root_chip, sv::base + sv::ip_address, address};
    read({&block, 1});
    return swapped_octets(load_u32(address, 0));
}

void BoardClient::start(const ApplicationImage& program, std::span<const CoreLocation> cores) {
    constexpr std::uint32_t waits = 1;
    std::map<ChipCoord, std::uint32_t> masks;
    for (const CoreLocation& core : cores) masks[core.chip] |= 1u << core.core;
    std::vector<std::pair<ChipCoord, std::uint32_t>> chips(masks.begin(), masks.end());
    const Bytes binary = encode(program);
    std::vector<ConstMemoryBlock> blocks;
    for (const auto& [chip, mask] : chips) blocks.push_back({chip, memory_map::sdram_system, binary});
    write(blocks);
    scp_.call_all(
        chips.size(),
        [&](std::size_t i) {
            return ScpCommandTo{monitor(chips[i].first), ScpCommand::application_run,
                                application_ << 24 | waits << 18 | chips[i].second};
        },
        [](std::size_t, std::span<const std::byte>) {});
}

void BoardClient::signal(Signal signal) {
    scp_.call(
        {monitor(sdp_root_chip), ScpCommand::signal, signal == Signal::stop ? 2u : 0u,
         (signal == Signal::stop ? 5u << 28 : 0u) | static_cast<std::uint32_t>(signal) << 16 | 0xff00 | application_,
         all_signalled});
}

void BoardClient::set_run_time(std::span<const CoreLocation> cores, std::uint32_t end_tick, std::uint32_t now) {
    scp_.call_all(
        cores.size(),
        [&](std::size_t i) {
            return ScpCommandTo{{run_control_port, cores[i].core, cores[i].chip},
                                static_cast<ScpCommand>(run_time_command),
                                end_tick,
                                0,
                                now};
        },
        [](std::size_t, std::span<const std::byte>) {});
}

std::uint32_t BoardClient::count(CoreState state) {
    std::uint32_t sum = 0;
    scp_.call_all(
        ethernet_.size(),
        [&](std::size_t i) {
            return ScpCommandTo{monitor(ethernet_[i]), ScpCommand::count, application_,
                                static_cast<std::uint32_t>(state)};
        },
        [&](std::size_t, std::span<const std::byte> payload) {
            sum += payload.size() >= 4 ? load_u32(payload, 0) : 0;
        });
    return sum;
}

void BoardClient::report_failure(std::span<const CoreLocation> cores) {
    for (const CoreLocation& core : cores) {
        std::array<std::byte, vcpu::bytes> block{};
        const MemoryBlock read_block{core.chip, vcpu::address_of(core.core), block};
        read({&read_block, 1});
        const auto state = static_cast<CoreState>(load_u8(block, vcpu::state));
        if (state != CoreState::run_time_error && state != CoreState::watchdog) continue;
        std::string text = "run-time error " + std::to_string(load_u8(block, vcpu::error_code));
        if (const std::uint32_t buffer = load_u32(block, vcpu::iobuf); buffer != 0) {
            std::array<std::byte, scp_data_bytes> head{};
            const MemoryBlock head_block{core.chip, buffer, head};
            read({&head_block, 1});
            const std::size_t n = std::min<std::size_t>(load_u32(head, 12), head.size() - iobuf_head_bytes);
            text += ": ";
            for (std::size_t i = 0; i < n; ++i) text += static_cast<char>(head[iobuf_head_bytes + i]);
            while (!text.empty() && text.back() == '\n') text.pop_back();
        }
        throw RequestError({.what = text, .where = "core " + to_string(core)});
    }
    throw RequestError({.what = "a core had a run-time error", .where = scp_.transport().name()});
}

bool BoardClient::wait_for(CoreState state, std::span<const CoreLocation> cores, const std::function<bool()>& stop) {
    for (Transport::Time poll = first_poll;; poll = std::min(2 * poll, longest_poll)) {
        if (count(state) == cores.size()) return true;
        if (count(CoreState::run_time_error) > 0 || count(CoreState::watchdog) > 0) report_failure(cores);
        if (stop && stop()) return false;
        const Transport::Time end = scp_.transport().now() + poll;
        while (scp_.transport().now() < end) scp_.transport().receive(end - scp_.transport().now());
    }
}

void BoardClient::stop() { signal(Signal::stop); }

}  // namespace spinn
