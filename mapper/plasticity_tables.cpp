#include "mapper/plasticity_tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spinn {

namespace {

constexpr std::array<TableOfRule, 2> pair_tables = {{{"tau_plus", 0}, {"tau_minus", 0}}};
constexpr std::array<TableOfRule, 2> vogels_tables = {{{"tau", 0}, {"tau", 0}}};
constexpr std::array<TableOfRule, 4> triplet_tables = {{{"tau_plus", 0}, {"tau_minus", 0}, {"tau_x", 2}, {"tau_y", 2}}};

/// Times and traces of one entry of a neuron's history.
std::uint64_t history_entry_bytes(TimingRule rule) {
    switch (rule) {
        case TimingRule::spike_nearest_pair:
            return 4;
        case TimingRule::recurrent:
        case TimingRule::spike_pair:
        case TimingRule::vogels_2011:
            return 6;
        case TimingRule::pfister_triplet:
            break;
    }
    return 8;
}

}  // namespace

const StdpRule* stdp_into(const Network& network, std::size_t population) {
    for (const Projection& projection : network.projections)
        if (projection.post.population == population && projection.stdp) return &*projection.stdp;
    return nullptr;
}

std::uint64_t decay_table_entries(double timestep_ms, double tau_ms, std::uint32_t shift) {
    const double entries = std::log(2048.0) / (timestep_ms / tau_ms) / static_cast<double>(1u << shift);
    return 2 * static_cast<std::uint64_t>(std::ceil(entries / 2.0));
}

DecayTable decay_table(double timestep_ms, double tau_ms, std::uint32_t shift) {
    const double rate = timestep_ms / tau_ms;
    DecayTable table;
    table.shift = shift;
    table.entries.resize(decay_table_entries(timestep_ms, tau_ms, shift));
    for (std::size_t i = 0; i < table.entries.size(); ++i)
        table.entries[i] =
            static_cast<std::int16_t>(std::floor(2048.0 * std::exp(-rate * static_cast<double>(i << shift))));
    return table;
}

std::span<const TableOfRule> tables_of(TimingRule rule) {
    switch (rule) {
        case TimingRule::pfister_triplet:
            return triplet_tables;
        case TimingRule::vogels_2011:
            return vogels_tables;
        case TimingRule::recurrent:
            return {};
        case TimingRule::spike_pair:
        case TimingRule::spike_nearest_pair:
            break;
    }
    return pair_tables;
}

DecayTable window_table(double timestep_ms, double mean_ms) {
    DecayTable table;
    table.entries.resize(window_table_entries);
    for (std::size_t i = 0; i < table.entries.size(); ++i)
        table.entries[i] =
            static_cast<std::int16_t>(-std::log(1.0 - static_cast<double>(i) / 2048.0) * mean_ms / timestep_ms);
    return table;
}

PlasticityRegion plasticity_region(const StdpRule& rule, double timestep_ms, std::uint32_t weight_scale) {
    PlasticityRegion region;
    region.timing = rule.timing;
    region.weight = rule.weight;
    region.backprop_delay = rule.backprop_delay;
    if (rule.timing == TimingRule::vogels_2011)
        region.alpha = static_cast<std::int32_t>(std::nearbyint(value_of(rule, "alpha") * 2048.0));
    for (const TableOfRule& table : tables_of(rule.timing))
        region.tables.push_back(decay_table(timestep_ms, value_of(rule, table.tau), table.shift));
    if (rule.timing == TimingRule::recurrent) {
        region.depression_limit = static_cast<std::int32_t>(-value_of(rule, "accumulator_depression"));
        region.potentiation_limit = static_cast<std::int32_t>(value_of(rule, "accumulator_potentiation"));
        for (const char* const mean : {"mean_pre_window", "mean_post_window"})
            region.tables.push_back(window_table(timestep_ms, value_of(rule, mean)));
    }
    const double limits = weight_scale, change = rule.weight == WeightRule::multiplicative ? 1.0 : limits;
    WeightConstants constants;
    constants.w_min = to_accum(value_of(rule, "w_min") * limits);
    constants.w_max = to_accum(value_of(rule, "w_max") * limits);
    constants.a_plus = to_accum(value_of(rule, "A_plus") * change);
    constants.a_minus = to_accum(value_of(rule, "A_minus") * change);
    if (rule.weight == WeightRule::additive_triplet) {
        constants.a3_plus = to_accum(value_of(rule, "A3_plus") * change);
        constants.a3_minus = to_accum(value_of(rule, "A3_minus") * change);
    }
    region.constants.fill(constants);
    return region;
}

std::uint64_t plasticity_dtcm_bytes(const StdpRule& rule, double timestep_ms, std::uint32_t n_atoms) {
    std::uint64_t bytes = std::uint64_t{n_atoms} * (4 + 16 * history_entry_bytes(rule.timing));
    if (rule.timing == TimingRule::recurrent) bytes += 2 * 2 * window_table_entries;
    for (const TableOfRule& table : tables_of(rule.timing))
        bytes += 4 + 2 * decay_table_entries(timestep_ms, value_of(rule, table.tau), table.shift);
    return bytes;
}

}  // namespace spinn
