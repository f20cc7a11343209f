/// What a core counted, in a block of its chip's system RAM for hosts to read: user1 has the address.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "emulator/machine.hpp"

namespace spinn {

/// u32 magic "SPPV", ticks run, then the counters in the order of counter_fields(), u64 each.
constexpr std::uint32_t provenance_magic = 0x56505053;
constexpr std::uint32_t provenance_bytes = 8 + sizeof(ProgramCounters);

/// Allocates the block, which belongs to the application, and writes zeros. Without room user1 becomes 0.
void open_provenance(Chip& chip, const Core& core, std::uint32_t application);
void write_provenance(Chip& chip, const Core& core, std::uint32_t ticks);

struct Provenance {
    std::uint32_t ticks = 0;
    ProgramCounters counters;
};
/// @returns nothing when the bytes are no such block
std::optional<Provenance> decode_provenance(std::span<const std::byte> bytes);

}  // namespace spinn
