#include "host/snapshot.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "emulator/core_memory.hpp"
#include "host/session.hpp"
#include "protocols/error.hpp"
#include "runtime/layout/neuron_region.hpp"
#include "runtime/programs.hpp"

namespace spinn {

namespace {

NeuronRegion neuron_region(const Machine& machine, const Core& core) {
    auto region = decode_neuron_region(read_region(machine, core, Region::program));
    if (const auto* error = std::get_if<DecodeError>(&region)) fail_at(core, error->reason);
    return std::get<NeuronRegion>(std::move(region));
}

void take_neurons(Machine& machine, const Core& core, Snapshot::Neurons& out, std::uint32_t size) {
    MemoryServices services(chip_of(machine, core.location.chip));
    core.program->store(services, core.block_address);
    const NeuronRegion region = neuron_region(machine, core);
    out.state.resize(region.state.size());
    out.refractory_timer.resize(size);
    for (std::size_t s = 0; s < region.state.size(); ++s) {
        out.state[s].resize(size);
        std::ranges::copy(region.state[s], out.state[s].begin() + core.first_atom);
    }
    std::ranges::copy(region.refractory_timer, out.refractory_timer.begin() + core.first_atom);
}

void give_neurons(Machine& machine, const Core& core, const Snapshot::Neurons& from) {
    NeuronRegion region = neuron_region(machine, core);
    if (from.state.size() != region.state.size()) return;  // another model: it begins with its initial values
    for (std::size_t s = 0; s < region.state.size(); ++s)
        std::copy_n(from.state[s].begin() + core.first_atom, core.n_atoms, region.state[s].begin());
    region.refractory_timer.assign(from.refractory_timer.begin() + core.first_atom,
                                   from.refractory_timer.begin() + core.first_atom + core.n_atoms);
    write_region(machine, core, Region::program, encode(region));
    MemoryServices services(chip_of(machine, core.location.chip));
    core.program->reload(services, core.block_address);
}

/// A synaptic word that will arrive.
void add_arriving(const Core& core, std::uint32_t word, std::uint32_t weight, std::uint32_t tick,
                  std::vector<Snapshot::Arriving>& arriving) {
    const SynapseRegion& shape = core.program->synaptic_input()->shape;
    const std::uint32_t receptors = (1u << shape.type_bits) - 1, atoms = (1u << shape.index_bits) - 1;
    const std::uint32_t coded = word >> (shape.index_bits + shape.type_bits) & ((1u << shape.delay_bits) - 1);
    const std::uint32_t delay = coded == 0 ? 1u << shape.delay_bits : coded;
    const std::uint32_t receptor = word >> shape.index_bits & receptors;
    arriving.push_back({core.population, core.first_atom + (word & atoms), receptor, tick + delay,
                        std::min<std::uint32_t>(weight, 0xffff) << shape.shift[receptor]});
}

/// What a core's receptors will be given by the packets that delay extensions have still to send.
/// @param waiting  ascending ticks
void take_waiting(const Core& core, const std::vector<DelayProgram::Waiting>& waiting,
                  std::vector<Snapshot::Arriving>& arriving) {
    const SynapticInput& input = *core.program->synaptic_input();
    for (const DelayProgram::Waiting& spike : waiting) {
        for (const RowBlock& block : resolve(input, value(spike.key), 1))
            for (const std::uint32_t word : row(block, 0))
                add_arriving(core, word, (word >> 16) * spike.count, spike.tick, arriving);
        for (const MatrixBlock& block : resolve(input.short_term, input.table, value(spike.key), 1)) {
            const ShortTermMatrix& matrix = input.short_term.matrices[block.matrix];
            if (!has_synapses(matrix, block.first_row)) continue;
            ShortTermState state = state_of(matrix, block.first_row);
            for (std::uint32_t i = 0; i < spike.count; ++i) {
                const std::uint32_t factor = enter_spike(state, matrix.rule, spike.tick);
                for (std::uint32_t s = matrix.offsets[block.first_row] + short_term_state_words;
                     s < matrix.offsets[block.first_row + 1]; ++s)
                    add_arriving(core, matrix.rows[s], transmitted(matrix.rows[s] >> 16, factor), spike.tick, arriving);
            }
            set_state(matrix, block.first_row, state);
        }
    }
}

/// Calls visit(matrix, row, whose it is, ticks after sending) for every row of short-term plasticity of a core.
template <class Visit>
void for_each_row(const Core& core, Visit visit) {
    for (const ShortTermMatrix& matrix : core.program->synaptic_input()->short_term.matrices)
        for (std::uint32_t row = 0; row < matrix.header.n_rows; ++row) {
            if (!has_synapses(matrix, row)) continue;
            const PlasticRowOwner owner = owner_of_row(matrix.header, row);
            visit(matrix, row, Snapshot::Source{matrix.header.projection, owner.pre}, owner.delay_ticks);
        }
}

/// The cores of neurons, by population and first atom.
class CoreOfNeuron {
 public:
    explicit CoreOfNeuron(const Machine& machine) : machine_(machine) {
        for (std::uint32_t c = 0; c < machine.cores.size(); ++c)
            if (machine.cores[c].program && machine.cores[c].kind == ProgramKind::neurons)
                at_[{machine.cores[c].population, machine.cores[c].first_atom}] = c;
    }
    /// Index in Machine::cores, or none.
    std::optional<std::uint32_t> find(std::uint32_t population, std::uint32_t neuron) const {
        auto above = at_.upper_bound({population, neuron});
        if (above == at_.begin()) return std::nullopt;
        --above;
        const Core& core = machine_.cores[above->second];
        if (core.population != population || neuron - core.first_atom >= core.n_atoms) return std::nullopt;
        return above->second;
    }

 private:
    const Machine& machine_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> at_;
};

}  // namespace

Snapshot Session::take_snapshot() {
    if (exchange_ != nullptr)
        throw RequestError({.what = "the state of a machine that several processes run cannot be taken",
                            .where = "snapshot",
                            .fix = "run it as one process"});
    Snapshot snapshot;
    snapshot.next_tick = ticks_done();
    snapshot.hash = hash_;
    snapshot.report = report();
    snapshot.populations.resize(image_.populations.size());
    std::vector<DelayProgram::Waiting> waiting;
    for (const Core& core : machine_.cores) {
        if (!core.program || core.kind != ProgramKind::delay_extension) continue;
        const auto mine = static_cast<const DelayProgram&>(*core.program).waiting(engine_.now());
        waiting.insert(waiting.end(), mine.begin(), mine.end());
    }
    std::ranges::stable_sort(waiting, {}, &DelayProgram::Waiting::tick);
    for (const Core& core : machine_.cores) {
        if (!core.program || core.kind != ProgramKind::neurons) continue;
        take_neurons(machine_, core, snapshot.populations[core.population], image_.populations[core.population].size);
        take_waiting(core, waiting, snapshot.arriving);
        for_each_row(core, [&](const ShortTermMatrix& matrix, std::uint32_t row, Snapshot::Source source,
                               std::uint32_t delay_ticks) {
            ShortTermState state = state_of(matrix, row);
            if (state.next_tick == 0) return;
            state.next_tick -= delay_ticks;
            snapshot.resources[source] = state;
        });
    }
    for (const PendingInput& input : engine_.take_pending()) {
        const Core& core = machine_.cores[input.core];
        const std::uint32_t shift = core.program->synaptic_input()->shape.shift[input.receptor];
        snapshot.arriving.push_back({core.population, core.first_atom + input.atom, input.receptor, input.tick,
                                     std::uint32_t{input.sum} << shift});
    }
    return snapshot;
}

Session::Session(MachineImage image, const SessionOptions& options, spdlog::logger& log, const Snapshot& before)
    : Session(std::move(image), options, log, Tick{before.next_tick}) {
    const double load_s = so_far_.load_s;
    so_far_ = before.report;
    so_far_.load_s += load_s;
    so_far_.threads = std::max(1u, options.threads);
    so_far_.window_ticks = engine_.window_ticks();
    hash_ = before.hash;
    for (const Core& core : machine_.cores)
        if (core.program && core.kind == ProgramKind::neurons && core.population < before.populations.size())
            give_neurons(machine_, core, before.populations[core.population]);

    for (const Core& core : machine_.cores) {
        if (!core.program || core.kind != ProgramKind::neurons) continue;
        for_each_row(core, [&](const ShortTermMatrix& matrix, std::uint32_t row, Snapshot::Source source,
                               std::uint32_t delay_ticks) {
            const auto found = before.resources.find(source);
            if (found == before.resources.end()) return;
            ShortTermState state = found->second;
            state.next_tick += delay_ticks;
            set_state(matrix, row, state);
        });
    }

    const CoreOfNeuron neurons(machine_);
    std::vector<PendingInput> pending;
    for (const Snapshot::Arriving& input : before.arriving) {
        const std::optional<std::uint32_t> c = neurons.find(input.population, input.neuron);
        if (!c) continue;
        const std::uint32_t shift = machine_.cores[*c].program->synaptic_input()->shape.shift[input.receptor];
        const std::uint32_t sum = (input.raw + ((1u << shift) >> 1)) >> shift;
        pending.push_back({*c, input.tick, input.receptor, input.neuron - machine_.cores[*c].first_atom,
                           static_cast<std::uint16_t>(std::min(sum, 0xffffu))});
        if (sum > 0xffff) ++so_far_.counters.saturations;
    }
    if (!pending.empty()) engine_.give_pending(std::move(pending));
}

}  // namespace spinn
