/// The last post spikes of a core's neurons: what deferred plasticity updates look back at (sPyNNaker, post_events.h).
///
/// A board keeps 16 entries a neuron, of which the first is a placeholder (time 0, no trace): 15 spikes, the oldest
/// forgotten first. Rows are added here up to a window of ticks later than on a board, when neurons have spiked since;
/// so some more entries are kept, and a row of tick t sees the 15 that a board had at t.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace spinn {

/// Two s4.11 numbers: o1 and o2 of the triplet rule, the trace of the others, r1 and r2 of a pre spike.
struct TracePair {
    std::int16_t first = 0, second = 0;
    bool operator==(const TracePair&) const = default;
};

struct PostEvent {
    std::uint32_t tick = 0;
    TracePair trace;
};

constexpr std::uint32_t remembered_post_events = 15;

struct PostHistory {
    std::uint32_t capacity = 16;       ///< entries a neuron, a power of two
    std::vector<std::uint32_t> count;  ///< [atom] spikes so far
    std::vector<PostEvent> events;     ///< [atom][count modulo capacity]
};

/// @param ahead_ticks  by how much the core may run ahead of the rows it adds
inline PostHistory make_post_history(std::uint32_t n_atoms, std::uint32_t ahead_ticks) {
    PostHistory history;
    history.capacity = std::bit_ceil(remembered_post_events + ahead_ticks);
    history.count.assign(n_atoms, 0);
    history.events.assign(std::size_t{n_atoms} * history.capacity, PostEvent{});
    return history;
}

/// The last spike entered, or the placeholder.
inline PostEvent last_event(const PostHistory& history, std::uint32_t atom) {
    const std::uint32_t n = history.count[atom];
    return n == 0 ? PostEvent{} : history.events[atom * history.capacity + ((n - 1) & (history.capacity - 1))];
}

inline void enter(PostHistory& history, std::uint32_t atom, PostEvent event) {
    history.events[atom * history.capacity + (history.count[atom]++ & (history.capacity - 1))] = event;
}

/// Post spikes of one neuron for a row of tick t: those in (begin, end], oldest first, and whether one came before.
struct PostWindow {
    const PostEvent* events = nullptr;  ///< of the neuron, by number modulo capacity
    std::uint32_t mask = 0;
    std::uint32_t oldest = 0;          ///< number of the oldest spike that a board still remembers
    std::uint32_t first = 0, end = 0;  ///< numbers of the spikes in the window; first - 1 came before when >= oldest
    PostEvent at(std::uint32_t number) const { return events[number & mask]; }
    /// The spike before number n, or the placeholder.
    PostEvent before(std::uint32_t n) const { return n > oldest ? at(n - 1) : PostEvent{}; }
};

/// @param now  tick of the row; spikes after it are not known yet
inline PostWindow post_window(const PostHistory& history, std::uint32_t atom, std::uint32_t begin_tick,
                              std::uint32_t end_tick, std::uint32_t now) {
    const std::uint32_t mask = history.capacity - 1, count = history.count[atom];
    PostWindow window{history.events.data() + std::size_t{atom} * history.capacity, mask, 0, count, count};
    const std::uint32_t kept = count > history.capacity ? count - history.capacity : 0;
    std::uint32_t known = count;
    while (window.end > kept && window.at(window.end - 1).tick > end_tick) {
        --window.end;
        if (window.at(window.end).tick > now) known = window.end;
    }
    window.oldest = known > remembered_post_events ? known - remembered_post_events : 0;
    if (window.end < window.oldest) window.end = window.oldest;
    window.first = window.end;
    while (window.first > window.oldest && window.at(window.first - 1).tick > begin_tick) --window.first;
    return window;
}

}  // namespace spinn
