/// What a network must fulfil, whoever described it: one set of checks for YAML, protobuf and Python.
#pragma once

#include <cstdint>

#include "host/problem_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

constexpr std::uint32_t max_population_size = 0x7fffffff;     ///< neurons are numbered with 31 bits
constexpr std::uint64_t max_connector_n = 1'000'000'000'000;  ///< synapses of one projection
constexpr double max_current_weight_na = 65536.0;             ///< |weight| below this: the range of s16.15
constexpr double max_conductance_weight_us = 64.0;  ///< the same less the 2^10 by which conductances are scaled
constexpr double max_delay_steps = 65536.0;         ///< constant delays stay below this many steps
constexpr double max_run_steps = 4294967295.0;      ///< ticks are counted with 32 bits

/// Reports every broken promise of `network`, under the paths of a network file: populations.NAME.parameters.tau_m,
/// projections[2].synapse.delay, projections[2].connector.connections[7], record[0].population.
void validate(const Network& network, ProblemReport& report);

/// Convolutions and pooled layers with weights of both signs become two projections: the positive weights, and the
/// negative ones onto the inhibitory receptor, which come last.
void split_signs(Network& network);

/// "pre->post", or "pre->post 2" and so on where an earlier projection has that name, for every projection without a
/// name.
void name_projections(Network& network);

}  // namespace spinn
