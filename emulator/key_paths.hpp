/// Where the keys of a core go: each block of keys walked once through the real routing tables, chip by chip.
///
/// Default routes, drops and loops are what the routers make of them. A block that some entry splits is halved until no
/// entry does. Valid until a table changes (tables_version).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "emulator/machine.hpp"

namespace spinn {

/// What one router does with every packet of a path.
struct RouterVisit {
    Chip* chip = nullptr;
    bool local = false;  ///< came from a core of this chip
    bool default_routed = false;
    std::uint32_t dropped =
        0;  ///< copies lost here: no route at the source, a dead link, a core without a program, a loop
};

/// Keys that all take one path.
struct KeyPath {
    std::uint32_t first_key = 0, n_keys = 0;
    std::vector<std::uint32_t> receivers;  ///< indices in Machine::cores; twice when a packet arrives twice
    std::vector<RouterVisit> visits;
    std::uint32_t links_crossed = 0;
};

/// Which of Machine::cores runs at a place.
using CoreIndex = std::map<CoreLocation, std::uint32_t>;
CoreIndex core_index(const Machine& machine);

/// The paths of all keys of a sending core, by key. Empty when it does not send.
/// @param index  core_index(machine)
std::vector<KeyPath> key_paths(Machine& machine, const CoreIndex& index, const Core& source);

}  // namespace spinn
