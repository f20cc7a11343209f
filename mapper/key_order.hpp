/// Which nets should have keys that differ in few bits.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/route.hpp"
#include "protocols/machine_shape.hpp"

namespace spinn {

/// Numbers nets so that those that are treated alike share aligned blocks of numbers: nets are joined in pairs, pairs
/// in fours, and so on, each with the other that it has most chips in common with where all members of both take the
/// same route. Each of these chips then has one entry less. What finds no partner leaves half of its block unused, as
/// long as there are bits: keys that nobody has may be matched.
/// @param order  all nets; those without anything in common are joined with what is near in it
/// @param bits  of the numbers; 2^bits is at least the number of nets
/// @returns [net] its number
std::vector<std::uint32_t> number_by_likeness(const Routes& routes, const std::vector<std::uint32_t>& order,
                                              const MachineShape& machine, int bits);

}  // namespace spinn
