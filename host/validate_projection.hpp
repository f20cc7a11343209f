/// The part of the network's checks that is about projections.
#pragma once

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// Tells that the population's model has no such receptor.
void report_receptor(ProblemReport& report, const Population& post, std::string_view name, const DocumentPath& path);

void validate_projection(const Network& network, const Projection& projection, const DocumentPath& path,
                         ProblemReport& report);

}  // namespace spinn
