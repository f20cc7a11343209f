#include "runtime/models/powers_of_two.hpp"

#include <algorithm>
#include <bit>

namespace spinn::models {

namespace {

// 2^(1/2^k) and 2^(-1/2^k) in u16.16, k = 1 ... 15, floor; the last of each is as sPyNNaker has it.
constexpr std::uint32_t up[15] = {0x16a09, 0x1306f, 0x1172b, 0x10b55, 0x1059b, 0x102c9, 0x10163, 0x100b1,
                                  0x10058, 0x1002c, 0x10016, 0x1000b, 0x10005, 0x10002, 0x10001};
constexpr std::uint32_t down[15] = {0xb504, 0xd744, 0xeac0, 0xf525, 0xfa83, 0xfd3e, 0xfe9e, 0xff4e,
                                    0xffa7, 0xffd3, 0xffe9, 0xfff4, 0xfffa, 0xfffd, 0xfffe};

/// x times the factors of the bits behind the point of p, each product floor.
std::uint64_t with_fraction(std::uint64_t x, std::uint32_t p, const std::uint32_t (&factors)[15], std::uint64_t most) {
    for (int k = 0; k < 15; ++k)
        if ((p >> (14 - k) & 1) != 0) x = std::min((x * factors[k]) >> 16, most);
    return x;
}

/// The size of a negative number; the most negative one stays what it is.
std::uint32_t size_of(Accum p) { return static_cast<std::uint32_t>(negate_wrap(p).raw); }

}  // namespace

std::uint32_t power_of_two(Accum p) {
    if (p.raw >= 16 << 15) return 0xffffffff;
    if (p.raw <= -(16 << 15)) return 0;
    const std::uint32_t size = p.raw >= 0 ? static_cast<std::uint32_t>(p.raw) : size_of(p);
    const std::uint64_t whole = p.raw >= 0 ? std::uint64_t{u1616_one} << (size >> 15) : u1616_one >> (size >> 15);
    return static_cast<std::uint32_t>(with_fraction(whole, size, p.raw >= 0 ? up : down, 0xffffffff));
}

std::uint32_t probability_of(std::uint32_t factor, Accum v) {
    // Beyond this no power above 1/2 brings the product below 1.
    constexpr std::uint32_t never_below_one = 0x10b55;
    std::uint64_t product = 0;
    if (v.raw >= 0) {
        if (factor >= u1616_one) return 0xffffffff;
        const std::uint32_t size = static_cast<std::uint32_t>(v.raw);
        const std::uint32_t most = static_cast<std::uint32_t>(std::countl_zero(factor)) - 15;  // shifts to reach 1
        if (size >= most << 15) return 0xffffffff;
        product = with_fraction(std::uint64_t{factor} << (size >> 15), size, up, u1616_one);
        if (product >= u1616_one) return 0xffffffff;
    } else {
        if (factor > never_below_one) return 0xffffffff;
        const std::uint32_t size = size_of(v);
        const std::uint32_t most = 32 - static_cast<std::uint32_t>(std::countl_zero(factor));  // shifts to reach 0
        if (size >= most << 15) return 0;
        product = with_fraction(factor >> (size >> 15), size, down, ~std::uint64_t{0});
    }
    return static_cast<std::uint32_t>((product * 0xffffffffu) >> 16);
}

std::uint32_t sigma_probability(Accum power) {
    // The inner power goes from u16.16 to s16.15, which keeps 2^16 - 1 at most.
    const std::uint32_t inner = power_of_two(negate_wrap(power)) >> 1;
    const std::uint64_t outer = power_of_two(negate_wrap(Accum{static_cast<std::int32_t>(inner)}));
    return static_cast<std::uint32_t>((outer * 0xffffffffu) >> 16);
}

}  // namespace spinn::models
