/// The words of a network file: PyNN's names of connectors, distributions, receptors and variables.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "mapper/network.hpp"

namespace spinn {

template <class Kind>
struct NamedKind {
    std::string_view name;
    Kind kind;
};

constexpr std::array<NamedKind<ConnectorKind>, 7> connector_names{{
    {"AllToAll", ConnectorKind::all_to_all},
    {"OneToOne", ConnectorKind::one_to_one},
    {"FixedProbability", ConnectorKind::fixed_probability},
    {"FixedTotalNumber", ConnectorKind::fixed_total_number},
    {"FixedNumberPre", ConnectorKind::fixed_number_pre},
    {"FixedNumberPost", ConnectorKind::fixed_number_post},
    {"FromList", ConnectorKind::list},
}};

constexpr std::array<NamedKind<Variable>, 4> variable_names{{
    {"spikes", Variable::spikes},
    {"v", Variable::v},
    {"gsyn_exc", Variable::gsyn_exc},
    {"gsyn_inh", Variable::gsyn_inh},
}};

/// The parameters of SpikeSourcePoissonVariable, lists each.
constexpr std::array<std::string_view, 3> variable_rate_names{"rates", "starts", "durations"};

/// How a distribution is written: its name, then its arguments in PyNN's order with PyNN's names.
struct DistributionForm {
    struct Argument {
        std::string_view name;
        double Distribution::*member;
    };
    std::string_view name;
    DistributionKind kind;
    std::array<Argument, 4> arguments;
    std::size_t n_arguments;

    std::span<const Argument> used() const { return std::span(arguments).first(n_arguments); }
};

/// Every kind but `constant`, which is written as a bare number.
inline constexpr std::array<DistributionForm, 6> distribution_forms{{
    {"uniform", DistributionKind::uniform, {{{"low", &Distribution::a}, {"high", &Distribution::b}}}, 2},
    {"normal", DistributionKind::normal, {{{"mu", &Distribution::a}, {"sigma", &Distribution::b}}}, 2},
    {"normal_clipped",
     DistributionKind::normal_clipped,
     {{{"mu", &Distribution::a},
       {"sigma", &Distribution::b},
       {"low", &Distribution::low},
       {"high", &Distribution::high}}},
     4},
    {"normal_clipped_to_boundary",
     DistributionKind::normal_clipped_to_boundary,
     {{{"mu", &Distribution::a},
       {"sigma", &Distribution::b},
       {"low", &Distribution::low},
       {"high", &Distribution::high}}},
     4},
    {"exponential", DistributionKind::exponential, {{{"beta", &Distribution::a}}}, 1},
    {"uniform_int", DistributionKind::uniform_int, {{{"low", &Distribution::a}, {"high", &Distribution::b}}}, 2},
}};

/// The entry of a table (or of distribution_forms) with this kind, or nullptr.
template <class Table, class Kind>
constexpr auto find_kind(const Table& table, Kind kind) -> decltype(&table[0]) {
    for (const auto& entry : table)
        if (entry.kind == kind) return &entry;
    return nullptr;
}

template <class Table>
constexpr auto find_name(const Table& table, std::string_view name) -> decltype(&table[0]) {
    for (const auto& entry : table)
        if (entry.name == name) return &entry;
    return nullptr;
}

template <class Table>
std::vector<std::string_view> names_in(const Table& table) {
    std::vector<std::string_view> names;
    for (const auto& entry : table) names.push_back(entry.name);
    return names;
}

}  // namespace spinn
