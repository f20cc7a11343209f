/// Networks back to YAML, so that one that came from protobuf or PyNN can be read and kept.
#pragma once

#include <string>

#include "mapper/network.hpp"

namespace spinn {

/// The text that read_network_yaml reads back as an equal network. Every number has the digits it needs.
std::string to_yaml(const Network& network);

}  // namespace spinn
