/// Arrivals that wait in calendars give what arrivals in ring buffers give, bit for bit.
#include <gtest/gtest.h>

#include <array>
#include <tuple>

#include "emulator/functional_engine.hpp"
#include "emulator/recordings.hpp"
#include "host/network_yaml.hpp"
#include "mapper/map_network.hpp"
#include "plain_engine.hpp"
#include "silent_log.hpp"

namespace spinn {
namespace {

/// Random delays and weights, sums that saturate, several spikes a tick, one-to-one noise, delay extensions, a view.
constexpr const char* network_text = R"(
name: waiting
timestep: 0.5
duration: 200
seed: 5
populations:
  exc: {size: 700, model: IF_curr_exp, parameters: {tau_refrac: 1.0}, initial: {v: {uniform: [-65, -50]}}}
  inh: {size: 150, model: IF_curr_exp, initial: {v: {uniform: [-65, -50]}}}
  drive: {size: 700, model: SpikeSourcePoisson, parameters: {rate: 1500}}
  loud: {size: 5, model: SpikeSourcePoisson, parameters: {rate: 8000}}
projections:
  - {from: drive, to: exc, connector: OneToOne, synapse: {Static: {weight: 0.5, delay: 0.5}}}
  - {from: loud, to: inh, connector: AllToAll, synapse: {Static: {weight: 0.3, delay: {uniform: [0.5, 9]}}}}
  - {from: exc, to: exc, connector: {FixedProbability: {p: 0.1}}, synapse: {Static: {weight: {normal_clipped: [0.1, 0.03, 0, .inf]}, delay: {normal_clipped: [5, 3, 0.5, .inf]}}}}
  - {from: exc, to: "inh[10:140]", connector: {FixedNumberPre: {n: 200}}, synapse: {Static: {weight: 3.0, delay: {uniform: [0.5, 12]}}}}
  - {from: inh, to: exc, connector: {FixedTotalNumber: {n: 9000, with_replacement: true}}, synapse: {Static: {weight: 0.4, delay: {uniform: [0.5, 70]}}}, receptor: inhibitory}
record:
  - {population: exc, variables: [spikes]}
  - {population: inh, variables: [spikes, v]}
)";

struct Outcome {
    std::vector<std::uint32_t> ticks, atoms;
    std::vector<std::int32_t> samples;
    std::uint64_t spikes = 0, events = 0, saturations = 0;
    bool operator==(const Outcome&) const = default;
};

void take(Machine& machine, Outcome& outcome) {
    for (const Core& core : machine.cores) {
        const CoreRecordings recorded = take_recordings(machine, core);
        outcome.ticks.insert(outcome.ticks.end(), recorded.spike_ticks.begin(), recorded.spike_ticks.end());
        outcome.atoms.insert(outcome.atoms.end(), recorded.spike_atoms.begin(), recorded.spike_atoms.end());
        for (const CoreRecordings::Samples& samples : recorded.samples)
            outcome.samples.insert(outcome.samples.end(), samples.raw.begin(), samples.raw.end());
    }
}

Mapping mapping_of(std::uint32_t atoms_per_core) {
    MapOptions options;
    options.partition.max_atoms_per_core = atoms_per_core;
    return map_network(read_network_yaml(network_text, "test.yaml"), make_machine("spinn5"), options, silent());
}

Outcome run(const Mapping& mapping, const FunctionalOptions& options, const std::vector<std::uint32_t>& pieces) {
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    FunctionalEngine engine(machine, options);
    engine.start();
    Outcome outcome;
    for (const std::uint32_t piece : pieces) {
        engine.run(piece);
        take(machine, outcome);
    }
    outcome.spikes = engine.counters().spikes;
    outcome.events = engine.counters().synaptic_events;
    outcome.saturations = engine.counters().saturations;
    return outcome;
}

/// Drives add to the ring buffer before the calendar does, so that other additions of one sum may be the ones that are
/// cut, and another number of them; the sum is the same.
Outcome without_saturations(Outcome outcome) {
    outcome.saturations = 0;
    return outcome;
}

TEST(Calendar, GivesTheSpikesSamplesAndEventsOfRingBuffers) {
    for (const std::uint32_t atoms_per_core : {64u, 17u}) {
        const Mapping mapping = mapping_of(atoms_per_core);
        const std::vector<std::uint32_t> pieces(10, 40);
        const Outcome rings = run(mapping, {.threads = 1, .ring_cache_bytes = ~std::size_t{0}}, pieces);
        EXPECT_GT(rings.spikes, 2000u);
        EXPECT_GT(rings.saturations, 100u) << "the test means to see sums that are cut";
        const Outcome waiting = run(mapping, {.threads = 1, .ring_cache_bytes = 0}, pieces);
        EXPECT_TRUE(without_saturations(waiting) == without_saturations(rings)) << atoms_per_core << " atoms a core";
        EXPECT_GT(waiting.saturations, 100u);
        for (const unsigned threads : {2u, 3u})
            EXPECT_TRUE(run(mapping, {.threads = threads, .ring_cache_bytes = 0}, pieces) == waiting)
                << threads << " threads, " << atoms_per_core << " atoms a core";
    }
}

TEST(Calendar, KeepsWhatWaitsWhenTheTablesChangeBetweenRuns) {
    const Mapping mapping = mapping_of(64);
    Outcome outcomes[2];
    for (const std::size_t with_calendar : {0u, 1u}) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {});
        FunctionalEngine engine(machine, {.threads = 2, .ring_cache_bytes = with_calendar != 0 ? 0 : ~std::size_t{0}});
        engine.start();
        for (int piece = 0; piece < 8; ++piece) {
            engine.run(25);
            take(machine, outcomes[with_calendar]);
            // Loading a table, even the same one, makes the engine resolve and share out anew.
            Router& router = chip_of(machine, machine.cores[0].location.chip).router;
            std::vector<RoutingEntry> table(router.table().begin(), router.table().end());
            if (piece == 4) table.pop_back();
            router.load(table);
        }
        outcomes[with_calendar].events = engine.counters().synaptic_events;
    }
    EXPECT_GT(outcomes[0].ticks.size(), 500u);
    EXPECT_TRUE(outcomes[0] == outcomes[1]);
}

TEST(Calendar, EqualsThePlainEngine) {
    const Mapping mapping = mapping_of(50);
    const std::vector<std::uint32_t> pieces(4, 60);
    const Outcome fast = run(mapping, {.threads = 2, .ring_cache_bytes = 0}, pieces);
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    PlainEngine plain(machine);
    Outcome outcome;
    for (const std::uint32_t piece : pieces) {
        plain.run(piece);
        take(machine, outcome);
    }
    EXPECT_EQ(outcome.ticks, fast.ticks);
    EXPECT_EQ(outcome.atoms, fast.atoms);
    EXPECT_EQ(outcome.samples, fast.samples);
}

TEST(EventCalendar, InputThatWaitsInCalendarsIsTakenOutLikeThatInRingBuffers) {
    const Mapping mapping = mapping_of(256);
    const auto pending_with = [&](std::size_t ring_cache_bytes, unsigned threads) {
        Machine machine = make_machine_of(mapping.machine);
        load(machine, mapping.image, {});
        FunctionalEngine engine(machine, {.threads = threads, .ring_cache_bytes = ring_cache_bytes});
        engine.start();
        engine.run(101);
        std::vector<std::array<std::uint32_t, 5>> pending;
        for (const PendingInput& input : engine.take_pending())
            pending.push_back({input.core, input.tick, input.receptor, input.atom, input.sum});
        EXPECT_TRUE(engine.take_pending().empty());
        return pending;
    };
    const auto in_rings = pending_with(std::size_t{1} << 30, 1);
    EXPECT_GT(in_rings.size(), 1000u);
    EXPECT_EQ(pending_with(0, 1), in_rings);
    EXPECT_EQ(pending_with(0, 3), in_rings);
}

}  // namespace
}  // namespace spinn
