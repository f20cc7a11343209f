/// Changing a population between two runs, where its cores keep it: the host reads and writes regions in SDRAM and the
/// cores read them again, as on a board. Nothing is mapped again, and what is not written goes on as it was.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "host/session.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// Writes the parameters (of sources also the spike times) that `network` gives a population; state stays.
/// @param network  of the session, with other parameters
/// @throws InputError for values that the model does not allow; RequestError when a chip's memory is full
void update_parameters(Session& session, const Network& network, std::uint32_t population);

/// Whether update_parameters() may serve: recordings of sources have room for as many spikes a tick as they were mapped
/// for. @param before  of the network as mapped
bool fits_recordings(const Network& before, const Network& network, std::uint32_t population);

/// The state of neurons by its name in the model's description, in PyNN's units, [neuron of the population].
/// @throws std::out_of_range when the model has no such state
std::vector<double> read_state(Session& session, std::uint32_t population, std::string_view state);

/// @param values  of `neurons`, one each
/// @throws InputError for values that the model does not allow; std::out_of_range for an unknown state or neuron
void write_state(Session& session, std::uint32_t population, std::string_view state,
                 std::span<const std::uint32_t> neurons, std::span<const double> values);

}  // namespace spinn
