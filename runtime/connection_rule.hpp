/// Connectivity by rule: which synapses a projection has, as a pure function of (seed, projection, neurons).
///
/// The same function runs on the emulated cores at load and on the host for the reference simulator. What it draws is
/// keyed by the projection and by fixed blocks of post neurons, never by slices: partitioning cannot change the
/// network.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/distribution.hpp"
#include "runtime/synapse_batch.hpp"

namespace spinn {

enum class ConnectorKind : std::uint32_t {
    all_to_all = 0,
    one_to_one = 1,
    fixed_probability = 2,
    fixed_total_number = 3,
    fixed_number_pre = 4,   ///< every post neuron gets n sources
    fixed_number_post = 5,  ///< every pre neuron gets n targets
    list = 6,
};

/// Neurons of a population that one end of a projection names, in order: either start, start + step, ... or `indices`.
struct NeuronSelection {
    std::uint32_t start = 0, step = 1, count = 0;
    std::vector<std::uint32_t> indices;  ///< when not empty: the neurons, in the order given, all different; `count` is
                                         ///< its size
    bool operator==(const NeuronSelection&) const = default;
};
inline std::uint32_t neuron_at(const NeuronSelection& s, std::uint32_t i) {
    return s.indices.empty() ? s.start + i * s.step : s.indices[i];
}

/// A synapse of a list connector. Indices count within the two selections.
struct ListedSynapse {
    std::uint32_t pre = 0, post = 0;
    double weight = 0.0;
    std::uint32_t delay_ticks = 1;
    bool operator==(const ListedSynapse&) const = default;
};

struct ConnectionRule {
    ConnectorKind kind = ConnectorKind::all_to_all;
    std::uint64_t seed = 0;
    std::uint32_t projection = 0;  ///< index in the network, part of every draw's key
    NeuronSelection pre, post;
    bool same_population = false;  ///< pre and post select from one population: self-connections are possible
    bool allow_self_connections = true;
    bool with_replacement = false;
    double probability = 0.0;  ///< fixed_probability
    std::uint64_t n = 0;       ///< fixed_total_number, fixed_number_pre, fixed_number_post
    Distribution weight;       ///< PyNN units: nA or uS; the sign is the file's
    Distribution delay_ms;
    double timestep_ms = 1.0;
    std::vector<ListedSynapse> synapses;  ///< list, sorted by (pre, post); duplicates allowed
    bool operator==(const ConnectionRule&) const = default;
};

/// What makes the rule impossible to generate (more sources than there are, a selection beyond 2^32, a bad
/// distribution, ...), in words; nullopt for a good rule. The functions below ask for a good rule.
std::optional<std::string> problem_of(const ConnectionRule& rule);

/// Every synapse of the rule whose post neuron lies in [first_post, first_post + n_posts) of the post population, in an
/// order that depends on the rule and the range alone. Most connectors go through the pre neurons in order
/// (fixed_number_pre through the post neurons, fixed_total_number through blocks of 256 post neurons).
///
/// The post selection is cut into blocks of 256 neurons (by index in the selection). A block, or the cell of one pre
/// neuron and one block, is drawn as a whole whatever the range asks for: ranges that start and end at blocks waste
/// nothing. Weight and delay are the quantiles of 32-bit draws of their own, keyed by the cell and the synapse's index
/// in it.
void generate(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
              const std::function<void(const Synapse&)>& visit);

/// The same synapses in the same order, up to some thousand at a time: no call per synapse. The spans are the visitor's
/// for the duration of the call.
void generate_batches(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
                      const std::function<void(const SynapseBatch&)>& visit);

/// Number of synapses the rule makes in all: exact where the rule fixes it, else the mean of what it draws.
double expected_synapses(const ConnectionRule& rule);

/// A number of synapses into the post range that `generate` exceeds with a probability below 1e-12, for reserving
/// memory; exact for rules that fix it.
std::uint64_t synapse_bound(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts);

}  // namespace spinn
