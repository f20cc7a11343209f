#include "runtime/own_matrices.hpp"

#include <algorithm>

#include "runtime/layout/connections_region.hpp"

namespace spinn {

const CoreProjection* owner_of(const LooseRows& rows, std::span<const CoreProjection> projections) {
    const auto owner = std::ranges::find_if(projections, [&](const CoreProjection& p) {
        return p.address_index == rows.address_index ||
               (p.n_stages > 0 && p.delayed_address_index == rows.address_index);
    });
    return owner == projections.end() ? nullptr : &*owner;
}

PlasticMatrixHeader header_of(const LooseRows& rows, const CoreProjection& owner) {
    PlasticMatrixHeader header;
    header.projection = owner.rule.projection;
    header.n_stages = owner.address_index == rows.address_index ? 0 : owner.n_stages;
    header.stage_ticks = owner.stage_ticks;
    header.atoms_per_core = owner.atoms_per_core;
    header.address_index = rows.address_index;
    return header;
}

}  // namespace spinn
