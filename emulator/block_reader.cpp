#include "emulator/block_reader.hpp"

#include <utility>

#include "protocols/error.hpp"

namespace spinn {

BlockReader::BlockReader(Chip& chip, const Core& core) : chip_(chip), core_(core) {
    std::uint32_t pointer = 0;
    const std::uint32_t vcpu = bus::vcpu_base + bus::vcpu_bytes * core.location.core;
    read_words(vcpu + bus::vcpu_user0, {&pointer, 1});
    table_ = need(decode_region_table(words(pointer, region_table_words)));
}

std::vector<std::uint32_t> BlockReader::words(std::uint32_t address, std::uint32_t n) const {
    if (n > sdram_size_bytes / 4) fail("a region larger than memory");
    std::vector<std::uint32_t> out(n);
    read_words(address, out);
    return out;
}

std::vector<std::uint32_t> BlockReader::words(Region region) const {
    const RegionEntry& where = entry(region);
    return where.pointer == 0 ? std::vector<std::uint32_t>{} : words(where.pointer, where.n_words);
}

void BlockReader::fail(const std::string& what) const {
    throw RequestError({.what = what, .where = core_.name + ", core " + to_string(core_.location)});
}

void BlockReader::read_words(std::uint32_t address, std::span<std::uint32_t> out) const {
    if (!read(chip_, address, std::as_writable_bytes(out))) fail("a region lies outside memory");
}

}  // namespace spinn
