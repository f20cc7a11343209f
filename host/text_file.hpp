/// Whole files as strings.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace spinn {

/// Nothing when there is no such regular file or it cannot be read. (A pipe or a device may never end.)
std::optional<std::string> read_text_file(const std::filesystem::path& path);

}  // namespace spinn
