#include "runtime/neuron_model.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>

#include "runtime/cells.hpp"
#include "runtime/models/compositions.hpp"

namespace spinn {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// PyNN's "for ever" is 1e10 ms.
constexpr std::array<ParameterDescription, 3> poisson_parameters_described = {{
    {"rate", "Hz", 1.0, 0.0, 1e6},
    {"start", "ms", 0.0, 0.0, infinity},
    {"duration", "ms", 1e10, 0.0, infinity},
}};

ModelDescription neuron(ModelKind kind, std::string_view name, const Composition& composition, bool on_board) {
    return {kind,
            name,
            composition.parameters,
            composition.state,
            composition.receptors,
            composition.conductance,
            on_board,
            &composition};
}

ModelDescription source(ModelKind kind, std::string_view name, std::span<const ParameterDescription> parameters) {
    return {kind, name, parameters, {}, {}, false, true, nullptr};
}

}  // namespace

std::span<const ModelDescription> all_models() {
    static const std::array models = {
#define SPINN_MODEL(number, composition, name, on_board) neuron(ModelKind{number}, name, models::composition, on_board),
#include "runtime/models/table.inc"
#undef SPINN_MODEL
        source(ModelKind::spike_source_poisson, "SpikeSourcePoisson", poisson_parameters_described),
        source(ModelKind::spike_source_array, "SpikeSourceArray", {}),
        source(ModelKind::spike_source_poisson_variable, "SpikeSourcePoissonVariable", {}),
        source(ModelKind::spike_injector, "SpikeInjector", {}),
    };
    return models;
}

const ModelDescription& describe(ModelKind kind) {
    const auto found = std::ranges::find(all_models(), kind, &ModelDescription::kind);
    if (found == all_models().end()) {
        throw std::out_of_range("no model has number " + std::to_string(static_cast<std::uint32_t>(kind)));
    }
    return *found;
}

std::optional<ModelKind> model_by_name(std::string_view name) {
    const auto found = std::ranges::find(all_models(), name, &ModelDescription::name);
    return found == all_models().end() ? std::nullopt : std::optional(found->kind);
}

std::optional<std::uint32_t> receptor_by_name(const ModelDescription& model, std::string_view name) {
    const auto found = std::ranges::find(model.receptors, name);
    if (found == model.receptors.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - model.receptors.begin());
}

bool is_inhibitory(const ModelDescription& model, std::uint32_t receptor) {
    return receptor < model.receptors.size() && model.receptors[receptor].starts_with("inhibitory");
}

std::unique_ptr<Cells> make_cells(const NeuronRegion& region, Rounding rounding) {
    return describe(region.model).composition->make(region, rounding);
}

std::unique_ptr<RealCells> make_cells(const RealRegion& region) {
    return describe(region.model).composition->make_real(region);
}

}  // namespace spinn
