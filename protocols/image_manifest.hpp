/// MachineImage <-> manifest of an image file. Inside protocols/: others use image_codec.hpp.
#pragma once

#include "protocols/image.pb.h"
#include "protocols/machine_image.hpp"

namespace spinn {

/// Everything but the bytes and where they go: the network's and the segments' extents have size and checksum, and no
/// offset.
image::Manifest to_manifest(const MachineImage& image);

/// The reverse, without network and segments. Numbers that a field of the struct cannot hold become one that
/// `broken_promises` reports or, where it could not tell, are listed in `problems`.
MachineImage from_manifest(const image::Manifest& manifest, std::vector<std::string>& problems);

/// XXH3, 64 bits.
std::uint64_t checksum(std::span<const std::byte> bytes);

}  // namespace spinn
