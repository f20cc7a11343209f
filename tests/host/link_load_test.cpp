/// What the mapper predicts of links, the routers of the emulator count.
#include <gtest/gtest.h>

#include "emulator/functional_engine.hpp"
#include "mapper/lattice.hpp"
#include "mixed_network.hpp"

namespace spinn {
namespace {

/// Sources whose spikes are known, far from what hears them.
constexpr const char* clocks = R"(
name: clocks
timestep: 1.0
duration: 60
populations:
  a: {size: 60, model: SpikeSourceArray, parameters: {spike_times: [3, 5, 5.2, 40]}}
  b: {size: 45, model: SpikeSourceArray, parameters: {spike_times: [1, 2]}}
  cells: {size: 300, model: IF_curr_exp}
  more: {size: 100, model: IF_curr_exp}
projections:
  - {from: a, to: cells, connector: {FixedProbability: {p: 0.5}}, synapse: {Static: {weight: 0.001, delay: 1}}}
  - {from: b, to: "cells[0:40]", connector: AllToAll, synapse: {Static: {weight: 0.001, delay: 1}}}
  - {from: b, to: more, connector: OneToOne, synapse: {Static: {weight: 0.001, delay: 1}}}
record:
  - {population: cells, variables: [spikes]}
)";

TEST(LinkLoads, AreWhatTheRoutersOfTheEmulatorCount) {
    const Mapping mapping = map_text(clocks, "8x8", 7, random_faults(make_machine("8x8"), 0.1, 0.0, 0.1, 3));
    // Four spikes an atom of a, two of b: packets of a net over the whole run.
    std::vector<double> packets;
    double sent = 0.0;
    for (const Net& net : mapping.graph.nets) {
        const Slice& source = mapping.graph.slices[net.source];
        packets.push_back(source.n_atoms * (source.population == 0 ? 4.0 : 2.0));
        sent += packets.back();
    }
    const std::vector<double> loads = link_loads(mapping.routes, packets, mapping.machine);

    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    FunctionalEngine engine(machine, {.threads = 2});
    engine.start();
    engine.run(60);
    const auto counters = router_counters(machine, nullptr);
    const auto counted = [&](std::size_t chip, RouterCounter counter) {
        return static_cast<double>(counters[chip][static_cast<std::size_t>(counter)]);
    };
    double hops = 0.0, busiest = 0.0;
    for (const ChipCoord chip : present_chips(mapping.machine)) {
        const std::size_t i = chip_index(mapping.machine, chip);
        double in = 0.0, own = 0.0;
        for (const Link link : all_links) {
            const auto from = neighbour(mapping.machine, chip, link);
            if (!from) continue;
            in += loads[chip_index(mapping.machine, *from) * link_count + static_cast<std::size_t>(opposite(link))];
        }
        for (std::size_t n = 0; n < packets.size(); ++n)
            if (mapping.placements[mapping.graph.nets[n].source].chip == chip) own += packets[n];
        EXPECT_EQ(counted(i, RouterCounter::external_multicast), in) << to_string(chip);
        EXPECT_EQ(counted(i, RouterCounter::local_multicast), own) << to_string(chip);
        EXPECT_EQ(counted(i, RouterCounter::dropped_multicast), 0.0) << to_string(chip);
        hops += in;
        busiest = std::max(busiest, in);
    }
    EXPECT_EQ(static_cast<double>(engine.packets_sent()), sent);
    EXPECT_EQ(static_cast<double>(engine.packet_hops()), hops);
    EXPECT_GT(busiest, 0.0);
}

}  // namespace
}  // namespace spinn
