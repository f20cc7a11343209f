#include "emulator/plastic_weights.hpp"

#include <cmath>

#include "emulator/core_memory.hpp"
#include "runtime/layout/plastic_row.hpp"

namespace spinn {

std::vector<PlasticSynapse> read_plastic_synapses(Machine& machine, const Core& core) {
    std::vector<PlasticSynapse> synapses;
    if (core.kind != ProgramKind::neurons) return synapses;
    const std::vector<std::uint32_t> region = read_region(machine, core, Region::plastic_rows);
    if (region.empty()) return synapses;
    const SynapseRegion shape = need(core, decode_synapse_region(read_region(machine, core, Region::synapse)));
    const std::uint32_t tick_shift = shape.index_bits + shape.type_bits, slots = 1u << shape.delay_bits;
    for (const PlasticMatrixHeader& matrix : need(core, decode_plastic_matrices(region)))
        for (std::uint32_t i = 0; i < matrix.n_rows; ++i) {
            const PlasticRowCopy row = need(core, decode_plastic_row(region, matrix, i));
            const PlasticRowOwner owner = owner_of_row(matrix, i);
            for (std::size_t s = 0; s < row.weights.size(); ++s) {
                const std::uint32_t fixed = row.fixed[s], code = fixed >> tick_shift & (slots - 1);
                const std::uint32_t receptor = fixed >> shape.index_bits & ((1u << shape.type_bits) - 1);
                if (receptor >= shape.shift.size())
                    fail_at(core, "a plastic synapse of a receptor that does not exist");
                const double unit =
                    std::ldexp(1.0, static_cast<int>(shape.shift[receptor]) - 15) / double(shape.weight_scale);
                synapses.push_back({matrix.projection, owner.pre,
                                    core.first_atom + (fixed & ((1u << shape.index_bits) - 1)),
                                    owner.delay_ticks + (code == 0 ? slots : code), row.weights[s] * unit});
            }
        }
    return synapses;
}

}  // namespace spinn
