/// The regions of a core's block: any words give a value or a reason, and what loads can run.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/array_source.hpp"
#include "runtime/cells.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/currents_region.hpp"
#include "runtime/layout/plastic_row.hpp"
#include "runtime/layout/plasticity_region.hpp"
#include "runtime/layout/population_table.hpp"
#include "runtime/layout/regions.hpp"
#include "runtime/plastic_input.hpp"
#include "runtime/poisson_source.hpp"
#include "runtime/synaptic_input.hpp"

namespace {

/// A rule that loads runs, whatever its numbers, and the faster loop gives what the obvious one does.
void learn(const spinn::PlasticityRegion& rule, std::uint32_t seed) {
    using namespace spinn;
    constexpr SynapseRegion shape{4, 1, 4, {3, 0}, 2};
    std::vector<std::uint16_t> weights[2];
    for (const bool plain : {true, false}) {
        LooseRows loose{0, 1, 1, 3, {}, {}};
        for (std::uint32_t s = 0; s < 40; ++s) {
            loose.row.push_back(0);
            loose.word.push_back(synaptic_word(shape, (seed + 1) * 1237 * s & 0xffff, 1 + s % 3, seed & 1, s % 16));
        }
        std::vector<std::uint32_t> region(256);
        const std::vector<CoreProjection> projections(1);
        PlasticInput input =
            make_plastic_input(rule, lay_out_plastic_rows(projections, {&loose, 1}, region, rule.timing), shape, 16);
        input.plain = plain;
        RingBuffer ring = make_ring_buffer(shape);
        for (std::uint32_t tick = 0; tick < 60; ++tick) {
            const std::uint32_t atom = tick * (seed | 1) % 16;
            enter_post_spikes(input, tick, {&atom, 1});
            if (tick % 7 == seed % 7) receive_plastic(input, shape, ring, 0, 0, tick, 1);
        }
        const auto row = decode_plastic_row(region, input.matrices[0].header, 0);
        weights[plain ? 1 : 0] = std::get<PlasticRowCopy>(row).weights;
    }
    if (weights[0] != weights[1]) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spinn;
    if (size < 1) return 0;
    std::vector<std::uint32_t> words((size - 1) / 4);
    if (!words.empty()) std::memcpy(words.data(), data + 1, words.size() * 4);
    switch (data[0] % 14) {
        case 0:
            decode_region_table(words);
            break;
        case 1:
            decode_system_region(words);
            break;
        case 2:
            decode_synapse_region(words);
            break;
        case 3:
            decode_delay_region(words);
            break;
        case 4:
            decode_recording_plan(words);
            break;
        case 5:
            decode_recording_buffers(words);
            break;
        case 6:
            decode_connections_region(words);
            break;
        case 7: {
            const auto table = decode_population_table(words);
            if (const auto* good = std::get_if<PopulationTable>(&table)) find_entry(*good, data[0]);
            break;
        }
        case 8: {
            const auto region = decode_neuron_region(words);
            if (const auto* good = std::get_if<NeuronRegion>(&region); good != nullptr && good->n_atoms > 0) {
                const auto cells = make_cells(*good, Rounding::truncate);
                std::vector<std::uint32_t> spiking(good->n_atoms);
                const std::vector<std::uint16_t> sums(good->n_atoms, data[0]);
                for (std::uint32_t tick = 0; tick < 3; ++tick) {
                    for (std::size_t r = 0; r < describe(good->model).receptors.size(); ++r)
                        cells->add_input(r, sums, 3, Tick{tick});
                    cells->update(Tick{tick}, {}, spiking);
                }
            }
            break;
        }
        case 10: {
            const auto region = decode_currents_region(words);
            if (const auto* good = std::get_if<Currents>(&region); good != nullptr && good->n_atoms < 100000) {
                std::vector<Accum> sums;
                for (std::uint32_t tick = 0; tick < 3; ++tick) injected(*good, Tick{tick * 1000}, sums);
            }
            break;
        }
        case 11: {
            const auto region = decode_plasticity_region(words);
            if (const auto* good = std::get_if<PlasticityRegion>(&region)) learn(*good, data[0]);
            break;
        }
        case 12: {
            const auto matrices = decode_plastic_matrices(words);
            if (const auto* good = std::get_if<std::vector<PlasticMatrixHeader>>(&matrices))
                for (const PlasticMatrixHeader& matrix : *good)
                    for (std::uint32_t i = 0; i < std::min(matrix.n_rows, 1000u); ++i) {
                        owner_of_row(matrix, i);
                        decode_plastic_row(words, matrix, i);
                    }
            break;
        }
        case 9: {
            const auto region = decode_poisson_region(words);
            if (const auto* good = std::get_if<PoissonRegion>(&region)) {
                PoissonSlice slice = load_poisson(*good);
                std::vector<std::uint32_t> atoms, counts;
                for (std::uint32_t tick = 0; tick < 3; ++tick) emit(slice, Tick{tick}, atoms, counts);
            }
            break;
        }
        default: {
            auto region = decode_array_region(words);
            if (auto* good = std::get_if<ArrayRegion>(&region)) {
                ArraySlice slice = load_array(std::move(*good));
                for (std::uint32_t tick = 0; tick < 3; ++tick) emit(slice, Tick{tick});
            }
        }
    }
    return 0;
}
