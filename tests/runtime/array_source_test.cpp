#include "runtime/array_source.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace spinn {
namespace {

TEST(ArraySource, ATimeIsSentAtTheNextWholeTick) {
    EXPECT_EQ(spike_tick(0.0, 1000), Tick{0});
    EXPECT_EQ(spike_tick(5.0, 1000), Tick{5});
    EXPECT_EQ(spike_tick(5.001, 1000), Tick{6});
    EXPECT_EQ(spike_tick(5.0009, 1000), Tick{5});  // less than a microsecond is cut off
    EXPECT_EQ(spike_tick(0.25, 100), Tick{3});
    EXPECT_EQ(spike_tick(12.3, 100), Tick{123});
}

TEST(ArraySource, ATimeThatIsNoTickIsNone) {
    EXPECT_EQ(spike_tick(-0.1, 1000), std::nullopt);
    EXPECT_EQ(spike_tick(std::nan(""), 1000), std::nullopt);
    EXPECT_EQ(spike_tick(HUGE_VAL, 1000), std::nullopt);
    EXPECT_EQ(spike_tick(4294967296.0, 1000), std::nullopt);
    EXPECT_EQ(spike_tick(4294967295.0, 1000), Tick{0xffffffffu});
}

TEST(ArraySource, ARegionSortsSpikesByTickThenAtom) {
    const std::vector<std::vector<double>> times = {{7.0, 3.0}, {}, {3.0, 3.0, -1.0}};
    const ArrayRegion region = array_region(times, 1000);
    EXPECT_EQ(region.n_atoms, 3u);
    EXPECT_EQ(region.ticks, (std::vector<std::uint32_t>{3, 7}));
    EXPECT_EQ(region.offsets, (std::vector<std::uint32_t>{0, 3, 4}));
    EXPECT_EQ(region.atoms, (std::vector<std::uint32_t>{0, 2, 2, 0}));
}

TEST(ArraySource, PlaysEveryTickOnceAndDropsWhatWasSkipped) {
    const std::vector<std::vector<double>> times = {{1.0, 4.0}, {1.0}, {2.0, 9.0}};
    ArraySlice slice = load_array(array_region(times, 1000));
    const auto at = [&slice](std::uint32_t tick) {
        const auto atoms = emit(slice, Tick{tick});
        return std::vector(atoms.begin(), atoms.end());
    };
    EXPECT_EQ(at(0), std::vector<std::uint32_t>{});
    EXPECT_EQ(at(1), (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(at(1), std::vector<std::uint32_t>{});
    EXPECT_EQ(at(4), std::vector<std::uint32_t>{0});
    EXPECT_EQ(at(9), std::vector<std::uint32_t>{2});
    EXPECT_EQ(at(10), std::vector<std::uint32_t>{});
}

}  // namespace
}  // namespace spinn
