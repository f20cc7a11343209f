/// The neurons of one core, whatever their model: what NeuronProgram and the reference drive tick by tick.
///
/// A tick is step(); or, in pieces and in the board's order (neural runtime, 2.2): add_input() for each receptor, read
/// what is recorded, update().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/layout/neuron_region.hpp"

namespace spinn {

/// @tparam Arriving  a sum of weights of one tick. @tparam Value  of state
template <class Arriving, class Value>
class CellsOf {
 public:
    virtual ~CellsOf() = default;

    /// Adds what arrives at one receptor in this tick.
    /// @param sums  [atom]. @param shift  of the receptor's ring buffer, 0 to 15; doubles have none
    virtual void add_input(std::size_t receptor, std::span<const Arriving> sums, int shift, Tick tick) = 0;

    // What recordings sample, between add_input() and update(): [atom], mV and nA or uS. Valid until the next call.
    virtual std::span<const Value> v() = 0;
    virtual bool v_depends_on_input() const { return false; }  ///< else v() may also be read before add_input()
    virtual std::span<const Value> gsyn(bool inhibitory) = 0;  ///< summed over the receptors of a kind

    /// One step of every neuron: input, membrane, threshold, reset, decay.
    /// @param injected  [atom] nA of the current sources; empty when there are none
    /// @param spiking  room for all atoms; those that spiked, ascending, are written to its front. @return how many
    virtual std::uint32_t update(Tick tick, std::span<const Value> injected, std::span<std::uint32_t> spiking) = 0;

    /// A whole tick; the sums are 0 afterwards.
    /// @param sums  [receptor] a slot of the ring buffer, n_atoms sums or more. @param shift  [receptor]
    virtual std::uint32_t step(std::span<const std::span<Arriving>> sums, std::span<const std::uint32_t> shift,
                               Tick tick, std::span<const Value> injected, std::span<std::uint32_t> spiking) {
        for (std::size_t receptor = 0; receptor < sums.size(); ++receptor) {
            add_input(receptor, sums[receptor], static_cast<int>(shift[receptor]), tick);
            for (Arriving& sum : sums[receptor]) sum = Arriving{};
        }
        return update(tick, injected, spiking);
    }

    /// State by PyNN's name, in the order of the model's description, as a region holds it: [state][atom].
    virtual std::vector<std::vector<Value>> state() const = 0;
    virtual std::vector<std::int32_t> refractory_timer() const = 0;
};

using Cells = CellsOf<std::uint16_t, Accum>;
using RealCells = CellsOf<double, double>;

/// What cells in double precision are made from: a whole population.
struct RealRegion {
    ModelKind model = ModelKind::if_curr_exp;
    std::uint32_t n_atoms = 0;
    double timestep_ms = 1.0;
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0;
    std::vector<std::vector<double>> parameters, state;  ///< as of NeuronRegion, in PyNN's units
    std::vector<std::int32_t> refractory_timer;
    bool quantised = false;  ///< take what is computed at load as the board computes it
};

/// @param region as decode_neuron_region() gives it
std::unique_ptr<Cells> make_cells(const NeuronRegion& region, Rounding rounding);
std::unique_ptr<RealCells> make_cells(const RealRegion& region);

}  // namespace spinn
