#include "runtime/neuron_model.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>

namespace spinn {

namespace {

// Limits. s16.15 holds [-65536, 65536 - 2^-15]. Divisors and time constants start at 0.001, where the conversion still
// has five bits; time constants end where tau / timestep still fits s16.15 at a timestep of 0.1 ms.
constexpr double lowest = -65536.0;
constexpr double highest = 65536.0 - 0x1p-15;
constexpr double smallest = 0.001;
constexpr double longest = 6553.0;
constexpr double infinity = std::numeric_limits<double>::infinity();

// Defaults: PyNN's standard cells and sPyNNaker's builds (if_curr_exp_base.py, if_cond_exp_base.py,
// spike_source_poisson.py).
constexpr std::array<ParameterDescription, 11> if_parameters = {{
    {"v_rest", "mV", -65.0, lowest, highest},
    {"v_reset", "mV", -65.0, lowest, highest},
    {"v_thresh", "mV", -50.0, lowest, highest},
    {"tau_m", "ms", 20.0, smallest, longest},
    {"cm", "nF", 1.0, smallest, highest},
    {"tau_refrac", "ms", 0.1, 0.0, longest},
    {"i_offset", "nA", 0.0, lowest, highest},
    {"tau_syn_E", "ms", 5.0, smallest, longest},
    {"tau_syn_I", "ms", 5.0, smallest, longest},
    {"e_rev_E", "mV", 0.0, lowest, highest},
    {"e_rev_I", "mV", -70.0, lowest, highest},
}};
constexpr std::span<const ParameterDescription> if_curr_exp_parameters = std::span(if_parameters).first(9);
constexpr std::span<const ParameterDescription> if_cond_exp_parameters = if_parameters;

constexpr std::array<ParameterDescription, 3> if_curr_exp_state = {{
    {"v", "mV", -65.0, lowest, highest},
    {"isyn_exc", "nA", 0.0, lowest, highest},
    {"isyn_inh", "nA", 0.0, lowest, highest},
}};

// The synaptic state of a conductance model carries the weights' factor of 1024.
constexpr std::array<ParameterDescription, 3> if_cond_exp_state = {{
    {"v", "mV", -65.0, lowest, highest},
    {"isyn_exc", "uS", 0.0, lowest / 1024, highest / 1024},
    {"isyn_inh", "uS", 0.0, lowest / 1024, highest / 1024},
}};

// PyNN's "for ever" is 1e10 ms.
constexpr std::array<ParameterDescription, 3> poisson_parameters_described = {{
    {"rate", "Hz", 1.0, 0.0, 1e6},
    {"start", "ms", 0.0, 0.0, infinity},
    {"duration", "ms", 1e10, 0.0, infinity},
}};

constexpr std::array<ModelDescription, 4> models = {{
    {ModelKind::if_curr_exp, "IF_curr_exp", if_curr_exp_parameters, if_curr_exp_state, false},
    {ModelKind::if_cond_exp, "IF_cond_exp", if_cond_exp_parameters, if_cond_exp_state, true},
    {ModelKind::spike_source_poisson, "SpikeSourcePoisson", poisson_parameters_described, {}, false},
    {ModelKind::spike_source_array, "SpikeSourceArray", {}, {}, false},
}};

}  // namespace

const ModelDescription& describe(ModelKind kind) {
    const auto found = std::ranges::find(models, kind, &ModelDescription::kind);
    if (found == models.end()) {
        throw std::out_of_range("no model has number " + std::to_string(static_cast<std::uint32_t>(kind)));
    }
    return *found;
}

std::span<const ModelDescription> all_models() { return models; }

std::optional<ModelKind> model_by_name(std::string_view name) {
    const auto found = std::ranges::find(models, name, &ModelDescription::name);
    return found == models.end() ? std::nullopt : std::optional(found->kind);
}

}  // namespace spinn
