/// The regions of a core's block, read and written through the bus as a host does: vcpu user0 -> region table ->
/// region.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/machine.hpp"
#include "protocols/decode_error.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

/// @throws RequestError when the bytes in SDRAM are no region table
RegionTable region_table(const Machine& machine, const Core& core);

/// @throws RequestError when they do not lie in memory
std::vector<std::uint32_t> read_words(const Machine& machine, const Core& core, std::uint32_t address,
                                      std::uint32_t n_words);

/// All words of a region; none when the block has no such region.
std::vector<std::uint32_t> read_region(const Machine& machine, const Core& core, Region region);

/// Puts words where a region's are. More than there is room for go to fresh memory behind all that the chip holds, and
/// the region table says so. The core sees them when it reads its block again (CoreProgram::reload).
/// @throws RequestError when the chip's memory is full
void write_region(Machine& machine, const Core& core, Region region, std::span<const std::uint32_t> words);

/// @throws RequestError about this core
[[noreturn]] void fail_at(const Core& core, const std::string& what);

/// What a decoder of this core's words returned. @throws RequestError when that is an error
template <typename T>
T need(const Core& core, std::variant<T, DecodeError> decoded) {
    if (const auto* error = std::get_if<DecodeError>(&decoded)) fail_at(core, error->reason);
    return std::move(std::get<T>(decoded));
}

}  // namespace spinn
