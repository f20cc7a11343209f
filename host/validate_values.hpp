/// Checks of numbers and distributions, shared by the checks of populations and projections.
#pragma once

#include <string_view>

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// The least and the largest value that a distribution can give; infinite where it has no bound.
struct Support {
    double low = 0.0, high = 0.0;
};
Support support(const Distribution& distribution);

/// The arguments alone: finite where they must be, low <= high, sigma >= 0, a clip that the distribution can reach.
/// @return false when something was reported
bool validate_distribution(const Distribution& distribution, const DocumentPath& path, ProblemReport& report);

/// Bounds of the distribution (mean, where it has none) must lie in [low, high].
void validate_range(const Distribution& distribution, double low, double high, std::string_view unit,
                    const DocumentPath& path, ProblemReport& report);

/// A name may hold letters of any script, digits, blanks and most signs: valid UTF-8 without control characters, '[',
/// ']' and
/// '/' (they have a meaning in views and results files), not empty, at most 200 bytes.
bool is_valid_name(std::string_view name);

/// Valid UTF-8 without control characters.
bool is_printable(std::string_view text);

}  // namespace spinn
