/// Sessions: running in pieces is running once.
#include "host/session.hpp"

#include <gtest/gtest.h>

#include "host/recordings.hpp"
#include "host/run.hpp"
#include "host/snapshot.hpp"
#include "mixed_network.hpp"

namespace spinn {
namespace {

Recordings run_in(const Mapping& mapping, const std::vector<std::uint32_t>& pieces, RunControl control = {}) {
    Session session(mapping.image, {}, silent());
    Recordings recordings;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    std::uint32_t done = 0;
    for (const std::uint32_t piece : pieces) done += session.run(piece, control);
    EXPECT_EQ(session.ticks_done(), done);
    return recordings;
}

void expect_equal(const Recordings& a, const Recordings& b) {
    ASSERT_EQ(a.spikes.size(), b.spikes.size());
    for (const auto& [population, spikes] : a.spikes) {
        EXPECT_EQ(spikes.ticks, b.spikes.at(population).ticks);
        EXPECT_EQ(spikes.neurons, b.spikes.at(population).neurons);
    }
    ASSERT_EQ(a.samples.size(), b.samples.size());
    for (const auto& [which, matrices] : a.samples) {
        ASSERT_EQ(matrices.size(), 1u);
        EXPECT_EQ(b.samples.at(which).size(), 1u);
        EXPECT_EQ(matrices[0].raw, b.samples.at(which)[0].raw);
    }
}

TEST(Session, PiecesGiveTheSpikesAndSamplesOfOneRun) {
    const Mapping mapping = map_text(mixed_network, "4x4", 64);
    const Recordings whole = run_in(mapping, {300});
    EXPECT_GT(whole.spikes.at(0).ticks.size(), 1000u);
    EXPECT_EQ(whole.samples.at({1, 1})[0].n_times(), 300u);
    expect_equal(whole, run_in(mapping, {1, 7, 92, 200}));
    RunControl often;
    often.look_up_s = 1e-6;
    expect_equal(whole, run_in(mapping, {300}, often));
}

TEST(Session, CountsWhatARunOfTheImageCounts) {
    const Mapping mapping = map_text(mixed_network, "4x4");
    const RunReport once = run_image(mapping.image, {}, silent());
    Session session(mapping.image, {}, silent());
    session.run(123, {});
    session.run(177, {});
    const RunReport report = session.report();
    EXPECT_EQ(report.spike_hash, once.spike_hash);
    EXPECT_EQ(report.counters.spikes, once.counters.spikes);
    EXPECT_EQ(report.counters.synaptic_events, once.counters.synaptic_events);
    EXPECT_EQ(report.packets_sent, once.packets_sent);
    EXPECT_DOUBLE_EQ(report.biological_s, once.biological_s);
}

TEST(Session, StopsBeforeThePieceThatItIsToldTo) {
    const Mapping mapping = map_text(mixed_network, "4x4");
    Session session(mapping.image, {}, silent());
    int asked = 0;
    RunControl control;
    control.look_up_s = 1e-6;
    control.stop = [&] { return ++asked == 3; };
    const std::uint32_t done = session.run(300, control);
    EXPECT_GT(done, 0u);
    EXPECT_LT(done, 300u);
    EXPECT_TRUE(session.report().stopped);
    control.stop = {};
    EXPECT_EQ(session.run(300 - done, control), 300 - done);
    EXPECT_EQ(session.report().spike_hash, run_image(mapping.image, {}, silent()).spike_hash);
}

TEST(Session, GoesOnAfterMappingAgainAsIfNothingHadBeen) {
    const std::uint64_t whole = run_image(map_text(mixed_network, "4x4").image, {}, silent()).spike_hash;
    // 32 atoms a core have other slices, chips and delay extensions than 256.
    for (const std::uint32_t first : {1u, 123u, 250u}) {
        Session before(map_text(mixed_network, "4x4", 256).image, {}, silent());
        before.run(first, {});
        const std::uint64_t spikes = before.report().counters.spikes;
        const Snapshot snapshot = before.take_snapshot();
        EXPECT_FALSE(snapshot.arriving.empty());
        Session after(map_text(mixed_network, "spinn5", 32).image, {.threads = 2}, silent(), snapshot);
        EXPECT_EQ(after.ticks_done(), first);
        EXPECT_EQ(after.report().counters.spikes, spikes);
        after.run(300 - first, {});
        EXPECT_EQ(after.report().spike_hash, whole) << "mapped again after " << first << " ticks";
        EXPECT_DOUBLE_EQ(after.report().biological_s, 0.15);
    }
}

TEST(Session, RoundsWhatIsOnItsWayToAnotherScale) {
    const char* const text = R"(
name: scales
timestep: 1
duration: 30
populations:
  source: {size: 1, model: SpikeSourceArray, parameters: {spike_times: [3]}}
  cell: {size: 1, model: IF_curr_exp}
projections:
  - {from: source, to: cell, connector: OneToOne, synapse: {Static: {weight: 0.7, delay: 9}}}
record: [{population: cell, variables: [v]}]
)";
    std::string heavier = text;
    heavier.replace(heavier.find("0.7"), 3, "300");
    Session before(map_text(text, "spinn3").image, {}, silent());
    before.run(5, {});
    const Snapshot snapshot = before.take_snapshot();
    ASSERT_EQ(snapshot.arriving.size(), 1u);
    EXPECT_EQ(snapshot.arriving[0].tick, 12u);
    EXPECT_NEAR(snapshot.arriving[0].raw * 0x1p-15, 0.7, 0x1p-15);
    Session after(map_text(heavier.c_str(), "spinn3").image, {}, silent(), snapshot);
    const Snapshot again = after.take_snapshot();
    ASSERT_EQ(again.arriving.size(), 1u);
    EXPECT_EQ(again.arriving[0].tick, 12u);
    EXPECT_NEAR(again.arriving[0].raw * 0x1p-15, 0.7, 0.5 * 0x1p-6);  // 300 nA need a shift of 9
    EXPECT_NE(again.arriving[0].raw, snapshot.arriving[0].raw);
}

TEST(Session, NeuronsWithoutASynapseShareAChipWithOthers) {
    const Mapping mapping = map_text(R"(
name: alone
timestep: 1
duration: 20
populations:
  first: {size: 3, model: IF_curr_exp, parameters: {i_offset: 2}}
  second: {size: 3, model: IF_curr_exp}
projections:
  - {from: first, to: second, connector: AllToAll, synapse: {Static: {weight: 1}}}
)",
                                     "spinn3");
    EXPECT_EQ(mapping.placements.at(0).chip, mapping.placements.at(1).chip);
    EXPECT_GT(run_image(mapping.image, {}, silent()).counters.synaptic_events, 0u);
}

TEST(Recordings, ForgetOnePopulation) {
    Recordings recordings = run_in(map_text(mixed_network, "4x4"), {300});
    const std::size_t spikes = recordings.spikes.size();
    clear(recordings, 1);
    EXPECT_EQ(recordings.spikes.size(), spikes - 1);
    EXPECT_FALSE(recordings.samples.contains({1, 1}));
    EXPECT_TRUE(recordings.samples.contains({0, 3}));
}

}  // namespace
}  // namespace spinn
