/// Checks of current sources.
#pragma once

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

void validate_current(const Network& network, const InjectedCurrent& current, const DocumentPath& path,
                      ProblemReport& report);

}  // namespace spinn
