/// Datagrams to and from a board over UDP.
#pragma once

#include <memory>
#include <string>

#include "host/scp_client.hpp"
#include "protocols/endpoint.hpp"

namespace spinn {

/// @param host  name or IPv4 address. @throws RequestError when there is no such host
std::unique_ptr<Transport> connect_udp(const std::string& host, std::uint16_t port);

/// "HOST:PORT", or "HOST" where there is a usual port. @param otherwise  the usual port; 0: none
/// @throws InputError, with `option` as the place, when it is not that; RequestError when there is no such host
Endpoint resolve_endpoint(const std::string& text, std::uint16_t otherwise, const std::string& option);

}  // namespace spinn
