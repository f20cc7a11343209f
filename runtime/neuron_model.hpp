/// The models: what PyNN calls them, their parameters, units, defaults and limits, and what makes their cells.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace spinn {

enum class Rounding : std::uint32_t;
struct NeuronRegion;
struct RealRegion;
struct Accum;
template <class Arriving, class Value>
class CellsOf;

/// Numbers of the models, part of the image format. Those of neurons are in runtime/models/table.inc; what code names
/// has a name here.
enum class ModelKind : std::uint32_t {
    if_curr_exp = 1,
    if_cond_exp = 2,
    spike_source_poisson = 100,
    spike_source_array = 101,
    spike_source_poisson_variable = 102,
    spike_injector = 103,
};

constexpr std::uint32_t max_receptors = 8;  ///< of any model

constexpr bool is_neuron(ModelKind model) { return static_cast<std::uint32_t>(model) < 100; }

struct ParameterDescription {
    std::string_view name;
    std::string_view unit;
    double default_value = 0.0;
    double minimum = 0.0, maximum = 0.0;  ///< allowed range, both included
};

/// What a model is made of; runtime/models/composed.hpp makes one from the model's parts.
struct Composition {
    std::span<const ParameterDescription> parameters;
    std::span<const ParameterDescription> state;
    std::span<const std::string_view> receptors;
    bool conductance = false;
    std::unique_ptr<CellsOf<std::uint16_t, Accum>> (*make)(const NeuronRegion& region, Rounding rounding) = nullptr;
    std::unique_ptr<CellsOf<double, double>> (*make_real)(const RealRegion& region) = nullptr;
};

struct ModelDescription {
    ModelKind kind;
    std::string_view name;                             ///< PyNN's
    std::span<const ParameterDescription> parameters;  ///< fixed order, part of the image format
    std::span<const ParameterDescription> state;       ///< what `initial` may set
    std::span<const std::string_view> receptors;       ///< what projections may target; none: a source
    bool conductance;                                  ///< weights in uS, not nA
    bool on_board;                                     ///< sPyNNaker has it
    const Composition* composition;                    ///< null for sources
};

/// The description of a model.
const ModelDescription& describe(ModelKind kind);
std::span<const ModelDescription> all_models();
std::optional<ModelKind> model_by_name(std::string_view name);

/// A receptor's place in the model's list; nothing when it has no such receptor.
std::optional<std::uint32_t> receptor_by_name(const ModelDescription& model, std::string_view name);
/// Whether a negative weight may be written for it: what arrives there inhibits.
bool is_inhibitory(const ModelDescription& model, std::uint32_t receptor);

}  // namespace spinn
