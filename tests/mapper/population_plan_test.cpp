/// How wide the slices of a population are.
#include "mapper/population_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "mapper/map_network.hpp"

namespace spinn {
namespace {

Distribution uniform(double low, double high) {
    Distribution distribution;
    distribution.kind = DistributionKind::uniform;
    distribution.a = low;
    distribution.b = high;
    return distribution;
}

/// `size` neurons that excite each other.
Network recurrent(std::uint32_t size, Distribution delay_ms) {
    Network network;
    network.populations.resize(1);
    network.populations[0].name = "cells";
    network.populations[0].size = size;
    Projection projection;
    for (View* view : {&projection.pre, &projection.post}) view->neurons.count = size;
    projection.connector.kind = ConnectorKind::fixed_probability;
    projection.connector.probability = 0.02;
    projection.weight = constant(0.01);
    projection.delay_ms = delay_ms;
    network.projections = {projection};
    return network;
}

TEST(PopulationPlan, LongDelaysMakeSlicesNarrowerRatherThanDelayExtensions) {
    // 14 bits of ring buffer are slots, receptor and atoms; DTCM has no room for 256 atoms with 32 slots.
    const struct {
        double longest_ms;
        std::uint32_t atoms, slots;
    } cases[] = {{1, 256, 2},   {16, 256, 16}, {32, 128, 32}, {60, 128, 64},
                 {64, 128, 64}, {65, 64, 128}, {128, 64, 128}};
    for (const auto& c : cases) {
        const PopulationPlan plan = plan_populations(recurrent(1024, uniform(1, c.longest_ms)), 256).at(0);
        EXPECT_EQ(plan.atoms_per_core, c.atoms) << c.longest_ms;
        EXPECT_EQ(1u << plan.synapses.delay_bits, c.slots) << c.longest_ms;
        EXPECT_EQ(plan.n_stages, 0u) << c.longest_ms;
    }
}

TEST(PopulationPlan, DelaysBeyondTheSlotsOf64AtomsTakeDelayExtensionsAndLeaveSlicesWide) {
    const PopulationPlan plan = plan_populations(recurrent(1024, uniform(1, 200)), 256).at(0);
    EXPECT_EQ(plan.atoms_per_core, 128u) << "as DTCM allows, not 64";
    EXPECT_GT(plan.n_stages, 0u);
    EXPECT_GE((plan.n_stages + 1) * plan.stage_ticks, 200u);
}

TEST(PopulationPlan, RandomDelaysUpTo60TicksNeedNoExtensionCores) {
    const MachineGraph graph = partition(recurrent(1000, uniform(1, 60)), {});
    EXPECT_EQ(graph.slices.size(), 8u);
    for (const Slice& slice : graph.slices) EXPECT_EQ(slice.program, ProgramKind::neurons) << slice.name;
}

TEST(PopulationPlan, SlicesAreAsFewAsCanBeAndEvenInWholeVectors) {
    for (const std::uint32_t most : {256u, 128u, 100u, 50u, 16u, 7u}) {
        for (std::uint32_t size = 1; size <= 2000; size += size < 300 ? 1 : 37) {
            const std::uint32_t atoms = plan_populations(recurrent(size, constant(1)), most).at(0).atoms_per_core;
            const std::uint32_t limit = std::min(most, size), slices = (size + limit - 1) / limit;
            ASSERT_LE(atoms, limit) << size;
            ASSERT_EQ((size + atoms - 1) / atoms, slices) << size << " atoms, at most " << most;
            ASSERT_TRUE(atoms % 16 == 0 || atoms == limit) << atoms << " of " << size;
            ASSERT_LT(atoms, (size + slices - 1) / slices + 16) << "more than the equal share, and a vector";
        }
    }
}

}  // namespace
}  // namespace spinn
