/// Current sources: PyNN's DCSource, ACSource, StepCurrentSource and NoisyCurrentSource, injected into neurons.
///
/// What a source gives in a tick is computed in double precision, once for all its neurons (noise: for each), and
/// rounded to s16.15 where it is added. Source: PyNN, standardmodels/electrodes.py; neural runtime, 5. Of an ACSource
/// the board keeps the angle a step in s16.15, so that its phase drifts by up to 2^-16 rad a step; here it does not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

enum class CurrentKind : std::uint32_t { dc = 1, ac = 2, step = 3, noisy = 4 };

struct CurrentDescription {
    CurrentKind kind;
    std::string_view name;                             ///< PyNN's
    std::span<const ParameterDescription> parameters;  ///< the numbers; a step source has lists instead
};
std::span<const CurrentDescription> all_currents();

/// One source as a core has it.
struct CurrentSource {
    CurrentKind kind = CurrentKind::dc;
    std::uint32_t index = 0;                                ///< in the network: noise is keyed by it
    std::uint32_t start_tick = 0, stop_tick = 0xffffffffu;  ///< on while start <= tick < stop
    double level = 0.0;                                     ///< nA: amplitude (dc), offset (ac), mean (noisy)
    double swing = 0.0;                                     ///< nA: amplitude (ac), stdev (noisy)
    double radians_per_tick = 0.0, phase = 0.0;             ///< ac, from start_tick on
    std::uint32_t hold_ticks = 1;                           ///< noisy: a draw lasts so long. At least 1
    std::vector<std::uint32_t> ticks;                       ///< step: ascending; amplitudes[i] holds from ticks[i] on
    std::vector<double> amplitudes;                         ///< step: nA, as many
    std::vector<std::uint32_t> atoms;                       ///< of the slice, ascending
    bool operator==(const CurrentSource&) const = default;
};

/// The sources of one slice.
struct Currents {
    std::uint64_t seed = 1;
    std::uint32_t population = 0, first_atom = 0, n_atoms = 0;
    std::vector<CurrentSource> sources;
    bool operator==(const Currents&) const = default;
};

/// What a source gives to all its neurons in a tick, nA; for noise its mean.
double level_at(const CurrentSource& source, Tick tick);

/// What a noisy source adds to its level for one neuron. @param neuron  in its population
double noise_at(const CurrentSource& source, const Currents& slice, std::uint32_t neuron, Tick tick);

/// Whether a source gives anything in a tick.
bool is_on(const CurrentSource& source, Tick tick);

/// Calls add(atom, nA) for all sources that are on, source by source, atoms ascending.
template <class Add>
void for_each_current(const Currents& slice, Tick tick, const Add& add) {
    for (const CurrentSource& source : slice.sources) {
        if (!is_on(source, tick)) continue;
        const double level = level_at(source, tick);
        for (const std::uint32_t atom : source.atoms)
            add(atom, source.kind == CurrentKind::noisy ? level + noise_at(source, slice, slice.first_atom + atom, tick)
                                                        : level);
    }
}

/// The sums of a tick, [atom] nA; empty when no source is on. @param sums  room, resized. s16.15 rounds each source's
/// current to the nearest, cuts it off where the format ends, and adds it wrapping.
std::span<const Accum> injected(const Currents& slice, Tick tick, std::vector<Accum>& sums);
std::span<const double> injected(const Currents& slice, Tick tick, std::vector<double>& sums);

}  // namespace spinn
