/// What a row finds of a core's post spikes: the last one of each neuron that was at the synapse, for any delay.
///
/// A synapse of delay d that hears of a pre spike of tick t knows the post spikes up to t - d. Rows are added up to a
/// window after their tick, and each asks for as many ticks as it has delays; so the state after every tick in which
/// some neuron of the core spiked is kept as long as rows can ask for it.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/post_history.hpp"

namespace spinn {

class PostViews {
 public:
    static constexpr std::uint32_t number_mask = 0x7fffu;  ///< of a packed word: the spike's number modulo 2^15
    static constexpr std::uint32_t exists = 1u << 15;      ///< there is a spike
    static constexpr std::uint32_t trace_shift = 16;       ///< above: its (first) trace

    PostViews() = default;
    /// @param ticks  that a row may look back, delay and window together
    PostViews(std::uint32_t n_atoms, std::uint32_t ticks);
    bool empty() const { return first_tick_.empty(); }

    /// The state after a tick, at most `ticks` before the last one noted: offset of its [atom]s in last() and packed().
    std::uint32_t at(std::uint32_t tick) const;
    const std::uint32_t* last() const { return last_.data(); }      ///< [offset + atom] tick of the last spike
    const std::uint32_t* packed() const { return packed_.data(); }  ///< [offset + atom] what else is known of it

    /// Begins a tick, or goes on with it. @return offset of its state, to be changed
    std::uint32_t begin(std::uint32_t tick);
    void set(std::uint32_t offset, std::uint32_t atom, std::uint32_t number, PostEvent event) {
        last_[offset + atom] = event.tick;
        packed_[offset + atom] = (number & number_mask) | exists |
                                 static_cast<std::uint32_t>(static_cast<std::uint16_t>(event.trace.first))
                                     << trace_shift;
    }

 private:
    std::uint32_t n_atoms_ = 0, newest_ = 0;  ///< state of the last tick noted
    std::vector<std::uint32_t> first_tick_;   ///< [state] from which it holds, to the next one's
    std::vector<std::uint32_t> last_, packed_;
};

}  // namespace spinn
