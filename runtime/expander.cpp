#include "runtime/expander.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "protocols/error.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

struct WeightScale {
    double factor;
    std::uint64_t masked = 0;

    std::uint32_t operator()(double weight) {
        const double scaled = std::nearbyint(std::abs(weight) * factor);
        const auto integer = static_cast<std::uint64_t>(std::min(scaled, 0x1p62));
        masked += integer > 0xffff;
        return static_cast<std::uint32_t>(integer & 0xffff);
    }
};

/// The loose rows of a matrix, made when they are first asked for.
LooseRows& loose_rows(std::vector<LooseRows>& matrices, std::uint32_t address_index, std::uint32_t n_rows) {
    for (LooseRows& rows : matrices) {
        if (rows.address_index != address_index) continue;
        if (rows.n_rows != n_rows)
            throw RequestError({.what = "projections of one matrix differ in their number of rows",
                                .where = "connections region",
                                .fix = "map the network again with this version"});
        return rows;
    }
    matrices.push_back({address_index, n_rows, ~0u, 0, {}, {}});
    return matrices.back();
}

/// What the mapper promises of a projection; an image may come from anywhere.
void check_projection(const CoreProjection& projection, const PopulationTable& table, const SystemRegion& system) {
    const auto refuse = [&](const char* what) {
        throw RequestError({.what = what,
                            .where = "projection " + std::to_string(projection.rule.projection) + " into population " +
                                     std::to_string(system.population) + ", core from atom " +
                                     std::to_string(system.first_atom),
                            .fix = "map the network again with this version"});
    };
    const NeuronSelection& pre = projection.rule.pre;
    std::uint64_t last = 0;
    if (pre.indices.empty() && pre.count > 0) last = pre.start + std::uint64_t{pre.step} * (pre.count - 1);
    for (const std::uint32_t index : pre.indices) last = std::max<std::uint64_t>(last, index);
    if (last >= std::uint64_t{projection.n_source_cores} * projection.atoms_per_core && pre.count > 0)
        refuse("source neurons beyond the rows of the matrix");
    const std::size_t addresses = table.addresses.size();
    if (projection.address_index >= addresses ||
        (projection.n_stages > 0 && projection.delayed_address_index >= addresses))
        refuse("a matrix without a place in the address list");
}

}  // namespace

ExpandedRows expand(std::span<const CoreProjection> projections, const SystemRegion& system, const SynapseRegion& shape,
                    const PopulationTable& table) {
    ExpandedRows result;
    // Two matrices a projection at most; growing would move the ones in use.
    result.matrices.reserve(2 * projections.size());
    for (const CoreProjection& projection : projections) {
        check_projection(projection, table, system);
        WeightScale scale{
            std::ldexp(double(shape.weight_scale), 15 - static_cast<int>(shape.shift[projection.receptor]))};
        const std::uint32_t width = projection.atoms_per_core;
        const std::uint32_t n_rows = projection.n_source_cores * width;
        const std::uint32_t stage_ticks = projection.n_stages == 0 ? 1u << shape.delay_bits : projection.stage_ticks;
        LooseRows& direct = loose_rows(result.matrices, projection.address_index, n_rows);
        LooseRows* const delayed =
            projection.n_stages == 0
                ? nullptr
                : &loose_rows(result.matrices, projection.delayed_address_index, n_rows * projection.n_stages);
        const auto put = [&](LooseRows& rows, std::uint32_t row, std::uint32_t delay_ticks, std::uint32_t word) {
            rows.row.push_back(row);
            rows.word.push_back(word);
            rows.min_delay_ticks = std::min(rows.min_delay_ticks, delay_ticks);
            rows.max_delay_ticks = std::max(rows.max_delay_ticks, delay_ticks);
            ++result.synapses;
        };
        generate_batches(projection.rule, system.first_atom, system.n_atoms, [&](std::span<const Synapse> batch) {
            for (const Synapse& synapse : batch) {
                const std::uint32_t stages = (synapse.delay_ticks - 1) / stage_ticks;
                const std::uint32_t row_delay = (synapse.delay_ticks - 1) % stage_ticks + 1;
                const std::uint32_t word = synaptic_word(shape, scale(synapse.weight), row_delay, projection.receptor,
                                                         synapse.post - system.first_atom);
                if (stages == 0) {
                    put(direct, synapse.pre, row_delay, word);
                    continue;
                }
                if (stages > projection.n_stages)
                    throw RequestError({.what = "a delay of " + std::to_string(synapse.delay_ticks) +
                                                " steps was drawn; the delay extension reaches " +
                                                std::to_string((projection.n_stages + 1) * stage_ticks),
                                        .where = "projection " + std::to_string(projection.rule.projection),
                                        .fix = "clip the delay distribution"});
                const std::uint32_t core = synapse.pre / width;
                put(*delayed, (core * projection.n_stages + stages - 1) * width + synapse.pre % width, row_delay, word);
            }
        });
        result.weights_masked += scale.masked;
    }
    std::erase_if(result.matrices, [](const LooseRows& rows) { return rows.word.empty(); });
    for (const LooseRows& rows : result.matrices)
        result.min_delay_ticks = std::min(result.min_delay_ticks, rows.min_delay_ticks);
    return result;
}

}  // namespace spinn
