#include "emulator/chip_part.hpp"

#include <algorithm>
#include <array>

namespace spinn {

namespace {

constexpr std::uint32_t words_a_line = 16;

/// A record to be added, its rows not yet read.
struct Reference {
    const std::uint32_t* record;
    const PartBlock* block;
    std::uint32_t sent, repeats;
};

/// Range of a matrix's columns in ChipPart::columns.
struct ColumnsOfMatrix {
    const std::uint32_t* words;  ///< tells the matrix
    std::uint32_t begin, end;
};

/// The part's columns of a matrix, made when they are first asked for: one RowColumns for every stretch of cores with
/// ring buffers of one shape.
ColumnsOfMatrix columns_of(Machine& machine, ChipPart& part, const ChipMatrix& matrix,
                           std::vector<ColumnsOfMatrix>& known) {
    for (const ColumnsOfMatrix& columns : known)
        if (columns.words == matrix.words) return columns;
    const auto begin = static_cast<std::uint32_t>(part.columns.size());
    for (const std::uint32_t c : part.cores) {
        const auto virtual_core = static_cast<std::uint32_t>(machine.cores[c].location.core);
        const auto found = std::lower_bound(matrix.columns.begin(), matrix.columns.end(), virtual_core);
        if (found == matrix.columns.end() || *found != virtual_core) continue;
        const auto column = static_cast<std::uint32_t>(found - matrix.columns.begin());
        const RingBuffer& ring = machine.cores[c].program->synaptic_input()->ring;
        if (part.columns.size() == begin || part.columns.back().tick_shift != ring.tick_shift ||
            part.columns.back().index_mask != ring.index_mask) {
            part.columns.emplace_back();
            part.columns.back().first = column;
            part.columns.back().tick_shift = ring.tick_shift;
            part.columns.back().index_mask = ring.index_mask;
            part.columns.back().sums = part.chip->sums.data();
            part.column_core.emplace_back();
        }
        RowColumns& columns = part.columns.back();
        columns.end = column + 1;
        columns.base.push_back(part.chip->base[virtual_core]);
        columns.events.push_back(0);
        columns.saturated.push_back(0);
        part.column_core.back().push_back(c);
    }
    known.push_back({matrix.words, begin, static_cast<std::uint32_t>(part.columns.size())});
    return known.back();
}

void add_blocks(Machine& machine, ChipPart& part, const ChipBlock& block, std::vector<ColumnsOfMatrix>& known) {
    PartBlock mine;
    mine.kind = block.kind;
    mine.first = block.first;
    mine.end = block.end;
    mine.first_key = block.first_key;
    mine.core = block.core;
    if (block.kind != ChipBlock::Kind::rows) {
        if (std::find(part.cores.begin(), part.cores.end(), block.core) != part.cores.end())
            part.blocks.push_back(mine);
        return;
    }
    mine.stride = block.matrix.stride;
    mine.records = block.records;
    mine.words = block.matrix.words;
    const ColumnsOfMatrix columns = columns_of(machine, part, block.matrix, known);
    for (mine.columns = columns.begin; mine.columns < columns.end; ++mine.columns) {
        const RowColumns& here = part.columns[mine.columns];
        const std::uint32_t all = (1u << (here.end - here.first)) - 1;
        mine.wanted = block.reached >> here.first & all;
        mine.all_columns = mine.wanted == all;
        if (mine.wanted != 0) part.blocks.push_back(mine);
    }
}

std::span<const PartBlock> blocks_of(const ChipPart& part, std::uint32_t rank) {
    std::size_t i = 0;
    if (!part.rank_index.empty()) {
        if (part.rank_index[rank] == 0) return {};
        i = part.rank_index[rank] - 1;
    } else {
        const auto found = std::lower_bound(part.ranks.begin(), part.ranks.end(), rank);
        if (found == part.ranks.end() || *found != rank) return {};
        i = static_cast<std::size_t>(found - part.ranks.begin());
    }
    return std::span(part.blocks).subspan(part.block_begin[i], part.block_begin[i + 1] - part.block_begin[i]);
}

ComingWords words_of(const ChipPart& part, const Reference& from) {
    const RowColumns& columns = part.columns[from.block->columns];
    const std::uint32_t* const words = from.block->words + from.record[0];
    const auto line = reinterpret_cast<std::uintptr_t>(words + row_begin(from.record, columns.first)) & ~std::uintptr_t{63};
    return {reinterpret_cast<const std::uint32_t*>(line), words + row_end(from.record, columns.end - 1)};
}

/// Records on their way: asked for when they come in, their words some records before they go out and are added.
class RowQueue {
 public:
    explicit RowQueue(ChipPart& part) : part_(part) {}

    void push(const Reference& from) {
        __builtin_prefetch(from.record);
        rows_[in_++ % size] = from;
        if (in_ - out_ == record_distance) add_oldest();
    }
    void finish() {
        while (out_ != in_) add_oldest();
    }

 private:
    static constexpr std::size_t size = 128;             ///< a power of two
    static constexpr std::size_t record_distance = 96;  ///< records between the request and the use of one
    static constexpr std::size_t lines_distance = 24;   ///< lines of words between the request and the use of one
    static constexpr std::size_t most_ahead = 24;

    const Reference& at(std::size_t i) const { return rows_[i % size]; }

    void add_oldest() {
        if (out_ == next_look_) look_ahead();
        // Words of all records up to `ahead_` from here have been asked for; this one's turn asks for the next's.
        ComingWords coming;
        for (; asked_ < std::min(out_ + ahead_ + 1, in_); ++asked_) {
            while (coming.next < coming.end) {
                __builtin_prefetch(coming.next);
                coming.next += words_a_line;
            }
            coming = words_of(part_, at(asked_));
        }
        const Reference& from = at(out_++);
        RowColumns& columns = part_.columns[from.block->columns];
        if (from.repeats == 1 && from.block->all_columns)
            add_record(columns, from.record, from.block->words, from.sent, coming);
        else
            add_record(columns, from.record, from.block->words, from.sent, from.repeats, from.block->wanted);
    }

    /// How many records ahead words are asked for, from how long the next rows are.
    void look_ahead() {
        constexpr std::size_t sample = 8;
        std::size_t lines = 1, n = 0;
        for (; n < sample && out_ + n < in_; ++n) {
            const ComingWords words = words_of(part_, at(out_ + n));
            lines += static_cast<std::size_t>(words.end - words.next) / words_a_line + 1;
        }
        ahead_ = std::clamp<std::size_t>(lines_distance * n / lines, 1, most_ahead);
        next_look_ = out_ + 64;
    }

    ChipPart& part_;
    std::array<Reference, size> rows_;
    std::size_t in_ = 0, out_ = 0, asked_ = 0, next_look_ = 0, ahead_ = 1;
};

/// Gives the packets of a run to a program that takes packets.
void hand_over(Machine& machine, const PartBlock& block, const SpikeRun& run) {
    std::array<MulticastPacket, 256> packets;
    std::size_t n = 0;
    const Core& target = machine.cores[block.core];
    MemoryServices services(chip_of(machine, target.location.chip));
    const auto flush = [&] {
        if (n > 0) target.program->multicast_received(services, Tick{run.sent}, std::span(packets).first(n));
        n = 0;
    };
    for (std::size_t i = 0; i < run.atoms.size(); ++i) {
        const std::uint32_t atom = run.atoms[i] - block.first;
        if (atom >= block.end - block.first) continue;
        packets[n++] = {Key{block.first_key + atom}, run.repeats[i], run.repeats[i] != 1};
        if (n == packets.size()) flush();
    }
    flush();
}

}  // namespace

ChipPart make_part(Machine& machine, ChipTargets& chip, std::span<const std::uint32_t> cores, std::uint32_t n_ranks) {
    ChipPart part;
    part.chip = &chip;
    part.cores.assign(cores.begin(), cores.end());
    part.block_begin.assign(1, 0);
    std::vector<ColumnsOfMatrix> known;
    for (std::size_t r = 0; r < chip.ranks.size(); ++r) {
        for (std::uint32_t b = chip.block_begin[r]; b < chip.block_begin[r + 1]; ++b)
            add_blocks(machine, part, chip.blocks[b], known);
        if (part.blocks.size() == part.block_begin.back()) continue;
        part.ranks.push_back(chip.ranks[r]);
        part.block_begin.push_back(static_cast<std::uint32_t>(part.blocks.size()));
    }
    // A direct index where it is not much larger than what it finds: on a large machine a chip hears few of all cores.
    if (n_ranks / 16 <= part.ranks.size()) {
        part.rank_index.assign(n_ranks, 0);
        for (std::uint32_t i = 0; i < part.ranks.size(); ++i) part.rank_index[part.ranks[i]] = i + 1;
    }
    return part;
}

void deliver(Machine& machine, ChipPart& part, std::span<const SpikeRun> runs) {
    RowQueue rows(part);
    for (const SpikeRun& run : runs) {
        for (const PartBlock& block : blocks_of(part, run.rank)) {
            if (block.kind == ChipBlock::Kind::packets) {
                hand_over(machine, block, run);
                continue;
            }
            for (std::size_t i = 0; i < run.atoms.size(); ++i) {
                const std::uint32_t atom = run.atoms[i] - block.first;
                if (atom >= block.end - block.first) continue;
                if (block.kind == ChipBlock::Kind::unknown) {
                    ++machine.cores[block.core].program->synaptic_input()->unknown_keys;
                    continue;
                }
                rows.push({block.records + std::size_t{atom} * block.stride, &block, run.sent, run.repeats[i]});
            }
        }
    }
    rows.finish();
}

void settle(Machine& machine, ChipPart& part) {
    for (std::size_t i = 0; i < part.columns.size(); ++i) {
        RowColumns& columns = part.columns[i];
        for (std::size_t c = 0; c < part.column_core[i].size(); ++c) {
            SynapticInput& input = *machine.cores[part.column_core[i][c]].program->synaptic_input();
            input.synaptic_events += columns.events[c];
            input.saturations += columns.saturated[c];
            columns.events[c] = columns.saturated[c] = 0;
        }
    }
}

}  // namespace spinn
