/// A connection rule as words of an image: what the cores at load expand into synaptic rows.
///
/// | words | content                                                                             |
/// | ----- | ----------------------------------------------------------------------------------- |
/// | 1     | connector (ConnectorKind)                                                           |
/// | 1     | flags: bit 0 same population, bit 1 self-connections allowed, bit 2 with replacement |
/// | 1     | projection                                                                          |
/// | 2     | seed                                                                                |
/// | 2     | probability                                                                         |
/// | 2     | n                                                                                   |
/// | 2     | timestep, ms                                                                        |
/// | 9     | weight: kind, a, b, low, high                                                       |
/// | 9     | delay in ms: the same                                                               |
/// | 4 + i | pre neurons: start, step, count, number i of indices, the indices                   |
/// | 4 + i | post neurons: the same                                                              |
/// | 1     | number s of listed synapses                                                         |
/// | 5 s   | listed synapses: pre, post, weight, delay in ticks                                  |
///
/// 64-bit values are two words, low word first; a double is its bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "runtime/connection_rule.hpp"

namespace spinn {

std::vector<std::uint32_t> encode(const ConnectionRule& rule);

/// The rule at the start of the words, which are foreign bytes: what comes back is a good rule (`problem_of` finds
/// nothing) or the reason why it is not.
/// @param words_read  set to the length of the rule in words; unchanged when there is none
std::variant<ConnectionRule, DecodeError> decode_connection_rule(std::span<const std::uint32_t> words,
                                                                 std::size_t& words_read);

}  // namespace spinn
