#include "runtime/plastic_start.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace spinn {

namespace {

bool is_static(const CoreProjection& projection) { return !projection.plastic && !projection.short_term; }

/// Those that a condition holds for, made into rows for a region of `room` words; counts go to `total`.
template <class Condition>
std::pair<std::vector<CoreProjection>, ExpandedRows> expand_those(std::span<const CoreProjection> projections,
                                                                  const SystemRegion& system, SynapticInput& input,
                                                                  std::size_t room, ExpandedRows& total,
                                                                  Condition condition) {
    std::vector<CoreProjection> chosen;
    std::ranges::copy_if(projections, std::back_inserter(chosen), condition);
    ExpandedRows made = expand(chosen, system, input.shape, input.table, room);
    total.synapses += made.synapses;
    total.weights_masked += made.weights_masked;
    total.min_delay_ticks = std::min(total.min_delay_ticks, made.min_delay_ticks);
    return {std::move(chosen), std::move(made)};
}

void start_plastic(const CoreBlock& block, std::span<const CoreProjection> projections, const SystemRegion& system,
                   SynapticInput& input, ExpandedRows& total) {
    const std::span<std::uint32_t> region = block.words(Region::plastic_rows);
    const auto [chosen, made] = expand_those(projections, system, input, region.size(), total,
                                             [](const CoreProjection& p) { return p.plastic; });
    if (chosen.empty()) return;
    std::vector<PlasticMatrix> rows = lay_out_plastic_rows(chosen, made.matrices, region);
    input.plastic =
        make_plastic_input(block.need(decode_plasticity_region(block.words(Region::plasticity)), "plasticity region"),
                           std::move(rows), input.shape, system.n_atoms);
    for (const PlasticMatrix& matrix : input.plastic.matrices)
        input.matrix_bytes += 4 * (std::uint64_t{matrix.header.n_rows} + 1 + matrix.offsets.back());
}

void start_short_term(const CoreBlock& block, std::span<const CoreProjection> projections, const SystemRegion& system,
                      SynapticInput& input, ExpandedRows& total) {
    const std::span<std::uint32_t> region = block.words(Region::short_term_rows);
    const auto [chosen, made] = expand_those(projections, system, input, region.size(), total,
                                             [](const CoreProjection& p) { return p.short_term.has_value(); });
    if (chosen.empty()) return;
    input.short_term.matrices = lay_out_short_term_rows(chosen, made.matrices, region);
    for (const ShortTermMatrix& matrix : input.short_term.matrices)
        input.matrix_bytes += 4 * (std::uint64_t{matrix.header.n_rows} + 1 + matrix.offsets.back());
}

}  // namespace

ExpandedRows expand_all(const CoreBlock& block, std::span<const CoreProjection> projections, const SystemRegion& system,
                        SynapticInput& input) {
    const std::size_t room = block.words(Region::synaptic_matrix).size();
    if (std::ranges::all_of(projections, is_static)) return expand(projections, system, input.shape, input.table, room);
    ExpandedRows total;
    start_plastic(block, projections, system, input, total);
    start_short_term(block, projections, system, input, total);
    total.matrices = expand_those(projections, system, input, room, total, is_static).second.matrices;
    return total;
}

}  // namespace spinn
