/// Numbers in a chip's memory, as the monitor keeps its own.
#pragma once

#include <cassert>
#include <cstdint>
#include <cstring>

#include "emulator/chip.hpp"

namespace spinn {

/// @param address  in SDRAM or system RAM: the monitor's own structures. Elsewhere reads give 0 and writes are lost.
template <typename Number>
Number load_number(const Chip& chip, std::uint32_t address) {
    Number number{};
    const std::span<const std::byte> bytes = memory(chip, address, sizeof number);
    if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

template <typename Number>
void store_number(Chip& chip, std::uint32_t address, Number number) {
    const std::span<std::byte> bytes = memory(chip, address, sizeof number);
    if (bytes.size() == sizeof number) std::memcpy(bytes.data(), &number, sizeof number);
}

inline std::uint32_t load_word(const Chip& chip, std::uint32_t address) {
    return load_number<std::uint32_t>(chip, address);
}
inline void store_word(Chip& chip, std::uint32_t address, std::uint32_t word) { store_number(chip, address, word); }
inline std::uint8_t load_byte(const Chip& chip, std::uint32_t address) {
    return load_number<std::uint8_t>(chip, address);
}
inline void store_byte(Chip& chip, std::uint32_t address, std::uint32_t byte) {
    store_number(chip, address, static_cast<std::uint8_t>(byte));
}
inline void store_half(Chip& chip, std::uint32_t address, std::uint32_t half) {
    store_number(chip, address, static_cast<std::uint16_t>(half));
}

}  // namespace spinn
