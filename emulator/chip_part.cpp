#include "emulator/chip_part.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace spinn {

namespace {

constexpr std::uint32_t words_a_line = 16;

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
        const SynapseRegion& shape = machine.cores[c].program->synaptic_input()->shape;
        const std::uint32_t tick_shift = shape.index_bits + shape.type_bits;
        const std::uint32_t index_mask = (1u << (tick_shift + shape.delay_bits)) - 1;
        if (part.columns.size() == begin || part.columns.back().tick_shift != tick_shift ||
            part.columns.back().index_mask != index_mask) {
            part.columns.emplace_back();
            part.columns.back().first = column;
            part.columns.back().tick_shift = tick_shift;
            part.columns.back().index_mask = index_mask;
            part.columns.back().calendar = part.calendar.get();
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
    mine.matrix = block.learning.matrix;
    mine.row = block.learning.first_row;
    if (block.kind != ChipBlock::Kind::rows) {
        if (std::find(part.cores.begin(), part.cores.end(), block.core) != part.cores.end())
            part.blocks.blocks.push_back(mine);
        return;
    }
    mine.rows = block.rows;
    const ColumnsOfMatrix columns = columns_of(machine, part, block.matrix, known);
    for (mine.columns = columns.begin; mine.columns < columns.end; ++mine.columns) {
        const RowColumns& here = part.columns[mine.columns];
        const std::uint32_t all = (1u << (here.end - here.first)) - 1;
        mine.wanted = block.reached >> here.first & all;
        mine.all_columns = mine.wanted == all;
        if (mine.wanted != 0) part.blocks.blocks.push_back(mine);
    }
}

/// The ring buffer of some neuron core of the part; null when it has none.
const RingBuffer* some_ring(const Machine& machine, const ChipPart& part) {
    for (const std::uint32_t c : part.cores)
        if (const SynapticInput* const input = machine.cores[c].program->synaptic_input()) return &input->ring;
    return nullptr;
}

/// Bits of an event's place that tell the sum within a core: with a calendar, ring buffers have these few slots.
std::uint32_t core_shift(const RingBuffer& ring) {
    return ring.tick_shift + static_cast<std::uint32_t>(std::countr_zero(slots_beside_calendar));
}

std::span<const PartBlock> blocks_of(const BlockTable& table, std::uint32_t rank) {
    std::size_t i = 0;
    if (!table.rank_index.empty()) {
        if (table.rank_index[rank] == 0) return {};
        i = table.rank_index[rank] - 1;
    } else {
        const auto found = std::lower_bound(table.ranks.begin(), table.ranks.end(), rank);
        if (found == table.ranks.end() || *found != rank) return {};
        i = static_cast<std::size_t>(found - table.ranks.begin());
    }
    return std::span(table.blocks).subspan(table.block_begin[i], table.block_begin[i + 1] - table.block_begin[i]);
}

/// What stands at the neuron's offset, up to the next neuron's.
ComingWords words_of(const RowReference& from) {
    return {from.block->rows.words + from.offset[0], from.block->rows.words + from.offset[1]};
}

std::uint32_t lines_of(const ComingWords& words) {
    return static_cast<std::uint32_t>(words.end - words.next + words_a_line - 1) / words_a_line;
}

constexpr std::size_t rows_ahead = 2;  ///< plastic rows that are asked for while one is gone through

/// Lets the synapses of a core learn from the spikes of a run, in their order, and adds their weights.
void learn(Machine& machine, const PartBlock& block, const SpikeRun& run) {
    SynapticInput& input = *machine.cores[block.core].program->synaptic_input();
    for (std::size_t i = 0; i < run.atoms.size(); ++i) {
        if (i + rows_ahead < run.atoms.size() && run.atoms[i + rows_ahead] - block.first < block.end - block.first)
            ask_for_plastic(input.plastic, block.matrix, block.row + run.atoms[i + rows_ahead] - block.first);
        const std::uint32_t atom = run.atoms[i] - block.first;
        if (atom >= block.end - block.first) continue;
        receive_plastic(input.plastic, input.shape, input.ring, block.matrix, block.row + atom, run.sent,
                        run.repeats[i]);
    }
}

/// Adds the rows of short-term plasticity of a run.
void transmit(Machine& machine, const PartBlock& block, const SpikeRun& run) {
    SynapticInput& input = *machine.cores[block.core].program->synaptic_input();
    for (std::size_t i = 0; i < run.atoms.size(); ++i) {
        const std::uint32_t atom = run.atoms[i] - block.first;
        if (atom >= block.end - block.first) continue;
        receive_short_term(input.short_term, input.ring, block.matrix, block.row + atom, run.sent, run.repeats[i]);
    }
}

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
    if (chip.calendar_slots > 0 && some_ring(machine, part) != nullptr) {
        part.calendar = std::make_unique<EventCalendar>(chip.calendar_slots);
        part.saturated.assign(physical_cores_per_chip, 0);
    }
    std::vector<ColumnsOfMatrix> known;
    BlockTable& table = part.blocks;
    for (std::size_t r = 0; r < chip.ranks.size(); ++r) {
        for (std::uint32_t b = chip.block_begin[r]; b < chip.block_begin[r + 1]; ++b)
            add_blocks(machine, part, chip.blocks[b], known);
        if (table.blocks.size() == table.block_begin.back()) continue;
        table.ranks.push_back(chip.ranks[r]);
        table.block_begin.push_back(static_cast<std::uint32_t>(table.blocks.size()));
    }
    // A direct index where it is not much larger than what it finds: on a large machine a chip hears few of all cores.
    if (n_ranks / 16 <= table.ranks.size()) {
        table.rank_index.assign(n_ranks, 0);
        for (std::uint32_t i = 0; i < table.ranks.size(); ++i) table.rank_index[table.ranks[i]] = i + 1;
    }
    return part;
}

void drain(const Machine& machine, ChipPart& part, Tick tick) {
    if (!part.calendar) return;
    const RingBuffer& ring = *some_ring(machine, part);
    const std::uint32_t slot = value(tick) & (slots_beside_calendar - 1);
    drain(*part.calendar, value(tick), part.chip->sums.data() + (std::size_t{slot} << ring.tick_shift),
          core_shift(ring), part.saturated);
}

void move_events(const Machine& machine, std::span<ChipPart*> from, std::span<ChipPart*> to) {
    for (ChipPart* const old : from) {
        if (!old->calendar) continue;
        // The calendar that a core's events go to, by the core's ring buffer in the order of the chip's.
        const std::uint32_t shift = core_shift(*some_ring(machine, *old));
        std::vector<EventCalendar*> calendar_of(physical_cores_per_chip, nullptr);
        for (ChipPart* const part : to) {
            if (part->chip != old->chip || !part->calendar) continue;
            for (const std::uint32_t c : part->cores)
                if (machine.cores[c].program->synaptic_input() != nullptr)
                    calendar_of[part->chip->base[machine.cores[c].location.core] >> shift] = part->calendar.get();
        }
        for (std::uint32_t slot = 0; slot < old->calendar->n_slots(); ++slot)
            old->calendar->take(slot, [&](std::span<const std::uint32_t> events) {
                for (const std::uint32_t event : events) calendar_of[(event & 0xffff) >> shift]->enter(slot, event);
            });
    }
}

void Delivery::begin(Machine& machine, ChipPart& part, std::span<const SpikeRun> runs) {
    machine_ = &machine;
    part_ = &part;
    runs_ = runs;
    blocks_ = runs.empty() ? std::span<const PartBlock>{} : blocks_of(part.blocks, runs[0].rank);
    spike_ = 0;
    in_ = out_ = asked_ = lines_ = 0;
    fill();
}

/// Takes in spikes until the queue is full or none is left.
void Delivery::fill() {
    while (!runs_.empty()) {
        if (blocks_.empty()) {
            runs_ = runs_.subspan(1);
            if (!runs_.empty()) blocks_ = blocks_of(part_->blocks, runs_[0].rank);
            continue;
        }
        const SpikeRun& run = runs_[0];
        const PartBlock& block = blocks_.front();
        if (block.kind == ChipBlock::Kind::rows) {
            const std::uint32_t n = block.end - block.first;
            for (; spike_ < run.atoms.size(); ++spike_) {
                if (in_ - out_ == queue_size) return;
                const std::uint32_t atom = run.atoms[spike_] - block.first;
                if (atom >= n) continue;
                const std::uint32_t* const offset = block.rows.offsets + atom;
                __builtin_prefetch(offset);
                rows_[in_++ % queue_size] = {offset, &block, run.sent, run.repeats[spike_]};
            }
        } else if (block.kind == ChipBlock::Kind::plastic) {
            learn(*machine_, block, run);
        } else if (block.kind == ChipBlock::Kind::short_term) {
            transmit(*machine_, block, run);
        } else if (block.kind == ChipBlock::Kind::packets) {
            hand_over(*machine_, block, run);
        } else {
            for (const std::uint32_t atom : run.atoms)
                if (atom - block.first < block.end - block.first)
                    ++machine_->cores[block.core].program->synaptic_input()->unknown_keys;
        }
        spike_ = 0;
        blocks_ = blocks_.subspan(1);
    }
}

/// The words of the next rows, up to what may be on its way. The last of them are returned, to be asked for one by one;
/// the others, when rows are short, have been asked for.
ComingWords Delivery::ask_next() {
    ComingWords coming;
    while (asked_ != in_ && lines_ < lines_ahead) {
        for (; coming.next < coming.end; coming.next += words_a_line) ask_for(coming.next);
        coming = words_of(rows_[asked_++ % queue_size]);
        lines_ += lines_of(coming);
    }
    return coming;
}

void Delivery::ask_ahead() {
    for (ComingWords coming = ask_next(); coming.next < coming.end; coming.next += words_a_line) ask_for(coming.next);
}

void Delivery::add_oldest() {
    const RowReference& from = rows_[out_++ % queue_size];
    const ComingWords words = words_of(from);
    if (asked_ - out_ > queue_size)  // this one has not been asked for
        asked_ = out_;
    else
        lines_ -= lines_of(words);
    ComingWords coming = ask_next();
    if (words.next == words.end) {
        for (; coming.next < coming.end; coming.next += words_a_line) ask_for(coming.next);
        return;
    }
    RowColumns& columns = part_->columns[from.block->columns];
    const std::uint32_t n_columns = from.block->rows.n_columns;
    if (from.repeats == 1 && from.block->all_columns)
        add_rows(columns, words.next, n_columns, from.sent, coming);
    else
        add_rows(columns, words.next, n_columns, from.sent, from.repeats, from.block->wanted);
}

void Delivery::finish() {
    while (in_ != out_) {
        add_oldest();
        fill();
    }
}

void settle(Machine& machine, ChipPart& part) {
    if (part.calendar) {
        const std::uint32_t shift = core_shift(*some_ring(machine, part));
        for (const std::uint32_t c : part.cores)
            if (SynapticInput* const input = machine.cores[c].program->synaptic_input())
                input->saturations +=
                    std::exchange(part.saturated[part.chip->base[machine.cores[c].location.core] >> shift], 0);
    }
    for (std::size_t i = 0; i < part.columns.size(); ++i) {
        RowColumns& columns = part.columns[i];
        settle_events(columns);
        for (std::size_t c = 0; c < part.column_core[i].size(); ++c) {
            SynapticInput& input = *machine.cores[part.column_core[i][c]].program->synaptic_input();
            input.synaptic_events += columns.events[c];
            input.saturations += columns.saturated[c];
            columns.events[c] = columns.saturated[c] = 0;
        }
    }
}

}  // namespace spinn
