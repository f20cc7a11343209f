/// The whole path from a network to spikes, on machines of several shapes: what must not change the answer, and what
/// the fast engine must equal.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>

#include "emulator/functional_engine.hpp"
#include "emulator/recordings.hpp"
#include "host/network_file.hpp"
#include "host/run.hpp"
#include "mapper/map_network.hpp"
#include "mixed_network.hpp"
#include "plain_engine.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

std::uint64_t hash_of(const Mapping& mapping, unsigned threads = 1) {
    RunOptions options;
    options.threads = threads;
    const RunReport report = run_image(mapping.image, options, silent());
    EXPECT_EQ(report.packets_dropped, 0u);
    EXPECT_EQ(report.counters.recordings_lost, 0u);
    EXPECT_EQ(report.counters.unknown_keys, 0u);
    EXPECT_GT(report.counters.spikes, 1000u);
    return report.spike_hash;
}

TEST(FunctionalEngine, EqualsThePlainEngineSpikeForSpikeAndCounterForCounter) {
    const Mapping mapping = map_text(mixed_network, "4x4", 32, random_faults(make_machine("4x4"), 0.05, 0.02, 0.05, 5));
    expect_engines_agree(mapping);
}

TEST(FunctionalEngine, GivesTheSameSpikesForAnyNumberOfThreads) {
    const Mapping mapping = map_text(mixed_network, "spinn5", 32);
    const std::uint64_t one = hash_of(mapping, 1);
    for (const unsigned threads : {2u, 3u, 8u}) EXPECT_EQ(hash_of(mapping, threads), one) << threads;
    EXPECT_EQ(hash_of(mapping, 1), one) << "second run in one process";
}

TEST(FunctionalEngine, GivesTheSameSpikesOnAnyMachineAndPartition) {
    const std::uint64_t small = hash_of(map_text(mixed_network, "spinn3", 256));
    EXPECT_EQ(hash_of(map_text(mixed_network, "spinn5", 50)), small);
    EXPECT_EQ(hash_of(map_text(mixed_network, "spinn5*3", 7)), small);
    EXPECT_EQ(hash_of(map_text(mixed_network, "16x16", 4, random_faults(make_machine("16x16"), 0.02, 0.02, 0.03, 1))),
              small);
}

TEST(FunctionalEngine, GivesTheExamplesTheSameSpikesForAnyThreadsAndMachine) {
    const MachineShape broken =
        with_faults(make_machine("16x16"), random_faults(make_machine("16x16"), 0.0, 0.0, 0.03, 9));
    for (const char* example : {"va-coba.yaml", "va-cuba.yaml", "brunel.yaml"}) {
        const Network network = read_network_file(std::filesystem::path(SPINN_SOURCE_DIR) / "examples" / example);
        const auto hash = [&](const MachineShape& machine, unsigned threads) {
            RunOptions options;
            options.threads = threads;
            options.duration_ms = network.populations.size() > 2 ? 20.0 : 100.0;  // brunel has 10,000 Poisson sources
            const RunReport report = run_image(map_network(network, machine, {}, silent()).image, options, silent());
            EXPECT_EQ(report.packets_dropped, 0u) << example;
            EXPECT_GT(report.counters.spikes, 500u) << example;
            return report.spike_hash;
        };
        const std::uint64_t expected = hash(make_machine("spinn5"), 1);
        for (const unsigned threads : {2u, 3u, 8u})
            EXPECT_EQ(hash(make_machine("spinn5"), threads), expected) << example << ", " << threads << " threads";
        EXPECT_EQ(hash(make_machine("spinn5*3"), 2), expected) << example;
        EXPECT_EQ(hash(broken, 2), expected) << example;
    }
}

TEST(FunctionalEngine, RunsInPiecesAsInOneGo) {
    const Mapping mapping = map_text(mixed_network, "spinn5", 32);
    std::vector<std::vector<std::uint32_t>> atoms;
    for (const std::vector<std::uint32_t>& pieces : {std::vector<std::uint32_t>{300}, {1, 2, 30, 100, 167}}) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {});
        FunctionalEngine engine(machine, {});
        engine.start();
        for (const std::uint32_t piece : pieces) engine.run(piece);
        atoms.emplace_back();
        for (const Core& core : machine.cores) {
            const CoreRecordings recorded = take_recordings(machine, core);
            atoms.back().insert(atoms.back().end(), recorded.spike_atoms.begin(), recorded.spike_atoms.end());
            atoms.back().insert(atoms.back().end(), recorded.spike_ticks.begin(), recorded.spike_ticks.end());
        }
    }
    EXPECT_GT(atoms[0].size(), 1000u);
    EXPECT_EQ(atoms[0], atoms[1]);
}

TEST(FunctionalEngine, LosesAndCountsExactlyThePacketsOfARemovedTableEntry) {
    const Mapping mapping = map_text(mixed_network, "spinn5", 32);
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    FunctionalEngine engine(machine, {});
    engine.start();
    engine.run(100);
    ASSERT_EQ(engine.packets_dropped(), 0u);

    // Take the table of the chip of the first sending source away: all its local packets are lost, and nothing else.
    const Core& source = *std::find_if(machine.cores.begin(), machine.cores.end(), [](const Core& core) {
        return core.kind == ProgramKind::poisson_source && core.sends;
    });
    Router& router = chip_of(machine, source.location.chip).router;
    const std::vector<RoutingEntry> whole(router.table().begin(), router.table().end());
    std::vector<RoutingEntry> less;
    for (const RoutingEntry& entry : whole)
        if (!((source.keys.key & entry.mask) == entry.key)) less.push_back(entry);
    ASSERT_EQ(less.size() + 1, whole.size());
    router.load(less);
    const std::uint64_t sent_before = engine.packets_sent();
    std::uint64_t source_before = router.counter(RouterCounter::default_routed_local_multicast);
    engine.run(50);
    const std::uint64_t lost = router.counter(RouterCounter::default_routed_local_multicast) - source_before;
    EXPECT_GT(lost, 0u);
    EXPECT_LT(lost, engine.packets_sent() - sent_before);
    EXPECT_EQ(engine.packets_dropped(), lost);

    router.load(whole);
    engine.run(50);
    EXPECT_EQ(engine.packets_dropped(), lost) << "with the entry back, nothing more is lost";
}

TEST(Image, WithDamagedRegionsIsRefusedOrRunsButNeverCrashes) {
    const Mapping mapping = map_text(mixed_network, "spinn3", 64);
    std::mt19937 random(11);
    int refused = 0;
    for (int trial = 0; trial < 300; ++trial) {
        MachineImage image = mapping.image;
        ImageSegment& segment = image.segments[random() % image.segments.size()];
        auto bytes = std::make_shared<std::vector<std::byte>>(segment.bytes.begin(), segment.bytes.end());
        for (int i = 0; i < 3; ++i) {
            const std::size_t word = random() % (bytes->size() / 4);
            std::uint32_t value = 0;
            std::memcpy(&value, bytes->data() + word * 4, 4);
            switch (random() % 4) {
                case 0:
                    value = static_cast<std::uint32_t>(random());
                    break;
                case 1:
                    value ^= 1u << (random() % 32);
                    break;
                case 2:
                    value = random() % 8;
                    break;
                default:
                    value += 1;
                    break;
            }
            std::memcpy(bytes->data() + word * 4, &value, 4);
        }
        segment.bytes = {bytes->data(), bytes->size()};
        segment.owner = bytes;
        try {
            RunOptions options;
            options.duration_ms = 10.0;
            run_image(image, options, silent());
        } catch (const RequestError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 10);
}

TEST(Delays, ASpikeSentInStepTWithDelayDActsInStepTPlusD) {
    // One source, a target for every delay from 1 to 300 steps; gsyn_exc shows the step in which a spike arrives.
    std::string text =
        "name: delays\ntimestep: 1.0\nduration: 400\nseed: 1\npopulations:\n"
        "  source: {size: 1, model: SpikeSourceArray, parameters: {spike_times: [[20]]}}\n"
        "  target: {size: 300, model: IF_curr_exp}\nprojections:\n"
        "  - from: source\n    to: target\n    synapse: {Static: {weight: 0.5}}\n    connector:\n      FromList:\n     "
        "   connections:\n";
    for (int d = 1; d <= 300; ++d)
        text += "          - [0, " + std::to_string(d - 1) + ", 0.5, " + std::to_string(d) + ".0]\n";
    text += "record:\n  - {population: target, variables: [gsyn_exc]}\n";
    for (const std::uint32_t atoms_per_core : {256u, 100u, 3u}) {
        const Mapping mapping = map_text(text.c_str(), "spinn5", atoms_per_core);
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {});
        FunctionalEngine engine(machine, {.threads = 2});
        engine.start();
        std::vector<int> first_seen(300, -1);
        for (int piece = 0; piece < 8; ++piece) {
            engine.run(50);
            for (const Core& core : machine.cores) {
                for (const CoreRecordings::Samples& samples : take_recordings(machine, core).samples)
                    for (std::size_t i = 0; i < samples.raw.size(); ++i) {
                        int& seen = first_seen[core.first_atom + samples.atoms[i % samples.atoms.size()]];
                        if (samples.raw[i] != 0 && seen < 0)
                            seen = static_cast<int>(samples.ticks[i / samples.atoms.size()]);
                    }
            }
        }
        for (int d = 1; d <= 300; ++d) EXPECT_EQ(first_seen[static_cast<std::size_t>(d - 1)], 20 + d) << atoms_per_core;
    }
}

}  // namespace
}  // namespace spinn
