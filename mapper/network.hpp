/// A spiking network as a user describes it: PyNN's names and units (ms, mV, nF, nA, uS, Hz).
///
/// host/ fills these structs (from YAML, protobuf or PyNN) and has validated them; the mapper reads them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mapper/connection_pattern.hpp"
#include "runtime/connection_rule.hpp"
#include "runtime/current_source.hpp"
#include "runtime/distribution.hpp"
#include "runtime/neuron_model.hpp"
#include "runtime/plasticity_rule.hpp"
#include "runtime/short_term.hpp"

namespace spinn {

/// A parameter, weight, delay or initial value: one number or distribution for all, or a number each.
using Value = std::variant<Distribution, std::vector<double>>;

/// SpikeSourcePoissonVariable: rates that hold one after the other, a list for all neurons or one each.
struct VariableRates {
    std::vector<std::vector<double>> rates_hz, starts_ms;
    std::vector<std::vector<double>> durations_ms;  ///< none: each rate holds until the next start
    bool operator==(const VariableRates&) const = default;
};

struct Population {
    std::string name;
    std::uint32_t size = 0;
    ModelKind model = ModelKind::if_curr_exp;
    std::map<std::string, Value> parameters;          ///< only those the user gave; defaults are in model_description()
    std::map<std::string, Value> initial_values;      ///< likewise
    std::vector<std::vector<double>> spike_times_ms;  ///< SpikeSourceArray: one list for all, or one a neuron
    std::uint32_t max_atoms_per_core = 0;             ///< 0: the model's own limit
    VariableRates variable_rates;                     ///< SpikeSourcePoissonVariable
    Structure structure;                              ///< where the neurons are, for connectors that ask
    bool operator==(const Population&) const = default;
};

struct View {
    std::uint32_t population = 0;  ///< index in Network::populations
    NeuronSelection neurons;
    bool operator==(const View&) const = default;
};

/// A receptor's place in its model's list (ModelDescription::receptors). Two have names: most models have these and no
/// others.
enum class Receptor : std::uint32_t { excitatory = 0, inhibitory = 1 };

struct Connector {
    ConnectorKind kind = ConnectorKind::all_to_all;
    double probability = 0.0;
    std::uint64_t n = 0;
    bool with_replacement = false;
    bool allow_self_connections = true;
    /// list: [pre, post, weight, delay in ms] each; the synapse's weight and delay hold for rows that leave them out,
    /// which the reader has filled in.
    struct Row {
        std::uint32_t pre = 0, post = 0;
        double weight = 0.0, delay_ms = 0.0;
        bool operator==(const Row&) const = default;
    };
    std::vector<Row> rows;
    ConnectionPattern pattern;  ///< list: what makes the rows, in connection_rule(); there are none here then
    bool operator==(const Connector&) const = default;
};

struct Projection {
    std::string name;  ///< given, or "pre->post" with a number where that is taken
    View pre, post;
    Connector connector;
    Distribution weight, delay_ms;  ///< delay 0 (not given): one timestep
    Receptor receptor = Receptor::excitatory;
    std::optional<std::uint64_t> seed;        ///< of its connectivity, weights and delays; without one, the network's
    std::optional<StdpRule> stdp;             ///< none: static synapses
    std::optional<ShortTermRule> short_term;  ///< Tsodyks and Markram's; not together with STDP
    double record_weights_ms = 0.0;           ///< between two looks at the weights; 0: only when the run ends
    bool operator==(const Projection&) const = default;
};

enum class Variable : std::uint32_t { spikes = 0, v = 1, gsyn_exc = 2, gsyn_inh = 3 };
std::string_view name_of(Variable variable);

struct Recording {
    View view;
    std::vector<Variable> variables;
    double sampling_interval_ms = 0.0;  ///< of v and gsyn; 0: every step
    bool operator==(const Recording&) const = default;
};

/// A current source and the neurons it is injected into.
struct InjectedCurrent {
    View view;
    CurrentKind kind = CurrentKind::dc;
    std::map<std::string, double> parameters;  ///< only those the user gave; defaults are in all_currents()
    std::vector<double> times_ms, amplitudes;  ///< StepCurrentSource: as many of both, times ascending
    bool operator==(const InjectedCurrent&) const = default;
};

struct Network {
    std::string name;
    double timestep_ms = 1.0;
    double duration_ms = 1000.0;
    std::uint64_t seed = 1;
    std::string machine;  ///< preset or machine file; empty: the smallest that fits
    std::vector<Population> populations;
    std::vector<Projection> projections;
    std::vector<InjectedCurrent> currents;
    std::vector<Recording> recordings;
    std::vector<std::uint32_t> live;  ///< populations whose spikes leave the machine as they happen
    bool operator==(const Network&) const = default;
};

/// What the receptor of a projection is called; the projection's ends exist.
std::string_view receptor_name(const Network& network, const Projection& projection);

/// The rule of a projection, ready for generate().
ConnectionRule connection_rule(const Network& network, std::size_t projection);

/// One value a neuron of a parameter or an initial value (the default where the user gave none). Draws are keyed by
/// (seed, population, parameter, neuron). @throws std::out_of_range when the model has no such name
std::vector<double> parameter_values(const Network& network, std::size_t population, std::string_view parameter);
std::vector<double> initial_values(const Network& network, std::size_t population, std::string_view variable);

}  // namespace spinn
