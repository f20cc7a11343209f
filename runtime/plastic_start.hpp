/// Making a core's plastic side from its block when the core starts.
#pragma once

#include <span>

#include "runtime/core_block.hpp"
#include "runtime/expander.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

/// The static rows of a core, loose, and its plastic ones, in their place; both are counted.
/// @param input  its shape and table are read; gets the plastic side. @throws RequestError as expand(), and when the
/// block's plasticity region is not what it must be
ExpandedRows expand_all(const CoreBlock& block, std::span<const CoreProjection> projections, const SystemRegion& system,
                        SynapticInput& input);

}  // namespace spinn
