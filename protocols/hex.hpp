/// Addresses and keys in messages.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace spinn {

/// "0x60240000"
inline std::string hex(std::uint64_t number) {
    std::array<char, 16> digits{};
    return "0x" + std::string(digits.data(), std::to_chars(digits.begin(), digits.end(), number, 16).ptr);
}

}  // namespace spinn
