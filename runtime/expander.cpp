#include "runtime/expander.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "protocols/error.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {

namespace {

/// The synapses of one matrix before they are sorted into rows.
struct LooseRows {
    std::vector<std::uint32_t> row, word;
};

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

RequestError does_not_fit(const SystemRegion& system, std::size_t needed_words, std::size_t have_words) {
    return RequestError(
        {.what = "the synaptic matrix needs " + std::to_string(needed_words * 4) + " bytes, " +
                 std::to_string(have_words * 4) + " are reserved",
         .where = "population " + std::to_string(system.population) + ", core from atom " +
                  std::to_string(system.first_atom),
         .fix = "map the network with another seed; the reservation is exceeded by chance once in 10^12"});
}

/// Appends a packed matrix at `used` words: row count, offsets, words in row order (stable). @returns its address
std::uint32_t write_matrix(const LooseRows& loose, std::uint32_t n_rows, const SystemRegion& system,
                           std::span<std::uint32_t> matrix, std::size_t& used) {
    const std::size_t start = (used + 3) / 4 * 4;
    const std::size_t end = start + 2 + n_rows + loose.word.size();
    if (end > matrix.size()) throw does_not_fit(system, end, matrix.size());
    matrix[start] = n_rows;
    const std::span<std::uint32_t> offsets = matrix.subspan(start + 1, std::size_t{n_rows} + 1);
    const std::span<std::uint32_t> words = matrix.subspan(start + 2 + n_rows, loose.word.size());
    std::fill(offsets.begin(), offsets.end(), 0);
    for (const std::uint32_t row : loose.row) ++offsets[row + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    if (std::is_sorted(loose.row.begin(), loose.row.end())) {
        std::copy(loose.word.begin(), loose.word.end(), words.begin());
    } else {
        std::vector<std::uint32_t> next(offsets.begin(), offsets.end() - 1);
        for (std::size_t i = 0; i < loose.word.size(); ++i) words[next[loose.row[i]]++] = loose.word[i];
    }
    used = end;
    return static_cast<std::uint32_t>(start / 4);
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

ExpandedMatrices expand(std::span<const CoreProjection> projections, const SystemRegion& system,
                        const SynapseRegion& shape, PopulationTable& table, std::span<std::uint32_t> matrix) {
    ExpandedMatrices result;
    std::fill(table.addresses.begin(), table.addresses.end(), invalid_matrix_address);
    for (const CoreProjection& projection : projections) {
        check_projection(projection, table, system);
        LooseRows direct, delayed;
        WeightScale scale{
            std::ldexp(double(shape.weight_scale), 15 - static_cast<int>(shape.shift[projection.receptor]))};
        const std::uint32_t width = projection.atoms_per_core;
        const std::uint32_t stage_ticks = projection.n_stages == 0 ? 1u << shape.delay_bits : projection.stage_ticks;
        generate_batches(projection.rule, system.first_atom, system.n_atoms, [&](const SynapseBatch& batch) {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const Synapse synapse = batch[i];
                const std::uint32_t stages = (synapse.delay_ticks - 1) / stage_ticks;
                const std::uint32_t row_delay = (synapse.delay_ticks - 1) % stage_ticks + 1;
                const std::uint32_t word = synaptic_word(shape, scale(synapse.weight), row_delay, projection.receptor,
                                                         synapse.post - system.first_atom);
                result.min_delay_ticks = std::min(result.min_delay_ticks, row_delay);
                if (stages == 0) {
                    direct.row.push_back(synapse.pre);
                    direct.word.push_back(word);
                    continue;
                }
                if (stages > projection.n_stages)
                    throw RequestError({.what = "a delay of " + std::to_string(synapse.delay_ticks) +
                                                " steps was drawn; the delay extension reaches " +
                                                std::to_string((projection.n_stages + 1) * stage_ticks),
                                        .where = "projection " + std::to_string(projection.rule.projection),
                                        .fix = "clip the delay distribution"});
                const std::uint32_t core = synapse.pre / width;
                delayed.row.push_back((core * projection.n_stages + stages - 1) * width + synapse.pre % width);
                delayed.word.push_back(word);
            }
        });
        const std::uint32_t n_rows = projection.n_source_cores * width;
        if (!direct.word.empty())
            table.addresses.at(projection.address_index) =
                write_matrix(direct, n_rows, system, matrix, result.used_words);
        if (!delayed.word.empty())
            table.addresses.at(projection.delayed_address_index) =
                write_matrix(delayed, n_rows * projection.n_stages, system, matrix, result.used_words);
        result.synapses += direct.word.size() + delayed.word.size();
        result.weights_masked += scale.masked;
    }
    return result;
}

}  // namespace spinn
