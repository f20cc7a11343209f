/// One machine divided among processes: what each has, and that together they do what one process does.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>

#include "emulator/divide.hpp"
#include "emulator/functional_engine.hpp"
#include "emulator/recordings.hpp"
#include "host/network_file.hpp"
#include "host/results.hpp"
#include "host/run.hpp"
#include "host/spike_hash.hpp"
#include "mixed_network.hpp"
#include "thread_exchange.hpp"

namespace spinn {
namespace {

Mapping mixed_on_many_chips() {
    return map_text(mixed_network, "4x4", 8, random_faults(make_machine("4x4"), 0.05, 0.02, 0.05, 5));
}

/// What a run leaves behind, core by core.
struct Outcome {
    std::uint32_t window_ticks = 0;
    std::vector<CoreRecordings> recordings;  ///< [core]
    std::vector<ProgramCounters> counters;   ///< [core]
    std::vector<std::array<std::uint64_t, 16>> routers;
    std::uint64_t packets_sent = 0, packet_hops = 0;
};

/// Runs the network in pieces; cores of other processes are left out.
void run_mixed(const Mapping& mapping, unsigned threads, Exchange* exchange, Outcome& out, std::mutex& lock) {
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {},
         exchange != nullptr ? ProcessShare{exchange->process(), exchange->processes()} : ProcessShare{});
    // Together they are more threads than processors: let them sleep while they wait.
    FunctionalEngine engine(machine, {.threads = threads, .processors = 1, .exchange = exchange});
    engine.start();
    for (const std::uint32_t piece : {1u, 2u, 30u, 100u, 167u}) engine.run(piece);
    const auto routers = router_counters(machine, exchange);
    const std::lock_guard held(lock);
    out.window_ticks = engine.window_ticks();
    out.recordings.resize(machine.cores.size());
    out.counters.resize(machine.cores.size());
    for (std::size_t c = 0; c < machine.cores.size(); ++c) {
        if (!machine.cores[c].program) continue;
        out.recordings[c] = take_recordings(machine, machine.cores[c]);
        out.counters[c] = machine.cores[c].program->counters();
    }
    out.routers = routers;
    out.packets_sent += engine.packets_sent();
    out.packet_hops += engine.packet_hops();
}

TEST(Processes, TogetherDoWhatOneDoesSpikeForSpikeAndCounterForCounter) {
    const Mapping mapping = mixed_on_many_chips();
    std::mutex lock;
    Outcome one;
    run_mixed(mapping, 1, nullptr, one, lock);
    for (const std::uint32_t processes : {1u, 2u, 3u, 4u})
        for (const unsigned threads : {1u, 2u}) {
            SCOPED_TRACE(std::to_string(processes) + " processes of " + std::to_string(threads) + " threads");
            Mailboxes mail;
            Outcome all;
            as_processes(processes, mail,
                         [&](Exchange& exchange) { run_mixed(mapping, threads, &exchange, all, lock); });
            EXPECT_EQ(all.window_ticks, one.window_ticks) << "a source that drives one core stays with it";
            std::size_t spikes = 0;
            for (std::size_t c = 0; c < one.recordings.size(); ++c) {
                const CoreRecordings &a = one.recordings[c], &b = all.recordings[c];
                EXPECT_EQ(a.spike_ticks, b.spike_ticks) << c;
                EXPECT_EQ(a.spike_atoms, b.spike_atoms) << c;
                ASSERT_EQ(a.samples.size(), b.samples.size());
                for (std::size_t s = 0; s < a.samples.size(); ++s) EXPECT_EQ(a.samples[s].raw, b.samples[s].raw);
                EXPECT_EQ(one.counters[c].spikes, all.counters[c].spikes) << c;
                EXPECT_EQ(one.counters[c].synapses, all.counters[c].synapses) << c;
                EXPECT_EQ(one.counters[c].matrix_bytes, all.counters[c].matrix_bytes) << c;
                EXPECT_EQ(one.counters[c].synaptic_events, all.counters[c].synaptic_events) << c;
                EXPECT_EQ(one.counters[c].saturations, all.counters[c].saturations) << c;
                EXPECT_EQ(one.counters[c].unknown_keys, all.counters[c].unknown_keys) << c;
                spikes += a.spike_ticks.size();
            }
            EXPECT_GT(spikes, 1000u);
            EXPECT_EQ(all.routers, one.routers);
            EXPECT_EQ(all.packets_sent, one.packets_sent);
            EXPECT_EQ(all.packet_hops, one.packet_hops);
            if (processes > 1) {
                EXPECT_GT(mail.words, 1000u) << "they did need each other";
            }
        }
}

TEST(Processes, EachLoadsTheProgramsAndBlocksOfItsOwnCoresOnly) {
    const Mapping mapping = mixed_on_many_chips();
    Machine whole = make_machine_of(mapping.machine);
    load(whole, mapping.image, {});
    std::vector<int> runs_on(whole.cores.size(), -1);
    constexpr std::uint32_t processes = 3;
    for (std::uint32_t p = 0; p < processes; ++p) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {}, {p, processes});
        ASSERT_EQ(machine.cores.size(), whole.cores.size());
        for (std::size_t c = 0; c < machine.cores.size(); ++c) {
            const Core& core = machine.cores[c];
            ASSERT_LT(core.process, processes);
            const bool mine = core.process == p;
            EXPECT_EQ(core.program != nullptr, mine);
            const Chip& chip = chip_of(machine, core.location.chip);
            EXPECT_EQ(chip.sdram.words(core.block_address, 1)[0], mine ? 0xad130ad6 : 0u) << core.name;
            if (!mine) continue;
            EXPECT_EQ(runs_on[c], -1) << "two processes run it";
            runs_on[c] = static_cast<int>(p);
        }
    }
    EXPECT_EQ(std::set<int>(runs_on.begin(), runs_on.end()), (std::set<int>{0, 1, 2}));
}

TEST(Processes, KeepTheNeuronCoresOfAChipTogetherAndShareTheAtomsOut) {
    const Mapping mapping = mixed_on_many_chips();
    for (const std::uint32_t processes : {2u, 4u}) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {});
        divide(machine, mapping.image, processes);
        std::map<ChipCoord, std::set<std::uint32_t>> of_chip;
        std::vector<double> atoms(processes);
        double all_atoms = 0.0;
        for (const Core& core : machine.cores) {
            if (core.kind == ProgramKind::neurons) of_chip[core.location.chip].insert(core.process);
            atoms[core.process] += core.n_atoms;
            all_atoms += core.n_atoms;
        }
        EXPECT_GT(of_chip.size(), 2u);
        for (const auto& [chip, its] : of_chip) EXPECT_EQ(its.size(), 1u) << to_string(chip);
        for (const double its : atoms) EXPECT_GT(its, 0.25 * all_atoms / processes);
    }
}

TEST(Processes, SayNothingWhereNobodyListens) {
    // Two halves without a projection between them, each the 15 cores of one chip.
    constexpr const char* halves = R"(
name: halves
timestep: 1.0
duration: 50
seed: 3
populations:
  a: {size: 150, model: IF_curr_exp, parameters: {i_offset: 1.0}}
  b: {size: 150, model: IF_curr_exp, parameters: {i_offset: 1.0}}
projections:
  - {from: a, to: a, connector: {FixedProbability: {p: 0.5}}, synapse: {Static: {weight: 0.01, delay: 1}}}
  - {from: b, to: b, connector: {FixedProbability: {p: 0.5}}, synapse: {Static: {weight: 0.01, delay: 1}}}
record:
  - {population: a, variables: [spikes]}
)";
    const Mapping mapping = map_text(halves, "spinn3", 10);
    Mailboxes mail;
    as_processes(2, mail, [&](Exchange& exchange) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {}, {exchange.process(), 2});
        std::set<std::uint32_t> populations;
        for (const Core& core : machine.cores)
            if (core.program) populations.insert(core.population);
        ASSERT_EQ(populations.size(), 1u) << "each has one half";
        FunctionalEngine engine(machine, {.exchange = &exchange});
        engine.start();
        share(exchange, {});
        const std::uint64_t before = [&] {
            const std::lock_guard held(mail.lock);
            return mail.words;
        }();
        engine.run(50);
        EXPECT_GT(engine.packets_sent(), 100u);
        const std::lock_guard held(mail.lock);
        EXPECT_EQ(mail.words, before);
    });
}

RunReport run_as(std::uint32_t processes, const MachineImage& image, const RunOptions& options) {
    Mailboxes mail;
    RunReport first;
    std::mutex lock;
    as_processes(processes, mail, [&](Exchange& exchange) {
        RunOptions its = options;
        its.exchange = &exchange;
        const RunReport report = run_image(image, its, silent());
        EXPECT_EQ(report.peak_rss_bytes_per_process.size(), processes);
        const std::lock_guard held(lock);
        if (exchange.process() == 0) first = report;
    });
    return first;
}

TEST(Processes, WriteOneResultsFileAndOneReport) {
    const std::filesystem::path directory = std::filesystem::temp_directory_path() / "spinn_processes_test";
    std::filesystem::create_directories(directory);
    const Mapping mapping = mixed_on_many_chips();
    RunOptions options;
    options.results = directory / "one.h5";
    const RunReport one = run_image(mapping.image, options, silent());
    const Results expected = read_results(directory / "one.h5");
    for (const std::uint32_t processes : {2u, 3u, 20u}) {
        SCOPED_TRACE(processes);
        options.results = directory / "many.h5";
        const RunReport many = run_as(processes, mapping.image, options);
        EXPECT_EQ(many.processes, processes);
        EXPECT_EQ(many.spike_hash, one.spike_hash);
        EXPECT_EQ(many.counters.synapses, one.counters.synapses);
        EXPECT_EQ(many.counters.synaptic_events, one.counters.synaptic_events);
        EXPECT_EQ(many.packets_sent, one.packets_sent);
        EXPECT_EQ(many.packet_hops, one.packet_hops);
        ASSERT_EQ(many.populations.size(), one.populations.size());
        for (std::size_t p = 0; p < one.populations.size(); ++p)
            EXPECT_EQ(many.populations[p].spikes, one.populations[p].spikes);
        const Results results = read_results(directory / "many.h5");
        EXPECT_EQ(results.populations, expected.populations);
    }
    std::filesystem::remove_all(directory);
}

TEST(Processes, StopTogetherWhenOneIsAskedTo) {
    const Mapping mapping = mixed_on_many_chips();
    Mailboxes mail;
    const std::atomic<bool> stop{true};
    as_processes(3, mail, [&](Exchange& exchange) {
        RunOptions options;
        options.exchange = &exchange;
        if (exchange.process() == 1) options.stop = &stop;
        EXPECT_TRUE(run_image(mapping.image, options, silent()).stopped);
    });
}

TEST(Processes, GiveTheExamplesTheSameSpikes) {
    for (const char* example : {"va-coba.yaml", "va-cuba.yaml", "brunel.yaml"}) {
        const Network network = read_network_file(std::filesystem::path(SPINN_SOURCE_DIR) / "examples" / example);
        MapOptions map_options;
        map_options.partition.max_atoms_per_core = 64;
        const Mapping mapping = map_network(network, std::nullopt, map_options, silent());
        RunOptions options;
        options.duration_ms = network.populations.size() > 2 ? 20.0 : 100.0;
        const RunReport one = run_image(mapping.image, options, silent());
        EXPECT_GT(one.counters.spikes, 500u) << example;
        for (const std::uint32_t processes : {2u, 3u, 4u})
            EXPECT_EQ(run_as(processes, mapping.image, options).spike_hash, one.spike_hash) << example;
    }
}

}  // namespace
}  // namespace spinn
