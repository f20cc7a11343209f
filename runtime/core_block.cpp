#include "runtime/core_block.hpp"

namespace spinn {

namespace {
std::string hex(std::uint32_t number) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) text += digits[(number >> shift) & 0xf];
    return text;
}
}  // namespace

CoreBlock::CoreBlock(CoreServices& services, std::uint32_t block_address)
    : services_(services), block_address_(block_address) {
    table_ = need(decode_region_table(services.sdram(block_address, region_table_words)), "region table");
}

std::span<std::uint32_t> CoreBlock::words(Region region) const {
    const RegionEntry& entry = table_[static_cast<std::size_t>(region)];
    if (entry.pointer == 0 || entry.n_words == 0) return {};
    const std::span<std::uint32_t> words = services_.sdram(entry.pointer, entry.n_words);
    if (words.empty()) fail("region table", {2 + 3 * static_cast<std::size_t>(region), "a region lies outside SDRAM"});
    return words;
}

void CoreBlock::fail(const char* region, const DecodeError& error) const {
    throw RequestError(
        {.what = error.reason,
         .where = "block at " + hex(block_address_) + ", " + region + ", word " + std::to_string(error.offset),
         .fix = "map the network again with this version"});
}

}  // namespace spinn
