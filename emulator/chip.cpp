#include "emulator/chip.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace spinn {

static_assert(std::endian::native == std::endian::little,
              "memory is byte-addressed and little-endian, as the host must be");

namespace {

/// Devices at 0xe... answer at 0xf... too; SDRAM at 0x6... and 0x7...
constexpr std::uint32_t unaliased(std::uint32_t address) {
    return (address >> 28) == 0xf ? address & ~0x10000000u : address;
}

}  // namespace

std::span<const std::byte> memory(const Chip& chip, std::uint32_t address, std::uint32_t n_bytes) {
    const std::uint32_t region = address >> 28;
    if (region == 0x6 || region == 0x7) return chip.sdram.bytes(address, n_bytes);
    const std::uint32_t offset = unaliased(address) - bus::system_ram_base;
    if (offset >= bus::system_ram_bytes || n_bytes > bus::system_ram_bytes - offset) return {};
    return std::span(chip.system_ram).subspan(offset, n_bytes);
}

std::span<std::byte> memory(Chip& chip, std::uint32_t address, std::uint32_t n_bytes) {
    const std::uint64_t begin = address & ~0x10000000u, end = begin + n_bytes;
    for (const Chip::Range& range : chip.read_only)
        if (begin < range.end && range.begin < end) return {};
    const std::span<const std::byte> found = memory(std::as_const(chip), address, n_bytes);
    return {const_cast<std::byte*>(found.data()), found.size()};
}

bool read(const Chip& chip, std::uint32_t address, std::span<std::byte> out) {
    if (out.empty()) return true;
    const auto n_bytes = static_cast<std::uint32_t>(out.size());
    if (const std::span<const std::byte> found = memory(chip, address, n_bytes); found.size() == out.size()) {
        std::copy(found.begin(), found.end(), out.begin());
        return true;
    }
    if (address % 4 != 0 || n_bytes % 4 != 0) return false;
    for (std::uint32_t i = 0; i < n_bytes; i += 4) {
        const std::optional<std::uint32_t> word =
            read_register(chip.router, chip.router_registers, unaliased(address) + i);
        if (!word) return false;
        std::memcpy(out.data() + i, &*word, 4);
    }
    return true;
}

bool write(Chip& chip, std::uint32_t address, std::span<const std::byte> in) {
    const auto n_bytes = static_cast<std::uint32_t>(in.size());
    const std::span<std::byte> found = memory(chip, address, n_bytes);
    if (found.size() == in.size()) {
        std::copy(in.begin(), in.end(), found.begin());
        return true;
    }
    if (address % 4 != 0 || n_bytes % 4 != 0) return false;
    for (std::uint32_t i = 0; i < n_bytes; i += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, in.data() + i, 4);
        if (!write_register(chip.router, chip.router_registers, unaliased(address) + i, word)) return false;
    }
    return true;
}

CoreState core_state(const Chip& chip, int virtual_core) {
    std::byte state{};
    read(chip, vcpu::address_of(virtual_core) + vcpu::state, {&state, 1});
    return static_cast<CoreState>(state);
}

void set_core_state(Chip& chip, int virtual_core, CoreState state) {
    const auto byte = static_cast<std::byte>(state);
    write(chip, vcpu::address_of(virtual_core) + vcpu::state, {&byte, 1});
}

}  // namespace spinn
