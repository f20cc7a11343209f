/// The recurrent rule: every spike opens a window of random length; a spike of the other side within it moves the
/// synapse's accumulator by one, and an accumulator that reaches a limit starts again from 0 and changes the weight by
/// one whole step of the weight rule. (sPyNNaker, timing_recurrent_dual_fsm_impl.h: both sides' windows are apart.)
#pragma once

#include <cstdint>

#include "runtime/layout/plasticity_region.hpp"
#include "runtime/random.hpp"

namespace spinn {

struct PlasticInput;
struct SynapseRegion;
struct RingView;

/// Length of a window in ticks, keyed by the spike that opens it: the board's generator is one a core, so that there a
/// window would depend on what else the core does.
inline std::int16_t drawn_window(const DecayTable& windows, std::uint64_t seed, DrawUse use, std::uint32_t of,
                                 std::uint32_t neuron, std::uint32_t tick, std::uint32_t repeat) {
    return windows.entries[random_block(seed, use, of, neuron, tick, repeat)[0] % window_table_entries];
}
/// After a post spike. @param population  the neuron's
inline std::int16_t drawn_post_window(const DecayTable& windows, std::uint64_t seed, std::uint32_t population,
                                      std::uint32_t neuron, std::uint32_t tick) {
    return drawn_window(windows, seed, DrawUse::post_window, population, neuron, tick, 0);
}
/// After a pre spike. @param projection  of the synapse. @param repeat  which of the neuron's spikes in this tick
inline std::int16_t drawn_pre_window(const DecayTable& windows, std::uint64_t seed, std::uint32_t projection,
                                     std::uint32_t neuron, std::uint32_t tick, std::uint32_t repeat) {
    return drawn_window(windows, seed, DrawUse::pre_window, projection, neuron, tick, repeat);
}

/// Moves an accumulator. @return whether it reached the limit, and is 0 again
constexpr bool moved_to_limit(std::int16_t& accumulator, std::int32_t step, std::int32_t limit) {
    accumulator = static_cast<std::int16_t>(accumulator + step);
    if (step > 0 ? accumulator < limit : accumulator > -limit) return false;
    accumulator = 0;
    return true;
}

/// What a pre spike does to a row of the rule. @param pre  its neuron. @return additions that were cut
std::uint64_t receive_recurrent(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                std::uint32_t projection, std::uint32_t pre, std::uint32_t* words, std::uint32_t tick,
                                std::uint32_t repeat);

}  // namespace spinn
