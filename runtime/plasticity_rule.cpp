#include "runtime/plasticity_rule.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>

namespace spinn {

namespace {

constexpr double required = std::numeric_limits<double>::quiet_NaN();
constexpr double highest = 65536.0 - 0x1p-15;  // s16.15
constexpr double shortest_ms = 0.01, longest_ms = 1e4;
constexpr double largest_alpha = 16.0 - 0x1p-11;  // s4.11

constexpr std::array<ParameterDescription, 4> pair_parameters = {{
    {"tau_plus", "ms", 20.0, shortest_ms, longest_ms},
    {"tau_minus", "ms", 20.0, shortest_ms, longest_ms},
    {"A_plus", "", 0.01, -highest, highest},
    {"A_minus", "", 0.01, -highest, highest},
}};

constexpr std::array<ParameterDescription, 6> triplet_parameters = {{
    {"tau_plus", "ms", required, shortest_ms, longest_ms},
    {"tau_minus", "ms", required, shortest_ms, longest_ms},
    {"tau_x", "ms", required, shortest_ms, longest_ms},
    {"tau_y", "ms", required, shortest_ms, longest_ms},
    {"A_plus", "", 0.01, -highest, highest},
    {"A_minus", "", 0.01, -highest, highest},
}};

constexpr std::array<ParameterDescription, 4> vogels_parameters = {{
    {"alpha", "", required, 0.0, largest_alpha},
    {"tau", "ms", 20.0, shortest_ms, longest_ms},
    {"A_plus", "", 0.01, -highest, highest},
    {"A_minus", "", 0.01, -highest, highest},
}};

constexpr std::array<ParameterDescription, 6> recurrent_parameters = {{
    {"accumulator_depression", "", -6.0, -127.0, -1.0},
    {"accumulator_potentiation", "", 6.0, 1.0, 127.0},
    {"mean_pre_window", "ms", 35.0, shortest_ms, longest_ms},
    {"mean_post_window", "ms", 35.0, shortest_ms, longest_ms},
    {"A_plus", "", 0.01, -highest, highest},
    {"A_minus", "", 0.01, -highest, highest},
}};

constexpr std::array<TimingRuleDescription, 5> timing_rules = {{
    {TimingRule::spike_pair, "SpikePair", pair_parameters},
    {TimingRule::spike_nearest_pair, "SpikeNearestPair", pair_parameters},
    {TimingRule::pfister_triplet, "PfisterSpikeTriplet", triplet_parameters},
    {TimingRule::vogels_2011, "Vogels2011", vogels_parameters},
    {TimingRule::recurrent, "Recurrent", recurrent_parameters},
}};

constexpr std::array<ParameterDescription, 4> weight_parameters = {{
    {"w_min", "nA or uS", 0.0, 0.0, highest},
    {"w_max", "nA or uS", 1.0, 0.0, highest},
    {"A3_plus", "", 0.01, -highest, highest},
    {"A3_minus", "", 0.01, -highest, highest},
}};
constexpr std::span<const ParameterDescription> limits_only = std::span(weight_parameters).first(2);

constexpr std::array<WeightRuleDescription, 3> weight_rules = {{
    {WeightRule::additive, "Additive", limits_only},
    {WeightRule::multiplicative, "Multiplicative", limits_only},
    {WeightRule::additive_triplet, "AdditiveTriplet", weight_parameters},
}};

template <typename Table, typename Kind>
const auto& described(const Table& table, Kind kind) {
    for (const auto& one : table)
        if (one.kind == kind) return one;
    throw std::out_of_range("no plasticity rule has number " + std::to_string(static_cast<std::uint32_t>(kind)));
}

}  // namespace

std::span<const TimingRuleDescription> all_timing_rules() { return timing_rules; }
std::span<const WeightRuleDescription> all_weight_rules() { return weight_rules; }
const TimingRuleDescription& describe(TimingRule rule) { return described(timing_rules, rule); }
const WeightRuleDescription& describe(WeightRule rule) { return described(weight_rules, rule); }

bool fit(TimingRule timing, WeightRule weight) {
    return (timing == TimingRule::pfister_triplet) == (weight == WeightRule::additive_triplet);
}

double value_of(const StdpRule& rule, std::string_view parameter) {
    const auto find = [&](std::span<const ParameterDescription> names, const std::vector<double>& values) {
        const auto found = std::ranges::find(names, parameter, &ParameterDescription::name);
        return found == names.end() ? nullptr : &values.at(static_cast<std::size_t>(found - names.begin()));
    };
    if (const double* const value = find(describe(rule.timing).parameters, rule.timing_parameters)) return *value;
    if (const double* const value = find(describe(rule.weight).parameters, rule.weight_parameters)) return *value;
    throw std::out_of_range("the plasticity rule has no '" + std::string(parameter) + "'");
}

}  // namespace spinn
