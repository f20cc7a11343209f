#include "runtime/synaptic_input.hpp"

#include <algorithm>

namespace spinn {

namespace {

/// The k-th addition of w to sum is cut when sum + k * w passes 65535.
std::uint64_t cut_additions(std::uint32_t sum, std::uint32_t weight, std::uint32_t repeats) {
    if (weight == 0) return 0;
    const std::uint32_t uncut = (0xffffu - sum) / weight;
    return repeats > uncut ? repeats - uncut : 0;
}

}  // namespace

RingBuffer make_ring_buffer(const SynapseRegion& shape) {
    RingBuffer ring;
    ring.tick_shift = shape.index_bits + shape.type_bits;
    ring.index_mask = (1u << (ring.tick_shift + shape.delay_bits)) - 1;
    ring.storage.assign(std::size_t{ring.index_mask} + 1, 0);
    ring.sums = ring.storage;
    return ring;
}

void move_sums(RingBuffer& ring, std::span<std::uint16_t> place) {
    std::copy(ring.sums.begin(), ring.sums.end(), place.begin());
    ring.sums = place.first(ring.sums.size());
    ring.storage = std::vector<std::uint16_t>();
}

void shrink(RingBuffer& ring, std::uint32_t n_slots, std::span<std::uint16_t> place) {
    ring.index_mask = (n_slots << ring.tick_shift) - 1;
    ring.sums = place.first(std::size_t{ring.index_mask} + 1);
    ring.storage = std::vector<std::uint16_t>();
}

std::uint64_t add_weight(std::uint16_t& sum, std::uint32_t weight, std::uint32_t repeats) {
    const std::uint64_t wide = sum + std::uint64_t{weight} * repeats;
    const std::uint64_t cut = wide > 0xffff ? cut_additions(sum, weight, repeats) : 0;
    sum = static_cast<std::uint16_t>(std::min<std::uint64_t>(wide, 0xffff));
    return cut;
}

std::uint64_t add_row(const RingView& ring, std::span<const std::uint32_t> row, std::uint32_t sent,
                      std::uint32_t repeats) {
    const std::uint32_t offset = sent << ring.tick_shift;
    std::uint64_t cut = 0;
    for (const std::uint32_t word : row)
        cut += add_weight(ring.sums[(word + offset) & ring.index_mask], word >> 16, repeats);
    return cut;
}

std::vector<RowBlock> resolve(const SynapticInput& input, std::uint32_t first_key, std::uint32_t n_keys) {
    std::vector<RowBlock> blocks;
    const PopulationEntry* entry = n_keys == 0 ? nullptr : find_entry(input.table, first_key);
    if (entry == nullptr) return blocks;
    for (std::uint32_t a = entry->first_address; a < entry->first_address + entry->address_count; ++a) {
        const std::uint32_t address = input.table.addresses[a];
        if (address == invalid_matrix_address) continue;
        RowBlock block;
        block.matrix = matrix_at(input.matrix, address);
        if (std::uint64_t{row_of(*entry, first_key)} + n_keys > block.matrix.n_rows) continue;
        const auto column = std::find(block.matrix.columns.begin(), block.matrix.columns.end(), input.virtual_core);
        if (column == block.matrix.columns.end()) continue;
        block.column = static_cast<std::uint32_t>(column - block.matrix.columns.begin());
        block.rows = block.matrix.rows;
        block.rows.offsets += row_of(*entry, first_key);
        for (const LooseRows& rows : input.loose)
            if (rows.address_index == a) {
                block.min_delay_ticks = rows.min_delay_ticks;
                block.max_delay_ticks = rows.max_delay_ticks;
            }
        blocks.push_back(block);
    }
    return blocks;
}

void receive(SynapticInput& input, std::uint32_t sent, const MulticastPacket& packet) {
    const std::uint32_t repeats = packet.has_payload ? packet.payload : 1;
    const PopulationEntry* entry = find_entry(input.table, value(packet.key));
    if (entry == nullptr) {
        ++input.unknown_keys;
        return;
    }
    for (const RowBlock& block : resolve(input, value(packet.key), 1)) {
        const std::span<const std::uint32_t> words = row(block, 0);
        input.saturations += add_row(input.ring, words, sent, repeats);
        input.synaptic_events += words.size() * repeats;
    }
    for (const MatrixBlock& block : resolve(input.short_term, input.table, value(packet.key), 1))
        receive_short_term(input.short_term, input.ring, block.matrix, block.first_row, sent, repeats);
    if (input.plastic.empty()) return;
    for (const MatrixBlock& block : resolve(input.plastic, input.table, value(packet.key), 1))
        receive_plastic(input.plastic, input.shape, input.ring, block.matrix, block.first_row, sent, repeats);
}

std::span<std::uint16_t> ring_slot(const SynapticInput& input, std::uint32_t tick, std::uint32_t receptor) {
    const std::uint32_t start =
        ((tick << input.ring.tick_shift) | (receptor << input.shape.index_bits)) & input.ring.index_mask;
    return {input.ring.sums.data() + start, std::size_t{1} << input.shape.index_bits};
}

void clear_slot(SynapticInput& input, std::uint32_t tick) {
    const auto start = static_cast<std::ptrdiff_t>((tick << input.ring.tick_shift) & input.ring.index_mask);
    std::fill_n(input.ring.sums.begin() + start, std::size_t{1} << input.ring.tick_shift, std::uint16_t{0});
}

}  // namespace spinn
