/// What the packets of every sender do on one chip: worked out from key paths and population tables once, so that a
/// spike finds its rows without a search.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "emulator/key_paths.hpp"
#include "emulator/large_pages.hpp"
#include "emulator/machine.hpp"
#include "runtime/row_adder.hpp"

namespace spinn {

/// What the keys of one path do on one chip.
struct ChipBlock {
    enum class Kind : std::uint8_t {
        rows,        ///< rows of a matrix, for some of the cores that have a column in it
        plastic,     ///< rows of synapses that learn, of one core
        short_term,  ///< rows of short-term plasticity, of one core
        packets,     ///< a program that takes packets
        unknown      ///< a core whose population table does not know the keys
    };
    Kind kind = Kind::rows;
    std::uint32_t first = 0, end = 0;     ///< atoms of the sender
    std::uint32_t first_key = 0;          ///< of atom `first`
    ChipMatrix matrix;                    ///< rows
    MatrixRows rows;                      ///< rows: from atom `first` on
    std::uint32_t reached = 0;            ///< rows: a bit for each column whose core the packets reach
    std::uint32_t core = 0;               ///< plastic, packets, unknown: index in Machine::cores
    MatrixBlock learning;                 ///< plastic, short_term: from atom `first` on
    std::uint32_t min_delay_ticks = ~0u;  ///< between sending and the first tick that is changed
};

/// The neuron cores of a chip and their ring buffers, side by side in one array.
struct ChipTargets {
    Chip* chip = nullptr;
    std::vector<std::uint32_t> cores;  ///< indices in Machine::cores of all that run here, ascending by virtual core
    std::vector<std::uint32_t> base;   ///< [virtual core]: first sum of its ring buffer
    std::uint32_t calendar_slots = 0;  ///< events wait in calendars of so many slots; 0: in the ring buffers
    std::span<std::uint16_t> sums;     ///< in RingMemory
    std::vector<std::uint32_t> ranks;  ///< of the senders that are heard here, ascending
    std::vector<std::uint32_t> block_begin;  ///< [index in ranks] into blocks, and the end
    std::vector<ChipBlock> blocks;
};

/// The chips that run cores, with their ring buffers moved side by side. Programs must have started.
/// @param ring_memory  made here: where the ring buffers of all chips are from now on
/// @param with_calendars  ring buffers shrink to `slots_beside_calendar`, on chips where all have one shape
std::vector<ChipTargets> chip_targets(Machine& machine, LargeBuffer& ring_memory, bool with_calendars);

/// Enough for what goes past the calendar: drives with delays of a tick or two.
constexpr std::uint32_t slots_beside_calendar = 2;

/// A sender and the paths of its keys.
struct RankedPaths {
    std::uint32_t rank = 0, first_key = 0;
    std::span<const KeyPath> paths;
};

/// Fills ranks, block_begin and blocks of every chip; receivers that another process runs are left out.
/// @param senders by rank
void resolve_blocks(Machine& machine, std::span<const RankedPaths> senders, std::vector<ChipTargets>& chips);

/// Blocks of one path on one chip. @param receivers  indices in Machine::cores, of this chip, ascending
std::vector<ChipBlock> blocks_of_path(Machine& machine, const KeyPath& path, std::uint32_t first_key,
                                      std::span<const std::uint32_t> receivers);

}  // namespace spinn
