// What comes from outside while a machine runs: spikes for a SpikeInjector, new rates for Poisson sources; and sources
// whose rates change by themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/live_control.hpp"
#include "host/network_yaml.hpp"
#include "host/recordings.hpp"
#include "host/reference/simulator.hpp"
#include "host/run.hpp"
#include "host/session.hpp"
#include "mixed_network.hpp"
#include "protocols/eieio.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// The program of the core that holds a neuron.
CoreProgram& program_of(Session& session, std::uint32_t population, std::uint32_t neuron, std::uint32_t& atom) {
    for (Core& core : session.machine().cores) {
        if (core.population != population || neuron - core.first_atom >= core.n_atoms) continue;
        atom = neuron - core.first_atom;
        return *core.program;
    }
    throw std::out_of_range("no core");
}

/// Services for packets that reach a program from a test.
class NoServices : public CoreServices {
 public:
    void send_multicast(std::span<const MulticastPacket>) override {}
    void send_counts(Key, std::span<const std::uint32_t>) override {}
    std::span<std::uint32_t> sdram(std::uint32_t, std::uint32_t) override { return {}; }
};

constexpr const char* injected = R"(name: injected
timestep: 1.0
duration: 60
populations:
  outside: {size: 20, model: SpikeInjector, max_atoms_per_core: 16}
  cells: {size: 20, model: IF_curr_exp}
projections:
  - {from: outside, to: cells, connector: OneToOne, synapse: {Static: {weight: 40.0, delay: 2.0}}}
record:
  - {population: outside, variables: [spikes]}
  - {population: cells, variables: [spikes]}
)";

TEST(SpikeInjector, SendsInTheNextTickWhatHostsSentIt) {
    const Mapping mapping = map_text(injected, "spinn3");
    Session session(mapping.image, {}, silent());
    Recordings recordings;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    session.run(10, control);
    std::uint32_t atom = 0;
    const auto send = [&](std::uint32_t neuron, std::uint32_t times) {
        CoreProgram& program = program_of(session, 0, neuron, atom);
        EieioData message;
        message.events.assign(times, EieioEvent{.key = atom});
        program.message_received(1, encode(message));
    };
    send(17, 1);
    send(3, 2);
    session.run(10, control);
    send(18, 1);
    session.run(40, control);
    EXPECT_EQ(recordings.spikes.at(0).ticks, (std::vector<std::uint32_t>{10, 10, 10, 20}));
    EXPECT_EQ(recordings.spikes.at(0).neurons, (std::vector<std::uint32_t>{3, 3, 17, 18}));
    const auto& cells = recordings.spikes.at(1);
    ASSERT_GE(cells.ticks.size(), 3u);
    EXPECT_EQ(cells.ticks[0], 12u);
    for (const std::uint32_t neuron : cells.neurons) EXPECT_TRUE(neuron == 3 || neuron == 17 || neuron == 18) << neuron;
    EieioData beyond;
    beyond.events = {EieioEvent{.key = 400}};
    program_of(session, 0, 3, atom).message_received(1, encode(beyond));
    session.run(1, control);
    EXPECT_EQ(session.report().counters.bad_messages, 1u);
}

TEST(LiveControl, TheProcessItselfSendsAndHears) {
    Network network = read_network_yaml(injected, "injected");
    network.live = {1};
    Session session(map_network(network, make_machine("spinn3"), {}, silent()).image, {}, silent());
    Recordings recordings;
    std::vector<LiveSpike> heard;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    control.live = [&](const SdpMessage& message) {
        for (const LiveSpike& spike : live_spikes(session.machine(), message)) heard.push_back(spike);
    };
    inject_spikes(session, 0, std::vector<std::uint32_t>{17, 3, 3});
    session.run(20, control);
    EXPECT_EQ(recordings.spikes.at(0).ticks, (std::vector<std::uint32_t>{0, 0, 0}));
    EXPECT_EQ(recordings.spikes.at(0).neurons, (std::vector<std::uint32_t>{3, 3, 17}));
    std::vector<LiveSpike> recorded;
    const auto& cells = recordings.spikes.at(1);
    for (std::size_t i = 0; i < cells.ticks.size(); ++i) recorded.push_back({1, cells.neurons[i], cells.ticks[i]});
    EXPECT_GE(heard.size(), 2u);
    EXPECT_EQ(heard, recorded);
    EXPECT_THROW(inject_spikes(session, 0, std::vector<std::uint32_t>{20}), InputError);
    EXPECT_THROW(inject_spikes(session, 1, std::vector<std::uint32_t>{0}), InputError);
    EXPECT_THROW(inject_spikes(session, 7, std::vector<std::uint32_t>{0}), InputError);
    EXPECT_THROW(set_live_rate(session, 0, 0, 10.0), InputError);
    EXPECT_TRUE(live_spikes(session.machine(), SdpMessage{}).empty());
}

constexpr const char* poisson = R"(name: poisson
timestep: 1.0
duration: 4000
populations:
  sources: {size: 50, model: SpikeSourcePoisson, parameters: {rate: 0.0}}
record:
  - {population: sources, variables: [spikes]}
)";

TEST(LiveControl, SetsTheRateOfOneSource) {
    const Mapping mapping = map_text(poisson, "spinn3");
    Session session(mapping.image, {}, silent());
    Recordings recordings;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    set_live_rate(session, 0, 7, 200.0);
    session.run(2000, control);
    const auto& spikes = recordings.spikes.at(0);
    for (const std::uint32_t neuron : spikes.neurons) EXPECT_EQ(neuron, 7u);
    EXPECT_NEAR(static_cast<double>(spikes.ticks.size()), 0.2 * 2000, 4.0 * std::sqrt(0.2 * 2000));
    EXPECT_THROW(set_live_rate(session, 0, 7, -1.0), InputError);
    EXPECT_THROW(set_live_rate(session, 0, 7, 1e6), InputError);
    EXPECT_THROW(set_live_rate(session, 0, 50, 1.0), InputError);
}

TEST(LiveRate, APacketWithAPayloadSetsTheRateOfOneSource) {
    const Mapping mapping = map_text(poisson, "spinn3");
    Session session(mapping.image, {}, silent());
    Recordings recordings;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    session.run(500, control);
    std::uint32_t atom = 0;
    CoreProgram& program = program_of(session, 0, 7, atom);
    NoServices services;
    const MulticastPacket rate{Key{0xabc00000u | atom}, static_cast<std::uint32_t>(to_accum(200.0).raw), true};
    const MulticastPacket no_rate{Key{atom}, 0, false};
    program.multicast_received(services, Tick{499}, std::span(&rate, 1));
    program.multicast_received(services, Tick{499}, std::span(&no_rate, 1));
    session.run(3500, control);
    const auto& spikes = recordings.spikes.at(0);
    for (const std::uint32_t neuron : spikes.neurons) EXPECT_EQ(neuron, 7u);
    EXPECT_GE(spikes.ticks.front(), 500u);
    EXPECT_NEAR(static_cast<double>(spikes.ticks.size()), 0.2 * 3500, 4.0 * std::sqrt(0.2 * 3500));
    EXPECT_EQ(session.report().counters.unknown_keys, 1u);
}

constexpr const char* variable = R"(name: variable
timestep: 0.5
duration: 3000
seed: 9
populations:
  sources:
    size: 40
    model: SpikeSourcePoissonVariable
    parameters: {rates: [20, 200, 5], starts: [0, 1000, 2000], durations: [1000, 500, 1000]}
  two:
    size: 2
    model: SpikeSourcePoissonVariable
    parameters: {rates: [[0], [100, 0]], starts: [[0], [500, 600]]}
record:
  - {population: sources, variables: [spikes]}
  - {population: two, variables: [spikes]}
)";

TEST(VariablePoisson, HasEachRateInItsTime) {
    const Mapping mapping = map_text(variable, "spinn3", 7);
    Session session(mapping.image, {}, silent());
    Recordings recordings;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { add(recordings, recorded); };
    session.run(6000, control);
    const auto& spikes = recordings.spikes.at(0);
    const auto count = [&](double from_ms, double to_ms) {
        return static_cast<double>(std::count_if(spikes.ticks.begin(), spikes.ticks.end(), [&](std::uint32_t tick) {
            return tick * 0.5 >= from_ms && tick * 0.5 < to_ms;
        }));
    };
    for (const auto& [from, to, expected] :
         {std::tuple{0.0, 1000.0, 800.0}, std::tuple{1000.0, 1500.0, 4000.0}, std::tuple{2000.0, 3000.0, 200.0}})
        EXPECT_NEAR(count(from, to), expected, 4.0 * std::sqrt(expected)) << from;
    EXPECT_EQ(count(1500.0, 2000.0), 0.0);
    const auto& two = recordings.spikes.at(1);
    EXPECT_GT(two.ticks.size(), 2u);
    for (std::size_t i = 0; i < two.ticks.size(); ++i) {
        EXPECT_EQ(two.neurons[i], 1u);
        EXPECT_GE(two.ticks[i], 1000u);
        EXPECT_LT(two.ticks[i], 1200u);
    }
    // The reference, one slice of a whole population, has the same spikes.
    const ReferenceResult reference = run_reference(read_network_yaml(variable, "variable.yaml"));
    EXPECT_EQ(reference.populations[0].ticks, spikes.ticks);
    EXPECT_EQ(reference.populations[0].neurons, spikes.neurons);
}

}  // namespace
}  // namespace spinn
