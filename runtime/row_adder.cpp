#include "runtime/row_adder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>

#include "runtime/synaptic_input.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t lanes = 16;
/// A store of 16 words as one, at any address: compilers do not make one of a loop that the next column overlaps.
typedef std::uint32_t Lanes __attribute__((vector_size(4 * lanes), aligned(4), may_alias));
typedef std::uint32_t HalfLanes __attribute__((vector_size(2 * lanes), aligned(4), may_alias));
constexpr std::uint32_t most_together = 1024;    ///< words whose places are worked out before they are added
constexpr std::uint32_t most_unsettled = 65536;  ///< rows end at 65535 at most
constexpr std::uint32_t most_columns = 32;       ///< more than a chip has cores, and whole vectors

/// Ends of the rows of the columns, counted from the first of them; [0] is 0.
struct RowEnds {
    const std::uint32_t* words = nullptr;  ///< of the first row
    std::uint32_t ends[most_columns + 1];  ///< beyond the last column, garbage
};

/// Unpacks the ends of the rows, and sums them for the count of events.
SPINN_VECTOR_CLONES void row_ends(RowColumns& columns, const std::uint32_t* packed, std::uint32_t n_columns,
                                  RowEnds& rows) {
    const std::uint32_t begin = row_begin(packed, columns.first);
    rows.words = packed + ends_words(n_columns) + begin;
    rows.ends[0] = 0;
    for (std::uint32_t c = 0; c < columns.end - columns.first; c += lanes) {
        std::uint16_t raw[lanes];
        std::memcpy(raw, reinterpret_cast<const std::byte*>(packed) + 2 * (std::size_t{c} + columns.first), sizeof raw);
        std::uint32_t* __restrict const end = rows.ends + 1 + c;
        std::uint32_t* __restrict const sum = columns.ends + c;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            end[lane] = raw[lane] - begin;
            sum[lane] += end[lane];
        }
    }
    if (++columns.unsettled == most_unsettled) settle_events(columns);
}

std::uint32_t column_of(const RowColumns& columns, std::uint32_t place) {
    const auto above = std::upper_bound(columns.base.begin(), columns.base.end(), place);
    return static_cast<std::uint32_t>(above - columns.base.begin()) - 1;
}

inline void ask_for_line(ComingWords& coming) {
    if (coming.next >= coming.end) return;
    ask_for(coming.next);
    coming.next += lanes;
}

/// Writes the base of each column to the places of its words, whole stores at a time: each runs over into the next
/// column's places, which are written after it. With stores as long as most rows the loop has no branch that is hard to
/// foresee.
template <bool halves>
inline void spread_bases(const RowColumns& columns, const RowEnds& rows, std::uint32_t* place) {
    for (std::uint32_t c = 0; c < columns.end - columns.first; ++c) {
        std::uint32_t i = rows.ends[c];
        do {
            if constexpr (halves)
                *reinterpret_cast<HalfLanes*>(place + i) = HalfLanes{} + columns.base[c];
            else
                *reinterpret_cast<Lanes*>(place + i) = Lanes{} + columns.base[c];
            i += halves ? lanes / 2 : lanes;
        } while (i < rows.ends[c + 1]);
    }
}
inline void spread_bases(const RowColumns& columns, const RowEnds& rows, std::uint32_t* place) {
    const std::uint32_t n_columns = columns.end - columns.first;
    if (rows.ends[n_columns] < 4 * n_columns)
        spread_bases<true>(columns, rows, place);
    else
        spread_bases<false>(columns, rows, place);
}

/// Short rows of many columns. A word's place is (word + tick) in its own ring buffer; all ring buffers lie in one
/// array. Places of all words are found before the first is added: the adding loop, which no vector instruction helps,
/// is then as short as it can be, and unrolled runs at the speed of the cache.
SPINN_VECTOR_CLONES void add_together(RowColumns& columns, const RowEnds& rows, std::uint32_t sent,
                                      ComingWords& coming) {
    alignas(64) std::uint32_t place[most_together + 2 * lanes];
    const std::uint32_t n_columns = columns.end - columns.first;
    spread_bases(columns, rows, place);
    const Lanes offset = Lanes{} + (sent << columns.tick_shift), mask = Lanes{} + columns.index_mask;
    const std::uint32_t* const words = rows.words;
    const std::uint32_t n = rows.ends[n_columns];
    for (std::uint32_t i = 0; i < n; i += lanes)
        *reinterpret_cast<Lanes*>(place + i) += (*reinterpret_cast<const Lanes*>(words + i) + offset) & mask;

    std::uint16_t* const sums = columns.sums;
    const auto add = [&](std::uint32_t i) {
        std::uint32_t sum = sums[place[i]] + (words[i] >> 16);
        if (sum > 0xffff) [[unlikely]] {
            sum = 0xffff;
            ++columns.saturated[column_of(columns, place[i])];
        }
        sums[place[i]] = static_cast<std::uint16_t>(sum);
    };
    std::uint32_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        ask_for_line(coming);
#pragma GCC unroll 16
        for (std::uint32_t lane = 0; lane < lanes; ++lane) add(i + lane);
    }
    ask_for_line(coming);
    if (i + lanes / 2 <= n) {
#pragma GCC unroll 8
        for (std::uint32_t lane = 0; lane < lanes / 2; ++lane) add(i + lane);
        i += lanes / 2;
    }
    for (; i < n; ++i) add(i);
}

/// The same, into a calendar: a word's slot is (word + tick) / slot size, its place that of its sum in the slot of a
/// tick.
SPINN_VECTOR_CLONES void enter_together(RowColumns& columns, const RowEnds& rows, std::uint32_t sent,
                                        ComingWords& coming) {
    alignas(64) std::uint32_t event[most_together + 2 * lanes];
    alignas(64) std::uint32_t slot[most_together + 2 * lanes];
    const std::uint32_t n_columns = columns.end - columns.first;
    const std::uint32_t tick_shift = columns.tick_shift;
    spread_bases(columns, rows, event);
    const Lanes sum_and_weight = Lanes{} + (0xffff0000u | ((1u << tick_shift) - 1));
    const Lanes now = Lanes{} + (sent << tick_shift), mask = Lanes{} + columns.index_mask;
    const std::uint32_t* const words = rows.words;
    const std::uint32_t n = rows.ends[n_columns];
    for (std::uint32_t i = 0; i < n; i += lanes) {
        const Lanes word = *reinterpret_cast<const Lanes*>(words + i);
        *reinterpret_cast<Lanes*>(slot + i) = ((word + now) & mask) >> tick_shift;
        *reinterpret_cast<Lanes*>(event + i) += word & sum_and_weight;
    }
    EventCalendar& calendar = *columns.calendar;
    std::uint32_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        ask_for_line(coming);
#pragma GCC unroll 16
        for (std::uint32_t lane = 0; lane < lanes; ++lane) calendar.enter(slot[i + lane], event[i + lane]);
    }
    ask_for_line(coming);
    for (; i < n; ++i) calendar.enter(slot[i], event[i]);
}

/// One row, as add_row() does it, its saturations counted apart.
void add_one(RowColumns& columns, std::uint32_t c, std::span<const std::uint32_t> words, std::uint32_t sent,
             ComingWords& coming) {
    std::uint16_t* const sums = columns.sums + columns.base[c];
    const std::uint32_t offset = sent << columns.tick_shift, mask = columns.index_mask;
    std::uint64_t saturated = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i % lanes == 0) ask_for_line(coming);
        const std::uint32_t word = words[i];
        std::uint32_t sum = sums[(word + offset) & mask] + (word >> 16);
        if (sum > 0xffff) [[unlikely]] {
            sum = 0xffff;
            ++saturated;
        }
        sums[(word + offset) & mask] = static_cast<std::uint16_t>(sum);
    }
    columns.saturated[c] += saturated;
}

/// One row into the calendar, each event `repeats` times.
void enter_one(RowColumns& columns, std::uint32_t c, std::span<const std::uint32_t> words, std::uint32_t sent,
               std::uint32_t repeats) {
    const std::uint32_t sum_and_weight = 0xffff0000u | ((1u << columns.tick_shift) - 1);
    for (const std::uint32_t word : words) {
        const std::uint32_t slot = ((word + (sent << columns.tick_shift)) & columns.index_mask) >> columns.tick_shift;
        for (std::uint32_t k = 0; k < repeats; ++k)
            columns.calendar->enter(slot, (word & sum_and_weight) + columns.base[c]);
    }
}

/// Sums as they are when nothing is cut. @returns the largest: above 65535, or with a count beyond 16 bits, it was not
/// so
SPINN_VECTOR_CLONES std::uint32_t add_counts_uncut(std::size_t n, const std::uint16_t* __restrict sums,
                                                   const std::uint32_t* __restrict weights,
                                                   const std::uint32_t* __restrict counts,
                                                   std::uint32_t* __restrict added, std::uint32_t* __restrict events) {
    std::uint32_t largest = 0, n_events = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t sum = sums[i] + (weights[i] >> 16) * counts[i];
        added[i] = sum;
        largest |= sum | (counts[i] & 0xffff0000u);
        n_events += counts[i];
    }
    *events = n_events;
    return largest;
}

SPINN_VECTOR_CLONES std::uint32_t count_above_zero(std::size_t n, const std::uint32_t* __restrict counts) {
    std::uint32_t above = 0;
    for (std::size_t i = 0; i < n; ++i) above += counts[i] > 0 ? 1 : 0;
    return above;
}

/// The low halves, as sums.
SPINN_VECTOR_CLONES void narrow(std::size_t n, const std::uint32_t* __restrict added, std::uint16_t* __restrict sums) {
    for (std::size_t i = 0; i < n; ++i) sums[i] = static_cast<std::uint16_t>(added[i]);
}

}  // namespace

std::uint32_t count_spiking(std::span<const std::uint32_t> counts) {
    return count_above_zero(counts.size(), counts.data());
}

void add_rows(RowColumns& columns, const std::uint32_t* ends, std::uint32_t n_columns, std::uint32_t sent,
              ComingWords coming) {
    RowEnds rows;
    row_ends(columns, ends, n_columns, rows);
    const std::uint32_t n_here = columns.end - columns.first;
    const std::uint32_t n = rows.ends[n_here];
    if (n <= most_together && n < 2 * lanes * n_here) {
        if (n > 0 && columns.calendar != nullptr)
            enter_together(columns, rows, sent, coming);
        else if (n > 0)
            add_together(columns, rows, sent, coming);
    } else {
        for (std::uint32_t c = 0; c < n_here; ++c) {
            const std::span<const std::uint32_t> row(rows.words + rows.ends[c], rows.words + rows.ends[c + 1]);
            if (columns.calendar != nullptr)
                enter_one(columns, c, row, sent, 1);
            else
                add_one(columns, c, row, sent, coming);
        }
    }
    while (coming.next < coming.end) ask_for_line(coming);
}

void add_rows(RowColumns& columns, const std::uint32_t* ends, std::uint32_t n_columns, std::uint32_t sent,
              std::uint32_t repeats, std::uint32_t wanted) {
    RowEnds rows;
    row_ends(columns, ends, n_columns, rows);
    for (std::uint32_t c = 0; c < columns.end - columns.first; ++c) {
        columns.events[c] -= rows.ends[c + 1] - rows.ends[c];  // row_ends() has counted it once
        if ((wanted >> c & 1) == 0) continue;
        const std::span<const std::uint32_t> row(rows.words + rows.ends[c], rows.words + rows.ends[c + 1]);
        if (columns.calendar != nullptr) {
            enter_one(columns, c, row, sent, repeats);
        } else {
            const RingView ring{columns.tick_shift, columns.index_mask, columns.sums + columns.base[c]};
            columns.saturated[c] += add_row(ring, row, sent, repeats);
        }
        columns.events[c] += row.size() * repeats;
    }
}

void settle_events(RowColumns& columns) {
    for (std::uint32_t c = 0; c < columns.end - columns.first; ++c)
        columns.events[c] += columns.ends[c] - (c == 0 ? 0 : columns.ends[c - 1]);
    std::fill(std::begin(columns.ends), std::end(columns.ends), 0u);
    columns.unsettled = 0;
}

CountsAdded add_counts(std::span<std::uint16_t> sums, const std::uint32_t* weights, const std::uint32_t* counts) {
    CountsAdded result;
    constexpr std::size_t at_once = 256;
    alignas(64) std::uint32_t added[at_once];
    for (std::size_t first = 0; first < sums.size(); first += at_once) {
        const std::size_t n = std::min(at_once, sums.size() - first);
        std::uint16_t* const sum = sums.data() + first;
        std::uint32_t events = 0;
        if (add_counts_uncut(n, sum, weights + first, counts + first, added, &events) <= 0xffff) {
            narrow(n, added, sum);
            result.events += events;
            continue;
        }
        for (std::size_t i = 0; i < n; ++i) {
            result.events += counts[first + i];
            result.saturated += add_weight(sum[i], weights[first + i] >> 16, counts[first + i]);
        }
    }
    return result;
}

}  // namespace spinn
