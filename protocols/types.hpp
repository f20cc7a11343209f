/// The strong types that every folder shares.
#pragma once

#include <compare>
#include <cstdint>

namespace spinn {

/// One step of the simulation, counted from 0. The length of a step is the network's timestep.
enum class Tick : std::uint32_t {};

/// A multicast routing key.
enum class Key : std::uint32_t {};

constexpr std::uint32_t value(Tick tick) { return static_cast<std::uint32_t>(tick); }
constexpr std::uint32_t value(Key key) { return static_cast<std::uint32_t>(key); }

/// The keys of one sender: atom i sends `key + i`. The mask has a 0 for every bit that tells atoms apart, so the block
/// is an aligned power of two; `key & ~mask` is 0.
struct KeyBlock {
    std::uint32_t key = 0;
    std::uint32_t mask = 0xffffffff;
    auto operator<=>(const KeyBlock&) const = default;
};

/// One multicast packet as a core sends or receives it.
struct MulticastPacket {
    Key key{};
    std::uint32_t payload = 0;
    bool has_payload = false;
    bool operator==(const MulticastPacket&) const = default;
};

}  // namespace spinn
