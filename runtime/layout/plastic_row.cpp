#include "runtime/layout/plastic_row.hpp"

#include "runtime/layout/words.hpp"

namespace spinn {

void encode(std::span<const PlasticMatrixHeader> matrices, std::span<std::uint32_t> region) {
    std::size_t next = 0;
    region[next++] = static_cast<std::uint32_t>(matrices.size());
    for (const PlasticMatrixHeader& matrix : matrices)
        for (const std::uint32_t word : {matrix.projection, matrix.n_stages, matrix.stage_ticks, matrix.atoms_per_core,
                                         matrix.address_index, matrix.n_rows, matrix.offsets, matrix.rows})
            region[next++] = word;
}

std::variant<std::vector<PlasticMatrixHeader>, DecodeError> decode_plastic_matrices(
    std::span<const std::uint32_t> region) {
    WordReader in(region);
    const std::uint32_t n = in.get();
    if (in.ran_out()) return DecodeError{0, "plastic rows are cut short"};
    if (n > in.remaining() / plastic_matrix_words) return DecodeError{0, "more matrices than the region can hold"};
    std::vector<PlasticMatrixHeader> matrices(n);
    for (PlasticMatrixHeader& matrix : matrices) {
        const std::size_t position = in.position();
        matrix = {in.get(), in.get(), in.get(), in.get(), in.get(), in.get(), in.get(), in.get()};
        if (std::uint64_t{matrix.offsets} + matrix.n_rows + 1 > region.size() || matrix.rows > region.size())
            return DecodeError{position, "a matrix outside the region"};
        if (matrix.n_stages > 0 && matrix.atoms_per_core == 0)
            return DecodeError{position, "delay stages of source cores without neurons"};
    }
    return matrices;
}

std::variant<PlasticRowCopy, DecodeError> decode_plastic_row(std::span<const std::uint32_t> region,
                                                             const PlasticMatrixHeader& matrix, std::uint32_t i) {
    PlasticRowCopy row;
    const std::uint32_t begin = region[matrix.offsets + i], end = region[matrix.offsets + i + 1];
    if (begin == end) return row;
    const std::size_t position = std::size_t{matrix.rows} + begin;
    if (begin > end || std::uint64_t{matrix.rows} + end > region.size())
        return DecodeError{position, "a row outside the region"};
    WordReader in(region.subspan(position, end - begin));
    const std::uint32_t plastic_words = in.get();
    row.last_pre_tick = in.get();
    row.trace = in.get();
    if (plastic_words < 2) return DecodeError{position, "a plastic part without its header"};
    const std::span<const std::uint32_t> weights = in.get_all(plastic_words - 2);
    const std::uint32_t n_static = in.get(), n = in.get();
    if (in.ran_out() || n_static != 0 || (weights.size() != half_words(n) && weights.size() != 2 * half_words(n)))
        return DecodeError{position, "the parts of a row contradict each other"};
    const std::span<const std::uint32_t> fixed = in.get_all(half_words(n));
    if (in.ran_out()) return DecodeError{position, "a row is cut short"};
    const bool states = n > 0 && weights.size() == 2 * half_words(n);
    for (std::uint32_t s = 0; s < n; ++s) {
        if (states)
            row.accumulators.push_back(static_cast<std::int16_t>(weights[half_words(n) + s / 2] >> (16 * (s % 2))));
        row.weights.push_back(static_cast<std::uint16_t>(weights[s / 2] >> (16 * (s % 2))));
        row.fixed.push_back(static_cast<std::uint16_t>(fixed[s / 2] >> (16 * (s % 2))));
    }
    return row;
}

}  // namespace spinn
