/// The plain twin of the functional engine: every packet walks the routers hop by hop, and each receiving core looks
/// its key up. Slow and obvious; the tests hold the fast engine against it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "emulator/functional_engine.hpp"
#include "emulator/machine.hpp"
#include "emulator/recordings.hpp"
#include "mapper/map_network.hpp"

namespace spinn {

class PlainEngine {
 public:
    explicit PlainEngine(Machine& machine) : machine_(machine) {
        for (const std::vector<std::uint32_t>& cores : cores_by_chip(machine_)) start_programs(machine_, cores);
    }

    void run(std::uint32_t n_ticks) {
        for (std::uint32_t end = tick_ + n_ticks; tick_ < end; ++tick_) {
            std::vector<std::vector<MulticastPacket>> sent(machine_.cores.size());
            for (std::size_t c = 0; c < machine_.cores.size(); ++c) {
                Services services(*this, machine_.cores[c]);
                machine_.cores[c].program->timer_tick(services, Tick{tick_});
                sent[c] = std::move(services.sent);
            }
            for (std::size_t c = 0; c < sent.size(); ++c)
                for (const MulticastPacket& packet : sent[c])
                    walk(packet, machine_.cores[c].location.chip, std::nullopt);
        }
    }

 private:
    struct Services : CoreServices {
        Services(PlainEngine& engine, const Core& core) : machine(engine.machine_), chip(core.location.chip) {}
        void send_multicast(std::span<const MulticastPacket> packets) override {
            sent.insert(sent.end(), packets.begin(), packets.end());
        }
        void send_counts(Key first, std::span<const std::uint32_t> counts) override {
            for (std::uint32_t i = 0; i < counts.size(); ++i)
                if (counts[i] > 0) sent.push_back({Key{value(first) + i}, counts[i], true});
        }
        std::span<std::uint32_t> sdram(std::uint32_t address, std::uint32_t n_words) override {
            return chip_of(machine, chip).sdram.words(address, n_words);
        }
        Machine& machine;
        ChipCoord chip;
        std::vector<MulticastPacket> sent;
    };

    void walk(const MulticastPacket& packet, ChipCoord coord, std::optional<Link> arrival) {
        Chip& chip = chip_of(machine_, coord);
        const RouterDecision decision = decide(chip.router, packet.key, arrival);
        chip.router.count(arrival ? RouterCounter::external_multicast : RouterCounter::local_multicast, 1);
        if (decision.default_routed)
            chip.router.count(arrival ? RouterCounter::default_routed_external_multicast
                                      : RouterCounter::default_routed_local_multicast,
                              1);
        if (decision.dropped) chip.router.count(RouterCounter::dropped_multicast, 1);
        for (int l = 0; l < link_count; ++l) {
            const Link link = static_cast<Link>(l);
            if ((decision.route & route_bit(link)) == 0) continue;
            if (const auto next = neighbour(machine_.shape, coord, link))
                walk(packet, *next, opposite(link));
            else
                chip.router.count(RouterCounter::dropped_multicast, 1);
        }
        for (Core& core : machine_.cores) {
            if (core.location.chip != coord || (decision.route & route_bit_of_core(core.location.core)) == 0) continue;
            Services services(*this, core);
            core.program->multicast_received(services, Tick{tick_}, {&packet, 1});
        }
    }

    Machine& machine_;
    std::uint32_t tick_ = 0;
};

/// Recordings (which it takes), counters of the cores and counters of the routers are the same. @returns recorded
/// spikes
inline std::uint64_t expect_same(Machine& fast, Machine& plain) {
    std::uint64_t spikes = 0;
    for (std::size_t c = 0; c < fast.cores.size(); ++c) {
        const CoreRecordings a = take_recordings(fast, fast.cores[c]), b = take_recordings(plain, plain.cores[c]);
        EXPECT_EQ(a.spike_ticks, b.spike_ticks) << fast.cores[c].name;
        EXPECT_EQ(a.spike_atoms, b.spike_atoms) << fast.cores[c].name;
        EXPECT_EQ(a.samples.size(), b.samples.size());
        for (std::size_t s = 0; s < std::min(a.samples.size(), b.samples.size()); ++s)
            EXPECT_EQ(a.samples[s].raw, b.samples[s].raw);
        const ProgramCounters mine = fast.cores[c].program->counters(), its = plain.cores[c].program->counters();
        EXPECT_EQ(mine.spikes, its.spikes);
        EXPECT_EQ(mine.synaptic_events, its.synaptic_events) << fast.cores[c].name;
        EXPECT_EQ(mine.unknown_keys, its.unknown_keys);
        spikes += a.spike_ticks.size();
    }
    for (const ChipCoord coord : present_chips(fast.shape))
        for (std::size_t counter = 0; counter < 16; ++counter)
            EXPECT_EQ(chip_of(fast, coord).router.counter_register(counter),
                      chip_of(plain, coord).router.counter_register(counter))
                << to_string(coord) << " counter " << counter;
    return spikes;
}

/// Runs a mapping on the functional engine with two threads and on its twin, in three pieces of 99 ticks, and expects
/// the same of them after each. @param after  of each piece, of (fast, plain): what else must hold
/// @return ticks of the fast engine's windows
template <typename AfterPiece>
std::uint32_t expect_engines_agree(const Mapping& mapping, AfterPiece after) {
    Machine fast = make_machine_of(mapping.machine), plain = make_machine_of(mapping.machine);
    load(fast, mapping.image, {});
    load(plain, mapping.image, {});
    FunctionalEngine engine(fast, {.threads = 2});
    engine.start();
    PlainEngine twin(plain);
    std::uint64_t spikes = 0;
    for (int piece = 0; piece < 3; ++piece) {
        engine.run(99);
        twin.run(99);
        spikes += expect_same(fast, plain);
        after(fast, plain);
    }
    EXPECT_GT(spikes, 1000u);
    return engine.window_ticks();
}
inline std::uint32_t expect_engines_agree(const Mapping& mapping) {
    return expect_engines_agree(mapping, [](Machine&, Machine&) {});
}

}  // namespace spinn
