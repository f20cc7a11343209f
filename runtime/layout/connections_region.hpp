/// The projections into a core, as rules that the core expands into its synaptic matrix when it starts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/connection_rule.hpp"
#include "runtime/short_term.hpp"

namespace spinn {

/// One projection into this core.
struct CoreProjection {
    std::uint32_t receptor = 0;
    std::uint32_t address_index = 0;          ///< in the population table: of the source's own keys
    std::uint32_t delayed_address_index = 0;  ///< of its delay extension's keys; unused when n_stages is 0
    std::uint32_t n_source_cores = 0;
    std::uint32_t atoms_per_core = 0;  ///< of the source population's slices, the last of which may be shorter
    std::uint32_t n_stages = 0;        ///< delay stages of the source population; 0: no delay extension
    std::uint32_t stage_ticks = 1;     ///< ticks that one stage adds; at most the slots of this core's ring buffer
    bool plastic = false;              ///< its matrices are the projection's own, and lie with the plastic rows
    std::optional<ShortTermConstants> short_term;  ///< likewise its own, with the rows of short-term plasticity
    ConnectionRule rule;
    bool operator==(const CoreProjection&) const = default;
};

std::vector<std::uint32_t> encode(const std::vector<CoreProjection>& projections);
std::variant<std::vector<CoreProjection>, DecodeError> decode_connections_region(std::span<const std::uint32_t> words);

}  // namespace spinn
