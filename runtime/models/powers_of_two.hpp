/// Powers of two in u16.16, by shifts and the fifteen factors 2^(+-1/2^k): the probabilities of the stochastic models.
/// Source: sPyNNaker, maths-util.h and stoc_exp_common.h.
#pragma once

#include <cstdint>

#include "runtime/fixed_point.hpp"

namespace spinn::models {

inline constexpr std::uint32_t u1616_one = 1u << 16;

/// s16.15 as u16.16. @param x >= 0
constexpr std::uint32_t u1616_of(Accum x) { return static_cast<std::uint32_t>(x.raw) << 1; }

/// a / b, floor. @param b above 0
constexpr std::uint32_t u1616_quotient(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>((std::uint64_t{a} << 16) / b);
}

/// 2^p in u16.16: all ones from p = 16 on, 0 from p = -16 down.
std::uint32_t power_of_two(Accum p);

/// factor 2^v of 2^32, all ones from 1 on. @param factor u16.16
std::uint32_t probability_of(std::uint32_t factor, Accum v);

/// 2^-2^-power of 2^32.
std::uint32_t sigma_probability(Accum power);

/// A probability as a double, of 2^32.
constexpr std::uint32_t probability_of(double p) {
    return p >= 1.0 ? 0xffffffffu : static_cast<std::uint32_t>(p * 0x1p32);
}

}  // namespace spinn::models
