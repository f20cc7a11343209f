#include "emulator/applications.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <tuple>

#include "emulator/board.hpp"
#include "emulator/chip_memory.hpp"
#include "emulator/monitor.hpp"
#include "emulator/provenance.hpp"
#include "protocols/error.hpp"
#include "protocols/hex.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t undefined_instruction = 2, software_error = 13;  ///< SARK's run-time errors
constexpr std::uint32_t sdram_alias = 0x10000000;
constexpr std::uint32_t largest_block_words = sdram_size_bytes / 4;

std::uint32_t field(int core, std::uint32_t offset) { return vcpu::address_of(core) + offset; }

/// A core that stops with a run-time error, and says why in its output.
void fail(Board& board, Chip& chip, int core, std::uint32_t error, std::string_view why) {
    print(board, chip, core, std::string(why) + "\n");
    store_byte(chip, field(core, vcpu::error_code), error);
    set_core_state(chip, core, CoreState::run_time_error);
    board.applications.cores.erase({chip.coord, static_cast<std::uint8_t>(core)});
}

std::vector<std::uint32_t> words_at(const Chip& chip, std::uint32_t address, std::uint32_t n) {
    std::vector<std::uint32_t> words(n);
    if (!read(chip, address, std::as_writable_bytes(std::span(words)))) words.clear();
    return words;
}

/// What runs on a core, read from its block. @param rows  where its synaptic rows lie is added. @throws RequestError
Core core_of(const Chip& chip, int number, std::vector<Chip::Range>& rows) {
    const CoreLocation location{chip.coord, static_cast<std::uint8_t>(number)};
    const auto bad = [&](const std::string& what) {
        return RequestError({.what = what,
                             .where = "core " + to_string(location),
                             .fix = "write the core's block, and its address to user0, before the program starts"});
    };
    const std::uint32_t block = load_word(chip, field(number, vcpu::user0));
    const auto table = decode_region_table(words_at(chip, block, region_table_words));
    if (const auto* error = std::get_if<DecodeError>(&table))
        throw bad("user0 points to " + hex(block) + ": " + error->reason);
    const RegionEntry& entry = std::get<RegionTable>(table)[static_cast<std::size_t>(Region::system)];
    if (entry.n_words > largest_block_words) throw bad("the system region is larger than memory");
    const auto system = decode_system_region(words_at(chip, entry.pointer, entry.n_words));
    if (const auto* error = std::get_if<DecodeError>(&system)) throw bad(error->reason);
    const auto& region = std::get<SystemRegion>(system);
    Core core;
    core.name = "population " + std::to_string(region.population) + " [" + std::to_string(region.first_atom) + ":" +
                std::to_string(std::uint64_t{region.first_atom} + region.n_atoms) + "]";
    core.location = location;
    core.population = region.population;
    core.first_atom = region.first_atom;
    core.n_atoms = region.n_atoms;
    core.kind = region.program;
    core.sends = region.sends;
    core.keys = region.keys;
    core.n_keys = region.sends ? region.n_atoms : 0;
    if (region.program == ProgramKind::delay_extension && region.sends) {
        const RegionEntry& program = std::get<RegionTable>(table)[static_cast<std::size_t>(Region::program)];
        if (program.n_words > largest_block_words) throw bad("the program region is larger than memory");
        const auto delay = decode_delay_region(words_at(chip, program.pointer, program.n_words));
        if (const auto* error = std::get_if<DecodeError>(&delay)) throw bad(error->reason);
        const auto& stages = std::get<DelayRegion>(delay);
        core.n_keys = (stages.n_stages - 1) * stages.atoms_per_core + region.n_atoms;
    }
    core.block_address = block;
    const RegionEntry& matrices = std::get<RegionTable>(table)[static_cast<std::size_t>(Region::synaptic_matrix)];
    if (matrices.pointer != 0 && matrices.n_words <= largest_block_words) {
        const std::uint32_t begin = matrices.pointer & ~sdram_alias;
        rows.push_back({begin, begin + 4 * matrices.n_words});
    }
    return core;
}

void release_from_barrier(Chip& chip, int core, const NativeCore& native) {
    const CoreState state = core_state(chip, core);
    if ((state == CoreState::sync0 && !native.sync_flag) || (state == CoreState::sync1 && native.sync_flag))
        set_core_state(chip, core, CoreState::running);
}

void wait_at_barrier(Chip& chip, int core, NativeCore& native) {
    set_core_state(chip, core, native.waits_for_sync1 ? CoreState::sync1 : CoreState::sync0);
    native.waits_for_sync1 = !native.waits_for_sync1;
    release_from_barrier(chip, core, native);
}

void forget_network(Board& board) {
    board.applications.engine.reset();
    board.machine.cores.clear();
    for (const auto& chip : board.machine.chips)
        if (chip) chip->read_only.clear();
}

/// Ends the network when one of its cores leaves it.
void leave(Board& board, CoreLocation core) {
    const std::vector<Core>& cores = board.machine.cores;
    if (std::none_of(cores.begin(), cores.end(), [&](const Core& c) { return c.location == core; })) return;
    forget_network(board);
}

/// What a start clears of a core's block, and what it sets.
void clear_block(Chip& chip, int core) {
    const std::span<std::byte> block = memory(chip, vcpu::address_of(core), vcpu::cleared_bytes);
    std::fill(block.begin(), block.end(), std::byte{0});
    store_byte(chip, field(core, vcpu::physical_core), chip.physical_core[static_cast<std::size_t>(core)]);
    store_word(chip, field(core, vcpu::version), software_version);
}

void stop_core(Board& board, Chip& chip, int core) {
    leave(board, {chip.coord, static_cast<std::uint8_t>(core)});
    board.applications.cores.erase({chip.coord, static_cast<std::uint8_t>(core)});
    clear_block(chip, core);
    set_core_state(chip, core, CoreState::idle);
}

/// Makes the network of all cores that have started, and starts their programs.
void initialise(Board& board) {
    Applications& applications = board.applications;
    const auto each = [&](const auto& work) {
        const std::map<CoreLocation, NativeCore> cores = applications.cores;  // work may take some out
        for (const auto& [location, native] : cores) work(*find_chip(board, location.chip), location.core, native);
    };
    if (applications.engine && value(applications.engine->now()) > 0) {
        each([&](Chip& chip, int core, const NativeCore&) {
            if (core_state(chip, core) == CoreState::c_main)
                fail(board, chip, core, software_error,
                     "another network runs on this machine; stop its application first");
        });
        return;
    }
    forget_network(board);
    std::vector<Core> cores;
    std::map<ChipCoord, std::vector<Chip::Range>> rows;
    std::map<CoreLocation, CoreState> states;  // of those that started before: they wait where they waited
    each([&](Chip& chip, int number, const NativeCore& native) {
        const CoreState state = core_state(chip, number);
        if (state != CoreState::c_main && state != CoreState::paused && state != CoreState::sync0 &&
            state != CoreState::sync1)
            return;
        states[{chip.coord, static_cast<std::uint8_t>(number)}] = state;
        try {
            Core core = core_of(chip, number, rows[chip.coord]);
            core.program = make_program(core.kind, {.rounding = static_cast<Rounding>(native.program.rounding),
                                                    .poisson = static_cast<PoissonMode>(native.program.poisson)});
            cores.push_back(std::move(core));
        } catch (const std::exception& error) {
            fail(board, chip, number, software_error, error.what());
        }
    });
    std::sort(cores.begin(), cores.end(), [](const Core& a, const Core& b) {
        return std::tie(a.population, a.first_atom, a.kind, a.location) <
               std::tie(b.population, b.first_atom, b.kind, b.location);
    });
    board.machine.cores = std::move(cores);
    if (board.machine.cores.empty()) return;
    std::string failure;
    try {
        applications.engine =
            std::make_unique<FunctionalEngine>(board.machine, FunctionalOptions{.threads = applications.threads});
        applications.engine->start();
    } catch (const std::exception& error) {
        failure = error.what();
        applications.engine.reset();
    }
    for (const Core& core : board.machine.cores) {
        Chip& chip = chip_of(board.machine, core.location.chip);
        if (!failure.empty()) {
            fail(board, chip, core.location.core, software_error, failure);
            continue;
        }
        const CoreState before = states.at(core.location);
        if (before == CoreState::c_main)
            open_provenance(chip, core, load_byte(chip, field(core.location.core, vcpu::application)));
        set_core_state(chip, core.location.core, before == CoreState::c_main ? CoreState::paused : before);
    }
    if (!failure.empty()) {
        forget_network(board);
        return;
    }
    for (auto& [coord, ranges] : rows) chip_of(board.machine, coord).read_only = std::move(ranges);
}

bool any_core_starts(const Board& board) {
    return std::any_of(board.applications.cores.begin(), board.applications.cores.end(), [&](const auto& entry) {
        return core_state(chip_of(board.machine, entry.first.chip), entry.first.core) == CoreState::c_main;
    });
}

/// Ticks that the network may run now: none unless all its cores run.
std::uint32_t ticks_to_run(const Board& board) {
    if (!board.applications.engine) return 0;
    const std::uint32_t now = value(board.applications.engine->now());
    std::uint32_t ticks = ~0u;
    for (const Core& core : board.machine.cores) {
        if (core_state(chip_of(board.machine, core.location.chip), core.location.core) != CoreState::running) return 0;
        const NativeCore& native = board.applications.cores.at(core.location);
        if (!native.infinite) ticks = std::min(ticks, native.end_tick > now ? native.end_tick - now : 0);
    }
    return ticks;
}

/// Run control of the simulation layer: SDP port 3. Source: SpiNNFrontEndCommon, simulation.c.
std::optional<Bytes> run_control(Board& board, Chip& chip, int core, std::span<const std::byte> data) {
    enum class Command : std::uint16_t {
        stop = 6,
        run_time = 7,
        provenance_and_exit = 8,
        clear_iobuf = 9,
        pause = 10,
        get_time = 11
    };
    const auto decoded = decode_scp_request(data);
    const auto* request = std::get_if<ScpRequest>(&decoded);
    const auto native = board.applications.cores.find({chip.coord, static_cast<std::uint8_t>(core)});
    if (request == nullptr || native == board.applications.cores.end()) {
        ++board.counters.unwanted;
        return std::nullopt;
    }
    const auto reply = [&](ScpResult result, std::span<const std::byte> payload = {}) {
        return encode(ScpReply{result, request->sequence, payload});
    };
    const std::uint32_t now = board.applications.engine ? value(board.applications.engine->now()) : 0;
    switch (static_cast<Command>(request->command)) {
        case Command::run_time: {
            const CoreState state = core_state(chip, core);
            // The command may come twice: the second finds the core at the barrier that the first put it to.
            const bool again =
                (state == CoreState::sync0 || state == CoreState::sync1 || state == CoreState::running) &&
                native->second.end_tick == request->arg1;
            if (again) return reply(ScpResult::ok);
            if ((state != CoreState::paused && state != CoreState::ready) || native->second.held ||
                request->arg3 != now)
                return reply(ScpResult::bad_argument);
            native->second.end_tick = request->arg1;
            native->second.infinite = request->arg2 != 0;
            wait_at_barrier(chip, core, native->second);
            return reply(ScpResult::ok);
        }
        case Command::stop:
        case Command::provenance_and_exit:
            leave(board, native->first);
            set_core_state(chip, core, CoreState::finished);
            board.applications.cores.erase(native);
            return std::nullopt;
        case Command::clear_iobuf:
            store_word(chip, field(core, vcpu::iobuf), 0);
            return request->arg3 == 1 ? std::optional(reply(ScpResult::ok)) : std::nullopt;
        case Command::pause:
            native->second.infinite = false;
            native->second.end_tick = now;
            return reply(ScpResult::ok);
        case Command::get_time: {
            Bytes ticks;
            append_u32(ticks, now);
            return reply(ScpResult::ok, ticks);
        }
    }
    return reply(ScpResult::bad_command);
}

}  // namespace

void print(Board& board, Chip& chip, int core, std::string_view text) {
    const std::uint32_t buffer =
        memory_map::system_buffers + memory_map::system_buffer_bytes * static_cast<std::uint32_t>(core);
    const std::uint32_t room = load_word(chip, sv::base + sv::iobuf_bytes);
    const std::uint32_t pointer = field(core, vcpu::iobuf);
    if (load_word(chip, pointer) != buffer) {
        store_word(chip, buffer, 0);
        store_word(chip, buffer + 4, static_cast<std::uint32_t>(board.now_us / 1000000));
        store_word(chip, buffer + 8, static_cast<std::uint32_t>(board.now_us / 1000 % 1000));
        store_word(chip, buffer + 12, 0);
        store_word(chip, pointer, buffer);
    }
    const std::uint32_t used = std::min(load_word(chip, buffer + 12), room);
    const std::string_view fits = text.substr(0, room - used);
    if (!write(chip, buffer + iobuf_head_bytes + used, std::as_bytes(std::span(fits)))) return;
    store_word(chip, buffer + 12, used + static_cast<std::uint32_t>(fits.size()));
}

void start_application(Board& board, Chip& chip, std::uint32_t application, std::uint32_t flags, std::uint32_t cores) {
    const auto program = decode_application_image(memory(chip, memory_map::sdram_system, application_image_bytes));
    for (int core = 1; core < static_cast<int>(chip.physical_core.size()); ++core) {
        if ((cores >> core & 1) == 0) continue;
        stop_core(board, chip, core);
        store_byte(chip, field(core, vcpu::application), application);
        store_word(chip, field(core, vcpu::load_time), static_cast<std::uint32_t>(board.now_us / 1000000));
        if (const auto* error = std::get_if<DecodeError>(&program)) {
            fail(board, chip, core, undefined_instruction,
                 error->reason + ": this machine runs its own programs, not ARM code");
            continue;
        }
        const auto& image = std::get<ApplicationImage>(program);
        write(chip, field(core, vcpu::name), std::as_bytes(std::span(image.name)));
        const bool held = (flags & application_waits) != 0;
        board.applications.cores[{chip.coord, static_cast<std::uint8_t>(core)}] = {.program = image, .held = held};
        set_core_state(chip, core, held ? CoreState::ready : CoreState::c_main);
    }
}

void send_signal(Board& board, Signal signal, std::uint32_t application, std::uint32_t mask) {
    const bool stops = signal == Signal::stop || signal == Signal::power_down || signal == Signal::initialise;
    for (const auto& chip : board.machine.chips) {
        if (!chip) continue;
        std::set<std::uint32_t> stopped;
        for (int core = 1; core < static_cast<int>(chip->physical_core.size()); ++core) {
            const std::uint32_t id = load_byte(*chip, field(core, vcpu::application));
            if ((id & mask) != application) continue;
            if (stops && (id != 0 || core_state(*chip, core) != CoreState::idle)) {
                stop_core(board, *chip, core);
                stopped.insert(id);
                continue;
            }
            const auto native = board.applications.cores.find({chip->coord, static_cast<std::uint8_t>(core)});
            if (native == board.applications.cores.end()) continue;
            if (signal == Signal::start && native->second.held) {
                native->second.held = false;
                set_core_state(*chip, core, CoreState::c_main);
            } else if (signal == Signal::sync0 || signal == Signal::sync1) {
                native->second.sync_flag = signal == Signal::sync1;
                release_from_barrier(*chip, core, native->second);
            } else if (signal == Signal::exit) {
                leave(board, native->first);
                set_core_state(*chip, core, CoreState::finished);
                board.applications.cores.erase(native);
            }
        }
        if (stops && mask == 0xff) stopped.insert(application);
        for (const std::uint32_t id : stopped) free_resources(*chip, id);
    }
}

std::optional<Bytes> application_message(Board& board, Chip& chip, int core, int port,
                                         std::span<const std::byte> data) {
    constexpr int run_control_port = 3;
    if (port == run_control_port) return run_control(board, chip, core, data);
    const CoreLocation location{chip.coord, static_cast<std::uint8_t>(core)};
    for (const Core& running : board.machine.cores)
        if (running.location == location && board.applications.engine) {
            running.program->message_received(port, data);
            return std::nullopt;
        }
    ++board.counters.unwanted;
    return std::nullopt;
}

namespace {

/// Messages that cores sent go where their tags say.
void send_messages(Board& board, std::vector<Datagram>& out) {
    for (const Core& core : board.machine.cores) {
        if (core.kind != ProgramKind::live_gatherer) continue;
        for (SdpMessage& message : core.program->take_messages()) {
            message.header.source = {3, core.location.core, core.location.chip};
            send_to_host(board, message.header, message.data, out);
        }
    }
}

}  // namespace

std::uint32_t advance_applications(Board& board, std::uint32_t most_ticks, std::vector<Datagram>& out) {
    if (any_core_starts(board)) initialise(board);
    const std::uint32_t left = ticks_to_run(board), ticks = std::min(left, most_ticks);
    if (!board.applications.engine) return 0;
    if (ticks > 0) {
        board.applications.engine->run(ticks);
        send_messages(board, out);
    }
    if (ticks < left) return ticks;
    // At the end, and also where none was left to run: paused, and ready for the host to read.
    for (const Core& core : board.machine.cores) {
        Chip& chip = chip_of(board.machine, core.location.chip);
        if (core_state(chip, core.location.core) != CoreState::running) return ticks;
    }
    for (const Core& core : board.machine.cores) {
        Chip& chip = chip_of(board.machine, core.location.chip);
        write_provenance(chip, core, value(board.applications.engine->now()));
        set_core_state(chip, core.location.core, CoreState::ready);
    }
    return ticks;
}

bool applications_busy(const Board& board) {
    if (any_core_starts(board)) return true;
    return board.applications.engine && ticks_to_run(board) > 0;
}

}  // namespace spinn
