/// The connectors: which pairs of neurons a rule connects. Called by generate() (runtime/connection_rule.hpp).
#pragma once

#include <cstdint>

#include "runtime/connection_rule.hpp"
#include "runtime/synapse_writer.hpp"

namespace spinn {

/// Puts the synapses of the rule into a post range, in order, and flushes the writer.
void connect(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts, SynapseWriter& out);

}  // namespace spinn
