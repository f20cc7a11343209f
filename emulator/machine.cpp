#include "emulator/machine.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>

#include "emulator/divide.hpp"
#include "emulator/large_pages.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

std::unique_ptr<Chip> make_chip(ChipCoord coord, const ChipShape& shape) {
    auto chip = std::make_unique<Chip>();
    chip->coord = coord;
    chip->shape = shape;
    for (int physical = 0; physical < physical_cores_per_chip; ++physical)
        if ((shape.dead_cores >> physical & 1) == 0) chip->physical_core.push_back(static_cast<std::uint8_t>(physical));
    for (std::size_t core = 0; core < chip->physical_core.size(); ++core) {
        const auto physical = static_cast<std::byte>(chip->physical_core[core]);
        write(*chip, vcpu::address_of(static_cast<int>(core)) + vcpu::physical_core, {&physical, 1});
        set_core_state(*chip, static_cast<int>(core), core == 0 ? CoreState::running : CoreState::idle);
    }
    return chip;
}

/// The core that a segment belongs to, by address; none for a segment in no core's block.
class BlockOwners {
 public:
    explicit BlockOwners(const MachineImage& image) : image_(image) {
        for (std::size_t c = 0; c < image.cores.size(); ++c)
            core_at_[{image.cores[c].location.chip, image.cores[c].block_address}] = c;
    }
    std::optional<std::size_t> core_of(const ImageSegment& segment) const {
        const auto above = core_at_.upper_bound({segment.chip, segment.address});
        if (above == core_at_.begin()) return std::nullopt;
        const auto& [begin, core] = *std::prev(above);
        if (begin.first != segment.chip || segment.address - begin.second >= image_.cores[core].block_size_bytes)
            return std::nullopt;
        return core;
    }

 private:
    const MachineImage& image_;
    std::map<std::pair<ChipCoord, std::uint32_t>, std::size_t> core_at_;
};

}  // namespace

Machine make_machine_of(const MachineShape& shape) {
    Machine machine;
    machine.shape = shape;
    machine.chips.resize(shape.chips.size());
    for (const ChipCoord coord : present_chips(shape)) {
        const std::size_t index = std::size_t{coord.y} * static_cast<std::size_t>(shape.width) + coord.x;
        machine.chips[index] = make_chip(coord, chip_at(shape, coord));
    }
    return machine;
}

const Chip& chip_of(const Machine& machine, ChipCoord coord) {
    return *machine.chips.at(std::size_t{coord.y} * static_cast<std::size_t>(machine.shape.width) + coord.x);
}
Chip& chip_of(Machine& machine, ChipCoord coord) {
    return *machine.chips.at(std::size_t{coord.y} * static_cast<std::size_t>(machine.shape.width) + coord.x);
}

void load(Machine& machine, const MachineImage& image, const ProgramOptions& options, const ProcessShare& share) {
    const auto need_chip = [&](ChipCoord coord, const char* what) -> Chip& {
        if (!has_chip(machine.shape, coord))
            throw RequestError({.what = std::string("the image has ") + what + " for a chip that the machine lacks",
                                .where = "chip " + to_string(coord),
                                .fix = "map the network for this machine"});
        return chip_of(machine, coord);
    };
    for (const RoutingTable& table : image.tables) need_chip(table.chip, "a routing table").router.load(table.entries);

    machine.cores.clear();
    for (const CoreImage& core : image.cores) {
        Chip& chip = need_chip(core.location.chip, "a program");
        const int n = core.location.core;
        if (n < 1 || n >= static_cast<int>(chip.physical_core.size()) || core_state(chip, n) != CoreState::idle)
            throw RequestError({.what = "no free application core with that number",
                                .where = "core " + to_string(core.location),
                                .fix = "map the network for this machine"});
        std::byte user0[4];
        std::memcpy(user0, &core.block_address, 4);
        write(chip, vcpu::address_of(n) + vcpu::user0, user0);
        set_core_state(chip, n, CoreState::ready);
        machine.cores.push_back({core.name, core.location, core.population, core.first_atom, core.n_atoms, core.program,
                                 core.sends, core.keys, core.n_keys, core.block_address, 0, nullptr});
    }
    if (share.processes > 1) divide(machine, image, share.processes);
    const BlockOwners owners(image);
    for (const ImageSegment& segment : image.segments) {
        Chip& chip = need_chip(segment.chip, "data");
        const std::optional<std::size_t> owner = owners.core_of(segment);
        if (!owner || machine.cores[*owner].process == share.process) chip.sdram.load(segment);
    }
    for (Core& core : machine.cores)
        if (core.process == share.process) core.program = make_program(core.kind, options);
}

void MemoryServices::send_multicast(std::span<const MulticastPacket>) {
    throw std::logic_error("a program sent packets outside its timer tick");
}
void MemoryServices::send_counts(Key, std::span<const std::uint32_t>) { send_multicast({}); }

void start_programs(Machine& machine, std::span<const std::uint32_t> cores) {
    std::vector<ChipCore> with_rows;
    for (const std::uint32_t c : cores) {
        Core& core = machine.cores[c];
        MemoryServices services(chip_of(machine, core.location.chip));
        core.program->start(services, core.block_address);
        if (SynapticInput* const input = core.program->synaptic_input())
            with_rows.push_back({core.location.core, input});
    }
    if (!with_rows.empty()) {
        prefer_large_pages(std::as_writable_bytes(with_rows[0].input->matrix));
        lay_out_rows(with_rows);
    }
    for (const std::uint32_t c : cores)
        set_core_state(chip_of(machine, machine.cores[c].location.chip), machine.cores[c].location.core,
                       CoreState::running);
}

std::vector<std::vector<std::uint32_t>> cores_by_chip(const Machine& machine) {
    std::map<ChipCoord, std::vector<std::uint32_t>> chips;
    for (std::uint32_t c = 0; c < machine.cores.size(); ++c)
        if (machine.cores[c].program) chips[machine.cores[c].location.chip].push_back(c);
    std::vector<std::vector<std::uint32_t>> cores;
    for (auto& [chip, on_chip] : chips) {
        std::sort(on_chip.begin(), on_chip.end(), [&](std::uint32_t a, std::uint32_t b) {
            return machine.cores[a].location.core < machine.cores[b].location.core;
        });
        cores.push_back(std::move(on_chip));
    }
    return cores;
}

std::uint64_t tables_version(const Machine& machine) {
    std::uint64_t sum = 0;
    for (const auto& chip : machine.chips)
        if (chip) sum += chip->router.version();
    return sum;
}

std::vector<std::array<std::uint64_t, 16>> router_counters(const Machine& machine, Exchange* exchange) {
    std::vector<std::array<std::uint64_t, 16>> counters(machine.chips.size());
    std::vector<std::uint64_t> flat;
    for (const auto& chip : machine.chips)
        for (std::size_t i = 0; i < 16; ++i)
            flat.push_back(chip ? chip->router.counter(static_cast<RouterCounter>(i)) : 0);
    if (exchange != nullptr) flat = sum(*exchange, flat);
    for (std::size_t i = 0; i < flat.size(); ++i) counters[i / 16][i % 16] = flat[i];
    return counters;
}

std::uint64_t total(const Machine& machine, RouterCounter counter) {
    std::uint64_t sum = 0;
    for (const auto& chip : machine.chips)
        if (chip) sum += chip->router.counter(counter);
    return sum;
}

}  // namespace spinn
