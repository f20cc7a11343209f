/// The inside of step() (runtime/lif.hpp): a whole tick of a group of neurons in one pass over their state.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spinn {

inline constexpr std::size_t step_group = 16;  ///< the loops take whole groups: the most lanes a vector has

/// Raw values of LifSlice's arrays, [atom] each.
struct StepCells {
    std::int32_t *v, *exc, *inh, *timer;
    std::uint16_t *exc_sums, *inh_sums;  ///< one slot of the ring buffer; zeroed
    const std::int32_t* i_offset;
};

/// Raw parameters, [atom] each, or one value that is the same for all atoms.
struct StepParameters {
    const std::int32_t *v_rest, *v_reset, *v_thresh, *resistance, *exp_tc, *refractory_steps;
    const std::int32_t* e_rev[2];  ///< null for current models
    const std::uint32_t *decay[2], *init[2];
};

/// @param n a multiple of step_group. @param spiking room for n. @return how many atoms spiked
using StepLoop = std::uint32_t (*)(std::size_t n, const StepCells& cells, const StepParameters& parameters,
                                   const std::uint32_t (&shift)[2], std::uint32_t* spiking);

}  // namespace spinn
