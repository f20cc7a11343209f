/// The STDP curve, measured end to end: one pair of spikes at every distance from -60 to 60 ms, on the emulated machine
/// and in the reference simulator. For the test, and for the figure of docs/plasticity.md (bench/stdp_curve.cpp).
#pragma once

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "emulator/functional_engine.hpp"
#include "host/network_yaml.hpp"
#include "host/reference/simulator.hpp"
#include "host/weights.hpp"
#include "mapper/map_network.hpp"

namespace spinn {

struct CurvePoint {
    double delta_ms = 0.0;                  ///< post spike at the synapse less pre spike
    double machine = 0.0, reference = 0.0;  ///< change of the weight, nA
};

struct CurveSetup {
    std::string timing, weight;            ///< as in a network file
    std::vector<double> earlier_posts_ms;  ///< post spikes of every neuron before the pair, relative to the pre spike
};

constexpr double curve_pre_ms = 300.0;  ///< the pre spike; another at 700 ms makes the synapse catch up
constexpr double curve_initial_weight = 1.0;

/// Pair i: post spike at the synapse i - 60 ms after the pre spike. The synapse's delay is 1 ms, all of it dendritic; a
/// strong synapse makes the post neuron spike one step after its source.
inline Network curve_network(const CurveSetup& setup) {
    constexpr int n = 121;
    std::string times;
    for (int i = 0; i < n; ++i) {
        times += (i > 0 ? ", [" : "[");
        for (const double earlier : setup.earlier_posts_ms)
            times += std::to_string(curve_pre_ms + earlier - 2.0) + ", ";
        times += std::to_string(curve_pre_ms + i - 60 - 2.0) + "]";
    }
    const std::string size = std::to_string(n);
    return read_network_yaml(
        "timestep: 1.0\nduration: 710.0\npopulations:\n"
        "  pre: {size: " +
            size +
            ", model: SpikeSourceArray, parameters: {spike_times: [300, 700]}}\n"
            "  drive: {size: " +
            size + ", model: SpikeSourceArray, parameters: {spike_times: [" + times +
            "]}}\n"
            "  post: {size: " +
            size +
            ", model: IF_curr_exp, parameters: {cm: 0.1, tau_refrac: 5.0, tau_syn_E: 0.5}}\n"
            "projections:\n"
            "  - {from: drive, to: post, connector: OneToOne, synapse: {Static: {weight: 8.0, delay: 1.0}}}\n"
            "  - {name: learning, from: pre, to: post, connector: OneToOne, synapse: {STDP: {timing_dependence: " +
            setup.timing + ", weight_dependence: " + setup.weight +
            ", weight: 1.0, delay: 1.0}}}\n"
            "record:\n  - {population: post, variables: [spikes]}\n",
        "curve.yaml");
}

inline std::vector<CurvePoint> measure_curve(const CurveSetup& setup) {
    spdlog::logger silent("curve", std::make_shared<spdlog::sinks::null_sink_st>());
    const Network network = curve_network(setup);
    const Mapping mapping = map_network(network, make_machine("spinn3"), {}, silent);
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    FunctionalEngine engine(machine, {});
    engine.start();
    engine.run(710);
    const std::vector<WeightSample> learned = projection_weights(machine, network, 1);
    const std::vector<WeightSample> expected = run_reference(network).weights[1];
    std::vector<CurvePoint> curve;
    for (std::size_t i = 0; i < learned.size(); ++i)
        curve.push_back({static_cast<double>(i) - 60.0, learned[i].weight - curve_initial_weight,
                         expected[i].weight - curve_initial_weight});
    return curve;
}

}  // namespace spinn
