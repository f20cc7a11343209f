/// Spikes of sources that run with the core that they drive, against the same spikes as packets.
#include "emulator/drive.hpp"

#include <gtest/gtest.h>

#include "listeners.hpp"

namespace spinn {
namespace {

using test::ListeningChip;
using test::Rows;

constexpr std::uint32_t first_key = 0x20000;
constexpr SynapseRegion shape{5, 1, 3, {0, 0}, 1};  // 32 atoms, 8 slots

/// A Poisson source of n atoms on core 0, its targets from core 1 on.
struct DriveFixture {
    ListeningChip chip;
    std::vector<KeyPath> paths;

    explicit DriveFixture(const Rows& rows, std::vector<std::uint32_t> receivers = {1}) {
        const auto n_keys = static_cast<std::uint32_t>(rows.size());
        chip.add_core(std::make_unique<test::Taker>(), ProgramKind::poisson_source);
        chip.machine.cores[0].keys.key = first_key;
        chip.machine.cores[0].n_keys = n_keys;
        chip.add_listener(shape);
        chip.add_listener(shape);
        ListeningChip::add_rows(chip.input(1), first_key, rows);
        chip.lay_out();
        paths = {{first_key, n_keys, std::move(receivers), {}, 0}};
    }
};

Rows one_to_one(std::uint32_t n, test::Random& random, bool random_weights, bool random_delays, std::uint32_t stride,
                std::uint32_t first = 0) {
    Rows rows(n);
    for (std::uint32_t i = first; i < n; i += stride)
        rows[i].push_back(synaptic_word(shape, random_weights ? random() % 65536 : 900,
                                        random_delays ? 1 + random() % 8 : 3, 1, (i - first) / stride));
    return rows;
}

/// Ticks of random counts, told as a list to one, as counts to another, and as packets to the third.
void expect_all_ways_equal(const Rows& rows, bool diagonal, std::uint32_t seed) {
    DriveFixture listed(rows), counted(rows), plain(rows);
    const auto n = static_cast<std::uint32_t>(rows.size());
    const std::optional<Drive> list_drive = drive_of(listed.chip.machine, 0, listed.paths);
    const std::optional<Drive> count_drive = drive_of(counted.chip.machine, 0, counted.paths);
    ASSERT_TRUE(list_drive && count_drive);
    EXPECT_EQ(count_drive->target, 1u);
    ASSERT_EQ(count_drive->rows.size(), 1u);
    EXPECT_EQ(!count_drive->rows[0].diagonal.empty(), diagonal);
    test::Random random(seed);
    for (std::uint32_t sent = 90; sent < 130; ++sent) {
        std::vector<std::uint32_t> atoms, repeats, counts(n);
        const std::uint32_t most = sent % 10 == 0 ? 200 : 3;
        for (std::uint32_t i = 0; i < n; ++i) {
            counts[i] = random() % 2 == 0 ? 0 : random() % most;
            if (counts[i] == 0) continue;
            atoms.push_back(i);
            repeats.push_back(counts[i]);
            receive(plain.chip.input(1), sent, {Key{first_key + i}, counts[i], counts[i] != 1});
        }
        deliver(listed.chip.machine, *list_drive, sent, atoms, repeats, {});
        deliver(counted.chip.machine, *count_drive, sent, {}, {}, counts);
        if (sent % 3 == 0)
            for (DriveFixture* fixture : {&listed, &counted, &plain}) clear_slot(fixture->chip.input(1), sent + 1);
    }
    const SynapticInput& expected = plain.chip.input(1);
    for (DriveFixture* fixture : {&listed, &counted}) {
        const SynapticInput& input = fixture->chip.input(1);
        EXPECT_EQ(test::sums_of(input), test::sums_of(expected));
        EXPECT_EQ(input.synaptic_events, expected.synaptic_events);
        EXPECT_EQ(input.saturations, expected.saturations);
        EXPECT_EQ(input.unknown_keys, 0u);
        EXPECT_TRUE(std::ranges::all_of(fixture->chip.input(2).ring.sums, [](auto sum) { return sum == 0; }));
    }
}

TEST(Drive, OneToOneOfOneDelayIsADiagonalWhateverTheWeights) {
    test::Random random(1);
    for (const std::uint32_t n : {1u, 7u, 16u, 31u, 32u}) {
        expect_all_ways_equal(one_to_one(n, random, false, false, 1), true, n);
        expect_all_ways_equal(one_to_one(n, random, true, false, 1), true, n);
    }
}

TEST(Drive, OneToOneOfManyDelaysGivesTheSame) {
    test::Random random(2);
    for (const std::uint32_t n : {7u, 32u}) expect_all_ways_equal(one_to_one(n, random, true, true, 1), false, n);
}

TEST(Drive, SourcesWithoutASynapseMakeItNoDiagonal) {
    test::Random random(3);
    expect_all_ways_equal(one_to_one(32, random, true, false, 2), false, 1);
    expect_all_ways_equal(one_to_one(32, random, true, false, 2, 1), false, 2);  // the first one already has none
    expect_all_ways_equal(one_to_one(32, random, true, false, 1, 31), false, 3);
    Rows last_missing = one_to_one(32, random, true, false, 1);
    last_missing[31].clear();
    expect_all_ways_equal(last_missing, false, 4);
}

TEST(Drive, RowsOfAnyLengthGiveTheSame) {
    test::Random random(4);
    for (std::uint32_t trial = 0; trial < 200; ++trial) {
        Rows rows(1 + random() % 40);
        const std::uint32_t most = 1 + random() % 5;
        for (auto& row : rows) row = test::random_row(random() % (most + 1), 65535, random);
        rows[0].resize(2, 1);  // no diagonal by chance
        expect_all_ways_equal(rows, false, trial);
    }
}

TEST(Drive, ADiagonalAcrossTheReceptorsGivesTheSame) {
    Rows rows(20);
    for (std::uint32_t i = 0; i < 20; ++i)
        rows[i] = {100u << 16 | (20 + i)};  // atom 31 of one, then atom 0 of the next
    expect_all_ways_equal(rows, false, 1);
}

TEST(Drive, IsASourceThatReachesOneNeuronCoreOnce) {
    test::Random random(5);
    const Rows rows = one_to_one(10, random, false, false, 1);
    const auto is_drive = [&](std::vector<std::uint32_t> receivers, ProgramKind kind = ProgramKind::poisson_source) {
        DriveFixture fixture(rows, std::move(receivers));
        fixture.chip.machine.cores[0].kind = kind;
        return drive_of(fixture.chip.machine, 0, fixture.paths).has_value();
    };
    EXPECT_TRUE(is_drive({1}));
    EXPECT_TRUE(is_drive({1}, ProgramKind::array_source));
    EXPECT_FALSE(is_drive({1}, ProgramKind::neurons)) << "its update waits for others";
    EXPECT_FALSE(is_drive({1}, ProgramKind::delay_extension));
    EXPECT_FALSE(is_drive({}));
    EXPECT_FALSE(is_drive({1, 2}));
    EXPECT_FALSE(is_drive({1, 1})) << "packets arrive twice";
    EXPECT_FALSE(is_drive({0})) << "a core that takes packets";

    DriveFixture split(rows);
    split.paths = {{first_key, 4, {1}, {}, 0}, {first_key + 4, 6, {1}, {}, 0}};
    const std::optional<Drive> drive = drive_of(split.chip.machine, 0, split.paths);
    ASSERT_TRUE(drive);
    ASSERT_EQ(drive->rows.size(), 2u);
    EXPECT_EQ(drive->rows[1].first, 4u);
    EXPECT_EQ(drive->rows[1].end, 10u);
    split.paths[1].receivers = {2};
    EXPECT_FALSE(drive_of(split.chip.machine, 0, split.paths)) << "some keys go elsewhere";
    split.paths[1].receivers = {};
    EXPECT_FALSE(drive_of(split.chip.machine, 0, split.paths)) << "some keys are lost";
}

TEST(Drive, CountsKeysThatTheTargetDoesNotKnow) {
    DriveFixture fixture(Rows(5, {1u << 16}), {2});
    const std::optional<Drive> drive = drive_of(fixture.chip.machine, 0, fixture.paths);
    ASSERT_TRUE(drive);
    const std::vector<std::uint32_t> atoms = {0, 3}, repeats = {1, 5}, counts = {0, 2, 0, 1, 1};
    deliver(fixture.chip.machine, *drive, 9, atoms, repeats, {});
    EXPECT_EQ(fixture.chip.input(2).unknown_keys, 2u);
    deliver(fixture.chip.machine, *drive, 10, {}, {}, counts);
    EXPECT_EQ(fixture.chip.input(2).unknown_keys, 5u) << "a packet for every source that spiked";
    EXPECT_EQ(fixture.chip.input(2).synaptic_events, 0u);
}

}  // namespace
}  // namespace spinn
