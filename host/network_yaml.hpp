/// Networks from YAML (docs/network-format.md).
#pragma once

#include <string>
#include <string_view>

#include "mapper/network.hpp"

namespace spinn {

/// @param file_name  for messages; connection lists with a relative name are looked for beside it
/// @throws InputError with every mistake in the text, each with its line and what would be right
Network read_network_yaml(std::string_view text, const std::string& file_name);

}  // namespace spinn
