/// Neuron updates per second of one thread: whole ticks of slices of 256 atoms, ring-buffer slot and list of spikes
/// included; of the two models that have a fused loop, and of every model.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>

#include "runtime/cells.hpp"
#include "runtime/lif.hpp"

namespace spinn {
namespace {

constexpr std::uint32_t n_atoms = 256;

/// Neurons that spike some 20 times a second, at their own times; heterogeneous ones differ in tau_m too.
LifSlice slice_of(ModelKind model, bool uniform) {
    NeuronRegion region;
    region.model = model;
    region.n_atoms = n_atoms;
    region.timestep_ms = to_accum(0.1);
    for (const auto& d : describe(model).parameters) {
        auto& values = region.parameters.emplace_back(n_atoms, to_accum(d.default_value));
        for (std::uint32_t i = 0; i < n_atoms; ++i) {
            if (d.name == "i_offset") values[i] = to_accum(0.8 + 0.001 * i);
            if (d.name == "tau_m" && !uniform) values[i] = to_accum(18.0 + 0.01 * i);
        }
    }
    for (const auto& d : describe(model).state) region.state.emplace_back(n_atoms, to_accum(d.default_value));
    return load_lif(region);
}

struct Slot {
    std::vector<std::uint16_t> exc = std::vector<std::uint16_t>(n_atoms), inh = exc;
};

void ticks(benchmark::State& state, bool in_pieces) {
    const ModelKind model = state.range(0) == 0 ? ModelKind::if_curr_exp : ModelKind::if_cond_exp;
    const auto n_slices = static_cast<std::size_t>(state.range(2));
    std::vector<LifSlice> slices(n_slices, slice_of(model, state.range(1) != 0));
    std::vector<Slot> slots(n_slices);
    std::vector<std::uint32_t> spiking(n_atoms);
    const auto set = InstructionSet{static_cast<std::uint32_t>(state.range(3))};
    if (set > best_instruction_set()) return state.SkipWithError("this processor has no such instructions");
    for (LifSlice& slice : slices) slice.instructions = set;
    std::uint64_t spikes = 0, n_ticks = 0;
    for (auto _ : state) {
        const Tick tick{static_cast<std::uint32_t>(n_ticks++)};
        for (std::size_t i = 0; i < n_slices; ++i) {
            Slot& slot = slots[i];
            if (in_pieces) {
                add_input(slices[i], 0, slot.exc, 5, Rounding::truncate, tick);
                add_input(slices[i], 1, slot.inh, 5, Rounding::truncate, tick);
                std::fill(slot.exc.begin(), slot.exc.end(), std::uint16_t{0});
                std::fill(slot.inh.begin(), slot.inh.end(), std::uint16_t{0});
                spikes += update(slices[i], tick, Rounding::truncate, spiking);
            } else {
                spikes += step(slices[i], slot.exc, slot.inh, {5, 5}, Rounding::truncate, tick, spiking);
            }
        }
    }
    const double cells = static_cast<double>(n_slices) * n_atoms * static_cast<double>(n_ticks);
    state.counters["updates/s"] = benchmark::Counter(cells, benchmark::Counter::kIsRate);
    state.counters["s/update"] = benchmark::Counter(cells, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["spikes/update"] = static_cast<double>(spikes) / cells;
}

/// State and parameters of one slice lie in L1, those of 64 in L2; 300 hold a cortical microcircuit.
void step_at_once(benchmark::State& state) { ticks(state, false); }
BENCHMARK(step_at_once)
    ->ArgNames({"conductance", "uniform", "slices", "instructions"})
    ->ArgsProduct({{0, 1}, {1, 0}, {1, 64, 300, 2048}, {1, 2, 3}});

void step_in_pieces(benchmark::State& state) { ticks(state, true); }
BENCHMARK(step_in_pieces)
    ->ArgNames({"conductance", "uniform", "slices", "instructions"})
    ->ArgsProduct({{0, 1}, {1}, {1, 64, 300, 2048}, {0}});

/// A slice of a model with its defaults in steps of 0.1 ms; with something arriving at every receptor in each.
void step_of_model(benchmark::State& state) {
    const ModelDescription& model = all_models()[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(std::string(model.name));
    if (!is_neuron(model.kind)) return state.SkipWithError("a source");
    NeuronRegion region;
    region.model = model.kind;
    region.n_atoms = n_atoms;
    region.timestep_ms = to_accum(0.1);
    for (const auto& d : model.parameters) region.parameters.emplace_back(n_atoms, to_accum(d.default_value));
    for (const auto& d : model.state) region.state.emplace_back(n_atoms, to_accum(d.default_value));
    const std::unique_ptr<Cells> cells = make_cells(region, Rounding::truncate);
    const std::size_t n_receptors = model.receptors.size();
    std::vector<std::vector<std::uint16_t>> sums(n_receptors, std::vector<std::uint16_t>(n_atoms));
    std::vector<std::span<std::uint16_t>> slots(sums.begin(), sums.end());
    const std::vector<std::uint32_t> shift(n_receptors, 2);
    std::vector<std::uint32_t> spiking(n_atoms);
    std::uint64_t spikes = 0, n_ticks = 0;
    for (auto _ : state) {
        for (auto& slot : sums) slot[n_ticks % n_atoms] = 500;
        spikes += cells->step(slots, shift, Tick{static_cast<std::uint32_t>(n_ticks)}, {}, spiking);
        ++n_ticks;
    }
    const double updates = static_cast<double>(n_atoms) * static_cast<double>(n_ticks);
    state.counters["s/update"] = benchmark::Counter(updates, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["spikes/update"] = static_cast<double>(spikes) / updates;
}
BENCHMARK(step_of_model)->DenseRange(0, static_cast<int>(all_models().size()) - 1);

}  // namespace
}  // namespace spinn
