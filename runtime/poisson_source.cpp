#include "runtime/poisson_source.hpp"

#include <algorithm>

#include "runtime/distribution.hpp"
#include "runtime/random_batch.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

// What the host writes for sPyNNaker's thresholds 0.01 and 10.
constexpr Accum slow_below{328};
constexpr Accum faster_from{10 << 15};

constexpr std::uint64_t interval_scale = 1000;                      // time_to_spike counts 1/1000 ticks
constexpr std::uint64_t longest_interval = std::uint64_t{1} << 40;  // ticks; more than a run can last
constexpr std::uint32_t blocks_of_interval = 1u << 31;  // first block of the interval that a new rate starts with

/// The uniform numbers of one source in one tick, in the order in which an algorithm asks for them.
class Uniforms {
 public:
    Uniforms(const PoissonSlice& slice, std::uint32_t tick, std::uint32_t atom, std::uint32_t first_block = 0)
        : seed_(slice.seed),
          tick_(tick),
          neuron_(slice.first_atom + atom),
          population_(slice.population),
          block_(first_block) {}

    std::uint32_t next() {
        if (used_ == 4) {
            random_ = random_block(seed_, DrawUse::poisson, tick_, neuron_, population_, block_++);
            used_ = 0;
        }
        return random_[used_++];
    }

 private:
    std::uint64_t seed_;
    std::uint32_t tick_, neuron_, population_, block_;
    RandomBlock random_{};
    std::uint32_t used_ = 4;
};

/// An exponential variate of mean 1 by von Neumann's comparisons; the order of draws is the board's (spinn_common,
/// random.c).
Accum exponential_variate(Uniforms& uniforms) {
    for (Accum whole;; whole = add_wrap(whole, accum_one)) {
        std::uint32_t u = uniforms.next();
        const std::uint32_t u0 = u;
        std::uint32_t v = 0;
        do {
            v = uniforms.next();
            if (u < v) return add_wrap(whole, {static_cast<std::int32_t>(u0 >> 17)});
            u = uniforms.next();
        } while (u < v);
    }
}

/// Time to the next spike of a slow source, in 1/1000 ticks.
std::uint64_t interval(std::uint64_t mean_interval, Uniforms& uniforms) {
    const Accum thousandfold{
        static_cast<std::int32_t>(static_cast<std::uint32_t>(exponential_variate(uniforms).raw) * 1000u)};
    return static_cast<std::uint64_t>(std::max(0, round_to_int(thousandfold))) * mean_interval;
}

std::uint32_t slow_spikes(std::uint64_t& time_to_spike, std::uint64_t mean_interval, Uniforms uniforms) {
    std::uint32_t n = 0;
    while (time_to_spike < interval_scale) {
        ++n;
        time_to_spike += interval(mean_interval, uniforms);
    }
    time_to_spike -= interval_scale;
    return n;
}

/// Knuth: how many uniforms it takes to bring their product down to e^-mean, less one. Goes on from a product of n
/// uniforms.
std::uint32_t fast_spikes(UFract exp_minus_mean, Uniforms uniforms, UFract product = ufract_max, std::uint32_t n = 0) {
    do {
        ++n;
        product = mul_floor(product, {uniforms.next()});
    } while (product > exp_minus_mean);
    return n - 1;
}

/// The first four uniforms of Knuth's product for all sources of a slice at once. Products only fall, so the number of
/// those still above e^-mean is the number of spikes, unless all four are: then `product` is where to go on.
SPINN_VECTOR_CLONES void start_products(std::size_t n, const UFract* __restrict exp_minus_mean,
                                        const std::uint32_t* __restrict uniforms, std::uint32_t* __restrict count,
                                        UFract* __restrict product) {
    for (std::size_t i = 0; i < n; ++i) {
        const UFract least = exp_minus_mean[i];
        const UFract p1 = mul_floor(ufract_max, {uniforms[i]});
        const UFract p2 = mul_floor(p1, {uniforms[n + i]});
        const UFract p3 = mul_floor(p2, {uniforms[2 * n + i]});
        const UFract p4 = mul_floor(p3, {uniforms[3 * n + i]});
        count[i] = static_cast<std::uint32_t>(p1.raw > least.raw) + static_cast<std::uint32_t>(p2.raw > least.raw) +
                   static_cast<std::uint32_t>(p3.raw > least.raw) + static_cast<std::uint32_t>(p4.raw > least.raw);
        product[i] = p4;
    }
}

/// (z / 2 + root of the mean)^2, rounded, for a normal variate z.
std::uint32_t faster_spikes(Accum root_mean, Uniforms uniforms) {
    const std::uint32_t high = uniforms.next();
    const Accum z = to_accum(portable_normal_quantile(open_unit(high, uniforms.next())));
    const std::int64_t x = add_wrap({z.raw >> 1}, root_mean).raw;
    const std::int64_t square = (x * x) >> 15;  // s16.15, in 64 bits: it must not wrap where the mean is near the limit
    return static_cast<std::uint32_t>((square >> 15) + ((square >> 14) & 1));
}

void configure(PoissonSlice& slice, std::uint32_t atom, ULongAccum rate_hz, Uniforms uniforms) {
    const Accum mean = poisson_mean(rate_hz, slice.timestep_us);
    slice.n_fast -= slice.algorithm[atom] == PoissonAlgorithm::fast ? 1 : 0;
    slice.algorithm[atom] = rate_hz.raw == 0 ? PoissonAlgorithm::silent : poisson_algorithm(mean);
    slice.n_fast += slice.algorithm[atom] == PoissonAlgorithm::fast ? 1 : 0;
    slice.exp_minus_mean[atom] = {};
    slice.root_mean[atom] = {};
    slice.mean_interval[atom] = 0;
    slice.time_to_spike[atom] = 0;
    switch (slice.algorithm[atom]) {
        case PoissonAlgorithm::silent:
            break;
        case PoissonAlgorithm::slow: {
            const std::uint64_t ticks_per_second = 1000000u / slice.timestep_us;
            slice.mean_interval[atom] = std::min((ticks_per_second << 32) / rate_hz.raw, longest_interval);
            slice.time_to_spike[atom] = interval(slice.mean_interval[atom], uniforms);
            break;
        }
        case PoissonAlgorithm::fast:
            slice.exp_minus_mean[atom] = {static_cast<std::uint32_t>(expk(negate_wrap(mean)).raw) << 17};
            break;
        case PoissonAlgorithm::faster:
            slice.root_mean[atom] = sqrtk(mean);
            break;
    }
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

PoissonSlice load_poisson(const PoissonRegion& region) {
    PoissonSlice slice;
    slice.seed = region.seed;
    slice.population = region.population;
    slice.first_atom = region.first_atom;
    slice.timestep_us = region.timestep_us;
    const std::size_t n = region.sources.size();
    slice.algorithm.resize(n, PoissonAlgorithm::silent);
    slice.exp_minus_mean.resize(n);
    slice.root_mean.resize(n);
    slice.mean_interval.resize(n);
    slice.time_to_spike.resize(n);
    for (std::uint32_t atom = 0; atom < n; ++atom) {
        const PoissonRegion::Source& source = region.sources[atom];
        slice.start_tick.push_back(source.start_tick);
        slice.first_active = std::min(slice.first_active, source.start_tick);
        slice.last_active = std::max(slice.last_active, source.end_tick);
        slice.end_tick.push_back(source.end_tick);
        configure(slice, atom, source.rate_hz, Uniforms(slice, source.start_tick, atom, blocks_of_interval));
    }
    return slice;
}

void set_rate(PoissonSlice& slice, std::uint32_t atom, ULongAccum rate_hz, Tick tick) {
    configure(slice, atom, rate_hz, Uniforms(slice, value(tick), atom, blocks_of_interval));
}

void emit(PoissonSlice& slice, Tick tick, std::vector<std::uint32_t>& atoms, std::vector<std::uint32_t>& counts) {
    const std::uint32_t now = value(tick);
    const std::size_t n_atoms = slice.algorithm.size();
    if (now < slice.first_active || now >= slice.last_active) return;
    if (slice.n_fast > 0) {
        slice.uniforms.resize(4 * n_atoms);
        slice.fast_count.resize(n_atoms);
        slice.fast_product.resize(n_atoms);
        random_blocks(slice.seed, DrawUse::poisson, now, slice.first_atom, slice.population, 0, n_atoms,
                      slice.uniforms.data());
        start_products(n_atoms, slice.exp_minus_mean.data(), slice.uniforms.data(), slice.fast_count.data(),
                       slice.fast_product.data());
    }
    for (std::uint32_t atom = 0; atom < n_atoms; ++atom) {
        if (now < slice.start_tick[atom] || now >= slice.end_tick[atom]) continue;
        std::uint32_t n = 0;
        switch (slice.algorithm[atom]) {
            case PoissonAlgorithm::silent:
                break;
            case PoissonAlgorithm::slow:
                n = slow_spikes(slice.time_to_spike[atom], slice.mean_interval[atom], Uniforms(slice, now, atom));
                break;
            case PoissonAlgorithm::fast:
                if (slice.exp_minus_mean[atom].raw == 0) break;
                n = slice.fast_count[atom];
                if (n == 4)
                    n = fast_spikes(slice.exp_minus_mean[atom], Uniforms(slice, now, atom, 1), slice.fast_product[atom],
                                    4);
                break;
            case PoissonAlgorithm::faster:
                n = faster_spikes(slice.root_mean[atom], Uniforms(slice, now, atom));
                break;
        }
        if (n == 0) continue;
        atoms.push_back(atom);
        counts.push_back(n);
    }
}

}  // namespace spinn
