/// A run of the emulated machine held against the double-precision reference.
///
/// A recurrent network is chaotic: one spike moved by one tick, and from there on the two runs are different draws of
/// the same statistics. So spikes are compared one by one until they part, and the runs as wholes by their statistics,
/// with the spread that finite samples have anyway. The thresholds of the verdict:
///
/// - spikes of sources must be the same, all of them: else it was not the same network
/// - mean rates may differ by 3 standard errors, taken from 20 equal stretches of each run, plus one spike
/// - Kolmogorov-Smirnov distances stay below the critical value for the number of neurons, at an alpha of 0.01 for all
/// tests of
///   a comparison together, shared evenly (Bonferroni). Neurons of a network fluctuate together, so the mean of a
///   statistic wanders more than independent neurons would let it: for rates and CVs, the distance that a shift of the
///   mean within 3 standard errors causes (0.4 / standard deviation, as of a normal distribution) is allowed on top.
///   The errors are those of 20 stretches for rates and 5 for CVs. For correlations neurons count, not pairs, which are
///   not independent
/// - before the first spike that differs, of any recorded neuron, membrane traces may be off by 0.5 mV (root mean
/// square)
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/reference/simulator.hpp"
#include "host/results.hpp"
#include "host/statistics.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// One statistic in both runs.
struct DistributionPair {
    std::vector<double> machine, reference;
    double ks = 0.0;          ///< NaN when one is empty
    double ks_allowed = 0.0;  ///< what finite samples explain; likewise
};

/// Difference machine - reference of the membrane traces of a population, mV.
struct TraceDifference {
    std::size_t samples = 0;
    double rmse = 0.0, max_abs = 0.0;
};

struct PopulationComparison {
    std::string name;
    bool is_source = false;
    bool records_spikes = false;
    std::uint32_t recorded_neurons = 0;  ///< whose spikes are compared
    std::uint64_t spikes = 0, spikes_reference = 0, spikes_identical = 0;
    double rate_hz = 0.0, rate_hz_reference = 0.0;       ///< mean over the recorded neurons
    double rate_spread_hz = 0.0;                         ///< what the two may differ by
    std::optional<std::uint32_t> first_divergence_tick;  ///< of the first spike that only one of the two has
    /// Of all traces up to the first differing spike of any recorded neuron: what fixed point itself does. After it the
    /// difference shows two runs of a chaotic network, and says nothing.
    std::optional<TraceDifference> v;
    DistributionPair rates, cvs, correlations;
};

/// The weights of a plastic projection when the run ended, synapse by synapse.
struct WeightComparison {
    std::string projection;
    std::size_t synapses = 0;
    double mean = 0.0, mean_reference = 0.0;  ///< nA or uS
    double rmse = 0.0, max_abs = 0.0;         ///< of machine - reference
    double correlation = 0.0;                 ///< NaN when all weights of one side are the same
};

enum class Agreement {
    nothing_recorded,
    identical,    ///< every spike in the same tick
    statistical,  ///< spikes part, statistics agree
    different,
};

struct Comparison {
    double timestep_ms = 1.0;
    std::uint32_t ticks = 0;
    std::vector<PopulationComparison> populations;  ///< those that record something, in the order of the network
    std::vector<WeightComparison> weights;          ///< plastic projections, in the order of the network
    double identical_spikes = 1.0;  ///< spikes in common / the larger of the two counts; 1 when there are none
    Agreement agreement = Agreement::nothing_recorded;
    std::string verdict;
};

/// The network as it was run: with the seed of the results, and as long as they say that it ran.
/// @throws InputError when the results belong to another network (populations, sizes, timestep, recordings)
Network network_of_run(const Network& network, const Results& results);

/// @param network  as network_of_run() gives it; also what the reference ran
Comparison compare(const Network& network, const Results& results, const ReferenceResult& reference);

/// The keys of `spinn-compare --json`; a number that does not exist is null.
nlohmann::ordered_json to_json(const Comparison& comparison);

/// The same as a table for people.
std::string to_text(const Comparison& comparison);

}  // namespace spinn
