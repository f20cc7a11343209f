#include "runtime/poisson_board.hpp"

#include <algorithm>

#include "runtime/distribution.hpp"
#include "runtime/random.hpp"

namespace spinn {

namespace {

// What the host writes for sPyNNaker's thresholds 0.01 and 10.
constexpr Accum slow_below{328};
constexpr Accum faster_from{10 << 15};

constexpr std::uint32_t interval_scale = 1000;  // time_to_spike counts 1/1000 ticks

/// An exponential variate of mean 1 by von Neumann's comparisons (spinn_common, random.c).
Accum exponential_variate(Kiss& random) {
    for (Accum whole;; whole = add_wrap(whole, accum_one)) {
        std::uint32_t u = random.next();
        const std::uint32_t u0 = u;
        std::uint32_t v = 0;
        do {
            v = random.next();
            if (u < v) return add_wrap(whole, {static_cast<std::int32_t>(u0 >> 17)});
            u = random.next();
        } while (u < v);
    }
}

/// Time to the next spike of a slow source, in 1/1000 ticks.
std::uint32_t interval(std::uint32_t mean_interval, Kiss& random) {
    const Accum thousandfold{
        static_cast<std::int32_t>(static_cast<std::uint32_t>(exponential_variate(random).raw) * interval_scale)};
    return static_cast<std::uint32_t>(round_to_int(thousandfold)) * mean_interval;
}

std::uint32_t slow_spikes(std::uint32_t& time_to_spike, std::uint32_t mean_interval, Kiss& random) {
    std::uint32_t n = 0;
    while (time_to_spike < interval_scale) {
        ++n;
        time_to_spike += interval(mean_interval, random);
    }
    time_to_spike -= interval_scale;
    return n;
}

/// Knuth: how many uniforms it takes to bring their product down to e^-mean, less one.
std::uint32_t fast_spikes(UFract exp_minus_mean, Kiss& random) {
    if (exp_minus_mean.raw == 0) return 0;
    UFract product = ufract_max;
    std::uint32_t n = 0;
    do {
        ++n;
        product = mul_floor(product, {random.next()});
    } while (product > exp_minus_mean);
    return n - 1;
}

}  // namespace

Accum poisson_mean(ULongAccum rate_hz, std::uint32_t timestep_us) {
    const UFract seconds = timestep_us < 1000000 ? to_ufract(timestep_us / 1e6) : ufract_max;
    // (rate * seconds) >> 49 takes 96 bits: the product of the upper halves plus what the lower halves carry.
    const std::uint64_t carried = ((rate_hz.raw & 0xffffffffu) * seconds.raw) >> 32;
    const std::uint64_t mean = ((rate_hz.raw >> 32) * seconds.raw + carried) >> 17;
    return {static_cast<std::int32_t>(std::min<std::uint64_t>(mean, static_cast<std::uint64_t>(accum_max.raw)))};
}

PoissonAlgorithm poisson_algorithm(Accum mean_per_tick) {
    if (mean_per_tick < slow_below) return PoissonAlgorithm::slow;
    return mean_per_tick < faster_from ? PoissonAlgorithm::fast : PoissonAlgorithm::faster;
}

std::uint32_t squared_normal(Accum root_mean, Accum z) {
    const std::int64_t x = add_wrap({z.raw >> 1}, root_mean).raw;
    const std::int64_t square = (x * x) >> 15;  // s16.15, in 64 bits: it must not wrap where the mean is near the limit
    return static_cast<std::uint32_t>((square >> 15) + ((square >> 14) & 1));
}

Kiss board_seed(const PoissonRegion& region) {
    const RandomBlock draws =
        random_block(region.seed, DrawUse::board_seed, 0, region.first_atom, region.population, 0);
    return validated({draws[0], draws[1], draws[2], draws[3]});
}

void set_board_rate(BoardPoisson& sources, std::uint32_t atom, ULongAccum rate_hz, std::uint32_t timestep_us) {
    const Accum mean = poisson_mean(rate_hz, timestep_us);
    sources.algorithm[atom] = rate_hz.raw == 0 ? PoissonAlgorithm::silent : poisson_algorithm(mean);
    sources.exp_minus_mean[atom] = {};
    sources.root_mean[atom] = {};
    sources.mean_interval[atom] = 0;
    sources.time_to_spike[atom] = 0;
    switch (sources.algorithm[atom]) {
        case PoissonAlgorithm::silent:
            break;
        case PoissonAlgorithm::slow: {
            const std::uint64_t ticks_per_second = 1000000u / timestep_us;
            sources.mean_interval[atom] = static_cast<std::uint32_t>(
                std::min<std::uint64_t>((ticks_per_second << 32) / rate_hz.raw, 0xffffffffu));
            sources.time_to_spike[atom] = interval(sources.mean_interval[atom], sources.random);
            break;
        }
        case PoissonAlgorithm::fast:
            sources.exp_minus_mean[atom] = {static_cast<std::uint32_t>(expk(negate_wrap(mean)).raw) << 17};
            break;
        case PoissonAlgorithm::faster:
            sources.root_mean[atom] = sqrtk(mean);
            break;
    }
}

BoardPoisson load_board_poisson(const PoissonRegion& region, Kiss random) {
    BoardPoisson sources{.random = random};
    const std::size_t n = region.sources.size();
    sources.algorithm.resize(n, PoissonAlgorithm::silent);
    sources.exp_minus_mean.resize(n);
    sources.root_mean.resize(n);
    sources.mean_interval.resize(n);
    sources.time_to_spike.resize(n);
    for (std::uint32_t atom = 0; atom < n; ++atom)
        set_board_rate(sources, atom, region.sources[atom].rate_hz, region.timestep_us);
    return sources;
}

std::uint32_t board_spikes(BoardPoisson& sources, std::uint32_t atom) {
    switch (sources.algorithm[atom]) {
        case PoissonAlgorithm::silent:
            break;
        case PoissonAlgorithm::slow:
            // Intervals of 0 ticks would never end; the host does not write them (a slow mean is below 0.01 a tick).
            if (sources.mean_interval[atom] == 0) break;
            return slow_spikes(sources.time_to_spike[atom], sources.mean_interval[atom], sources.random);
        case PoissonAlgorithm::fast:
            return fast_spikes(sources.exp_minus_mean[atom], sources.random);
        case PoissonAlgorithm::faster:
            return squared_normal(sources.root_mean[atom],
                                  to_accum(portable_normal_quantile(unit_of(sources.random.next()))));
    }
    return 0;
}

}  // namespace spinn
