/// The bytes of an image file (docs/image-format.md has the table): header, manifest, network, segments.
///
/// Works on memory; host/image_file.hpp puts it on a disk. The decoder is total: any bytes give an image whose every
/// promise holds, or an InputError.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/error.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

/// Not ASCII, with line ends of both kinds: a transfer in text mode damages the first eight bytes and is noticed.
constexpr std::array<unsigned char, 8> image_magic = {0x89, 'S', 'P', 'I', 'M', 'G', '\r', '\n'};
constexpr std::uint32_t image_format_version = 1;
constexpr std::size_t image_header_bytes = 48;

/// Every broken promise of an image, first those of the whole, then core by core, table by table, segment by segment:
/// values out of range, chips or cores that the machine does not have, segments or blocks that overlap, are not page
/// aligned or lie outside the user heap of SDRAM. Empty when there is none. At most 20 are listed.
std::vector<Problem> broken_promises(const MachineImage& image);

/// Where everything goes in the file.
struct EncodedImage {
    /// Bytes to put at an offset of the file. Gaps between pieces, and what follows the last one, are zero.
    struct Piece {
        std::uint64_t offset = 0;
        std::span<const std::byte> bytes;
    };
    std::string head;           ///< header and manifest, from offset 0
    std::vector<Piece> pieces;  ///< network and segments; they borrow from the image
    std::uint64_t file_bytes = 0;
};

/// @throws std::logic_error when `broken_promises` finds any
/// @throws RequestError when the manifest does not fit a protobuf message (2 GiB)
EncodedImage encode_image(const MachineImage& image);

/// Reads an image in place: its segments are spans of `file`.
/// @param file   the whole file
/// @param owner  keeps `file` alive; every segment holds it
/// @param name   of the file, for messages
/// @throws InputError: not an image, another version, truncated, damaged, or promises broken; with offset and field
MachineImage decode_image(std::span<const std::byte> file, std::shared_ptr<const void> owner, std::string_view name);

/// What identifies an image in results and reports: XXH3 over its manifest, which holds the checksums of all bytes. The
/// same for an image in memory, for its file, and for the image read back, on every machine.
std::uint64_t image_hash(const MachineImage& image);

}  // namespace spinn
