/// Datagrams to and from a board over UDP.
#pragma once

#include <memory>
#include <string>

#include "host/scp_client.hpp"

namespace spinn {

/// @param host  name or IPv4 address. @throws RequestError when there is no such host
std::unique_ptr<Transport> connect_udp(const std::string& host, std::uint16_t port);

}  // namespace spinn
