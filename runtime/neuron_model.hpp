/// The models: what PyNN calls them, their parameters, units, defaults and limits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace spinn {

enum class ModelKind : std::uint32_t {
    if_curr_exp = 1,
    if_cond_exp = 2,
    spike_source_poisson = 100,
    spike_source_array = 101,
};

constexpr bool is_neuron(ModelKind model) { return static_cast<std::uint32_t>(model) < 100; }

struct ParameterDescription {
    std::string_view name;
    std::string_view unit;
    double default_value;
    double minimum, maximum;  ///< allowed range, both included
};

struct ModelDescription {
    ModelKind kind;
    std::string_view name;                             ///< PyNN's
    std::span<const ParameterDescription> parameters;  ///< fixed order, part of the image format
    std::span<const ParameterDescription> state;       ///< what `initial` may set
    bool conductance;                                  ///< weights in uS, not nA
};

/// The description of a model.
const ModelDescription& describe(ModelKind kind);
std::span<const ModelDescription> all_models();
std::optional<ModelKind> model_by_name(std::string_view name);

}  // namespace spinn
