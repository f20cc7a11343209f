#include "runtime/fixed_point.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace spinn {

namespace {

/// round(e^z * 2^32) for z = -13 ... 12.
constexpr int exp_first = -13;
constexpr std::uint64_t exp_table[26] = {
    9708u,           26389u,          71733u,          194991u,         530041u,
    1440801u,        3916503u,        10646160u,       28939262u,       78665070u,
    213833830u,      581260615u,      1580030169u,     4294967296u,     11674931555u,
    31735754293u,    86266724208u,    234497268814u,   637429664642u,   1732713474316u,
    4710003551159u,  12803117065094u, 34802480465680u, 94602950235157u, 257157480542844u,
    699026506411923u};

/// round((1 - e^(-k/16)) * 2^32) for k = 0 ... 15.
constexpr std::uint32_t sixteenth_table[16] = {
    0u,          260218914u,  504671961u,  734314346u,  950043403u,  1152702096u, 1343082321u, 1521927990u,
    1689937949u, 1847768698u, 1996036966u, 2135322113u, 2266168400u, 2389087112u, 2504558555u, 2613033936u};

constexpr std::uint32_t upper_half(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

/// (x * y) / 2^32 for u32.32 x. The board rounds the lower part up from 0x7fffffff, one less than a half.
constexpr std::uint64_t scale64(std::uint64_t x, std::uint32_t y) {
    const std::uint64_t low = (x & 0xffffffffu) * y;
    const std::uint64_t carry = static_cast<std::uint32_t>(low) >= 0x7fffffffu ? 1 : 0;
    return (x >> 32) * y + (low >> 32) + carry;
}

/// 1 - e^-t in u0.32 for t = y / 2^32 below 1/16: a polynomial of second order.
constexpr std::uint32_t small_one_minus_exp(std::uint32_t y) {
    const std::uint32_t inner = upper_half(std::uint64_t{2081624032u} * y);
    return 5294u + upper_half(std::uint64_t{4293434720u - inner} * y);
}

/// e^(n / 2^15) in u32.32, for n from exp_lowest to exp_highest.
constexpr std::uint64_t exp_kernel(std::int32_t n) {
    const std::int32_t whole = n >> 15;
    const std::int32_t fraction = n & 0x7fff;
    if (fraction == 0) return exp_table[whole - exp_first];
    const std::uint32_t below = 32768u - static_cast<std::uint32_t>(fraction);  // distance to the next whole number
    std::uint64_t t = exp_table[whole + 1 - exp_first];
    t -= scale64(t, sixteenth_table[below >> 11]);
    t -= scale64(t, small_one_minus_exp((below & 0x7ffu) << 17));
    return t;
}

constexpr std::int32_t exp_highest = 363408;  // above: e^x does not fit s16.15
constexpr std::int32_t exp_lowest = -340695;  // below: e^x is less than one LSB

/// value * scale, nearest, halves to even, when it lies in [lowest, highest]; those are scaled too.
double scaled(double value, double scale, double lowest, double highest, const char* format) {
    const double raw = std::nearbyint(value * scale);
    if (raw >= lowest && raw <= highest) return raw;
    throw std::out_of_range(std::to_string(value) + " does not fit " + format + ", which holds " +
                            std::to_string(lowest / scale) + " to " + std::to_string(highest / scale));
}

}  // namespace

Accum expk(Accum x) {
    if (x.raw > exp_highest) return accum_max;
    if (x.raw < exp_lowest) return {0};
    return {static_cast<std::int32_t>(exp_kernel(x.raw) >> 17)};
}

UFract expulr(Accum x) {
    if (x.raw > exp_highest) return {0x7fffffffu};
    if (x.raw < exp_lowest) return {0};
    return {static_cast<std::uint32_t>(exp_kernel(x.raw))};
}

Accum sqrtk(Accum x) {
    if (x.raw <= 0) return {0};
    const std::uint64_t radicand = static_cast<std::uint64_t>(x.raw) << 15;
    std::uint64_t root = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 22; bit != 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= radicand) root |= bit;
    }
    return {static_cast<std::int32_t>(root)};
}

// The largest u32.32 that a double can name is 2^64 - 2^11: from there on the next double does not fit.
Accum to_accum(double value) {
    return {static_cast<std::int32_t>(scaled(value, 0x1p15, -0x1p31, 0x1p31 - 1, "s16.15"))};
}
UFract to_ufract(double value) { return {static_cast<std::uint32_t>(scaled(value, 0x1p32, 0, 0x1p32 - 1, "u0.32"))}; }
ULongAccum to_ulong_accum(double value) {
    return {static_cast<std::uint64_t>(scaled(value, 0x1p32, 0, 0x1p64 - 0x1p11, "u32.32"))};
}

}  // namespace spinn
