#include "emulator/provenance.hpp"

#include "emulator/chip_memory.hpp"
#include "emulator/heap.hpp"
#include "protocols/bytes.hpp"

namespace spinn {

void open_provenance(Chip& chip, const Core& core, std::uint32_t application) {
    const std::uint32_t address = heap_allocate(chip, memory_map::system_ram_heap, provenance_bytes, application << 8);
    store_word(chip, vcpu::address_of(core.location.core) + vcpu::user1, address);
    write_provenance(chip, core, 0);
}

void write_provenance(Chip& chip, const Core& core, std::uint32_t ticks) {
    const std::uint32_t address = load_word(chip, vcpu::address_of(core.location.core) + vcpu::user1);
    if (address == 0) return;
    const ProgramCounters counters = core.program->counters();
    Bytes block;
    append_u32(block, provenance_magic);
    append_u32(block, ticks);
    for (const std::uint64_t* field : counter_fields(counters)) {
        append_u32(block, static_cast<std::uint32_t>(*field));
        append_u32(block, static_cast<std::uint32_t>(*field >> 32));
    }
    write(chip, address, block);
}

std::optional<Provenance> decode_provenance(std::span<const std::byte> bytes) {
    if (bytes.size() < provenance_bytes || load_u32(bytes, 0) != provenance_magic) return std::nullopt;
    Provenance provenance{load_u32(bytes, 4), {}};
    std::size_t offset = 8;
    for (std::uint64_t* field : counter_fields(provenance.counters)) {
        *field = load_u32(bytes, offset) | std::uint64_t{load_u32(bytes, offset + 4)} << 32;
        offset += 8;
    }
    return provenance;
}

}  // namespace spinn
