/// What spikes do on a chip, cut into parts in every way, against the same spikes as packets one by one.
#include "emulator/chip_part.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "listeners.hpp"

namespace spinn {
namespace {

using test::ListeningChip;
using test::Rows;
using test::Taker;
using test::Volley;

/// Senders, their keys 0x10000 apart, and cores that listen to some of them. Two chips made of one seed are equal.
struct Scene {
    ListeningChip chip;
    std::vector<std::vector<KeyPath>> paths;  ///< [sender]
    std::vector<RankedPaths> senders;
    std::vector<Volley> volleys;
};

constexpr std::uint32_t n_atoms = 40;  ///< a sender

Rows rows_for(test::Random& random) {
    Rows rows(n_atoms);
    const std::uint32_t length = random() % 4 == 0 ? 3 : 30, weight = random() % 3 == 0 ? 65535 : 900;
    for (auto& row : rows) row = test::random_row(random() % 3 == 0 ? 0 : random() % length, weight, random);
    return rows;
}

/// Cuts a sender's keys into paths, each of which reaches some of the cores.
std::vector<KeyPath> random_paths(std::uint32_t key, std::uint32_t n_cores, test::Random& random) {
    std::vector<KeyPath> paths;
    const std::uint32_t cut = random() % 2 == 0 ? n_atoms : 1 + random() % (n_atoms - 1);
    for (const auto& [first, end] : {std::pair{0u, cut}, std::pair{cut, n_atoms}}) {
        if (first == end) continue;
        KeyPath path{key + first, end - first, {}, {}, 0};
        const std::uint32_t reach = random() % 3;
        for (std::uint32_t c = 0; c < n_cores; ++c)
            if (reach == 0 || random() % 2 == 0) path.receivers.push_back(c);
        paths.push_back(path);
    }
    return paths;
}

/// @param shapes  whether ring buffers of several shapes are mixed
std::unique_ptr<Scene> make_scene(std::uint32_t n_cores, bool shapes, std::uint32_t seed) {
    test::Random random(seed);
    auto scene = std::make_unique<Scene>();
    const std::uint32_t n_senders = 1 + random() % 6;
    for (std::uint32_t c = 0; c < n_cores; ++c) {
        if (random() % 8 == 0) {
            scene->chip.add_core(std::make_unique<Taker>(), ProgramKind::delay_extension);
            continue;
        }
        SynapseRegion shape{4, 1, 3, {0, 0}, 1};
        if (shapes && random() % 3 == 0) shape = {5, 1, 2 + random() % 2, {0, 0}, 1};
        SynapticInput& input = scene->chip.add_listener(shape);
        for (std::uint32_t s = 0; s < n_senders; ++s)
            if (random() % 6 != 0) ListeningChip::add_rows(input, (s + 1) << 16, rows_for(random), 1 + random() % 9);
    }
    scene->chip.lay_out();
    for (std::uint32_t s = 0; s < n_senders; ++s) scene->paths.push_back(random_paths((s + 1) << 16, n_cores, random));
    for (std::uint32_t s = 0; s < n_senders; ++s)
        scene->senders.push_back({s * (1 + seed % 40), (s + 1) << 16, scene->paths[s]});
    for (std::uint32_t sent = 100; sent < 106; ++sent)
        for (std::uint32_t s = 0; s < n_senders; ++s) {
            Volley volley{scene->senders[s].rank, sent, {}, {}};
            const std::uint32_t rate = 1 + random() % 8;
            for (std::uint32_t atom = 0; atom < n_atoms; ++atom) {
                if (random() % rate != 0) continue;
                volley.atoms.push_back(atom);
                volley.repeats.push_back(random() % 9 == 0 ? random() % 4 : 1);
            }
            scene->volleys.push_back(std::move(volley));
        }
    scene->volleys.push_back({999, 105, {0, 1}, {1, 1}});  // a sender that nobody here hears
    return scene;
}

/// @param cuts  bit c: a part ends behind core c
void run_in_parts(Scene& scene, std::uint32_t cuts) {
    LargeBuffer memory;
    Machine& machine = scene.chip.machine;
    std::vector<ChipTargets> chips = chip_targets(machine, memory, false);
    ASSERT_EQ(chips.size(), 1u);
    resolve_blocks(machine, scene.senders, chips);
    std::vector<ChipPart> parts;
    std::vector<std::uint32_t> cores;
    for (const std::uint32_t c : chips[0].cores) {
        cores.push_back(c);
        if ((cuts >> c & 1) == 0 && c != chips[0].cores.back()) continue;
        parts.push_back(make_part(machine, chips[0], cores, 1000));
        cores.clear();
    }
    const std::vector<SpikeRun> runs = test::runs_of(scene.volleys);
    // The second half of the spikes comes in another window.
    const std::size_t half = runs.size() / 2;
    for (const auto& window : {std::span(runs).first(half), std::span(runs).subspan(half)})
        for (ChipPart& part : parts) {
            Delivery delivery;
            delivery.begin(machine, part, window);
            delivery.finish();
        }
    for (ChipPart& part : parts) settle(machine, part);
    for (ChipPart& part : parts) settle(machine, part);  // what has been handed over is handed over once
    // The buffers outlive their memory in this test only: bring the sums home.
    for (const std::uint32_t c : chips[0].cores)
        if (SynapticInput* const input = machine.cores[c].program->synaptic_input()) {
            input->ring.storage.assign(input->ring.sums.begin(), input->ring.sums.end());
            input->ring.sums = input->ring.storage;
        }
}

void expect_equal(Scene& fast, Scene& plain, const std::string& where) {
    for (std::size_t c = 0; c < fast.chip.machine.cores.size(); ++c) {
        CoreProgram &a = *fast.chip.machine.cores[c].program, &b = *plain.chip.machine.cores[c].program;
        if (a.synaptic_input() == nullptr) {
            ASSERT_EQ(static_cast<Taker&>(a).taken, static_cast<Taker&>(b).taken) << where << ", core " << c;
            continue;
        }
        const SynapticInput &mine = *a.synaptic_input(), &its = *b.synaptic_input();
        ASSERT_EQ(test::sums_of(mine), test::sums_of(its)) << where << ", core " << c;
        ASSERT_EQ(mine.synaptic_events, its.synaptic_events) << where << ", core " << c;
        ASSERT_EQ(mine.saturations, its.saturations) << where << ", core " << c;
        ASSERT_EQ(mine.unknown_keys, its.unknown_keys) << where << ", core " << c;
    }
}

TEST(ChipPart, EveryCutOfAChipGivesWhatPacketsOneByOneGive) {
    std::uint64_t events = 0, saturations = 0, unknown = 0;
    for (std::uint32_t seed = 1; seed <= 24; ++seed) {
        const std::uint32_t n_cores = 1 + seed % 6;
        const bool shapes = seed % 2 == 0;
        const auto plain = make_scene(n_cores, shapes, seed);
        test::send_plainly(plain->chip.machine, plain->senders, plain->volleys);
        for (std::uint32_t cuts = 0; cuts < 1u << (n_cores - 1); ++cuts) {
            const auto fast = make_scene(n_cores, shapes, seed);
            run_in_parts(*fast, cuts);
            expect_equal(*fast, *plain, "seed " + std::to_string(seed) + ", cuts " + std::to_string(cuts));
            if (HasFatalFailure()) return;
        }
        for (const Core& core : plain->chip.machine.cores)
            if (const SynapticInput* const input = core.program->synaptic_input()) {
                events += input->synaptic_events;
                saturations += input->saturations;
                unknown += input->unknown_keys;
            }
    }
    EXPECT_GT(events, 10000u);
    EXPECT_GT(saturations, 1000u);
    EXPECT_GT(unknown, 10u);
}

TEST(ChipPart, AFullChipWithBuffersOfSeveralShapesGivesTheSame) {
    for (std::uint32_t seed = 100; seed < 140; ++seed) {
        const auto plain = make_scene(17, true, seed), fast = make_scene(17, true, seed);
        test::send_plainly(plain->chip.machine, plain->senders, plain->volleys);
        run_in_parts(*fast, seed % 3 == 0 ? 0 : test::Random(seed)());
        expect_equal(*fast, *plain, "seed " + std::to_string(seed));
        if (HasFatalFailure()) return;
    }
}

TEST(ChipPart, CoresWithBuffersOfOneShapeAreAddedAsOne) {
    Scene scene;
    const SynapseRegion narrow{4, 1, 3, {0, 0}, 1}, wide{5, 1, 3, {0, 0}, 1};
    for (const SynapseRegion& shape : {narrow, narrow, wide, wide, narrow})
        ListeningChip::add_rows(scene.chip.add_listener(shape), 0, {{1}});
    scene.chip.lay_out();
    scene.paths = {{KeyPath{0, 1, {0, 1, 2, 3, 4}, {}, 0}}};
    scene.senders = {{0, 0, scene.paths[0]}};
    LargeBuffer memory;
    std::vector<ChipTargets> chips = chip_targets(scene.chip.machine, memory, false);
    resolve_blocks(scene.chip.machine, scene.senders, chips);
    const ChipPart part = make_part(scene.chip.machine, chips[0], chips[0].cores, 1);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> columns;
    for (const RowColumns& c : part.columns) columns.emplace_back(c.first, c.end);
    EXPECT_EQ(columns, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 2}, {2, 4}, {4, 5}}));
    EXPECT_EQ(part.blocks.blocks.size(), 3u);
    for (const PartBlock& block : part.blocks.blocks) EXPECT_TRUE(block.all_columns);
}

TEST(ChipPart, APathAddsOnlyInTheColumnsThatItReaches) {
    Scene scene;
    for (int c = 0; c < 4; ++c)
        ListeningChip::add_rows(scene.chip.add_listener({4, 1, 3, {0, 0}, 1}), 0, {{9u << 16 | 2}, {}, {5u << 16}});
    scene.chip.lay_out();
    scene.paths = {{KeyPath{0, 3, {1, 3}, {}, 0}}};
    scene.senders = {{0, 0, scene.paths[0]}};
    scene.volleys = {{0, 0, {0, 1}, {1, 1}}};
    run_in_parts(scene, 0);
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(scene.chip.input(c).ring.sums[2], c % 2 == 1 ? 9 : 0) << c;
        EXPECT_EQ(scene.chip.input(c).synaptic_events, c % 2 == 1 ? 1u : 0u) << c;
    }
}

TEST(ChipPart, ACoreThatPacketsReachTwiceAddsThemTwice) {
    const auto make = [] {
        auto scene = std::make_unique<Scene>();
        for (int c = 0; c < 3; ++c)
            ListeningChip::add_rows(scene->chip.add_listener({4, 1, 3, {0, 0}, 1}), 0, {{9u << 16 | 2}, {7u << 16}});
        scene->chip.lay_out();
        scene->paths = {{KeyPath{0, 2, {0, 1, 1, 2}, {}, 0}}};
        scene->senders = {{0, 0, scene->paths[0]}};
        scene->volleys = {{0, 0, {0, 1}, {1, 3}}, {0, 1, {1}, {1}}};
        return scene;
    };
    const auto fast = make(), plain = make();
    run_in_parts(*fast, 0);
    test::send_plainly(plain->chip.machine, plain->senders, plain->volleys);
    expect_equal(*fast, *plain, "twice");
    EXPECT_EQ(fast->chip.input(1).ring.sums[2], 18);
}

}  // namespace
}  // namespace spinn
