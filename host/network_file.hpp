/// A network from and to a file of any of the formats.
#pragma once

#include <filesystem>

#include "mapper/network.hpp"

namespace spinn {

/// By the ending: .yaml and .yml (docs/network-format.md), .pb and .binpb (protobuf, protocols/network.proto), .txtpb
/// (protobuf's text format). A machine file with a relative name is looked for beside the network's file.
/// @throws InputError for a file that cannot be read, an unknown ending, and every mistake inside
Network read_network_file(const std::filesystem::path& path);

/// The same endings; read_network_file() gives an equal network back. A file that is there is replaced.
/// @throws InputError for an unknown ending; RequestError when the file cannot be written
void write_network_file(const Network& network, const std::filesystem::path& path);

}  // namespace spinn
