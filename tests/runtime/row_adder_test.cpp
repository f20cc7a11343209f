/// Rows of many columns at once against add_row(), column by column.
#include "runtime/row_adder.hpp"

#include <gtest/gtest.h>

#include <random>

#include "runtime/event_calendar.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

using Random = std::mersenne_twister_engine<std::uint32_t, 32, 624, 397, 31, 0x9908b0df, 11, 0xffffffff, 7, 0x9d2c5680,
                                            15, 0xefc60000, 18, 1812433253>;  // mt19937, in 32 bits

constexpr SynapseRegion shape{5, 1, 3, {0, 0}, 1};  // 32 atoms, 2 receptors, 8 slots

/// One source neuron's rows, as they stand in a matrix, and the ring buffers of the cores.
struct Case {
    std::vector<std::uint32_t> memory;  // ends, words, and room to read on
    std::vector<std::vector<std::uint32_t>> rows;
    std::vector<std::uint16_t> sums;
    std::uint32_t n_columns;
    RowColumns columns;

    Case(Random& random, std::uint32_t n, std::uint32_t longest, std::uint32_t heaviest) : rows(n), n_columns(n) {
        memory.assign(ends_words(n), 0);
        std::uint32_t end = 0;
        for (std::uint32_t c = 0; c < n; ++c) {
            for (std::uint32_t i = random() % (longest + 1); i > 0; --i)
                rows[c].push_back(
                    synaptic_word(shape, random() % (heaviest + 1), 1 + random() % 8, random() % 2, random() % 32));
            end += static_cast<std::uint32_t>(rows[c].size());
            memory[c / 2] |= end << (16 * (c % 2));
            memory.insert(memory.end(), rows[c].begin(), rows[c].end());
        }
        memory.resize(memory.size() + 32);
        columns.first = random() % n;
        columns.end = columns.first + 1 + random() % (n - columns.first);
        columns.tick_shift = 6;
        columns.index_mask = (1u << 9) - 1;
        sums.assign((columns.end - columns.first) * 600u, 0);
        columns.sums = sums.data();
        for (std::uint32_t c = columns.first; c < columns.end; ++c) columns.base.push_back(600 * (c - columns.first));
        columns.events.assign(columns.base.size(), 0);
        columns.saturated.assign(columns.base.size(), 0);
    }
};

TEST(RowAdder, EqualsAddingRowAfterRow) {
    Random random(1);
    std::uint64_t cut_in_all = 0;
    for (int trial = 0; trial < 4000; ++trial) {
        const std::uint32_t longest = std::vector<std::uint32_t>{0, 3, 12, 20, 90, 600}[random() % 6];
        Case test(random, 1 + random() % 17, longest, trial % 3 == 0 ? 0xffff : 50);
        std::vector<std::uint16_t> sums = test.sums;
        std::vector<std::uint64_t> events(test.columns.base.size(), 0), saturated = events;
        for (int spike = 0; spike < 5; ++spike) {
            const std::uint32_t sent = random(), wanted = random(), repeats = random() % 4;
            const bool plain = spike % 2 == 0;
            if (plain)
                add_rows(test.columns, test.memory.data(), test.n_columns, sent, {});
            else
                add_rows(test.columns, test.memory.data(), test.n_columns, sent, repeats, wanted);
            for (std::size_t c = 0; c < events.size(); ++c) {
                if (!plain && (wanted >> c & 1) == 0) continue;
                const std::uint32_t times = plain ? 1 : repeats;
                const std::vector<std::uint32_t>& row = test.rows[test.columns.first + c];
                saturated[c] += add_row({6, 511, sums.data() + 600 * c}, row, sent, times);
                events[c] += row.size() * times;
            }
        }
        settle_events(test.columns);
        ASSERT_EQ(test.sums, sums) << trial;
        ASSERT_EQ(test.columns.events, events) << trial;
        ASSERT_EQ(test.columns.saturated, saturated) << trial;
        for (const std::uint64_t cut : saturated) cut_in_all += cut;
    }
    EXPECT_GT(cut_in_all, 10000u);
}

TEST(RowAdder, CountsEventsOfMoreRowsThanItsSumsHold) {
    Random random(2);
    Case test(random, 2, 0, 0);
    test.columns.first = 0;
    test.columns.end = 2;
    test.columns.base = {0, 600};
    test.sums.assign(1200, 0);
    test.columns.sums = test.sums.data();
    test.columns.events.assign(2, 0);
    test.columns.saturated.assign(2, 0);
    test.memory = {1 | 3u << 16, synaptic_word(shape, 0, 1, 0, 0), synaptic_word(shape, 0, 1, 0, 1),
                   synaptic_word(shape, 0, 1, 0, 2)};
    test.memory.resize(40);
    for (int i = 0; i < 150000; ++i) add_rows(test.columns, test.memory.data(), 2, 0, {});
    settle_events(test.columns);
    EXPECT_EQ(test.columns.events, (std::vector<std::uint64_t>{150000, 300000}));
}

TEST(RowAdder, ThroughACalendarGivesTheSameSumsAndSaturations) {
    Random random(4);
    for (int trial = 0; trial < 300; ++trial) {
        const std::uint32_t n = 1 + random() % 16;
        std::vector<Case> spikes;
        for (int i = 0; i < 12; ++i) spikes.emplace_back(random, n, i % 3 == 0 ? 80 : 10, trial % 2 == 0 ? 0xffff : 40);
        std::vector<std::uint16_t> ring(std::size_t{n} * 512, 0), slots(std::size_t{n} * 128, 0);
        std::vector<std::uint64_t> saturated(n, 0), saturated_late(32, 0);
        EventCalendar calendar(8);
        for (std::uint32_t tick = 0; tick < 12; ++tick) {
            // The sums of this tick, by both ways; two slots a core stand behind the calendar.
            drain(calendar, tick, slots.data() + (tick & 1) * 64, 7, saturated_late);
            for (std::uint32_t c = 0; c < n; ++c)
                for (std::uint32_t i = 0; i < 64; ++i) {
                    std::uint16_t& now = ring[c * 512 + (tick & 7) * 64 + i];
                    std::uint16_t& late = slots[c * 128 + (tick & 1) * 64 + i];
                    ASSERT_EQ(now, late) << "tick " << tick << " core " << c;
                    now = late = 0;
                }
            Case& spike = spikes[tick];
            spike.columns.first = 0;
            spike.columns.end = n;
            spike.columns.calendar = &calendar;
            spike.columns.base.clear();
            for (std::uint32_t c = 0; c < n; ++c) spike.columns.base.push_back(c << 7);
            spike.columns.events.assign(n, 0);
            spike.columns.saturated.assign(n, 0);
            const std::uint32_t repeats = 1 + random() % 2;
            if (repeats == 1)
                add_rows(spike.columns, spike.memory.data(), n, tick, {});
            else
                add_rows(spike.columns, spike.memory.data(), n, tick, repeats, ~0u);
            for (std::uint32_t c = 0; c < n; ++c)
                saturated[c] += add_row({6, 511, ring.data() + 512 * c}, spike.rows[c], tick, repeats);
        }
        for (std::uint32_t tick = 12; tick < 20; ++tick) {
            std::fill(slots.begin(), slots.end(), std::uint16_t{0});
            drain(calendar, tick, slots.data() + (tick & 1) * 64, 7, saturated_late);
        }
        saturated_late.resize(n);
        ASSERT_EQ(saturated, saturated_late) << trial;
    }
}

TEST(RowAdder, CountsOfManySourcesEqualOneAfterTheOther) {
    Random random(5);
    for (int trial = 0; trial < 500; ++trial) {
        const std::size_t n = 1 + random() % 600;
        std::vector<std::uint16_t> sums(n), plain;
        std::vector<std::uint32_t> weights(n), counts(n);
        for (std::size_t i = 0; i < n; ++i) {
            sums[i] = static_cast<std::uint16_t>(random() % (trial % 2 == 0 ? 100 : 65536));
            weights[i] = (trial % 3 == 0 ? random() % 65536 : random() % 90) << 16 | random() % 65536;
            counts[i] = random() % 20 == 0 && trial % 5 == 0 ? random() : random() % 4;
        }
        plain = sums;
        std::uint64_t events = 0, saturated = 0;
        std::uint32_t spiking = 0;
        for (std::size_t i = 0; i < n; ++i) {
            events += counts[i];
            spiking += counts[i] > 0;
            saturated += add_weight(plain[i], weights[i] >> 16, counts[i]);
        }
        const CountsAdded added = add_counts(sums, weights.data(), counts.data());
        ASSERT_EQ(sums, plain) << trial;
        ASSERT_EQ(added.events, events);
        ASSERT_EQ(added.saturated, saturated);
        ASSERT_EQ(count_spiking(counts), spiking);
    }
}

}  // namespace
}  // namespace spinn
