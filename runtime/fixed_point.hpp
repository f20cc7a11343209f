/// The number formats of the board and their arithmetic, bit for bit: how an operation rounds and overflows is in its
/// name.
///
/// Sources: spinn_common (stdfix-full-iso.h, stdfix-exp.c), sPyNNaker (maths-util.h, decay.h, exp_synapse_utils.h);
/// Hopkins et al. 2020 for the rounding modes. docs: neural runtime, 1.1 - 1.5.
#pragma once

#include <compare>
#include <cstdint>

namespace spinn {

/// s16.15 (ISO `accum`): value = raw / 2^15, from -65536 to just under 65536.
struct Accum {
    std::int32_t raw = 0;
    auto operator<=>(const Accum&) const = default;
};

/// u0.32 (ISO `unsigned long fract`): value = raw / 2^32, from 0 to just under 1.
struct UFract {
    std::uint32_t raw = 0;
    auto operator<=>(const UFract&) const = default;
};

/// u32.32 (ISO `unsigned long accum`): value = raw / 2^32. Rates of Poisson sources.
struct ULongAccum {
    std::uint64_t raw = 0;
    auto operator<=>(const ULongAccum&) const = default;
};

inline constexpr Accum accum_one{1 << 15};
inline constexpr Accum accum_max{0x7fffffff};
inline constexpr UFract ufract_max{0xffffffffu};  ///< what the constant 1.0 becomes in u0.32 (ISO TR 18037)

/// How the product of an arithmetic step becomes s16.15 again. Constants computed at load always truncate, as on the
/// board.
enum class Rounding : std::uint32_t {
    truncate = 0,    ///< towards minus infinity: what the board does
    nearest = 1,     ///< to the nearest, halves up
    stochastic = 2,  ///< up with the probability of the part cut off (Hopkins et al. 2020)
};

constexpr Accum add_wrap(Accum a, Accum b) {
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(a.raw) + static_cast<std::uint32_t>(b.raw))};
}
constexpr Accum sub_wrap(Accum a, Accum b) {
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(a.raw) - static_cast<std::uint32_t>(b.raw))};
}
constexpr Accum negate_wrap(Accum a) { return sub_wrap(Accum{}, a); }

/// What is added to an exact product before its low `bits` bits are cut off: this decides how it rounds.
/// @param draw 32 random bits, used by `stochastic` only; their upper `bits` are added. @param bits 1 to 32
template <Rounding rounding>
constexpr std::uint64_t rounding_offset(std::uint32_t draw, int bits) {
    if constexpr (rounding == Rounding::nearest) return std::uint64_t{1} << (bits - 1);
    if constexpr (rounding == Rounding::stochastic) return draw >> (32 - bits);
    return 0;
}

/// a * b, rounded to s16.15, the low 32 bits kept.
template <Rounding rounding = Rounding::truncate>
constexpr Accum mul_wrap(Accum a, Accum b, std::uint32_t draw = 0) {
    const auto product = static_cast<std::uint64_t>(std::int64_t{a.raw} * b.raw) + rounding_offset<rounding>(draw, 15);
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(product >> 15))};
}

/// x * d, rounded to s16.15. Never overflows. Truncating, negative values stop where |raw| (1 - d) < 1,
/// never at 0.
template <Rounding rounding = Rounding::truncate>
constexpr Accum decay_s1615(Accum x, UFract d, std::uint32_t draw = 0) {
    // Signed times unsigned by the unsigned product: x = ux - 2^32 when x < 0, so the upper half loses d. Compilers
    // make vector code of this, and not of a 64-bit signed product.
    const auto ux = static_cast<std::uint32_t>(x.raw);
    const std::uint64_t product = std::uint64_t{ux} * d.raw + rounding_offset<rounding>(draw, 32);
    const std::uint32_t correction = static_cast<std::uint32_t>(x.raw >> 31) & d.raw;
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(product >> 32) - correction)};
}

/// x * d as u0.32: the low 32 bits of (x * d) >> 15, so it wraps at 1.
constexpr UFract decay_s1615_to_u032_wrap(Accum x, UFract d) {
    const auto product = static_cast<std::uint64_t>(std::int64_t{x.raw} * static_cast<std::int64_t>(d.raw));
    return {static_cast<std::uint32_t>(product >> 15)};
}

/// (a * b) >> 32. Never overflows.
constexpr UFract mul_floor(UFract a, UFract b) {
    return {static_cast<std::uint32_t>((std::uint64_t{a.raw} * b.raw) >> 32)};
}

/// a / b for a >= 0 and b > 0, floor, the low 32 bits kept (spinn_common, kdivk). Make negatives by negating the
/// result.
constexpr Accum kdivk_wrap(Accum a, Accum b) {
    const std::uint64_t dividend = std::uint64_t{static_cast<std::uint32_t>(a.raw)} << 15;
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(dividend / static_cast<std::uint32_t>(b.raw)))};
}

/// a / n, floor, for a >= 0 and n >= 1 (spinn_common, kdivui).
constexpr Accum kdivui(Accum a, std::uint32_t n) {
    return {static_cast<std::int32_t>(static_cast<std::uint32_t>(a.raw) / n)};
}

/// The smallest whole number >= x (sPyNNaker, lif_ceil_accum).
constexpr std::int32_t ceil_to_int(Accum x) { return (x.raw >> 15) + ((x.raw & 0x7fff) != 0 ? 1 : 0); }

/// The nearest whole number, halves up (spinn_common, roundk with 15 bits, then shifted).
constexpr std::int32_t round_to_int(Accum x) { return (x.raw >> 15) + ((x.raw >> 14) & 1); }

/// A 16-bit ring-buffer value as s16.15: value << shift, wrapping. @param shift 0 to 15
constexpr Accum ring_to_accum_wrap(std::uint16_t value, int shift) {
    return {static_cast<std::int32_t>(std::uint32_t{value} << shift)};
}

/// e^x in s16.15, truncated; accum_max above e^11.09, 0 below e^-10.397. Error -1.04 ... +0.04 LSB for x <= 0.
/// Source: spinn_common, stdfix-exp.c, tables included.
Accum expk(Accum x);

/// e^x in u0.32 for x < 0, error at most 5295 LSB. As on the board x = 0 gives 0, and x > 0 is meaningless.
UFract expulr(Accum x);

/// The square root, floor. @param x >= 0; negative values give 0
Accum sqrtk(Accum x);

/// The host's conversion: nearest, halves to even.
/// @throws std::out_of_range for a value that the format cannot hold (NaN included); the message names value and range.
Accum to_accum(double value);
UFract to_ufract(double value);
ULongAccum to_ulong_accum(double value);

constexpr double to_double(Accum x) { return x.raw * 0x1p-15; }
constexpr double to_double(UFract x) { return x.raw * 0x1p-32; }
constexpr double to_double(ULongAccum x) { return static_cast<double>(x.raw) * 0x1p-32; }

}  // namespace spinn
