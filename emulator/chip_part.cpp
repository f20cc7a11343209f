#include "emulator/chip_part.hpp"

#include <algorithm>
#include <array>

namespace spinn {

namespace {

constexpr std::uint32_t words_a_line = 16;

/// Rows of one source neuron to be added, not yet read.
struct Reference {
    const std::uint32_t* offset;  ///< of the neuron
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
        if (columns.words == matrix.rows.words) return columns;
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
        columns.events.resize(padded_columns(columns.base.size()));
        columns.saturated.push_back(0);
        part.column_core.back().push_back(c);
    }
    known.push_back({matrix.rows.words, begin, static_cast<std::uint32_t>(part.columns.size())});
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
    mine.rows = block.rows;
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

/// What stands at the neuron's offset, up to the next neuron's.
ComingWords words_of(const Reference& from) {
    return {from.block->rows.words + from.offset[0], from.block->rows.words + from.offset[1]};
}

std::uint32_t lines_of(const ComingWords& words) {
    return static_cast<std::uint32_t>(words.end - words.next + words_a_line - 1) / words_a_line;
}

/// Rows on their way: offsets are asked for when a spike comes in, words some rows before they go out and are added.
class RowQueue {
 public:
    explicit RowQueue(ChipPart& part) : part_(part) {}

    void push(const Reference& from) {
        __builtin_prefetch(from.offset);
        rows_[in_++ % size] = from;
        if (in_ - out_ == size) add_oldest();
    }
    void finish() {
        while (out_ != in_) add_oldest();
    }

 private:
    static constexpr std::uint32_t size = 32;         ///< a power of two
    static constexpr std::uint32_t lines_ahead = 16;  ///< asked for and not yet added

    void add_oldest() {
        const Reference& from = rows_[out_++ % size];
        const ComingWords words = words_of(from);
        if (asked_ < out_) {
            asked_ = out_;
        } else {
            lines_ -= lines_of(words);
        }
        // The row that is asked for while this one is added; more than one when the next are shorter.
        ComingWords coming;
        while (asked_ != in_ && lines_ < lines_ahead) {
            for (; coming.next < coming.end; coming.next += words_a_line) ask_for(coming.next);
            coming = words_of(rows_[asked_++ % size]);
            lines_ += lines_of(coming);
        }
        if (words.next == words.end) {
            for (; coming.next < coming.end; coming.next += words_a_line) ask_for(coming.next);
            return;
        }
        RowColumns& columns = part_.columns[from.block->columns];
        const std::uint32_t n_columns = from.block->rows.n_columns;
        if (from.repeats == 1 && from.block->all_columns)
            add_rows(columns, words.next, n_columns, from.sent, coming);
        else
            add_rows(columns, words.next, n_columns, from.sent, from.repeats, from.block->wanted);
    }

    ChipPart& part_;
    std::array<Reference, size> rows_;
    std::uint32_t in_ = 0, out_ = 0;
    std::uint32_t asked_ = 0;  ///< rows whose words have been asked for
    std::uint32_t lines_ = 0;  ///< of these, lines of the ones not yet added
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
                rows.push({block.rows.offsets + atom, &block, run.sent, run.repeats[i]});
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
