/// Image files (`*.spimg`) on disk; docs/image-format.md describes their bytes.
#pragma once

#include <filesystem>

#include "protocols/image_codec.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

/// Writes an image. The file appears whole or not at all: it is written beside its place and renamed.
/// @throws InputError when there is no writing to `path`: its directory is missing or refuses, or it is not a plain
/// file
/// @throws RequestError when the device is full or fails, or the manifest is too large
/// @throws std::logic_error when the image breaks a promise (broken_promises, protocols/image_codec.hpp)
void write_image(const MachineImage& image, const std::filesystem::path& path);

/// Maps an image file. Nothing is copied but the manifest and the network: a segment's `bytes` are the mapping itself,
/// its `file` says where in which descriptor, and its `owner` keeps both alive. Every byte of the file is checked. The
/// file must not be cut short while the image lives; `write_image` never changes a file in place.
/// @throws InputError when the file cannot be read or is not an image; says what, where (offset, field) and what would
/// be right
MachineImage read_image(const std::filesystem::path& path);

}  // namespace spinn
