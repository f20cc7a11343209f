#include "emulator/drive.hpp"

#include <algorithm>

#include "runtime/row_adder.hpp"

namespace spinn {

namespace {

/// The words of the block's rows when they are a diagonal, else none.
std::vector<std::uint32_t> diagonal_of(const RowBlock& block, std::uint32_t n_keys, const SynapseRegion& shape) {
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = 0; i < n_keys; ++i) {
        const std::span<const std::uint32_t> one = row(block, i);
        if (one.size() != 1 || (one[0] & 0xffff) - i != ((i == 0 ? one[0] : words[0]) & 0xffff)) return {};
        words.push_back(one[0]);
    }
    // Counting up must not carry into the receptor.
    const std::uint32_t last_atom = (words[0] & ((1u << shape.index_bits) - 1)) + n_keys - 1;
    return last_atom >> shape.index_bits == 0 ? words : std::vector<std::uint32_t>{};
}

/// The spikes of one atom. @param diagonals  whether rows of diagonals are meant too
void add_spikes(SynapticInput& input, const Drive& drive, std::uint32_t sent, std::uint32_t atom, std::uint32_t repeats,
                bool diagonals) {
    if (drive.unknown) ++input.unknown_keys;
    for (const Drive::Rows& rows : drive.rows) {
        if (atom - rows.first >= rows.end - rows.first || (!rows.diagonal.empty() && !diagonals)) continue;
        const std::span<const std::uint32_t> words = row(rows.block, atom - rows.first);
        input.saturations += add_row(input.ring, words, sent, repeats);
        input.synaptic_events += words.size() * repeats;
    }
}

}  // namespace

std::optional<Drive> drive_of(Machine& machine, std::uint32_t source, std::span<const KeyPath> paths) {
    const ProgramKind kind = machine.cores[source].kind;
    if (kind != ProgramKind::poisson_source && kind != ProgramKind::array_source) return std::nullopt;
    if (paths.empty() || paths[0].receivers.empty()) return std::nullopt;
    Drive drive;
    drive.source = source;
    drive.target = paths[0].receivers[0];
    if (!machine.cores[drive.target].program) return std::nullopt;  // another process runs it
    const SynapticInput* const input = machine.cores[drive.target].program->synaptic_input();
    if (input == nullptr) return std::nullopt;
    for (const KeyPath& path : paths) {
        if (path.receivers.size() != 1 || path.receivers[0] != drive.target) return std::nullopt;
        if (!resolve(input->plastic, input->table, path.first_key, path.n_keys).empty() ||
            !resolve(input->short_term, input->table, path.first_key, path.n_keys).empty())
            return std::nullopt;
        drive.unknown = drive.unknown || find_entry(input->table, path.first_key) == nullptr;
        for (const RowBlock& block : resolve(*input, path.first_key, path.n_keys)) {
            if (block.max_delay_ticks > (input->ring.index_mask >> input->ring.tick_shift) + 1) return std::nullopt;
            const std::uint32_t first = path.first_key - machine.cores[source].keys.key;
            drive.rows.push_back({first, first + path.n_keys, block, diagonal_of(block, path.n_keys, input->shape)});
        }
    }
    return drive;
}

void deliver(Machine& machine, const Drive& drive, std::uint32_t sent, std::span<const std::uint32_t> atoms,
             std::span<const std::uint32_t> repeats, std::span<const std::uint32_t> counts) {
    SynapticInput& input = *machine.cores[drive.target].program->synaptic_input();
    for (std::size_t i = 0; i < atoms.size(); ++i) add_spikes(input, drive, sent, atoms[i], repeats[i], true);
    if (counts.empty()) return;
    for (const Drive::Rows& rows : drive.rows) {
        // An image may name more keys than the source has atoms.
        if (rows.diagonal.empty() || rows.first >= counts.size()) continue;
        const std::size_t n = std::min<std::size_t>(rows.end, counts.size()) - rows.first;
        const std::uint32_t index =
            ((rows.diagonal[0] & 0xffff) + (sent << input.ring.tick_shift)) & input.ring.index_mask;
        const CountsAdded added =
            add_counts(input.ring.sums.subspan(index, n), rows.diagonal.data(), counts.data() + rows.first);
        input.synaptic_events += added.events;
        input.saturations += added.saturated;
    }
    const bool diagonals = std::all_of(drive.rows.begin(), drive.rows.end(),
                                       [](const Drive::Rows& rows) { return !rows.diagonal.empty(); });
    if (diagonals && !drive.unknown) return;
    for (std::uint32_t atom = 0; atom < counts.size(); ++atom)
        if (counts[atom] != 0) add_spikes(input, drive, sent, atom, counts[atom], false);
}

}  // namespace spinn
