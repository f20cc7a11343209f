/// Reading the regions of a core's block through the bus, as a host does: vcpu user0 -> region table -> words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulator/machine.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

class BlockReader {
 public:
    /// @throws RequestError when there is no region table
    BlockReader(Chip& chip, const Core& core);

    const RegionEntry& entry(Region region) const { return table_[static_cast<std::size_t>(region)]; }

    /// @throws RequestError when they lie outside memory
    std::vector<std::uint32_t> words(std::uint32_t address, std::uint32_t n) const;
    /// All of a region; none when the block has no such region.
    std::vector<std::uint32_t> words(Region region) const;

    /// Takes what a decoder returned. @throws RequestError when it is an error
    template <typename T>
    T need(std::variant<T, DecodeError> decoded) const {
        if (const auto* error = std::get_if<DecodeError>(&decoded)) fail(error->reason);
        return std::move(std::get<T>(decoded));
    }
    [[noreturn]] void fail(const std::string& what) const;

 private:
    void read_words(std::uint32_t address, std::span<std::uint32_t> out) const;

    Chip& chip_;
    const Core& core_;
    RegionTable table_{};
};

}  // namespace spinn
