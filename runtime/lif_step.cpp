#include "runtime/lif_step.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "runtime/instruction_set.hpp"
#include "runtime/lif.hpp"

#if SPINN_LANES

#include <immintrin.h>

namespace spinn {
namespace {

// What differs from set to set, or what the compiler makes of plain vector arithmetic only in several instructions:
//   multiply_even_u, multiply_even_s        products of the even lanes, unsigned or signed, 64 bits each
//   even_odd                                the even lanes of one, the odd lanes of the other
//   upper_halves                            of products of even lanes and of odd lanes, each in its lane
//   widen                                   16-bit sums from memory
//   greater, not_less                       comparisons of signed lanes
//   choose, minus_one, lane_bits            what is done with them

namespace sse2 {
constexpr std::size_t lanes = 4;
constexpr bool has_signed_product = false;
typedef std::uint32_t Operand __attribute__((vector_size(16)));
typedef std::uint64_t Product __attribute__((vector_size(16)));
inline Product multiply_even_u(Operand a, Operand b) {
    return reinterpret_cast<Product>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}
/// Unsigned x = signed x + 2^32 where the sign bit is set: the upper half of the product loses the other factor.
inline Product multiply_even_s(Operand a, Operand b) {
    typedef std::int32_t Signed __attribute__((vector_size(16)));
    const Operand surplus = (reinterpret_cast<Operand>(reinterpret_cast<Signed>(a) >> 31) & b) +
                            (reinterpret_cast<Operand>(reinterpret_cast<Signed>(b) >> 31) & a);
    return multiply_even_u(a, b) - (reinterpret_cast<Product>(surplus) << 32);
}
typedef std::int32_t Mask __attribute__((vector_size(16)));  // -1 where it holds, else 0
inline Mask greater(Operand a, Operand b) { return reinterpret_cast<Mask>(a) > reinterpret_cast<Mask>(b); }
inline Mask not_less(Operand a, Operand b) { return reinterpret_cast<Mask>(a) >= reinterpret_cast<Mask>(b); }
inline Operand choose(Mask mask, Operand yes, Operand no) { return mask ? yes : no; }
inline Operand minus_one(Mask mask, Operand x) { return x + reinterpret_cast<Operand>(mask); }
inline std::uint32_t lane_bits(Mask x) {
    return static_cast<std::uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(x)));
}
inline Operand even_odd(Product even, Product odd) {
    return reinterpret_cast<Operand>((even & 0xffffffffu) | (odd & 0xffffffff00000000u));
}
inline Operand upper_halves(Product even, Product odd) {
    return reinterpret_cast<Operand>((even >> 32) | (odd & 0xffffffff00000000u));
}
inline Operand widen(const std::uint16_t* from) {
    const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return reinterpret_cast<Operand>(_mm_unpacklo_epi16(low, _mm_setzero_si128()));
}
#include "runtime/lif_lanes.inc"
}  // namespace sse2

#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {
constexpr std::size_t lanes = 8;
constexpr bool has_signed_product = true;
typedef std::uint32_t Operand __attribute__((vector_size(32)));
typedef std::uint64_t Product __attribute__((vector_size(32)));
inline Product multiply_even_u(Operand a, Operand b) {
    return reinterpret_cast<Product>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
inline Product multiply_even_s(Operand a, Operand b) {
    return reinterpret_cast<Product>(_mm256_mul_epi32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
typedef std::int32_t Mask __attribute__((vector_size(32)));  // -1 where it holds, else 0
inline Mask greater(Operand a, Operand b) { return reinterpret_cast<Mask>(a) > reinterpret_cast<Mask>(b); }
inline Mask not_less(Operand a, Operand b) { return reinterpret_cast<Mask>(a) >= reinterpret_cast<Mask>(b); }
inline Operand choose(Mask mask, Operand yes, Operand no) { return mask ? yes : no; }
inline Operand minus_one(Mask mask, Operand x) { return x + reinterpret_cast<Operand>(mask); }
inline std::uint32_t lane_bits(Mask x) {
    return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(x)));
}
inline Operand even_odd(Product even, Product odd) {
    return reinterpret_cast<Operand>(
        _mm256_blend_epi32(reinterpret_cast<__m256i>(even), reinterpret_cast<__m256i>(odd), 0xaa));
}
inline Operand upper_halves(Product even, Product odd) { return even_odd(even >> 32, odd); }
inline Operand widen(const std::uint16_t* from) {
    return reinterpret_cast<Operand>(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
}
#include "runtime/lif_lanes.inc"
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
namespace avx512 {
constexpr std::size_t lanes = 16;
constexpr bool has_signed_product = true;
typedef std::uint32_t Operand __attribute__((vector_size(64)));
typedef std::uint64_t Product __attribute__((vector_size(64)));
inline Product multiply_even_u(Operand a, Operand b) {
    return reinterpret_cast<Product>(
        _mm512_maskz_mul_epu32(0xff, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
inline Product multiply_even_s(Operand a, Operand b) {
    return reinterpret_cast<Product>(
        _mm512_maskz_mul_epi32(0xff, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
using Mask = __mmask16;  // a bit a lane
inline Mask greater(Operand a, Operand b) {
    return _mm512_cmpgt_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}
inline Mask not_less(Operand a, Operand b) {
    return _mm512_cmpge_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}
inline Operand choose(Mask mask, Operand yes, Operand no) {
    return reinterpret_cast<Operand>(
        _mm512_mask_blend_epi32(mask, reinterpret_cast<__m512i>(no), reinterpret_cast<__m512i>(yes)));
}
inline Operand minus_one(Mask mask, Operand x) {
    const __m512i from = reinterpret_cast<__m512i>(x);
    return reinterpret_cast<Operand>(_mm512_mask_add_epi32(from, mask, from, _mm512_set1_epi32(-1)));
}
inline std::uint32_t lane_bits(Mask x) { return x; }
inline Operand even_odd(Product even, Product odd) {
    return reinterpret_cast<Operand>(
        _mm512_mask_blend_epi32(0xaaaa, reinterpret_cast<__m512i>(even), reinterpret_cast<__m512i>(odd)));
}
inline Operand upper_halves(Product even, Product odd) {
    return reinterpret_cast<Operand>(_mm512_mask_shuffle_epi32(reinterpret_cast<__m512i>(odd), 0x5555,
                                                               reinterpret_cast<__m512i>(even), _MM_PERM_DDBB));
}
inline Operand widen(const std::uint16_t* from) {
    return reinterpret_cast<Operand>(
        _mm512_maskz_cvtepu16_epi32(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
}
#include "runtime/lif_lanes.inc"
}  // namespace avx512
#pragma GCC pop_options

}  // namespace
}  // namespace spinn

#endif

namespace spinn {

namespace {

/// Null when there is none for the instruction set.
StepLoop loop_for([[maybe_unused]] const LifSlice& slice, [[maybe_unused]] bool nearest,
                  [[maybe_unused]] const StepParameters& parameters) {
#if SPINN_LANES
    const bool conductance = slice.model == ModelKind::if_cond_exp;
    switch (slice.instructions) {
        case InstructionSet::plain:
            return nullptr;
        case InstructionSet::sse2:
            return sse2::step_loop_of(conductance, slice.uniform, nearest, parameters);
        case InstructionSet::avx2:
            return avx2::step_loop_of(conductance, slice.uniform, nearest, parameters);
        case InstructionSet::avx512:
            return avx512::step_loop_of(conductance, slice.uniform, nearest, parameters);
    }
#endif
    return nullptr;
}

std::int32_t* raw(std::vector<Accum>& values) { return values.empty() ? nullptr : &values.front().raw; }
const std::int32_t* raw(const std::vector<Accum>& values) { return values.empty() ? nullptr : &values.front().raw; }
const std::uint32_t* raw(const std::vector<UFract>& values) { return values.empty() ? nullptr : &values.front().raw; }

/// The last atoms, fewer than a group, copied to where a whole group can be taken. What fills it up is all 0 and is not
/// copied back.
class Remainder {
 public:
    Remainder(std::size_t first, std::size_t n, const StepCells& cells, const StepParameters& parameters, bool uniform)
        : first_(first), n_(n), cells_(cells) {
        taken_ = {in(cells.v),
                  in(cells.exc),
                  in(cells.inh),
                  in(cells.timer),
                  in_sums(0, cells.exc_sums),
                  in_sums(1, cells.inh_sums),
                  in(cells.i_offset)};
        parameters_ = parameters;
        if (uniform) return;
        for (const std::int32_t** values :
             {&parameters_.v_rest, &parameters_.v_reset, &parameters_.v_thresh, &parameters_.resistance,
              &parameters_.exp_tc, &parameters_.refractory_steps, &parameters_.e_rev[0], &parameters_.e_rev[1]})
            if (*values != nullptr) *values = in(*values);
        for (const std::uint32_t** values :
             {&parameters_.decay[0], &parameters_.decay[1], &parameters_.init[0], &parameters_.init[1]})
            *values = in_unsigned(*values);
    }
    const StepCells& cells() const { return taken_; }
    const StepParameters& parameters() const { return parameters_; }
    void copy_back() const {
        std::copy_n(taken_.v, n_, cells_.v + first_);
        std::copy_n(taken_.exc, n_, cells_.exc + first_);
        std::copy_n(taken_.inh, n_, cells_.inh + first_);
        std::copy_n(taken_.timer, n_, cells_.timer + first_);
        std::fill_n(cells_.exc_sums + first_, n_, std::uint16_t{0});
        std::fill_n(cells_.inh_sums + first_, n_, std::uint16_t{0});
    }

 private:
    std::int32_t* in(const std::int32_t* values) {
        return std::copy_n(values + first_, n_, signed_[n_signed_++].begin()) - static_cast<std::ptrdiff_t>(n_);
    }
    const std::uint32_t* in_unsigned(const std::uint32_t* values) {
        return std::copy_n(values + first_, n_, unsigned_[n_unsigned_++].begin()) - static_cast<std::ptrdiff_t>(n_);
    }
    std::uint16_t* in_sums(std::size_t receptor, const std::uint16_t* sums) {
        return std::copy_n(sums + first_, n_, sums_[receptor].begin()) - static_cast<std::ptrdiff_t>(n_);
    }

    std::size_t first_, n_, n_signed_ = 0, n_unsigned_ = 0;
    StepCells cells_, taken_{};
    StepParameters parameters_{};
    std::array<std::array<std::int32_t, step_group>, 13> signed_{};
    std::array<std::array<std::uint32_t, step_group>, 4> unsigned_{};
    std::array<std::array<std::uint16_t, step_group>, 2> sums_{};
};

}  // namespace

std::uint32_t step(LifSlice& s, std::span<std::uint16_t> exc_sums, std::span<std::uint16_t> inh_sums,
                   std::array<std::uint32_t, 2> shift, Rounding rounding, Tick tick,
                   std::span<std::uint32_t> spiking_atoms) {
    assert(exc_sums.size() >= s.n_atoms && inh_sums.size() >= s.n_atoms && spiking_atoms.size() >= s.n_atoms);
    const LifSlice& p = s;
    const StepParameters parameters{raw(p.v_rest),
                                    raw(p.v_reset),
                                    raw(p.v_thresh),
                                    raw(p.resistance),
                                    raw(p.exp_tc),
                                    p.refractory_steps.data(),
                                    {raw(p.e_rev[0]), raw(p.e_rev[1])},
                                    {raw(p.decay[0]), raw(p.decay[1])},
                                    {raw(p.init[0]), raw(p.init[1])}};
    StepLoop loop = nullptr;
    if (rounding != Rounding::stochastic && s.n_atoms != 0)
        loop = loop_for(s, rounding == Rounding::nearest, parameters);
    if (loop == nullptr) {
        add_input(s, 0, exc_sums, static_cast<int>(shift[0]), rounding, tick);
        add_input(s, 1, inh_sums, static_cast<int>(shift[1]), rounding, tick);
        std::fill(exc_sums.begin(), exc_sums.end(), std::uint16_t{0});
        std::fill(inh_sums.begin(), inh_sums.end(), std::uint16_t{0});
        return update(s, tick, rounding, spiking_atoms);
    }
    const std::uint32_t shifts[2] = {shift[0], shift[1]};
    const StepCells cells{raw(s.v),
                          raw(s.synapse[0]),
                          raw(s.synapse[1]),
                          s.refractory_timer.data(),
                          exc_sums.data(),
                          inh_sums.data(),
                          raw(std::as_const(s.i_offset))};
    const std::size_t rest = s.n_atoms % step_group, whole = s.n_atoms - rest;
    std::uint32_t n_spikes = loop(whole, cells, parameters, shifts, spiking_atoms.data());
    if (rest != 0) {
        Remainder remainder(whole, rest, cells, parameters, s.uniform);
        std::array<std::uint32_t, step_group> spiking;
        const std::uint32_t n = loop(step_group, remainder.cells(), remainder.parameters(), shifts, spiking.data());
        for (std::uint32_t i = 0; i < n && spiking[i] < rest; ++i)
            spiking_atoms[n_spikes++] = static_cast<std::uint32_t>(whole) + spiking[i];
        remainder.copy_back();
    }
    std::fill(exc_sums.begin() + s.n_atoms, exc_sums.end(), std::uint16_t{0});
    std::fill(inh_sums.begin() + s.n_atoms, inh_sums.end(), std::uint16_t{0});
    return n_spikes;
}

}  // namespace spinn
