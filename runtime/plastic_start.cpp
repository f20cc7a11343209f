#include "runtime/plastic_start.hpp"

#include <algorithm>
#include <utility>

namespace spinn {

ExpandedRows expand_all(const CoreBlock& block, std::span<const CoreProjection> projections, const SystemRegion& system,
                        SynapticInput& input) {
    const auto is_plastic = [](const CoreProjection& projection) { return projection.plastic; };
    const std::size_t room = block.words(Region::synaptic_matrix).size();
    if (std::ranges::none_of(projections, is_plastic))
        return expand(projections, system, input.shape, input.table, room);
    std::vector<CoreProjection> fixed, plastic;
    std::ranges::partition_copy(projections, std::back_inserter(plastic), std::back_inserter(fixed), is_plastic);

    const std::span<std::uint32_t> plastic_rows = block.words(Region::plastic_rows);
    ExpandedRows learning = expand(plastic, system, input.shape, input.table, plastic_rows.size());
    PlasticityRegion rule = block.need(decode_plasticity_region(block.words(Region::plasticity)), "plasticity region");
    std::vector<PlasticMatrix> rows = lay_out_plastic_rows(plastic, learning.matrices, plastic_rows, rule.timing);
    input.plastic = make_plastic_input(std::move(rule), std::move(rows), input.shape, system.n_atoms);
    input.plastic.seed = system.seed;
    input.plastic.population = system.population;
    input.plastic.first_neuron = system.first_atom;
    for (const PlasticMatrix& matrix : input.plastic.matrices)
        input.matrix_bytes += 4 * (std::uint64_t{matrix.header.n_rows} + 1 + matrix.offsets.back());

    ExpandedRows made = expand(fixed, system, input.shape, input.table, room);
    made.synapses += learning.synapses;
    made.weights_masked += learning.weights_masked;
    made.min_delay_ticks = std::min(made.min_delay_ticks, learning.min_delay_ticks);
    return made;
}

}  // namespace spinn
