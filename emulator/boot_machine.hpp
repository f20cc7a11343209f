/// What the monitor leaves in memory when it has started: system variables, core blocks, heaps, tables.
#pragma once

#include <cstdint>
#include <span>

#include "emulator/board.hpp"

namespace spinn {

/// Boots every chip: memory is empty afterwards but for what the monitor keeps there, and no application runs.
/// @param variables  first 128 bytes of the system variables, as the host wants them; shorter: SC&MP's defaults
void boot_machine(Board& board, std::span<const std::byte> variables, std::uint64_t now_us);

/// Brings the clocks among a chip's system variables up to date.
void set_clocks(const Board& board, Chip& chip);

}  // namespace spinn
