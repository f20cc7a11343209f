#include "protocols/image_codec.hpp"

#include <limits>
#include <stdexcept>

#include "protocols/hex.hpp"
#include "protocols/image_manifest.hpp"

namespace spinn {
namespace {

// Offsets of the header's fields; docs/image-format.md has the same table.
constexpr std::size_t at_version = 8, at_reserved = 12, at_file_bytes = 16, at_manifest_bytes = 24,
                      at_manifest_checksum = 32, at_header_checksum = 40;

constexpr std::string_view producer = "spinn " SPINN_VERSION;
constexpr std::uint64_t largest_manifest = std::numeric_limits<std::int32_t>::max();  // protobuf's own limit

std::uint64_t next_page(std::uint64_t offset) {
    return (offset + image_page_bytes - 1) / image_page_bytes * image_page_bytes;
}

void put(std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

std::uint64_t get(std::span<const std::byte> in, std::size_t offset, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number |= std::to_integer<std::uint64_t>(in[offset + i]) << (8 * i);
    return number;
}

/// The end of every refusal: where in the file, and what a user can do.
class Refusal {
 public:
    explicit Refusal(std::string_view name) : name_(name) {}

    [[noreturn]] void at(std::uint64_t offset, std::string_view field, std::string what, std::string fix = {}) const {
        if (fix.empty()) fix = "copy the image again, or re-make it: spinn-map NETWORK -o IMAGE";
        throw InputError(
            {{std::move(what), name_ + ": offset " + hex(offset) + ", " + std::string(field), std::move(fix)}});
    }
    /// @param problems  with `where` inside the image; the file's name is put before it
    [[noreturn]] void list(std::vector<Problem> problems) const {
        for (Problem& problem : problems) problem.where = name_ + ": manifest, " + problem.where;
        throw InputError(std::move(problems));
    }

 private:
    std::string name_;
};

struct Header {
    std::uint64_t file_bytes = 0, manifest_bytes = 0, manifest_checksum = 0;
};

std::string encode_header(const Header& header) {
    std::string out(image_magic.begin(), image_magic.end());
    put(out, image_format_version, 4);
    put(out, 0, 4);
    put(out, header.file_bytes, 8);
    put(out, header.manifest_bytes, 8);
    put(out, header.manifest_checksum, 8);
    put(out, checksum(std::as_bytes(std::span(out))), 8);
    return out;
}

Header decode_header(std::span<const std::byte> file, const Refusal& refuse) {
    for (std::size_t i = 0; i < image_magic.size(); ++i)
        if (i >= file.size() || file[i] != std::byte{image_magic[i]})
            refuse.at(i, "magic", file.empty() ? "the file is empty" : "this is not an image file",
                      "a file that spinn-map wrote, usually called *.spimg");
    if (file.size() < image_header_bytes)
        refuse.at(file.size(), "header",
                  "the file ends after " + std::to_string(file.size()) + " of the header's " +
                      std::to_string(image_header_bytes) + " bytes");
    if (const std::uint64_t version = get(file, at_version, 4); version != image_format_version)
        refuse.at(at_version, "version",
                  "image format version " + std::to_string(version) + "; this program (" + std::string(producer) +
                      ") reads version " + std::to_string(image_format_version),
                  "re-make the image with this program's mapper: spinn-map NETWORK -o IMAGE");
    if (get(file, at_header_checksum, 8) != checksum(file.first(at_header_checksum)))
        refuse.at(at_header_checksum, "header_checksum", "the header is damaged");
    if (get(file, at_reserved, 4) != 0)
        refuse.at(at_reserved, "reserved", "is " + hex(get(file, at_reserved, 4)) + ", should be 0");

    const Header header{get(file, at_file_bytes, 8), get(file, at_manifest_bytes, 8),
                        get(file, at_manifest_checksum, 8)};
    if (header.file_bytes != file.size())
        refuse.at(
            at_file_bytes, "file_bytes",
            "the file has " + std::to_string(file.size()) + " bytes, should have " + std::to_string(header.file_bytes));
    if (header.manifest_bytes > file.size() - image_header_bytes || header.manifest_bytes > largest_manifest)
        refuse.at(at_manifest_bytes, "manifest_bytes",
                  "a manifest of " + std::to_string(header.manifest_bytes) + " bytes does not fit into the file");
    return header;
}

/// Hands out the file's extents in the one order that a file may have them: network, then segments, each from the next
/// page.
class ExtentReader {
 public:
    ExtentReader(std::span<const std::byte> file, std::uint64_t head_bytes, const Refusal& refuse)
        : file_(file), end_(head_bytes), refuse_(refuse) {}

    std::span<const std::byte> next(const image::Extent& extent, const std::string& field) {
        const std::uint64_t begin = next_page(end_);
        if (extent.offset() != begin) refuse_.at(extent.offset(), field, "starts here, should start at " + hex(begin));
        if (begin > file_.size() || extent.size() > file_.size() - begin)
            refuse_.at(
                begin, field,
                "its " + std::to_string(extent.size()) + " bytes end behind the file's end, " + hex(file_.size()));
        check_padding(begin);
        const std::span<const std::byte> bytes = file_.subspan(begin, extent.size());
        if (checksum(bytes) != extent.checksum())
            refuse_.at(begin, field,
                       "its " + std::to_string(bytes.size()) + " bytes are damaged: checksum " + hex(checksum(bytes)) +
                           ", should be " + hex(extent.checksum()));
        end_ = begin + extent.size();
        return bytes;
    }

    void finish() {
        if (next_page(end_) != file_.size())
            refuse_.at(end_, "end",
                       "the file has " + std::to_string(file_.size()) + " bytes, its parts end at " + hex(end_));
        check_padding(file_.size());
    }

 private:
    /// Zero, because a page that is mapped brings its padding into SDRAM.
    void check_padding(std::uint64_t to) const {
        for (std::uint64_t offset = end_; offset < to; ++offset)
            if (file_[offset] != std::byte{0}) refuse_.at(offset, "padding", "is not zero");
    }

    std::span<const std::byte> file_;
    std::uint64_t end_;  ///< of what was read so far
    const Refusal& refuse_;
};

}  // namespace

EncodedImage encode_image(const MachineImage& image) {
    if (const std::vector<Problem> problems = broken_promises(image); !problems.empty())
        throw std::logic_error("machine image breaks a promise: " + to_string(problems.front()));

    image::Manifest manifest = to_manifest(image);
    manifest.set_producer(producer.data(), producer.size());

    // Offsets are of fixed length, once they are not zero: set to 1, they give the size of the manifest and thereby
    // themselves.
    manifest.mutable_network()->set_offset(1);
    for (image::Segment& segment : *manifest.mutable_segments()) segment.mutable_bytes()->set_offset(1);
    const std::uint64_t manifest_bytes = manifest.ByteSizeLong();
    if (manifest_bytes > largest_manifest)
        throw RequestError({"the manifest needs " + std::to_string(manifest_bytes) +
                                " bytes, a protobuf message holds " + std::to_string(largest_manifest),
                            "image of '" + image.network_name + "'", "a smaller network, or fewer routing entries"});

    EncodedImage encoded;
    std::uint64_t end = image_header_bytes + manifest_bytes;
    const auto append = [&](image::Extent& extent, std::span<const std::byte> bytes) {
        extent.set_offset(next_page(end));
        encoded.pieces.push_back({extent.offset(), bytes});
        end = extent.offset() + bytes.size();
    };
    append(*manifest.mutable_network(), std::as_bytes(std::span(image.network)));
    for (std::size_t i = 0; i < image.segments.size(); ++i)
        append(*manifest.mutable_segments(static_cast<int>(i))->mutable_bytes(), image.segments[i].bytes);
    encoded.file_bytes = next_page(end);

    const std::string text = manifest.SerializeAsString();
    encoded.head = encode_header({encoded.file_bytes, manifest_bytes, checksum(std::as_bytes(std::span(text)))}) + text;
    return encoded;
}

MachineImage decode_image(std::span<const std::byte> file, std::shared_ptr<const void> owner, std::string_view name) {
    const Refusal refuse(name);
    const Header header = decode_header(file, refuse);
    const std::span<const std::byte> text = file.subspan(image_header_bytes, header.manifest_bytes);
    if (checksum(text) != header.manifest_checksum)
        refuse.at(image_header_bytes, "manifest", "the manifest is damaged");
    image::Manifest manifest;
    if (!manifest.ParseFromArray(text.data(), static_cast<int>(text.size())))
        refuse.at(image_header_bytes, "manifest", "is not the message of image.proto");

    std::vector<std::string> misfits;
    MachineImage image = from_manifest(manifest, misfits);
    if (!misfits.empty()) refuse.at(image_header_bytes, "manifest", misfits.front());

    ExtentReader extents(file, image_header_bytes + header.manifest_bytes, refuse);
    const std::span<const std::byte> network = extents.next(manifest.network(), "network");
    image.network.assign(reinterpret_cast<const char*>(network.data()), network.size());
    for (std::size_t i = 0; i < image.segments.size(); ++i) {
        const image::Extent& extent = manifest.segments(static_cast<int>(i)).bytes();
        image.segments[i].bytes = extents.next(extent, "segment " + std::to_string(i));
        image.segments[i].owner = owner;
    }
    extents.finish();

    if (std::vector<Problem> problems = broken_promises(image); !problems.empty()) refuse.list(std::move(problems));
    return image;
}

std::uint64_t image_hash(const MachineImage& image) {
    const std::string text = to_manifest(image).SerializeAsString();
    return checksum(std::as_bytes(std::span(text)));
}

}  // namespace spinn
