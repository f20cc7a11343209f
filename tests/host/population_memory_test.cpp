/// Populations changed between two runs, where their cores keep them.
#include "host/population_memory.hpp"

#include <gtest/gtest.h>

#include "emulator/core_memory.hpp"
#include "host/run.hpp"
#include "mixed_network.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

Network mixed() { return read_network_yaml(mixed_network, "test.yaml"); }

struct Loaded {
    Network network = mixed();
    Session session{
        map_network(network, make_machine("4x4"), {.partition = {.max_atoms_per_core = 48}}, silent()).image,
        {},
        silent()};
    std::uint32_t index(std::string_view name) const {
        for (std::uint32_t p = 0; p < network.populations.size(); ++p)
            if (network.populations[p].name == name) return p;
        throw std::out_of_range(std::string(name));
    }
};

TEST(PopulationMemory, WritingWhatIsThereChangesNothing) {
    const std::uint64_t whole = run_image(map_text(mixed_network, "4x4").image, {}, silent()).spike_hash;
    Loaded loaded;
    for (const std::uint32_t ticks : {1u, 41u, 102u, 156u}) {
        loaded.session.run(ticks, {});
        for (std::uint32_t p = 0; p < loaded.network.populations.size(); ++p)
            update_parameters(loaded.session, loaded.network, p);
        const std::vector<double> v = read_state(loaded.session, 0, "v");
        std::vector<std::uint32_t> all(v.size());
        for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
        write_state(loaded.session, 0, "v", all, v);
    }
    EXPECT_EQ(loaded.session.report().spike_hash, whole);
}

TEST(PopulationMemory, StateIsInPyNNsUnitsAndOfTheNeuronsNamed) {
    Loaded loaded;
    loaded.session.run(20, {});
    const std::uint32_t exc = loaded.index("exc");
    const std::vector<double> before = read_state(loaded.session, exc, "isyn_exc");
    const std::vector<std::uint32_t> neurons = {299, 0, 50};
    write_state(loaded.session, exc, "isyn_exc", neurons, std::vector<double>{0.25, 0.5, 0.75});
    const std::vector<double> after = read_state(loaded.session, exc, "isyn_exc");
    for (std::size_t i = 0; i < after.size(); ++i) {
        const double expected = i == 299 ? 0.25 : i == 0 ? 0.5 : i == 50 ? 0.75 : before[i];
        EXPECT_DOUBLE_EQ(after[i], expected) << i;
    }
    EXPECT_THROW(read_state(loaded.session, exc, "u"), std::out_of_range);
    EXPECT_THROW(write_state(loaded.session, exc, "v", std::vector<std::uint32_t>{300}, std::vector<double>{-60.0}),
                 std::out_of_range);
    EXPECT_THROW(write_state(loaded.session, exc, "v", std::vector<std::uint32_t>{3}, std::vector<double>{1e6}),
                 InputError);
}

TEST(PopulationMemory, ParametersTakeEffectInTheNextTick) {
    Loaded loaded;
    const std::uint32_t exc = loaded.index("exc");
    loaded.session.run(50, {});
    loaded.network.populations[exc].parameters["v_thresh"] = constant(1000.0);
    update_parameters(loaded.session, loaded.network, exc);
    const std::uint64_t spikes = loaded.session.report().populations[exc].spikes;
    EXPECT_GT(spikes, 0u);
    loaded.session.run(50, {});
    EXPECT_EQ(loaded.session.report().populations[exc].spikes, spikes);
    loaded.network.populations[exc].parameters["tau_m"] = constant(0.0);
    EXPECT_THROW(update_parameters(loaded.session, loaded.network, exc), InputError);
}

TEST(PopulationMemory, SpikeTimesMayOutgrowTheirRegion) {
    Loaded loaded;
    const std::uint32_t clock = loaded.index("clock");
    loaded.session.run(10, {});
    std::vector<double> times;
    for (int step = 0; step < 300; ++step) times.push_back(step * 0.5);
    loaded.network.populations[clock].spike_times_ms = {times};
    const std::uint64_t spikes = loaded.session.report().populations[clock].spikes;
    update_parameters(loaded.session, loaded.network, clock);
    loaded.session.run(290, {});
    EXPECT_EQ(loaded.session.report().populations[clock].spikes, spikes + 2 * 290);
}

TEST(PopulationMemory, RecordingsAskForAnotherMappingWhenSourcesGetMuchFaster) {
    const Network before = mixed();
    Network after = before;
    EXPECT_TRUE(fits_recordings(before, after, 3));
    after.populations[3].parameters["rate"] = constant(90000.0);
    EXPECT_FALSE(fits_recordings(before, after, 3));
    after = before;
    after.populations[4].spike_times_ms = {{5.0, 5.0, 5.0, 5.0}};
    EXPECT_FALSE(fits_recordings(before, after, 4));
}

TEST(CoreMemory, ARegionThatGrowsMovesBehindAllOthers) {
    Loaded loaded;
    Machine& machine = loaded.session.machine();
    const Core& core = machine.cores.front();
    const RegionTable before = region_table(machine, core);
    const std::vector<std::uint32_t> old = read_region(machine, core, Region::program);
    std::vector<std::uint32_t> words(old.size() + 100);
    for (std::uint32_t i = 0; i < words.size(); ++i) words[i] = i;
    write_region(machine, core, Region::program, words);
    const RegionTable after = region_table(machine, core);
    const auto program = static_cast<std::size_t>(Region::program);
    for (std::size_t r = 0; r < region_count; ++r) {
        if (r != program) {
            EXPECT_EQ(after[r], before[r]) << r;
        }
        EXPECT_GE(after[program].pointer, before[r].pointer + before[r].n_words * 4) << r;
    }
    std::vector<std::uint32_t> found = read_region(machine, core, Region::program);
    ASSERT_GE(found.size(), words.size());
    found.resize(words.size());
    EXPECT_EQ(found, words);
    write_region(machine, core, Region::program, old);  // it has room enough: it stays
    EXPECT_EQ(region_table(machine, core)[program].pointer, after[program].pointer);
    std::vector<std::uint32_t> huge((sdram_heap_end - sdram_heap_base) / 4);
    EXPECT_THROW(write_region(machine, core, Region::program, huge), RequestError);
}

}  // namespace
}  // namespace spinn
