/// Leaky integrate-and-fire with exponential synapses, IF_curr_exp and IF_cond_exp: one slice, updated tick by tick.
///
/// A tick of a slice is step(); or, in pieces and in the board's order, add_input() for each receptor, read what is
/// recorded (v before the update, gsyn with this tick's arrivals), update(). Source: sPyNNaker, neuron_impl_standard.h,
/// neuron_model_lif_impl.h, exp_synapse_utils.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/instruction_set.hpp"
#include "runtime/layout/neuron_region.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

inline constexpr int conductance_shift = 10;  ///< conductance weights and synaptic state carry a factor 2^10

/// What the core computes from the parameters of one neuron when it loads them.
struct LifConstants {
    Accum resistance;                   ///< tau_m / cm, MOhm
    Accum exp_tc;                       ///< e^(-timestep / tau_m)
    std::int32_t refractory_steps = 0;  ///< ceil(tau_refrac / timestep)
    UFract decay[2];                    ///< e^(-timestep / tau_syn) of the excitatory and the inhibitory receptor
    UFract init[2];  ///< (tau_syn / timestep) (1 - decay): what an input is multiplied with as it arrives
    bool operator==(const LifConstants&) const = default;
};
/// @param tau_m, cm, tau_syn_E, tau_syn_I, timestep above 0; times in ms, cm in nF
LifConstants lif_constants(Accum tau_m, Accum cm, Accum tau_refrac, Accum tau_syn_E, Accum tau_syn_I, Accum timestep);

/// Structure of arrays, each [atom]. Receptor 0 is excitatory, 1 inhibitory.
struct LifSlice {
    ModelKind model = ModelKind::if_curr_exp;
    std::uint32_t n_atoms = 0;
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0;

    std::vector<Accum> v;           ///< mV
    std::vector<Accum> synapse[2];  ///< nA, or uS * 2^10
    std::vector<std::int32_t> refractory_timer;

    std::vector<Accum> v_rest, v_reset, v_thresh, i_offset;
    std::vector<Accum> e_rev[2];  ///< mV; empty for current models
    std::vector<Accum> resistance, exp_tc;
    std::vector<std::int32_t> refractory_steps;
    std::vector<UFract> decay[2], init[2];
    bool uniform = false;  ///< the parameters, i_offset aside, are the same for all atoms: step() reads those of atom 0
    InstructionSet instructions = best_instruction_set();  ///< what step() uses; any gives the same bits

    std::vector<std::uint32_t> draws;   ///< [4][atom] scratch of stochastic rounding
    std::vector<Accum> current;         ///< scratch: total input of this step, nA
    std::vector<std::uint32_t> spiked;  ///< scratch: 1 for an atom that spiked in this step
};

/// @param region as decode_neuron_region() gives it, of a LIF model
LifSlice load_lif(const NeuronRegion& region);

/// Sets slice.uniform. load_lif does; after changing parameters of a slice do it again.
void find_uniform(LifSlice& slice);

/// A whole tick in one pass: add_input() of both receptors, update(), and the sums are 0 again. The same bits as those
/// two, which serve when gsyn is to be read in between, and which it calls when rounding is stochastic.
/// @param exc_sums, inh_sums  [atom] a slot of the ring buffer, n_atoms or more; all of it is zeroed
/// @param shift 0 to 15, of the excitatory and the inhibitory receptor. @param spiking_atoms, @return as of update()
std::uint32_t step(LifSlice& slice, std::span<std::uint16_t> exc_sums, std::span<std::uint16_t> inh_sums,
                   std::array<std::uint32_t, 2> shift, Rounding rounding, Tick tick,
                   std::span<std::uint32_t> spiking_atoms);

/// Adds one ring-buffer slot to the synaptic state of a receptor: state += (value << shift) * init, wrapping.
/// @param receptor 0 excitatory, 1 inhibitory. @param ring_slot [atom]. @param shift 0 to 15
void add_input(LifSlice& slice, int receptor, std::span<const std::uint16_t> ring_slot, int shift, Rounding rounding,
               Tick tick);

/// What a recording of gsyn_exc or gsyn_inh (nA or uS) samples, between add_input() and update().
inline Accum recorded_gsyn(const LifSlice& slice, int receptor, std::uint32_t atom) {
    return {slice.synapse[receptor][atom].raw >> (slice.model == ModelKind::if_cond_exp ? conductance_shift : 0)};
}

/// One step of every neuron: membrane, threshold (tested in refractoriness too), reset, decay of the synaptic state.
/// @param spiking_atoms room for n_atoms; the atoms that spiked, ascending, are written to its front. @return how many
std::uint32_t update(LifSlice& slice, Tick tick, Rounding rounding, std::span<std::uint32_t> spiking_atoms);

/// The products of a step that round: which of a neuron's random numbers each takes when rounding is stochastic.
/// Product p of a neuron in a tick takes word p % 4 of random_block(seed, stochastic_rounding, tick, neuron,
/// population, p / 4).
enum class LifProduct : std::uint32_t {
    input_exc = 0,
    input_inh = 1,  // arriving weight * init
    conductance_exc = 2,
    conductance_inh = 3,  // g * (E - V)
    drive = 4,            // I * R
    relaxation = 5,       // exp_tc * (alpha - V)
    decay_exc = 6,
    decay_inh = 7,  // synaptic state * decay
};

}  // namespace spinn
