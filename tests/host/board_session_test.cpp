#include "host/board_session.hpp"

#include <gtest/gtest.h>

#include "emulator/functional_engine.hpp"
#include "host/network_file.hpp"
#include "host/network_proto.hpp"
#include "lossy_channel.hpp"
#include "mapper/map_network.hpp"
#include "protocols/boot.hpp"
#include "protocols/error.hpp"
#include "silent_log.hpp"

namespace spinn {
namespace {

MachineImage image_of(const std::string& example, double duration_ms) {
    Network network = read_network_file(std::string(SPINN_SOURCE_DIR) + "/examples/" + example);
    network.duration_ms = duration_ms;
    MachineImage image = map_network(network, make_machine("spinn5"), {}, silent()).image;
    image.network = encode_network(network);
    return image;
}

/// All that was recorded, and what the run counted.
struct Outcome {
    std::vector<SpikeEvent> spikes;
    std::vector<std::int32_t> samples;
    RunReport report;
};

void append(Outcome& outcome, const Recorded& recorded) {
    outcome.spikes.insert(outcome.spikes.end(), recorded.spikes.begin(), recorded.spikes.end());
    for (const auto& [which, parts] : recorded.samples)
        for (const Recorded::Part& part : parts)
            outcome.samples.insert(outcome.samples.end(), part.samples.raw.begin(), part.samples.raw.end());
}

Outcome run(BoardSession& session, std::uint32_t first, std::uint32_t second) {
    Outcome outcome;
    RunControl control;
    control.recorded = [&](const Recorded& recorded) { append(outcome, recorded); };
    EXPECT_EQ(session.run(first, control), first);
    if (second > 0) {
        EXPECT_EQ(session.run(second, control), second);
    }
    outcome.report = session.report();
    return outcome;
}

/// The same in one process, with nothing in between.
Outcome embedded(const MachineImage& image, std::uint32_t first, std::uint32_t second) {
    Outcome outcome;
    Machine machine = make_machine_of(image.machine);
    load(machine, image, {});
    FunctionalEngine engine(machine, {});
    engine.start();
    SpikeHash hash;
    for (const std::uint32_t ticks : {first, second}) {
        engine.run(ticks);
        const Recorded recorded = take_all(machine, nullptr);
        for (const SpikeEvent& spike : recorded.spikes) hash.add(spike);
        append(outcome, recorded);
    }
    outcome.report.spike_hash = hash.value();
    outcome.report.counters = engine.counters();
    outcome.report.packets_sent = engine.packets_sent();
    outcome.report.packets_dropped = engine.packets_dropped();
    outcome.report.packet_hops = engine.packet_hops();
    outcome.report.biological_s = (first + second) * image.timestep_ms * 1e-3;
    return outcome;
}

/// What an image put on a board: the bytes of each segment, and each chip's routing table.
std::pair<std::vector<Bytes>, std::vector<std::vector<RoutingEntry>>> loaded(Board& board, const MachineImage& image) {
    std::pair<std::vector<Bytes>, std::vector<std::vector<RoutingEntry>>> there;
    for (const ImageSegment& segment : image.segments) {
        const std::span<std::byte> bytes =
            memory(*find_chip(board, segment.chip), segment.address, static_cast<std::uint32_t>(segment.bytes.size()));
        there.first.emplace_back(bytes.begin(), bytes.end());
    }
    for (const auto& chip : board.machine.chips)
        if (chip != nullptr) there.second.emplace_back(chip->router.table().begin(), chip->router.table().end());
    return there;
}

struct OnBoard {
    Board board;
    LossyChannel channel;
    LossyChannel::Socket scp, boot;
    OnBoard(const MachineShape& shape, const FaultPlan& plan, bool booted = true)
        : board(shape, {.addresses = {0x7f000002}, .booted = booted}, 1000000),
          channel(board, plan),
          scp(channel, scp_udp_port, 40000),
          boot(channel, boot_udp_port, 40001) {}
};

/// Bytes that are not the image's.
std::size_t count_changed(const MachineImage& image, const std::vector<Bytes>& segments) {
    std::size_t changed = 0;
    for (std::size_t s = 0; s < segments.size(); ++s)
        for (std::size_t i = 0; i < segments[s].size(); ++i)
            changed += segments[s][i] != image.segments[s].bytes[i] ? 1u : 0u;
    return changed;
}

void expect_the_same(const Outcome& a, const Outcome& b) {
    EXPECT_EQ(a.spikes, b.spikes);
    EXPECT_EQ(a.samples, b.samples);
    EXPECT_EQ(a.report.spike_hash, b.report.spike_hash);
    EXPECT_EQ(a.report.packets_sent, b.report.packets_sent);
    EXPECT_EQ(a.report.packets_dropped, b.report.packets_dropped);
    EXPECT_EQ(a.report.packet_hops, b.report.packet_hops);
    EXPECT_EQ(a.report.counters.synaptic_events, b.report.counters.synaptic_events);
    EXPECT_EQ(a.report.counters.spikes, b.report.counters.spikes);
    EXPECT_EQ(a.report.counters.synapses, b.report.counters.synapses);
    EXPECT_EQ(a.report.biological_s, b.report.biological_s);
}

TEST(BoardSession, GivesTheSpikesOfAnEmbeddedRun) {
    const MachineImage image = image_of("va-coba.yaml", 60.0);
    const Outcome expected = embedded(image, 400, 200);
    EXPECT_GT(expected.spikes.size(), 100u);
    OnBoard network(image.machine, {});
    BoardSession session(image, {}, network.scp, nullptr, {}, {}, silent());
    expect_the_same(expected, run(session, 400, 200));
}

TEST(BoardSession, LosesAndDoublesNothingOnABadNetwork) {
    const MachineImage image = image_of("va-coba.yaml", 60.0);
    const Outcome expected = embedded(image, 400, 200);
    OnBoard good(image.machine, {});
    const BoardSession there(image, {}, good.scp, nullptr, {}, {}, silent());
    const auto whole = loaded(good.board, image);
    // Programs fill in the sizes of their buffers and the addresses of their matrices: a word here and there.
    EXPECT_LE(count_changed(image, whole.first), 16 * image.cores.size());
    for (const bool bulk : {false, true}) {
        OnBoard network(image.machine, {.lost = 0.2, .repeated = 0.05, .most_delay_us = 20000, .seed = bulk ? 7u : 6u});
        ScpClientOptions options;
        options.time_out = std::chrono::milliseconds(50);
        options.tries = 40;
        options.bulk = bulk;
        {
            BoardSession session(image, {}, network.scp, nullptr, options, {}, silent());
            EXPECT_EQ(loaded(network.board, image), whole) << "byte for byte";
            expect_the_same(expected, run(session, 400, 200));
            EXPECT_GT(session.network().sent_again, 10u);
        }
        EXPECT_GT(network.channel.lost, 50u);
        EXPECT_GT(network.channel.repeated, 10u);
        EXPECT_GT(network.board.counters.repeated, 0u);
        EXPECT_TRUE(network.board.applications.cores.empty()) << "stopped, and nothing left behind";
    }
}

TEST(BoardSession, BootsABoardThatIsSilent) {
    const MachineImage image = image_of("first.yaml", 20.0);
    OnBoard network(image.machine, {}, false);
    BoardSession session(image, {}, network.scp, &network.boot, {}, {}, silent());
    EXPECT_TRUE(network.board.booted);
    EXPECT_EQ(run(session, 20, 0).report.spike_hash, embedded(image, 20, 0).report.spike_hash);
}

TEST(BoardSession, SaysWhatIsWrongWithTheBoard) {
    const MachineImage image = image_of("first.yaml", 20.0);
    const auto failure = [&](OnBoard& network) -> std::string {
        try {
            BoardSession session(image, {}, network.scp, nullptr, {}, {}, silent());
        } catch (const RequestError& error) {
            return error.what();
        }
        return "";
    };
    OnBoard mute(image.machine, {}, false);
    EXPECT_NE(failure(mute).find("no board answers"), std::string::npos);
    OnBoard small(make_machine("spinn3"), {});
    EXPECT_NE(failure(small).find("2 x 2"), std::string::npos);
    OnBoard full(image.machine, {});
    for (const CoreImage& core : image.cores)
        set_core_state(*find_chip(full.board, core.location.chip), core.location.core, CoreState::running);
    EXPECT_NE(failure(full).find("not free"), std::string::npos);
    MachineImage damaged = image;
    OnBoard good(image.machine, {});
    // A block whose first word is not what it must be: the core says so in its output.
    auto bytes =
        std::make_shared<std::vector<std::byte>>(image.segments[0].bytes.begin(), image.segments[0].bytes.end());
    (*bytes)[0] = std::byte{0};
    damaged.segments[0].bytes = *bytes;
    damaged.segments[0].owner = bytes;
    damaged.segments[0].file.reset();
    try {
        BoardSession session(damaged, {}, good.scp, nullptr, {}, {}, silent());
        FAIL() << "a damaged block ran";
    } catch (const RequestError& error) {
        EXPECT_NE(std::string(error.what()).find("magic"), std::string::npos) << error.what();
    }
    EXPECT_TRUE(good.board.applications.cores.empty()) << "the rest was stopped";
}

TEST(BoardSession, TwoHostsOneAfterTheOtherGetTheSameAnswer) {
    const MachineImage image = image_of("first.yaml", 20.0);
    OnBoard network(image.machine, {});
    std::uint64_t first = 0;
    for (int host = 0; host < 2; ++host) {
        BoardSession session(image, {}, network.scp, nullptr, {}, {}, silent());
        const std::uint64_t hash = run(session, 20, 0).report.spike_hash;
        if (host == 0) first = hash;
        EXPECT_EQ(hash, first);
    }
}

}  // namespace
}  // namespace spinn
