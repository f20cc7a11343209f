#include "emulator/core_memory.hpp"

#include <algorithm>

#include "emulator/chip_memory.hpp"
#include "protocols/error.hpp"
#include "protocols/system_ram.hpp"

namespace spinn {

namespace {

std::uint32_t block_address(const Machine& machine, const Core& core) {
    std::uint32_t address = 0;
    if (!read(chip_of(machine, core.location.chip), vcpu::address_of(core.location.core) + vcpu::user0,
              std::as_writable_bytes(std::span(&address, 1))))
        fail_at(core, "its vcpu block cannot be read");
    return address;
}

/// The first address behind all regions of all cores of a chip.
std::uint64_t first_free(const Machine& machine, ChipCoord chip) {
    std::uint64_t end = sdram_heap_base;
    for (const Core& core : machine.cores) {
        if (core.location.chip != chip || !core.program) continue;
        for (const RegionEntry& entry : region_table(machine, core))
            end = std::max(end, std::uint64_t{entry.pointer} + std::uint64_t{entry.n_words} * 4);
    }
    return (end + image_page_bytes - 1) / image_page_bytes * image_page_bytes;
}

}  // namespace

void fail_at(const Core& core, const std::string& what) {
    throw RequestError({.what = what, .where = core.name + ", core " + to_string(core.location)});
}

std::vector<std::uint32_t> read_words(const Machine& machine, const Core& core, std::uint32_t address,
                                      std::uint32_t n_words) {
    if (n_words > sdram_size_bytes / 4) fail_at(core, "a region larger than memory");
    std::vector<std::uint32_t> words(n_words);
    if (!read(chip_of(machine, core.location.chip), address, std::as_writable_bytes(std::span(words))))
        fail_at(core, "a region lies outside memory");
    return words;
}

RegionTable region_table(const Machine& machine, const Core& core) {
    auto table = decode_region_table(read_words(machine, core, block_address(machine, core), region_table_words));
    if (const auto* error = std::get_if<DecodeError>(&table)) fail_at(core, error->reason);
    return std::get<RegionTable>(table);
}

std::vector<std::uint32_t> read_region(const Machine& machine, const Core& core, Region region) {
    const RegionEntry entry = region_table(machine, core)[static_cast<std::size_t>(region)];
    return entry.pointer == 0 ? std::vector<std::uint32_t>{} : read_words(machine, core, entry.pointer, entry.n_words);
}

void write_region(Machine& machine, const Core& core, Region region, std::span<const std::uint32_t> words) {
    RegionTable table = region_table(machine, core);
    RegionEntry& entry = table[static_cast<std::size_t>(region)];
    if (entry.pointer == 0 || words.size() > entry.n_words) {
        const std::uint64_t address = first_free(machine, core.location.chip);
        // Twice the room, so that a region that grows again and again seldom moves.
        const std::uint64_t room = std::min<std::uint64_t>(2 * words.size(), (sdram_heap_end - address) / 4);
        if (address >= sdram_heap_end || room < words.size())
            throw RequestError(
                {.what = "the chip's memory is full: a region grew to " + std::to_string(words.size()) + " words",
                 .where = core.name + ", core " + to_string(core.location),
                 .fix = "begin with reset(), so that the network is mapped again"});
        entry.pointer = static_cast<std::uint32_t>(address);
        entry.n_words = static_cast<std::uint32_t>(room);
    }
    entry.checksum = 0;
    for (const std::uint32_t word : words) entry.checksum += word;
    Chip& chip = chip_of(machine, core.location.chip);
    const std::vector<std::uint32_t> encoded = encode(table);
    if (!write(chip, entry.pointer, std::as_bytes(words)) ||
        !write(chip, block_address(machine, core), std::as_bytes(std::span(encoded))))
        fail_at(core, "a region lies outside memory");
}

}  // namespace spinn
