#include "runtime/lif.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "runtime/random_batch.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

std::vector<Accum> copied(std::span<const Accum> values) { return {values.begin(), values.end()}; }

/// What a loop over neurons adds of a neuron's random numbers: nothing, unless it rounds stochastically.
template <Rounding rounding>
std::uint32_t draw_of([[maybe_unused]] const std::uint32_t* draws, [[maybe_unused]] std::size_t atom) {
    if constexpr (rounding == Rounding::stochastic) return draws[atom];
    return 0;
}

constexpr std::uint32_t block_of(LifProduct product) { return static_cast<std::uint32_t>(product) / 4; }
constexpr std::uint32_t word_of(LifProduct product) { return static_cast<std::uint32_t>(product) % 4; }

/// Fills slice.draws with block `block` of every neuron.
void draw_block(LifSlice& slice, Tick tick, std::uint32_t block) {
    slice.draws.resize(std::size_t{4} * slice.n_atoms);
    random_blocks(slice.seed, DrawUse::stochastic_rounding, value(tick), slice.first_atom, slice.population, block,
                  slice.n_atoms, slice.draws.data());
}

const std::uint32_t* draws_of(const LifSlice& slice, LifProduct product) {
    return slice.draws.empty() ? nullptr : slice.draws.data() + word_of(product) * std::size_t{slice.n_atoms};
}

// The loops below take raw pointers with __restrict: that is what lets the compiler make vector code of them.

template <Rounding rounding>
void add_ring_slot(std::size_t n, Accum* __restrict synapse, const UFract* __restrict init,
                   const std::uint16_t* __restrict ring, int shift, const std::uint32_t* __restrict draws) {
    for (std::size_t i = 0; i < n; ++i) {
        const Accum input = ring_to_accum_wrap(ring[i], shift);
        synapse[i] = add_wrap(synapse[i], decay_s1615<rounding>(input, init[i], draw_of<rounding>(draws, i)));
    }
}

template <Rounding rounding>
void decay_synapse(std::size_t n, Accum* __restrict synapse, const UFract* __restrict decay,
                   const std::uint32_t* __restrict draws) {
    for (std::size_t i = 0; i < n; ++i) {
        synapse[i] = decay_s1615<rounding>(synapse[i], decay[i], draw_of<rounding>(draws, i));
    }
}

/// Total input of every neuron in nA, i_offset included.
void sum_currents(std::size_t n, const Accum* __restrict exc, const Accum* __restrict inh,
                  const Accum* __restrict i_offset, Accum* __restrict current) {
    for (std::size_t i = 0; i < n; ++i) current[i] = add_wrap(sub_wrap(exc[i], inh[i]), i_offset[i]);
}

/// current += g * (E - V) of one receptor. Excitatory and inhibitory differ in E alone: the board's I_inh is negated
/// twice.
template <Rounding rounding>
void add_conductance(std::size_t n, const Accum* __restrict synapse, const Accum* __restrict e_rev,
                     const Accum* __restrict v, Accum* __restrict current, const std::uint32_t* __restrict draws) {
    for (std::size_t i = 0; i < n; ++i) {
        const Accum conductance{synapse[i].raw >> conductance_shift};
        current[i] = add_wrap(current[i],
                              mul_wrap<rounding>(conductance, sub_wrap(e_rev[i], v[i]), draw_of<rounding>(draws, i)));
    }
}

struct Membrane {
    Accum* __restrict v;
    std::int32_t* __restrict timer;
    std::uint32_t* __restrict spiked;
    const Accum* __restrict current, * __restrict resistance, * __restrict exp_tc, * __restrict v_rest, * __restrict v_thresh, * __restrict v_reset;
    const std::int32_t* __restrict refractory_steps;
    const std::uint32_t* __restrict drive_draws, * __restrict relaxation_draws;
};

/// Membrane, threshold and reset. Every value is read before any is chosen: a load behind a condition would keep the
/// compiler from making vector code.
template <Rounding rounding>
void step_membrane(std::size_t n, const Membrane m) {
    for (std::size_t i = 0; i < n; ++i) {
        const Accum v = m.v[i];
        const std::int32_t timer = m.timer[i], refractory_steps = m.refractory_steps[i];
        const std::int32_t v_thresh = m.v_thresh[i].raw, v_reset = m.v_reset[i].raw;

        const Accum drive = mul_wrap<rounding>(m.current[i], m.resistance[i], draw_of<rounding>(m.drive_draws, i));
        const Accum alpha = add_wrap(drive, m.v_rest[i]);
        const Accum distance =
            mul_wrap<rounding>(m.exp_tc[i], sub_wrap(alpha, v), draw_of<rounding>(m.relaxation_draws, i));
        const std::int32_t stepped = sub_wrap(alpha, distance).raw;

        // -1 where the condition holds, else 0.
        const std::int32_t silent = -static_cast<std::int32_t>(timer > 0);
        const std::int32_t held = (v.raw & silent) | (stepped & ~silent);
        const std::int32_t spike = -static_cast<std::int32_t>(held >= v_thresh);
        m.v[i].raw = (v_reset & spike) | (held & ~spike);
        m.timer[i] = (refractory_steps & spike) | ((timer + silent) & ~spike);
        m.spiked[i] = static_cast<std::uint32_t>(-spike);
    }
}

template <Rounding rounding>
void update_atoms(LifSlice& s, Tick tick) {
    const std::size_t n = s.n_atoms;
    if (s.model == ModelKind::if_cond_exp) {
        if constexpr (rounding == Rounding::stochastic) draw_block(s, tick, block_of(LifProduct::conductance_exc));
        s.current = s.i_offset;
        add_conductance<rounding>(n, s.synapse[0].data(), s.e_rev[0].data(), s.v.data(), s.current.data(),
                                  draws_of(s, LifProduct::conductance_exc));
        add_conductance<rounding>(n, s.synapse[1].data(), s.e_rev[1].data(), s.v.data(), s.current.data(),
                                  draws_of(s, LifProduct::conductance_inh));
    } else {
        sum_currents(n, s.synapse[0].data(), s.synapse[1].data(), s.i_offset.data(), s.current.data());
    }
    if constexpr (rounding == Rounding::stochastic) draw_block(s, tick, block_of(LifProduct::drive));
    step_membrane<rounding>(
        n, {s.v.data(), s.refractory_timer.data(), s.spiked.data(), s.current.data(), s.resistance.data(),
            s.exp_tc.data(), s.v_rest.data(), s.v_thresh.data(), s.v_reset.data(), s.refractory_steps.data(),
            draws_of(s, LifProduct::drive), draws_of(s, LifProduct::relaxation)});
    decay_synapse<rounding>(n, s.synapse[0].data(), s.decay[0].data(), draws_of(s, LifProduct::decay_exc));
    decay_synapse<rounding>(n, s.synapse[1].data(), s.decay[1].data(), draws_of(s, LifProduct::decay_inh));
}

// The two roundings that are integer loops through and through, in every instruction set.
SPINN_VECTOR_CLONES void update_truncate(LifSlice& slice, Tick tick) { update_atoms<Rounding::truncate>(slice, tick); }
SPINN_VECTOR_CLONES void update_nearest(LifSlice& slice, Tick tick) { update_atoms<Rounding::nearest>(slice, tick); }
SPINN_VECTOR_CLONES void add_ring_slot_truncate(std::size_t n, Accum* synapse, const UFract* init,
                                                const std::uint16_t* ring, int shift) {
    add_ring_slot<Rounding::truncate>(n, synapse, init, ring, shift, nullptr);
}
SPINN_VECTOR_CLONES void add_ring_slot_nearest(std::size_t n, Accum* synapse, const UFract* init,
                                               const std::uint16_t* ring, int shift) {
    add_ring_slot<Rounding::nearest>(n, synapse, init, ring, shift, nullptr);
}

}  // namespace

LifConstants lif_constants(Accum tau_m, Accum cm, Accum tau_refrac, Accum tau_syn_E, Accum tau_syn_I, Accum timestep) {
    LifConstants constants;
    constants.resistance = kdivk_wrap(tau_m, cm);
    constants.exp_tc = expk(negate_wrap(kdivk_wrap(timestep, tau_m)));
    constants.refractory_steps = ceil_to_int(kdivk_wrap(tau_refrac, timestep));
    const Accum tau_syn[2] = {tau_syn_E, tau_syn_I};
    for (std::size_t r = 0; r < 2; ++r) {
        constants.decay[r] = expulr(negate_wrap(kdivk_wrap(timestep, tau_syn[r])));
        const UFract one_minus_decay{ufract_max.raw - constants.decay[r].raw};
        constants.init[r] = decay_s1615_to_u032_wrap(kdivk_wrap(tau_syn[r], timestep), one_minus_decay);
    }
    return constants;
}

LifSlice load_lif(const NeuronRegion& region) {
    LifSlice slice;
    slice.model = region.model;
    slice.n_atoms = region.n_atoms;
    slice.seed = region.seed;
    slice.population = region.population;
    slice.first_atom = region.first_atom;

    slice.v = copied(state(region, "v"));
    slice.synapse[0] = copied(state(region, "isyn_exc"));
    slice.synapse[1] = copied(state(region, "isyn_inh"));
    slice.refractory_timer = region.refractory_timer;
    slice.refractory_timer.resize(region.n_atoms);
    slice.v_rest = copied(parameter(region, "v_rest"));
    slice.v_reset = copied(parameter(region, "v_reset"));
    slice.v_thresh = copied(parameter(region, "v_thresh"));
    slice.i_offset = copied(parameter(region, "i_offset"));
    slice.e_rev[0] = copied(parameter(region, "e_rev_E"));
    slice.e_rev[1] = copied(parameter(region, "e_rev_I"));
    slice.current.resize(region.n_atoms);
    slice.spiked.resize(region.n_atoms);

    const std::span<const Accum> tau_m = parameter(region, "tau_m"), cm = parameter(region, "cm");
    const std::span<const Accum> tau_refrac = parameter(region, "tau_refrac");
    const std::span<const Accum> tau_exc = parameter(region, "tau_syn_E"), tau_inh = parameter(region, "tau_syn_I");
    for (std::uint32_t i = 0; i < region.n_atoms; ++i) {
        const LifConstants c =
            lif_constants(tau_m[i], cm[i], tau_refrac[i], tau_exc[i], tau_inh[i], region.timestep_ms);
        slice.resistance.push_back(c.resistance);
        slice.exp_tc.push_back(c.exp_tc);
        slice.refractory_steps.push_back(c.refractory_steps);
        for (std::size_t r = 0; r < 2; ++r) {
            slice.decay[r].push_back(c.decay[r]);
            slice.init[r].push_back(c.init[r]);
        }
    }
    find_uniform(slice);
    return slice;
}

void find_uniform(LifSlice& slice) {
    const auto equal = [](const auto&... values) {
        return (std::all_of(values.begin(), values.end(), [&](auto x) { return x == values.front(); }) && ...);
    };
    slice.uniform =
        equal(slice.v_rest, slice.v_reset, slice.v_thresh, slice.e_rev[0], slice.e_rev[1], slice.resistance,
              slice.exp_tc, slice.refractory_steps, slice.decay[0], slice.decay[1], slice.init[0], slice.init[1]);
}

void add_input(LifSlice& slice, int receptor, std::span<const std::uint16_t> ring_slot, int shift, Rounding rounding,
               Tick tick) {
    assert(ring_slot.size() >= slice.n_atoms);
    const auto r = static_cast<std::size_t>(receptor);
    const LifProduct product = receptor == 0 ? LifProduct::input_exc : LifProduct::input_inh;
    Accum* const synapse = slice.synapse[r].data();
    const UFract* const init = slice.init[r].data();
    switch (rounding) {
        case Rounding::truncate:
            return add_ring_slot_truncate(slice.n_atoms, synapse, init, ring_slot.data(), shift);
        case Rounding::nearest:
            return add_ring_slot_nearest(slice.n_atoms, synapse, init, ring_slot.data(), shift);
        case Rounding::stochastic:
            draw_block(slice, tick, block_of(product));
            return add_ring_slot<Rounding::stochastic>(slice.n_atoms, synapse, init, ring_slot.data(), shift,
                                                       draws_of(slice, product));
    }
}

std::uint32_t update(LifSlice& slice, Tick tick, Rounding rounding, std::span<std::uint32_t> spiking_atoms) {
    assert(spiking_atoms.size() >= slice.n_atoms);
    switch (rounding) {
        case Rounding::truncate:
            update_truncate(slice, tick);
            break;
        case Rounding::nearest:
            update_nearest(slice, tick);
            break;
        case Rounding::stochastic:
            update_atoms<Rounding::stochastic>(slice, tick);
            break;
    }
    std::uint32_t n_spikes = 0;
    for (std::uint32_t atom = 0; atom < slice.n_atoms; ++atom) {
        if (slice.spiked[atom] != 0) spiking_atoms[n_spikes++] = atom;
    }
    return n_spikes;
}

}  // namespace spinn
