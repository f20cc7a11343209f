#include "runtime/expander.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "protocols/error.hpp"
#include "runtime/synaptic_input.hpp"
#include "runtime/weight_scale.hpp"

namespace spinn {

namespace {

/// Rows that one projection fills, and what of a drawn synapse goes where.
struct RowSink {
    const SystemRegion& system;
    const SynapseRegion& shape;
    const CoreProjection& projection;
    LooseRows& direct;
    LooseRows* delayed;  ///< null without delay stages
    std::uint32_t stage_ticks;
};

void note_delays(LooseRows& rows, std::uint32_t min_delay_ticks, std::uint32_t max_delay_ticks) {
    rows.min_delay_ticks = std::min(rows.min_delay_ticks, min_delay_ticks);
    rows.max_delay_ticks = std::max(rows.max_delay_ticks, max_delay_ticks);
}

/// A batch none of whose delays needs a stage.
void put_direct(const RowSink& sink, const SynapseBatch& batch, std::span<const std::uint32_t> weights) {
    LooseRows& rows = sink.direct;
    const std::size_t first = rows.word.size();
    rows.row.insert(rows.row.end(), batch.pre.begin(), batch.pre.end());
    rows.word.resize(first + batch.size());
    std::uint32_t* const word = rows.word.data() + first;
    const std::uint32_t receptor = sink.projection.receptor;
    for (std::size_t i = 0; i < batch.size(); ++i)
        word[i] = synaptic_word(sink.shape, weights[i], batch.delay_ticks[i], receptor,
                                batch.post[i] - sink.system.first_atom);
}

/// A batch of any delays.
/// @throws RequestError when a delay is beyond the last stage
void put_staged(const RowSink& sink, const SynapseBatch& batch, std::span<const std::uint32_t> weights) {
    const std::uint32_t width = sink.projection.atoms_per_core, n_stages = sink.projection.n_stages;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::uint32_t stages = (batch.delay_ticks[i] - 1) / sink.stage_ticks;
        if (stages > n_stages)
            throw RequestError({.what = "a delay of " + std::to_string(batch.delay_ticks[i]) +
                                        " steps was drawn; the delay extension reaches " +
                                        std::to_string((n_stages + 1) * sink.stage_ticks),
                                .where = "projection " + std::to_string(sink.projection.rule.projection),
                                .fix = "clip the delay distribution"});
        LooseRows& rows = stages == 0 ? sink.direct : *sink.delayed;
        const std::uint32_t pre = batch.pre[i];
        const std::uint32_t row_delay = (batch.delay_ticks[i] - 1) % sink.stage_ticks + 1;
        rows.row.push_back(stages == 0 ? pre : (pre / width * n_stages + stages - 1) * width + pre % width);
        rows.word.push_back(synaptic_word(sink.shape, weights[i], row_delay, sink.projection.receptor,
                                          batch.post[i] - sink.system.first_atom));
        note_delays(rows, row_delay, row_delay);
    }
}

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
void check_projection(const CoreProjection& projection, const PopulationTable& table, const SystemRegion& system,
                      const SynapseRegion& shape, std::size_t room_words) {
    const auto refuse = [&](std::string what) {
        throw RequestError({.what = std::move(what),
                            .where = "projection " + std::to_string(projection.rule.projection) + " into population " +
                                     std::to_string(system.population) + ", core from atom " +
                                     std::to_string(system.first_atom),
                            .fix = "map the network again with this version"});
    };
    const NeuronSelection& pre = projection.rule.pre;
    const std::uint64_t n_rows = std::uint64_t{projection.n_source_cores} * projection.atoms_per_core;
    // Each row has a word where it begins.
    if (pre.count > 0 && (n_rows > room_words || n_rows * projection.n_stages > room_words))
        refuse(std::to_string(n_rows) + " rows in " + std::to_string(projection.n_stages + 1) + " stages, where " +
               std::to_string(4 * room_words) + " bytes are reserved");
    std::uint64_t last = 0;
    if (pre.indices.empty() && pre.count > 0) last = pre.start + std::uint64_t{pre.step} * (pre.count - 1);
    for (const std::uint32_t index : pre.indices) last = std::max<std::uint64_t>(last, index);
    if (last >= n_rows && pre.count > 0) refuse("source neurons beyond the rows of the matrix");
    const std::size_t addresses = table.addresses.size();
    if (projection.address_index >= addresses ||
        (projection.n_stages > 0 && projection.delayed_address_index >= addresses))
        refuse("a matrix without a place in the address list");
    if (projection.receptor >= shape.n_receptors) refuse("a receptor that the core's model does not have");
}

}  // namespace

ExpandedRows expand(std::span<const CoreProjection> projections, const SystemRegion& system, const SynapseRegion& shape,
                    const PopulationTable& table, std::size_t room_words) {
    ExpandedRows result;
    // Two matrices a projection at most; growing would move the ones in use.
    result.matrices.reserve(2 * projections.size());
    std::vector<std::uint32_t> weights;  // of a batch
    for (const CoreProjection& projection : projections) {
        check_projection(projection, table, system, shape, room_words);
        const double scale =
            std::ldexp(double(shape.weight_scale), 15 - static_cast<int>(shape.shift[projection.receptor]));
        const std::uint32_t n_rows = projection.n_source_cores * projection.atoms_per_core;
        LooseRows& direct = loose_rows(result.matrices, projection.address_index, n_rows);
        LooseRows* const delayed =
            projection.n_stages == 0
                ? nullptr
                : &loose_rows(result.matrices, projection.delayed_address_index, n_rows * projection.n_stages);
        const RowSink sink{system, shape,   projection,
                           direct, delayed, projection.n_stages == 0 ? 1u << shape.delay_bits : projection.stage_ticks};
        generate_batches(projection.rule, system.first_atom, system.n_atoms, [&](const SynapseBatch& batch) {
            weights.resize(batch.size());
            result.weights_masked += integer_weights(batch.weight, scale, weights);
            const auto [low, high] = std::ranges::minmax(batch.delay_ticks);
            if (high <= sink.stage_ticks) {
                put_direct(sink, batch, weights);
                note_delays(direct, low, high);
            } else {
                put_staged(sink, batch, weights);
            }
            result.synapses += batch.size();
            if (result.synapses > room_words)
                throw RequestError({.what = "more synapses than the " + std::to_string(4 * room_words) +
                                            " bytes reserved for them hold",
                                    .where = "projection " + std::to_string(projection.rule.projection),
                                    .fix = "map the network again with this version"});
        });
    }
    std::erase_if(result.matrices, [](const LooseRows& rows) { return rows.word.empty(); });
    for (const LooseRows& rows : result.matrices)
        result.min_delay_ticks = std::min(result.min_delay_ticks, rows.min_delay_ticks);
    return result;
}

}  // namespace spinn
