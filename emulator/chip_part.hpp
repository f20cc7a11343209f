/// The neighbouring cores of a chip that one thread runs, and how spikes get into their ring buffers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "emulator/chip_targets.hpp"
#include "emulator/spike_batch.hpp"

namespace spinn {

/// What a run of spikes does in a part: a ChipBlock, cut to the part's columns.
struct PartBlock {
    ChipBlock::Kind kind = ChipBlock::Kind::rows;
    bool all_columns = true;           ///< rows: packets reach every column of `columns`
    std::uint32_t first = 0, end = 0;  ///< atoms of the sender
    std::uint32_t first_key = 0;       ///< packets: of atom `first`
    std::uint32_t columns = 0;         ///< rows: index in ChipPart::columns
    std::uint32_t wanted = 0;          ///< rows: the columns that packets reach
    MatrixRows rows;                   ///< rows: from atom `first` on
    std::uint32_t core = 0;  ///< packets, unknown: index in Machine::cores
};

struct ChipPart {
    ChipTargets* chip = nullptr;
    std::vector<std::uint32_t> cores;        ///< indices in Machine::cores, in the order in which they run
    std::vector<std::uint32_t> ranks;        ///< of the senders heard here, ascending
    std::vector<std::uint32_t> block_begin;  ///< [index in ranks] into blocks, and the end
    std::vector<PartBlock> blocks;
    std::vector<RowColumns> columns;                      ///< of a matrix, neighbours with ring buffers of one shape
    std::vector<std::vector<std::uint32_t>> column_core;  ///< [columns][column - first]: index in Machine::cores
    std::vector<std::uint32_t> rank_index;  ///< [rank]: index in ranks + 1, or 0; empty where that would be mostly zeros
};

/// @param cores  of the chip, neighbours in ChipTargets::cores. @param n_ranks  of all senders of the machine
ChipPart make_part(Machine& machine, ChipTargets& chip, std::span<const std::uint32_t> cores, std::uint32_t n_ranks);

/// Adds what the rows of these spikes say to the ring buffers of the part, in the order of the spikes, and hands packets
/// to the programs that take them.
void deliver(Machine& machine, ChipPart& part, std::span<const SpikeRun> runs);

/// Hands the counts of events and saturations that `deliver` kept by matrix over to the cores.
void settle(Machine& machine, ChipPart& part);

}  // namespace spinn
