/// The checks of plastic projections, part of validate().
#pragma once

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// Parameters of the rules: all there, in range, of rules that go together.
/// @param path  of the projection's synapse. @param largest_weight  of the target's model
void validate_stdp(const StdpRule& rule, double timestep_ms, double largest_weight, const DocumentPath& path,
                   ProblemReport& report);

/// The parameters of short-term plasticity; it goes with no other. @param path  of the synapse
void validate_short_term(const Projection& projection, const DocumentPath& path, ProblemReport& report);

/// All plastic projections into a population have the same rule, as on the board. @param path  of the projections
void validate_stdp_rules(const Network& network, const DocumentPath& path, ProblemReport& report);

/// Projection::record_weights_ms: of plastic synapses, a multiple of the timestep.
void validate_record_weights(const Projection& projection, double timestep_ms, const DocumentPath& path,
                             ProblemReport& report);

}  // namespace spinn
