/// The half of network_proto that reads.
#pragma once

#include <string>

#include "mapper/network.hpp"

namespace spinn {

namespace proto {
class Network;
}

/// @throws InputError
Network network_from_proto(const proto::Network& message, const std::string& source_name);

}  // namespace spinn
