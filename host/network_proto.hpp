/// Networks as protobuf (protocols/network.proto), binary or text.
#pragma once

#include <string>
#include <string_view>

#include "mapper/network.hpp"

namespace spinn {

/// The same network gives the same bytes.
std::string encode_network(const Network& network);
std::string encode_network_text(const Network& network);  ///< protobuf's text format

/// Total: any bytes give a valid network or the exception.
/// @throws InputError with every mistake; where = "source_name: populations.cells.size"
Network decode_network(std::string_view bytes, const std::string& source_name);
Network decode_network_text(std::string_view text, const std::string& source_name);

}  // namespace spinn
