/// The program that a host writes where a board expects an application binary. It names what the emulator runs
/// natively.
///
/// 16 words: magic "SPPN", version 1, rounding, Poisson mode, four words of name, eight words of 0. What the core is,
/// its kind and its data, stands in the block that user0 points to.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "protocols/bytes.hpp"
#include "protocols/decode_error.hpp"

namespace spinn {

constexpr std::uint32_t application_image_magic = 0x4e505053;
constexpr std::uint32_t application_image_version = 1;
constexpr std::size_t application_image_bytes = 64;

struct ApplicationImage {
    std::uint32_t rounding = 0;  ///< 0 truncate, 1 nearest, 2 stochastic
    std::uint32_t poisson = 0;   ///< 0 counter, 1 board
    std::string name;            ///< at most 15 characters, what vcpu shows
    bool operator==(const ApplicationImage&) const = default;
};

Bytes encode(const ApplicationImage& image);
std::variant<ApplicationImage, DecodeError> decode_application_image(std::span<const std::byte> bytes);

}  // namespace spinn
