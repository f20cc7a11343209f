/// Rules of synaptic plasticity as a user names them: which there are, their parameters, units, defaults and limits.
///
/// Spike-timing dependent plasticity is a timing rule times a weight rule, as in PyNN. Sources: PyNN 0.12,
/// standardmodels/synapses.py; sPyNNaker, py/models/neuron/plasticity/stdp (defaults).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/neuron_model.hpp"

namespace spinn {

enum class TimingRule : std::uint32_t {
    spike_pair = 1,
    spike_nearest_pair = 2,
    pfister_triplet = 3,
    vogels_2011 = 4,
    recurrent = 5,
};

enum class WeightRule : std::uint32_t {
    additive = 1,
    multiplicative = 2,
    additive_triplet = 3,  ///< two terms: goes with pfister_triplet, and nothing else does
};

struct TimingRuleDescription {
    TimingRule kind;
    std::string_view name;                             ///< PyNN's, without the suffix Rule
    std::span<const ParameterDescription> parameters;  ///< NaN as default: must be given
};
struct WeightRuleDescription {
    WeightRule kind;
    std::string_view name;  ///< PyNN's, without the suffix WeightDependence
    std::span<const ParameterDescription> parameters;
};

std::span<const TimingRuleDescription> all_timing_rules();
std::span<const WeightRuleDescription> all_weight_rules();
const TimingRuleDescription& describe(TimingRule rule);
const WeightRuleDescription& describe(WeightRule rule);

/// The plasticity of a projection: STDP.
struct StdpRule {
    TimingRule timing = TimingRule::spike_pair;
    std::vector<double> timing_parameters;  ///< in the order of the description
    WeightRule weight = WeightRule::additive;
    std::vector<double> weight_parameters;
    /// Whether post spikes count when they are back at the synapse, after its delay (all of it dendritic), or at once.
    bool backprop_delay = true;
    bool operator==(const StdpRule&) const = default;
};

/// Whether synapses of the rule have an accumulator each beside their weight.
constexpr bool has_accumulators(TimingRule timing) { return timing == TimingRule::recurrent; }

/// Whether the two go together: the triplet rule has two terms, the others one.
bool fit(TimingRule timing, WeightRule weight);

/// The value of a parameter of either rule. @throws std::out_of_range when neither has one of that name
double value_of(const StdpRule& rule, std::string_view parameter);

}  // namespace spinn
