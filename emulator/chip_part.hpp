/// The neighbouring cores of a chip that one thread runs, and how spikes get into their ring buffers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "emulator/chip_targets.hpp"
#include "emulator/spike_batch.hpp"
#include "runtime/event_calendar.hpp"

namespace spinn {

/// What a run of spikes does in a part: a ChipBlock, cut to the part's columns.
struct PartBlock {
    ChipBlock::Kind kind = ChipBlock::Kind::rows;
    bool all_columns = true;            ///< rows: packets reach every column of `columns`
    std::uint32_t first = 0, end = 0;   ///< atoms of the sender
    std::uint32_t first_key = 0;        ///< packets: of atom `first`
    std::uint32_t columns = 0;          ///< rows: index in ChipPart::columns
    std::uint32_t wanted = 0;           ///< rows: the columns that packets reach
    MatrixRows rows;                    ///< rows: from atom `first` on
    std::uint32_t core = 0;             ///< plastic, packets, unknown: index in Machine::cores
    std::uint32_t matrix = 0, row = 0;  ///< plastic: of atom `first`
};

/// Blocks by the rank of the sender.
struct BlockTable {
    std::vector<std::uint32_t> ranks;           ///< of the senders heard here, ascending
    std::vector<std::uint32_t> block_begin{0};  ///< [index in ranks] into blocks, and the end
    std::vector<PartBlock> blocks;
    std::vector<std::uint32_t>
        rank_index;  ///< [rank]: index in ranks + 1, or 0; empty where that would be mostly zeros
};

struct ChipPart {
    ChipTargets* chip = nullptr;
    std::vector<std::uint32_t> cores;  ///< indices in Machine::cores, in the order in which they run
    BlockTable blocks;
    std::unique_ptr<EventCalendar> calendar;  ///< where events wait, when the chip has calendars
    std::vector<std::uint64_t> saturated;  ///< [ring buffer of the chip]: additions cut when the calendar was drained
    std::vector<RowColumns> columns;       ///< of a matrix, neighbours with ring buffers of one shape
    std::vector<std::vector<std::uint32_t>> column_core;  ///< [columns][column - first]: index in Machine::cores
};

/// @param cores  of the chip, neighbours in ChipTargets::cores. @param n_ranks  of all senders of the machine
ChipPart make_part(Machine& machine, ChipTargets& chip, std::span<const std::uint32_t> cores, std::uint32_t n_ranks);

/// Rows of one source neuron to be added, not yet read.
struct RowReference {
    const std::uint32_t* offset;  ///< of the neuron
    const PartBlock* block;
    std::uint32_t sent, repeats;
};

/// Adds what the rows of some spikes say to the ring buffers of a part, in the order of the spikes, and hands packets
/// to the programs that take them.
///
/// Rows lie anywhere in memory: offsets are asked for when a spike comes in, words some rows before they are added. The
/// first of a part are asked for while another part is still busy.
class Delivery {
 public:
    /// Asks for the first offsets.
    void begin(Machine& machine, ChipPart& part, std::span<const SpikeRun> runs);
    /// Asks for the first rows.
    void ask_ahead();
    void finish();

 private:
    static constexpr std::uint32_t queue_size = 64;   ///< a power of two
    static constexpr std::uint32_t lines_ahead = 32;  ///< asked for and not yet added

    void fill();
    ComingWords ask_next();
    void add_oldest();

    Machine* machine_ = nullptr;
    ChipPart* part_ = nullptr;
    std::span<const SpikeRun> runs_;     ///< the first is under way
    std::span<const PartBlock> blocks_;  ///< of this run that are still to come
    std::size_t spike_ = 0;

    RowReference rows_[queue_size];
    std::uint32_t in_ = 0, out_ = 0;
    std::uint32_t asked_ = 0;  ///< rows whose words have been asked for
    std::uint32_t lines_ = 0;  ///< of these, lines of the ones not yet added
};

/// Adds what waits in the calendar for a tick to the ring buffers.
void drain(const Machine& machine, ChipPart& part, Tick tick);

/// Hands the events that wait in old parts over to new ones, which have the same cores between them.
void move_events(const Machine& machine, std::span<ChipPart*> from, std::span<ChipPart*> to);

/// Hands the counts of events and saturations that deliveries kept by matrix over to the cores.
void settle(Machine& machine, ChipPart& part);

}  // namespace spinn
