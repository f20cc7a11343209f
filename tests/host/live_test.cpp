/// Events into a running network and out of it: EIEIO through the monitor of a served machine.
#include <gtest/gtest.h>

#include "host/board_session.hpp"
#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "lossy_channel.hpp"
#include "mapper/map_network.hpp"
#include "protocols/eieio.hpp"
#include "protocols/scp.hpp"
#include "runtime/layout/gatherer_region.hpp"
#include "silent_log.hpp"

namespace spinn {
namespace {

constexpr std::uint16_t listener_port = 17895;

/// Sources that only hosts drive, and cells that spike for each of their spikes.
MachineImage image_of_injection(double duration_ms) {
    Network network = read_network_yaml(R"(
name: injection
timestep: 1.0
duration: 1000.0
populations:
  injector: {size: 100, model: SpikeInjector}
  cells: {size: 100, model: IF_curr_exp, parameters: {tau_refrac: 1.0}}
projections:
  - {from: injector, to: cells, connector: {OneToOne: {}}, synapse: {Static: {weight: 100.0, delay: 1.0}}}
record:
  - {population: injector, variables: [spikes]}
live: [injector, cells]
)",
                                        "injection.yaml");
    network.duration_ms = duration_ms;
    return map_network(network, make_machine("spinn3"), {}, silent()).image;
}

const CoreImage& core_of(const MachineImage& image, const std::string& population) {
    for (const CoreImage& core : image.cores)
        if (image.populations[core.population].name == population && core.program != ProgramKind::live_gatherer)
            return core;
    throw std::logic_error("no such population");
}

/// A served machine with the image on it and a listener's tag set.
struct LiveRun {
    explicit LiveRun(const MachineImage& image_) : image(image_) {
        channel.most_ticks = 1;
        session.client().set_tag(live_output_tag, {0x7f000001, listener_port});
    }

    std::uint32_t tick() const { return value(board.applications.engine->now()); }

    /// A datagram to the board at once.
    void send(std::uint16_t udp_port, const Bytes& payload) {
        std::vector<Datagram> out;
        receive(board, {0, udp_port, {0x7f000001, 41000}, payload}, board.now_us, out);
        EXPECT_TRUE(out.empty()) << "events are not answered";
    }
    void send_to_core(const CoreImage& core, const Bytes& events) {
        send(scp_udp_port, encode_sdp({sdp_no_reply, 0xff, {1, core.location.core, core.location.chip}, {}}, events));
    }

    /// (key, tick) of all events that came out, in the order of their datagrams.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> heard() const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
        for (const Datagram& datagram : channel.strays) {
            EXPECT_EQ(datagram.peer.port, listener_port);
            EXPECT_LE(datagram.payload.size(), eieio_bytes);
            const auto data = std::get<EieioData>(std::get<EieioMessage>(decode_eieio(datagram.payload)));
            EXPECT_TRUE(data.payloads_are_times);
            for (const EieioEvent& event : data.events) events.push_back({event.key, *whole_payload(data, event)});
        }
        return events;
    }

    const MachineImage& image;
    Board board{image.machine, {.addresses = {0x7f000002}, .booted = true}, 1000000};
    LossyChannel channel{board, {}};
    LossyChannel::Socket scp{channel, scp_udp_port, 40000};
    BoardSession session{image, {}, scp, nullptr, {}, {}, silent()};
};

TEST(Live, EveryInjectedEventComesOutOnceInOrderWithItsTime) {
    const MachineImage image = image_of_injection(300.0);
    const CoreImage& injector = core_of(image, "injector");
    const CoreImage& cells = core_of(image, "cells");
    LiveRun run(image);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> injected;  // (atom, tick)
    std::uint32_t last = ~0u;
    run.channel.before_run = [&] {
        if (run.board.machine.cores.empty() || !applications_busy(run.board) || run.tick() == last) return;
        last = run.tick();
        // Ten atoms a millisecond, by their numbers, as LiveEventConnection sends them.
        EieioData data;
        data.type = EieioType::key16;
        for (std::uint32_t i = 0; i < 10; ++i) {
            const std::uint32_t atom = (last * 7 + i * 10) % 100;
            data.events.push_back({atom, 0});
            injected.push_back({atom, last});
        }
        run.send_to_core(injector, encode(data));
    };
    std::vector<SpikeEvent> recorded;
    RunControl control;
    control.recorded = [&](const Recorded& r) { recorded.insert(recorded.end(), r.spikes.begin(), r.spikes.end()); };
    ASSERT_EQ(run.session.run(300, control), 300u);
    ASSERT_EQ(injected.size(), 3000u);

    std::vector<std::pair<std::uint32_t, std::uint32_t>> expected, from_injector, from_cells;
    for (const auto& [atom, tick] : injected) expected.push_back({tick, atom});
    std::sort(expected.begin(), expected.end());
    std::uint32_t before = 0;
    for (const auto& [key, tick] : run.heard()) {
        EXPECT_GE(tick, before) << "in the order of time";
        before = tick;
        if (key - injector.keys.key < 100) from_injector.push_back({tick, key - injector.keys.key});
        if (key - cells.keys.key < 100) from_cells.push_back({tick, key - cells.keys.key});
    }
    std::sort(from_injector.begin(), from_injector.end());
    EXPECT_EQ(from_injector, expected);
    EXPECT_GT(from_cells.size(), 2000u) << "the cells spike for what their sources send";
    std::vector<std::pair<std::uint32_t, std::uint32_t>> in_memory;
    for (const SpikeEvent& spike : recorded) in_memory.push_back({spike.tick, spike.neuron});
    EXPECT_EQ(in_memory, expected) << "recorded like any other spikes";
    EXPECT_EQ(run.session.report().counters.bad_messages, 0u);
    EXPECT_EQ(run.board.counters.untagged, 0u);
}

TEST(Live, EventsWaitForTheirTimeAndLateOnesAreCounted) {
    const MachineImage image = image_of_injection(50.0);
    const CoreImage& injector = core_of(image, "injector");
    LiveRun run(image);
    bool sent = false;
    run.channel.before_run = [&] {
        if (sent || run.board.machine.cores.empty() || !applications_busy(run.board) || run.tick() != 10) return;
        sent = true;
        EieioData data;
        data.type = EieioType::key32;
        data.payloads_are_times = true;
        data.payload_prefix = 30;
        data.events = {{injector.keys.key + 3, 0}};
        run.send_to_core(injector, encode(data));
        data.payload_prefix = 9;  // over
        run.send_to_core(injector, encode(data));
        data.payload_prefix = 10;  // the tick that comes next
        data.events = {{injector.keys.key + 4, 0}, {injector.keys.key + 200, 0}};
        run.send_to_core(injector, encode(data));  // 200 is no atom of it
        run.send_to_core(injector, Bytes(1));
        run.send_to_core(core_of(image, "cells"), encode(data));  // neurons take no events
    };
    run.session.run(50, {});
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> heard = run.heard();
    const auto from_injector = [&] {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
        for (const auto& event : heard)
            if (event.first - injector.keys.key < 100)
                events.push_back({event.first - injector.keys.key, event.second});
        return events;
    }();
    EXPECT_EQ(from_injector, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{4, 10}, {3, 30}}));
    const ProgramCounters counters = run.session.report().counters;
    EXPECT_EQ(counters.late_packets, 1u);
    EXPECT_EQ(counters.bad_messages, 2u) << "an atom that there is not, and a message cut short";
}

TEST(Live, RawDatagramsReachTheCoreOfAReverseTag) {
    const MachineImage image = image_of_injection(20.0);
    const CoreImage& injector = core_of(image, "injector");
    LiveRun run(image);
    constexpr std::uint32_t strip_and_reverse = 3u << 28, set = 1u << 16, port = 1u << 13, tag = 5;
    run.session.client().scp().call(
        {{0, 0, {0, 0}},
         ScpCommand::ip_tag,
         strip_and_reverse | set | port | std::uint32_t{injector.location.core} << 8 | tag,
         std::uint32_t{injector.location.chip.x} << 24 | std::uint32_t{injector.location.chip.y} << 16 | 12345});
    bool sent = false;
    run.channel.before_run = [&] {
        if (sent || run.board.machine.cores.empty() || !applications_busy(run.board) || run.tick() != 5) return;
        sent = true;
        EieioData data;
        data.type = EieioType::key16;
        data.events = {{42, 0}, {43, 0}};
        run.send(12345, encode(data));
    };
    run.session.run(20, {});
    std::size_t found = 0;
    for (const auto& [key, tick] : run.heard())
        if (key - injector.keys.key < 100) {
            EXPECT_EQ(key - injector.keys.key, 42 + found++);
            EXPECT_EQ(tick, 5u);
        }
    EXPECT_EQ(found, 2u);
}

TEST(Live, LeavesTheSpikesOfOtherPopulationsAsTheyAre) {
    const auto hash_of = [](const std::string& live) {
        const Network network = read_network_yaml(
            "name: a\ntimestep: 1.0\nduration: 100.0\nseed: 3\npopulations:\n"
            "  noise: {size: 50, model: SpikeSourcePoisson, parameters: {rate: 50.0}}\n"
            "  cells: {size: 300, model: IF_curr_exp}\nprojections:\n"
            "  - {from: noise, to: cells, connector: {FixedProbability: {p: 0.3}}, "
            "synapse: {Static: {weight: 1.0, delay: 2.0}}}\n"
            "record:\n  - {population: cells, variables: [spikes]}\n" +
                live,
            "a.yaml");
        Session session(map_network(network, make_machine("spinn3"), {}, silent()).image, {}, silent());
        std::size_t messages = 0;
        RunControl control;
        control.live = [&](const SdpMessage&) { ++messages; };
        session.run(100, control);
        return std::pair(session.report().spike_hash, messages);
    };
    const auto [without, none] = hash_of("");
    const auto [with, some] = hash_of("live: [cells, noise]\n");
    EXPECT_EQ(with, without);
    EXPECT_EQ(none, 0u);
    EXPECT_GT(some, 50u);
}

}  // namespace
}  // namespace spinn
