/// The two kinds of numbers that a model is computed in: the board's fixed point, and doubles for the reference.
///
/// A part of a model (runtime/models/parts.hpp) is written once, as a template over one of these; what a name rounds is
/// decided here. So the reference differs from the board in its numbers and in nothing else; that the formulas are
/// right is for tests against values from elsewhere.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "runtime/fixed_point.hpp"

#if defined(__GNUC__) && !defined(__clang__)
/// Before a loop over atoms: no iteration touches what another one does.
#define SPINN_EACH_ATOM _Pragma("GCC ivdep")
#else
#define SPINN_EACH_ATOM
#endif

namespace spinn::models {

/// The products of a step that round: which of a neuron's random numbers each takes when rounding is stochastic.
/// Product p of a neuron in a tick takes word p % 4 of random_block(seed, stochastic_rounding, tick, neuron,
/// population, p / 4).
namespace product {
constexpr std::uint32_t input(std::size_t receptor) {
    return static_cast<std::uint32_t>(receptor < 2 ? receptor : 6 + receptor);
}
constexpr std::uint32_t decay(std::size_t receptor) {
    return static_cast<std::uint32_t>(receptor < 2 ? 6 + receptor : 8 + receptor);
}
constexpr std::uint32_t conductance_exc = 2, conductance_inh = 3;  // g * (E - V)
constexpr std::uint32_t drive = 4;                                 // I * R
constexpr std::uint32_t relaxation = 5;                            // exp_tc * (alpha - V)
constexpr std::uint32_t shape = 12;                                // 12 to 19: further products of the synapse shape
constexpr std::uint32_t neuron = 20;                               // 20 to 43: of the neuron
constexpr std::uint32_t additional = 44;                           // 44 to 47: of input type and additional input
constexpr std::uint32_t count = 48;
}  // namespace product

/// s16.15 and u0.32, rounded as `rounding` says; constants computed at load truncate, as on the board.
template <Rounding rounding>
struct Fixed {
    using Value = Accum;
    using Fraction = UFract;
    using Arriving = std::uint16_t;  ///< a sum in the ring buffer
    static constexpr bool draws_numbers = rounding == Rounding::stochastic;
    static constexpr bool is_fixed = true;
    static constexpr bool has_clones = rounding == Rounding::truncate;  ///< loops for every instruction set

    const std::uint32_t* draws = nullptr;  ///< [product][atom]; null unless rounding is stochastic
    std::size_t n_atoms = 0;

    std::uint32_t draw([[maybe_unused]] std::uint32_t product, [[maybe_unused]] std::size_t atom) const {
        if constexpr (draws_numbers) return draws[product * n_atoms + atom];
        return 0;
    }
    Accum mul(Accum a, Accum b, std::uint32_t product, std::size_t atom) const {
        return mul_wrap<rounding>(a, b, draw(product, atom));
    }
    Accum scaled(Accum x, UFract fraction, std::uint32_t product, std::size_t atom) const {
        return decay_s1615<rounding>(x, fraction, draw(product, atom));
    }
    static Accum add(Accum a, Accum b) { return add_wrap(a, b); }
    static Accum sub(Accum a, Accum b) { return sub_wrap(a, b); }
    static Accum half(Accum a) { return {a.raw >> 1}; }
    static Accum down(Accum a, int bits) { return {a.raw >> bits}; }  ///< a / 2^bits, floor
    static bool above(Accum a, Accum b) { return a.raw >= b.raw; }
    static Accum choose(bool condition, Accum yes, Accum no) { return {condition ? yes.raw : no.raw}; }
    static Accum arriving(std::uint16_t sum, int shift) { return ring_to_accum_wrap(sum, shift); }
    /// Conductances carry the weights' factor of 2^10.
    static Accum conductance(Accum state) { return {state.raw >> 10}; }

    /// A number of the model: `exact` for doubles, what the board's compiler makes of it here.
    static Accum literal([[maybe_unused]] double exact, std::int32_t raw) { return {raw}; }
    static Accum whole(std::int32_t value) {
        return {static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << 15)};
    }

    // What is computed when parameters are loaded. Divisors and times are above 0.
    static Accum quotient(Accum a, Accum b) { return kdivk_wrap(a, b); }
    static Accum times(Accum a, Accum b) { return mul_wrap(a, b); }
    static Accum ratio(Accum a, Accum b) { return kdivk_wrap(a, b); }  ///< of state, in every step
    /// Towards 0. @param b  above 0
    static Accum signed_ratio(Accum a, Accum b) {
        return a.raw < 0 ? negate_wrap(kdivk_wrap(negate_wrap(a), b)) : kdivk_wrap(a, b);
    }
    static Accum exp(Accum x) { return expk(x); }
    /// e^(-dt / tau) for state that is multiplied in s16.15.
    static Accum relaxation(Accum dt, Accum tau) { return expk(negate_wrap(kdivk_wrap(dt, tau))); }
    /// e^(-dt / tau) for state that decays by u0.32.
    static UFract decay(Accum dt, Accum tau) { return expulr(negate_wrap(kdivk_wrap(dt, tau))); }
    /// (tau / dt) (1 - decay): what an input is multiplied with as it arrives, so that its charge is weight * tau.
    static UFract arrival_scale(Accum dt, Accum tau, UFract decay) {
        return decay_s1615_to_u032_wrap(kdivk_wrap(tau, dt), UFract{ufract_max.raw - decay.raw});
    }
    static std::int32_t steps(Accum time, Accum dt) { return ceil_to_int(kdivk_wrap(time, dt)); }
    /// dt / tau^2, of which only the part behind the point is kept: it passes through u0.32.
    static Accum alpha_slope(Accum dt, Accum tau) { return {kdivk_wrap(dt, mul_wrap(tau, tau)).raw & 0x7fff}; }

    /// The natural logarithm of rate (Hz) * time (ms), both above 0.
    static Accum logarithm_of_product(Accum rate_hz, Accum time_ms) {
        return to_accum(std::log(to_double(rate_hz) * to_double(time_ms) * 1e-3));
    }
    /// Whether an event of hazard e^log_hazard comes, for a draw of 32 bits: with 1 - e^-hazard.
    static bool fires(Accum log_hazard, std::uint32_t draw) {
        constexpr Accum log_1024{227130};  // hazards below 1 / 64 keep ten more bits this way
        if (log_hazard.raw >= 3 << 15) return true;
        const Accum wide = expk(add_wrap(log_hazard, log_1024));
        if (wide.raw < 16 << 15) return draw < static_cast<std::uint32_t>(wide.raw) << 7;
        const UFract left = expulr(Accum{-(wide.raw >> 10)});
        return draw < (std::uint64_t{1} << 32) - left.raw;
    }

    /// Whether a draw lies within 0.8 * escape; both in u16.16, of the draw the low half.
    static bool escapes(Accum escape, std::uint32_t draw) {
        constexpr std::int64_t saturation = 26214;  // 0.8 in s16.15
        return (escape.raw * saturation) >> 14 >= static_cast<std::int64_t>(draw & 0xffff);
    }
};

/// Doubles. Times in whole steps are the board's.
struct Real {
    using Value = double;
    using Fraction = double;
    using Arriving = double;
    static constexpr bool draws_numbers = false;
    static constexpr bool is_fixed = false;
    static constexpr bool has_clones = false;

    bool quantised = false;  ///< take what is computed at load as the board computes it

    static double mul(double a, double b, std::uint32_t, std::size_t) { return a * b; }
    static double scaled(double x, double fraction, std::uint32_t, std::size_t) { return x * fraction; }
    static double add(double a, double b) { return a + b; }
    static double sub(double a, double b) { return a - b; }
    static double half(double a) { return 0.5 * a; }
    static double down(double a, int bits) { return std::ldexp(a, -bits); }
    static bool above(double a, double b) { return a >= b; }
    static double choose(bool condition, double yes, double no) { return condition ? yes : no; }
    static double arriving(double sum, int) { return sum; }
    static double conductance(double state) { return state; }

    double literal(double exact, std::int32_t raw) const { return quantised ? to_double(Accum{raw}) : exact; }
    static double whole(std::int32_t value) { return value; }

    using Board = Fixed<Rounding::truncate>;
    double quotient(double a, double b) const {
        return quantised ? to_double(Board::quotient(to_accum(a), to_accum(b))) : a / b;
    }
    static double ratio(double a, double b) { return a / b; }
    static double times(double a, double b) { return a * b; }
    static double signed_ratio(double a, double b) { return a / b; }
    static double exp(double x) { return std::exp(x); }
    double relaxation(double dt, double tau) const {
        return quantised ? to_double(Board::relaxation(to_accum(dt), to_accum(tau))) : std::exp(-dt / tau);
    }
    double decay(double dt, double tau) const {
        return quantised ? to_double(Board::decay(to_accum(dt), to_accum(tau))) : std::exp(-dt / tau);
    }
    double arrival_scale(double dt, double tau, double) const {
        if (!quantised) return -std::expm1(-dt / tau) * tau / dt;
        const Accum board_dt = to_accum(dt), board_tau = to_accum(tau);
        return to_double(Board::arrival_scale(board_dt, board_tau, Board::decay(board_dt, board_tau)));
    }
    static std::int32_t steps(double time, double dt) { return Board::steps(to_accum(time), to_accum(dt)); }
    double alpha_slope(double dt, double tau) const {
        return quantised ? to_double(Board::alpha_slope(to_accum(dt), to_accum(tau))) : dt / (tau * tau);
    }
    static double logarithm_of_product(double rate_hz, double time_ms) { return std::log(rate_hz * time_ms * 1e-3); }
    static bool fires(double log_hazard, std::uint32_t draw) {
        return draw * 0x1p-32 < -std::expm1(-std::exp(log_hazard));
    }
    static bool escapes(double escape, std::uint32_t draw) { return 0.8 * escape >= (draw & 0xffff) * 0x1p-16; }
};

}  // namespace spinn::models
