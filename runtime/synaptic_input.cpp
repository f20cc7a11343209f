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
    ring.sums.assign(std::size_t{ring.index_mask} + 1, 0);
    return ring;
}

std::uint64_t add_row(RingBuffer& ring, std::span<const std::uint32_t> row, std::uint32_t sent, std::uint32_t repeats) {
    const std::uint32_t offset = sent << ring.tick_shift;
    const std::uint32_t mask = ring.index_mask;
    std::uint16_t* const sums = ring.sums.data();
    std::uint64_t saturations = 0;
    if (repeats == 1) {
        for (const std::uint32_t word : row) {
            std::uint16_t& sum = sums[(word + offset) & mask];
            const std::uint32_t wide = sum + (word >> 16);
            saturations += wide >> 16;
            sum = static_cast<std::uint16_t>(wide > 0xffff ? 0xffff : wide);
        }
        return saturations;
    }
    for (const std::uint32_t word : row) {
        std::uint16_t& sum = sums[(word + offset) & mask];
        const std::uint64_t wide = sum + std::uint64_t{word >> 16} * repeats;
        if (wide > 0xffff) saturations += cut_additions(sum, word >> 16, repeats);
        sum = static_cast<std::uint16_t>(std::min<std::uint64_t>(wide, 0xffff));
    }
    return saturations;
}

std::vector<RowBlock> resolve(const SynapticInput& input, std::uint32_t first_key, std::uint32_t n_keys) {
    std::vector<RowBlock> blocks;
    const PopulationEntry* entry = n_keys == 0 ? nullptr : find_entry(input.table, first_key);
    if (entry == nullptr) return blocks;
    for (std::uint32_t a = 0; a < entry->address_count; ++a) {
        const std::uint32_t address = input.table.addresses[entry->first_address + a];
        if (address == invalid_matrix_address) continue;
        const std::uint32_t* const offsets = input.matrix.data() + std::size_t{address} * 4;
        const std::uint32_t n_rows = offsets[0];
        if (std::uint64_t{row_of(*entry, first_key)} + n_keys > n_rows) continue;
        blocks.push_back({offsets + 1 + row_of(*entry, first_key), offsets + 1 + n_rows + 1});
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
        const std::span<const std::uint32_t> row(block.words + block.offsets[0], block.words + block.offsets[1]);
        input.saturations += add_row(input.ring, row, sent, repeats);
        input.synaptic_events += row.size() * repeats;
    }
}

std::span<const std::uint16_t> ring_slot(const SynapticInput& input, std::uint32_t tick, std::uint32_t receptor) {
    const std::uint32_t start =
        ((tick << input.ring.tick_shift) | (receptor << input.shape.index_bits)) & input.ring.index_mask;
    return {input.ring.sums.data() + start, std::size_t{1} << input.shape.index_bits};
}

void clear_slot(SynapticInput& input, std::uint32_t tick) {
    const auto start = static_cast<std::ptrdiff_t>((tick << input.ring.tick_shift) & input.ring.index_mask);
    std::fill_n(input.ring.sums.begin() + start, std::size_t{1} << input.ring.tick_shift, std::uint16_t{0});
}

}  // namespace spinn
