/// What a rule will make, without making it: for sizes, delay slots and the ring-buffer shift.
#pragma once

#include <cstdint>

#include "runtime/connection_rule.hpp"

namespace spinn {

/// The largest number of synapses into one post neuron: exact where the rule fixes it, else a number that no post
/// neuron exceeds with probability 0.99. sPyNNaker's n_p of the ring-buffer shift.
std::uint32_t max_connections_per_post(const ConnectionRule& rule);

/// Weights and delays, for the ring-buffer shift. Of a list: of its synapses; else of the distributions.
struct SynapseSummary {
    double mean_weight = 0.0;      ///< of |w|, in the rule's units
    double weight_variance = 0.0;  ///< of |w|
    double max_weight = 0.0;       ///< of |w|; for unbounded distributions the probable maximum of all synapses
    double delay_variance_ms2 = 0.0;
};
SynapseSummary summarise_synapses(const ConnectionRule& rule);

/// The probability that a synapse's delay is above `slots` ticks, as generate() draws it. Of a list: the fraction.
double expected_fraction_delayed(const ConnectionRule& rule, std::uint32_t slots);

/// The largest and the smallest delay that any synapse of the rule can have, exactly: delays are quantiles of 32-bit
/// draws, so even an unbounded distribution has a largest one (a normal one 6.3 sigma from its mean). 1 for an empty
/// list.
std::uint32_t max_delay_ticks(const ConnectionRule& rule);
std::uint32_t min_delay_ticks(const ConnectionRule& rule);

/// May the rule make no synapse at all? True for probabilities below 1 and for what has nothing to connect.
bool can_be_empty(const ConnectionRule& rule);

/// Can the rule make a synapse from a pre neuron of the one population range to a post neuron of the other? False only
/// when it certainly cannot.
bool may_connect(const ConnectionRule& rule, std::uint32_t first_pre, std::uint32_t n_pres, std::uint32_t first_post,
                 std::uint32_t n_posts);

}  // namespace spinn
