/// Random numbers for searches: fast, and the same on every platform. What users can see as random comes from
/// runtime/random.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spinn {

/// A number that depends on all bits of another (the finaliser of SplitMix64, S. Vigna).
constexpr std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

class SmallRandom {
 public:
    explicit SmallRandom(std::uint64_t seed) : state_(mixed(seed)) {}
    std::uint32_t bits() { return static_cast<std::uint32_t>(mixed(state_ += 0x9e3779b97f4a7c15) >> 32); }
    /// From 0 to n - 1; n in 1 .. 2^32.
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(std::uint64_t{bits()} * n >> 32); }

 private:
    std::uint64_t state_;
};

}  // namespace spinn
