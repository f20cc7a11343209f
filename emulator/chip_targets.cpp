#include "emulator/chip_targets.hpp"

#include <algorithm>
#include <map>

namespace spinn {

namespace {

std::uint32_t column_of(const ChipMatrix& matrix, int virtual_core) {
    const auto found =
        std::lower_bound(matrix.columns.begin(), matrix.columns.end(), static_cast<std::uint32_t>(virtual_core));
    return static_cast<std::uint32_t>(found - matrix.columns.begin());
}

/// Sets the bits of columns that have no synapse in any row of the block: whether packets reach them makes no
/// difference, and a block that reaches all columns is added in one go.
void reach_empty_columns(ChipBlock& block) {
    for (std::uint32_t c = 0; c < block.matrix.columns.size(); ++c) {
        if ((block.reached >> c & 1) != 0) continue;
        bool empty = true;
        for (std::uint32_t i = 0; i < block.end - block.first && empty; ++i)
            empty = row_of_column(block.rows, i, c).empty();
        if (empty) block.reached |= 1u << c;
    }
}

/// The number of slots of the chip's ring buffers when a calendar can stand before them: all have one shape, and the
/// sums of a tick of all of them can be told in 16 bits. 0 when not.
std::uint32_t slots_of_one_shape(const Machine& machine, std::span<const std::uint32_t> cores) {
    const RingBuffer* first = nullptr;
    std::uint32_t n = 0;
    for (const std::uint32_t c : cores) {
        const SynapticInput* const input = machine.cores[c].program->synaptic_input();
        if (input == nullptr) continue;
        if (!input->plastic.empty() || !input->short_term.empty()) return 0;  // their rows go straight to ring buffers
        if (first == nullptr) first = &input->ring;
        if (input->ring.tick_shift != first->tick_shift || input->ring.index_mask != first->index_mask) return 0;
        ++n;
    }
    if (first == nullptr || std::uint64_t{n} * slots_beside_calendar << first->tick_shift > 0x10000) return 0;
    return (first->index_mask >> first->tick_shift) + 1;
}

}  // namespace

std::vector<ChipTargets> chip_targets(Machine& machine, LargeBuffer& ring_memory, bool with_calendars) {
    std::vector<ChipTargets> chips;
    std::vector<std::size_t> n_sums;  // [chip]
    for (std::vector<std::uint32_t>& cores : cores_by_chip(machine)) {
        ChipTargets chip;
        chip.chip = &chip_of(machine, machine.cores[cores[0]].location.chip);
        chip.cores = std::move(cores);
        chip.base.assign(physical_cores_per_chip, 0);
        if (with_calendars) chip.calendar_slots = slots_of_one_shape(machine, chip.cores);
        n_sums.push_back(0);
        for (const std::uint32_t c : chip.cores) {
            const SynapticInput* const input = machine.cores[c].program->synaptic_input();
            if (input == nullptr) continue;
            chip.base[machine.cores[c].location.core] = static_cast<std::uint32_t>(n_sums.back());
            const std::size_t slot = std::size_t{1} << input->ring.tick_shift;
            // A slot of padding: the slots of one tick of all cores then fall into different sets of the cache.
            n_sums.back() += chip.calendar_slots > 0 ? slots_beside_calendar * slot : input->ring.sums.size() + slot;
        }
        chips.push_back(std::move(chip));
    }
    constexpr std::size_t line_sums = 32;
    std::size_t total = 0;
    for (std::size_t& n : n_sums) total += n = (n + line_sums - 1) / line_sums * line_sums;
    ring_memory = LargeBuffer(total * sizeof(std::uint16_t));
    std::span<std::uint16_t> free(reinterpret_cast<std::uint16_t*>(ring_memory.bytes().data()), total);
    for (std::size_t i = 0; i < chips.size(); ++i) {
        ChipTargets& chip = chips[i];
        chip.sums = free.first(n_sums[i]);
        free = free.subspan(n_sums[i]);
        for (const std::uint32_t c : chip.cores) {
            SynapticInput* const input = machine.cores[c].program->synaptic_input();
            if (input == nullptr) continue;
            const std::span<std::uint16_t> place = chip.sums.subspan(chip.base[machine.cores[c].location.core]);
            if (chip.calendar_slots > 0)
                shrink(input->ring, slots_beside_calendar, place);
            else
                move_sums(input->ring, place);
        }
    }
    return chips;
}

std::vector<ChipBlock> blocks_of_path(Machine& machine, const KeyPath& path, std::uint32_t first_key,
                                      std::span<const std::uint32_t> receivers) {
    std::vector<ChipBlock> blocks;
    ChipBlock block;
    block.first = path.first_key - first_key;
    block.end = block.first + path.n_keys;
    block.first_key = path.first_key;
    for (const std::uint32_t receiver : receivers) {
        CoreProgram& program = *machine.cores[receiver].program;
        const SynapticInput* const input = program.synaptic_input();
        block.core = receiver;
        if (input == nullptr) {
            block.kind = ChipBlock::Kind::packets;
            block.min_delay_ticks = program.min_delay_ticks();
            blocks.push_back(block);
            continue;
        }
        if (find_entry(input->table, path.first_key) == nullptr) {
            block.kind = ChipBlock::Kind::unknown;
            block.min_delay_ticks = ~0u;
            blocks.push_back(block);
            continue;
        }
        for (const RowBlock& rows : resolve(*input, path.first_key, path.n_keys)) {
            const std::uint32_t bit = 1u << column_of(rows.matrix, machine.cores[receiver].location.core);
            // A core that packets reach twice needs a block of its own.
            const auto same = std::find_if(blocks.begin(), blocks.end(), [&](const ChipBlock& other) {
                return other.kind == ChipBlock::Kind::rows && other.rows.offsets == rows.rows.offsets &&
                       (other.reached & bit) == 0;
            });
            if (same != blocks.end()) {
                same->reached |= bit;
                same->min_delay_ticks = std::min(same->min_delay_ticks, rows.min_delay_ticks);
                continue;
            }
            block.kind = ChipBlock::Kind::rows;
            block.matrix = rows.matrix;
            block.rows = rows.rows;
            block.reached = bit;
            block.min_delay_ticks = rows.min_delay_ticks;
            blocks.push_back(block);
        }
        for (const MatrixBlock& rows : resolve(input->plastic, input->table, path.first_key, path.n_keys)) {
            block.kind = ChipBlock::Kind::plastic;
            block.learning = rows;
            block.min_delay_ticks = rows.min_delay_ticks;
            blocks.push_back(block);
        }
        for (const MatrixBlock& rows : resolve(input->short_term, input->table, path.first_key, path.n_keys)) {
            block.kind = ChipBlock::Kind::short_term;
            block.learning = {rows.matrix, rows.first_row, rows.min_delay_ticks};
            block.min_delay_ticks = rows.min_delay_ticks;
            blocks.push_back(block);
        }
    }
    for (ChipBlock& found : blocks)
        if (found.kind == ChipBlock::Kind::rows) reach_empty_columns(found);
    return blocks;
}

void resolve_blocks(Machine& machine, std::span<const RankedPaths> senders, std::vector<ChipTargets>& chips) {
    std::map<ChipCoord, ChipTargets*> chip_at;
    for (ChipTargets& chip : chips) {
        chip.ranks.clear();
        chip.block_begin.assign(1, 0);
        chip.blocks.clear();
        chip_at[chip.chip->coord] = &chip;
    }
    for (const RankedPaths& sender : senders) {
        for (const KeyPath& path : sender.paths) {
            std::map<ChipCoord, std::vector<std::uint32_t>> receivers;
            for (const std::uint32_t receiver : path.receivers)
                if (machine.cores[receiver].program)
                    receivers[machine.cores[receiver].location.chip].push_back(receiver);
            for (const auto& [coord, cores] : receivers) {
                ChipTargets& chip = *chip_at.at(coord);
                const std::vector<ChipBlock> blocks = blocks_of_path(machine, path, sender.first_key, cores);
                if (blocks.empty()) continue;
                if (chip.ranks.empty() || chip.ranks.back() != sender.rank) {
                    chip.ranks.push_back(sender.rank);
                    chip.block_begin.push_back(chip.block_begin.back());
                }
                chip.blocks.insert(chip.blocks.end(), blocks.begin(), blocks.end());
                chip.block_begin.back() = static_cast<std::uint32_t>(chip.blocks.size());
            }
        }
    }
}

}  // namespace spinn
