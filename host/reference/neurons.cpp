#include "host/reference/neurons.hpp"

#include <cmath>

#include "runtime/fixed_point.hpp"
#include "runtime/lif.hpp"

namespace spinn::reference {

Neurons make_neurons(const Network& network, std::size_t population, bool quantised) {
    const auto parameter = [&](std::string_view name) { return parameter_values(network, population, name); };
    const auto initial = [&](std::string_view name) { return initial_values(network, population, name); };
    const double dt = network.timestep_ms;
    const std::size_t n = network.populations[population].size;

    Neurons neurons;
    neurons.conductance = describe(network.populations[population].model).conductance;
    neurons.v = initial("v");
    neurons.synapse[0] = initial("isyn_exc");
    neurons.synapse[1] = initial("isyn_inh");
    neurons.refractory_timer.assign(n, 0);
    neurons.v_rest = parameter("v_rest");
    neurons.v_reset = parameter("v_reset");
    neurons.v_thresh = parameter("v_thresh");
    neurons.i_offset = parameter("i_offset");
    if (neurons.conductance) {
        neurons.e_rev[0] = parameter("e_rev_E");
        neurons.e_rev[1] = parameter("e_rev_I");
    }

    const std::vector<double> tau_m = parameter("tau_m"), cm = parameter("cm"), tau_refrac = parameter("tau_refrac");
    const std::vector<double> tau_syn[2] = {parameter("tau_syn_E"), parameter("tau_syn_I")};
    neurons.resistance.resize(n);
    neurons.exp_tc.resize(n);
    neurons.refractory_steps.resize(n);
    for (const int r : {0, 1}) {
        neurons.decay[r].resize(n);
        neurons.init[r].resize(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const LifConstants board = lif_constants(to_accum(tau_m[i]), to_accum(cm[i]), to_accum(tau_refrac[i]),
                                                 to_accum(tau_syn[0][i]), to_accum(tau_syn[1][i]), to_accum(dt));
        neurons.refractory_steps[i] = board.refractory_steps;
        neurons.resistance[i] = quantised ? to_double(board.resistance) : tau_m[i] / cm[i];
        neurons.exp_tc[i] = quantised ? to_double(board.exp_tc) : std::exp(-dt / tau_m[i]);
        for (const int r : {0, 1}) {
            neurons.decay[r][i] = quantised ? to_double(board.decay[r]) : std::exp(-dt / tau_syn[r][i]);
            neurons.init[r][i] =
                quantised ? to_double(board.init[r]) : -std::expm1(-dt / tau_syn[r][i]) * tau_syn[r][i] / dt;
        }
    }
    return neurons;
}

void add_input(Neurons& neurons, int receptor, std::span<double> arriving) {
    double* synapse = neurons.synapse[receptor].data();
    const double* init = neurons.init[receptor].data();
    for (std::size_t i = 0; i < arriving.size(); ++i) {
        synapse[i] += arriving[i] * init[i];
        arriving[i] = 0.0;
    }
}

namespace {

/// What flows into neuron i, nA.
template <bool conductance>
double current(const Neurons& neurons, std::size_t i) {
    const double exc = neurons.synapse[0][i], inh = neurons.synapse[1][i];
    if constexpr (!conductance) return exc - inh + neurons.i_offset[i];
    const double v = neurons.v[i];
    return exc * (neurons.e_rev[0][i] - v) + inh * (neurons.e_rev[1][i] - v) + neurons.i_offset[i];
}

template <bool conductance>
void update_all(Neurons& neurons, std::vector<std::uint32_t>& spiking) {
    for (std::size_t i = 0; i < neurons.v.size(); ++i) {
        const double drive = current<conductance>(neurons, i) * neurons.resistance[i] + neurons.v_rest[i];
        const bool active = neurons.refractory_timer[i] <= 0;
        const double relaxed = drive - neurons.exp_tc[i] * (drive - neurons.v[i]);
        neurons.v[i] = active ? relaxed : neurons.v[i];
        neurons.refractory_timer[i] -= active ? 0 : 1;
        neurons.synapse[0][i] *= neurons.decay[0][i];
        neurons.synapse[1][i] *= neurons.decay[1][i];
    }
    for (std::size_t i = 0; i < neurons.v.size(); ++i) {
        if (neurons.v[i] < neurons.v_thresh[i]) continue;
        neurons.v[i] = neurons.v_reset[i];
        neurons.refractory_timer[i] = neurons.refractory_steps[i];
        spiking.push_back(static_cast<std::uint32_t>(i));
    }
}

}  // namespace

void update(Neurons& neurons, std::vector<std::uint32_t>& spiking) {
    if (neurons.conductance)
        update_all<true>(neurons, spiking);
    else
        update_all<false>(neurons, spiking);
}

}  // namespace spinn::reference
