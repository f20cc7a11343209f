// Networks of every model and every current source, from their files through the machine: partition and threads do not
// change them, and the reference in double precision agrees.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "host/compare.hpp"
#include "host/network_file.hpp"
#include "host/reference/simulator.hpp"
#include "host/results.hpp"
#include "host/run.hpp"
#include "mapper/map_network.hpp"
#include "silent_log.hpp"

namespace spinn {
namespace {

namespace fs = std::filesystem;

class ModelExamples : public testing::TestWithParam<const char*> {
 protected:
    Network network = read_network_file(fs::path(SPINN_SOURCE_DIR) / "examples" / GetParam());

    RunReport run(std::uint32_t atoms, RunOptions options = {}) const {
        MapOptions map;
        map.partition.max_atoms_per_core = atoms;
        return run_image(map_network(network, std::nullopt, map, silent()).image, options, silent());
    }
};

TEST_P(ModelExamples, HaveTheSameSpikesInAnyPartition) {
    const RunReport whole = run(256);
    EXPECT_GT(whole.counters.spikes, 100u);
    EXPECT_EQ(run(7, {.threads = 2}).spike_hash, whole.spike_hash);
    RunOptions stochastic{.rounding = Rounding::stochastic};
    EXPECT_EQ(run(5, stochastic).spike_hash, run(256, stochastic).spike_hash);
}

/// Without recurrent networks, in which one moved spike moves all that follow.
class FeedForwardExamples : public ModelExamples {};

TEST_P(FeedForwardExamples, AgreeWithDoublePrecision) {
    const fs::path path = fs::temp_directory_path() / ("spinn-models-" + std::to_string(::getpid()) + ".h5");
    RunOptions options{.rounding = Rounding::nearest};
    options.results = path;
    run(256, options);
    const Results results = read_results(path);
    fs::remove(path);
    const ReferenceResult reference = run_reference(network, {.quantised = {.constants = true, .weights = true}});
    const Comparison comparison = compare(network, results, reference);
    for (const PopulationComparison& population : comparison.populations) {
        EXPECT_GT(population.spikes_reference, 0u) << population.name << " never spikes";
        // Independent cells: each is right until it spikes in another tick, so most spikes are the same. Izhikevich's
        // slow a = 0.02 is off by 0.05 % in s16.15, and so are intervals.
        if (!population.name.starts_with("iz") && population.name != "adex" && population.name != "hh" &&
            population.name != "gif") {
            EXPECT_GT(static_cast<double>(population.spikes_identical),
                      0.75 * static_cast<double>(population.spikes_reference))
                << population.name;
        }
        EXPECT_NEAR(static_cast<double>(population.spikes), static_cast<double>(population.spikes_reference),
                    3.0 + 0.05 * static_cast<double>(population.spikes_reference))
            << population.name;
    }
}

std::string stem(const testing::TestParamInfo<const char*>& of) {
    std::string name = std::string(of.param).substr(0, std::string(of.param).find('.'));
    std::ranges::replace(name, '-', '_');
    return name;
}
INSTANTIATE_TEST_SUITE_P(Files, ModelExamples,
                         testing::Values("models.yaml", "currents.yaml", "connectors.yaml", "sources.yaml", "stdp.yaml",
                                         "short-term.yaml"),
                         stem);
INSTANTIATE_TEST_SUITE_P(Files, FeedForwardExamples, testing::Values("models.yaml", "currents.yaml", "sources.yaml"),
                         stem);

}  // namespace
}  // namespace spinn
