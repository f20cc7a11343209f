/// Adding the rows of one spike for many cores of a chip at once.
///
/// The plain way is add_row() core by core. Rows are short (a dozen words for a core is usual), so most of its time
/// goes into finding out again and again where a row ends; here the rows of neighbouring columns, which lie side by
/// side, are added as one. The result is the same, count of saturations included.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/chip_matrix.hpp"
#include "runtime/event_calendar.hpp"

namespace spinn {

/// Neighbouring columns of a matrix, and the ring buffers that their rows end in: all in one array.
struct RowColumns {
    std::uint32_t first = 0, end = 0;   ///< columns
    std::uint32_t tick_shift = 0;       ///< of all these ring buffers
    std::uint32_t index_mask = 0;       ///< likewise
    std::uint16_t* sums = nullptr;      ///< of all cores of the chip; with a calendar of one slot each, at most 65536
    std::vector<std::uint32_t> base;    ///< [column - first]: first sum of its ring buffer
    std::vector<std::uint64_t> events;  ///< [column - first]: words added, times repeats, but for those in `ends`
    std::vector<std::uint64_t> saturated;  ///< [column - first]: additions that were cut
    /// What rows added since `events` was up to date: [column - first] the sum of where their rows end, which costs a
    /// row less than how long they are. Room for whole vectors; enough bits for most_unsettled rows.
    alignas(64) std::uint32_t ends[32] = {};
    std::uint32_t unsettled = 0;
    EventCalendar* calendar = nullptr;  ///< where events go first; null: straight to the sums
};

/// Brings `events` up to date.
void settle_events(RowColumns& columns);

/// Words that will be added soon: one line of cache is asked for with every line that is added, so that requests
/// neither come too late nor block each other.
struct ComingWords {
    const std::uint32_t* next = nullptr;
    const std::uint32_t* end = nullptr;
};

/// Asks for the line of an address.
inline void ask_for(const std::uint32_t* words) { __builtin_prefetch(words, 0, 3); }

/// Adds the rows of one source neuron, sent once in tick `sent`. Reads up to 15 words beyond the rows.
/// @param ends  what stands at the neuron's offset. @param n_columns  of the whole matrix
void add_rows(RowColumns& columns, const std::uint32_t* ends, std::uint32_t n_columns, std::uint32_t sent,
              ComingWords coming);

/// The same for a spike that came `repeats` times, and only for the columns whose bit is set in `wanted` (bit 0 is the
/// first column of these).
void add_rows(RowColumns& columns, const std::uint32_t* ends, std::uint32_t n_columns, std::uint32_t sent,
              std::uint32_t repeats, std::uint32_t wanted);

/// Adds weights[i] >> 16 to sums[i] counts[i] times: one source for each neuron, one synapse for each source.
struct CountsAdded {
    std::uint64_t events = 0;     ///< additions
    std::uint64_t saturated = 0;  ///< of these, cut
};
CountsAdded add_counts(std::span<std::uint16_t> sums, const std::uint32_t* weights, const std::uint32_t* counts);

/// How many counts are above 0: packets that a source sends.
std::uint32_t count_spiking(std::span<const std::uint32_t> counts);

}  // namespace spinn
