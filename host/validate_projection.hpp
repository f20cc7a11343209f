/// The part of the network's checks that is about projections.
#pragma once

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

void validate_projection(const Network& network, const Projection& projection, const DocumentPath& path,
                         ProblemReport& report);

}  // namespace spinn
