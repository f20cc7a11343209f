/// The last step of a comparison: from numbers to a sentence.
#pragma once

#include <string>

#include "host/compare.hpp"

namespace spinn {

/// Fills in `agreement` and `verdict` by the thresholds in compare.hpp.
void judge(Comparison& comparison);

/// "12,345"
std::string with_separators(std::uint64_t number);

/// A number with as many decimals, "-" when there is none (NaN).
std::string fixed_text(double value, int decimals);

}  // namespace spinn
