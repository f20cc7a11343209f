/// Opening the block of a core: the region table and typed access to regions, for the programs in this folder.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <variant>

#include "protocols/error.hpp"
#include "runtime/core_program.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

class CoreBlock {
 public:
    /// @throws RequestError when there is no region table of this version at the address
    CoreBlock(CoreServices& services, std::uint32_t block_address);

    /// The words of a region; empty when the block has none. @throws RequestError when it lies outside SDRAM
    std::span<std::uint32_t> words(Region region) const;
    std::uint32_t address(Region region) const { return table_[static_cast<std::size_t>(region)].pointer; }

    /// Takes what a decoder returned. @throws RequestError with the region and the offset when it is an error
    template <typename T>
    T need(std::variant<T, DecodeError> decoded, const char* region) const {
        if (const auto* error = std::get_if<DecodeError>(&decoded)) fail(region, *error);
        return std::move(std::get<T>(decoded));
    }

    /// @throws RequestError that says so when a promise of the mapper is broken
    void require(bool promise, const char* region, const char* otherwise) const {
        if (!promise) fail(region, {0, otherwise});
    }

    SystemRegion system() const { return need(decode_system_region(words(Region::system)), "system region"); }

 private:
    [[noreturn]] void fail(const char* region, const DecodeError& error) const;

    CoreServices& services_;
    std::uint32_t block_address_;
    RegionTable table_;
};

}  // namespace spinn
