/// Weights as the 16-bit integers of a synaptic row.
#pragma once

#include <cstdint>
#include <span>

namespace spinn {

/// integers[i] = round half even of |weights[i]| * factor, cut to its low 16 bits as the board does. Equal sizes.
/// @param weights  finite  @param factor  at least 0; products from 2^62 on count as 2^62
/// @returns how many were above 65535
std::uint64_t integer_weights(std::span<const double> weights, double factor, std::span<std::uint32_t> integers);

}  // namespace spinn
