/// A small network with every kind of program and matrix, for tests of engines.
#pragma once

#include <memory>
#include <string>

#include "host/network_yaml.hpp"
#include "mapper/map_network.hpp"
#include "silent_log.hpp"

namespace spinn {

/// Every kind of program and matrix: both models, all sources, views, long and random delays, several spikes a tick.
inline constexpr const char* mixed_network = R"(
name: mixed
timestep: 0.5
duration: 150
seed: 77
populations:
  exc: {size: 300, model: IF_cond_exp, parameters: {tau_refrac: 1.0, v_thresh: {normal: [-52, 1]}}, initial: {v: {uniform: [-65, -50]}}}
  inh: {size: 90, model: IF_curr_exp, parameters: {i_offset: 0.6}, initial: {v: {uniform: [-65, -50]}}}
  drive: {size: 300, model: SpikeSourcePoisson, parameters: {rate: 900}}
  loud: {size: 3, model: SpikeSourcePoisson, parameters: {rate: 9000}}
  clock: {size: 2, model: SpikeSourceArray, parameters: {spike_times: [[1, 20, 20.1, 90], [5]]}}
projections:
  - {from: drive, to: exc, connector: OneToOne, synapse: {Static: {weight: 0.02, delay: 0.5}}}
  - {from: loud, to: "inh[10:80]", connector: AllToAll, synapse: {Static: {weight: 0.02, delay: {uniform: [0.5, 20]}}}}
  - {from: "exc[5:250:3]", to: inh, connector: {FixedProbability: {p: 0.3}}, synapse: {Static: {weight: {normal_clipped: [0.05, 0.02, 0, .inf]}, delay: 1.5}}}
  - {from: inh, to: exc, connector: {FixedNumberPre: {n: 12}}, synapse: {Static: {weight: 0.003, delay: {uniform: [1, 60]}}}, receptor: inhibitory}
  - {from: exc, to: exc, connector: {FixedNumberPost: {n: 7, allow_self_connections: false}}, synapse: {Static: {weight: 0.004, delay: 2}}}
  - {from: exc, to: "inh[3, 5, 88]", connector: {FixedTotalNumber: {n: 500, with_replacement: true}}, synapse: {Static: {weight: 0.01, delay: 40}}}
  - {from: clock, to: exc, connector: {FromList: {connections: [[0, 3, 0.3, 0.5], [1, 299, 0.3, 100], [0, 200, 0.3, 7]]}}, synapse: {Static: {}}}
record:
  - {population: exc, variables: [spikes, gsyn_inh]}
  - {population: inh, variables: [spikes, v]}
  - {population: loud, variables: [spikes]}
  - {population: clock, variables: [spikes]}
)";

inline Mapping map_text(const char* text, const std::string& machine, std::uint32_t atoms_per_core = 256,
                        const MachineFaults& faults = {}) {
    MapOptions options;
    options.partition.max_atoms_per_core = atoms_per_core;
    const Network network = read_network_yaml(text, "test.yaml");
    return map_network(network, with_faults(make_machine(machine), faults), options, silent());
}

}  // namespace spinn
