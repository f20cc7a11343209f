#include "host/image_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace spinn {
namespace {

constexpr std::size_t write_chunk_bytes = std::size_t{1} << 30;  // one write() moves less than 2 GiB

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what, int error,
                         const std::string& fix) {
    const std::string reason = error == 0 ? "" : ": " + std::generic_category().message(error);
    throw InputError({{what + reason, path.string(), fix}});
}

class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    /// Reports what a late write ran into. False when there was an error; it is in errno.
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
    int number_;
};

/// A whole file, mapped for reading; empty for an empty file.
class Mapping {
 public:
    Mapping(Descriptor descriptor, std::size_t size, void* address)
        : descriptor_(std::move(descriptor)), size_(size), address_(address) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (address_ != nullptr) ::munmap(address_, size_);
    }
    std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_}; }
    int descriptor() const { return descriptor_.number(); }

 private:
    Descriptor descriptor_;
    std::size_t size_;
    void* address_;
};

std::shared_ptr<const Mapping> map_file(const std::filesystem::path& path) {
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.number() < 0)
        refuse(path, "cannot be opened", errno, "the path of an image file; spinn-map NETWORK -o IMAGE makes one");
    struct stat status {};
    if (::fstat(descriptor.number(), &status) != 0) refuse(path, "cannot be read", errno, "a plain file");
    if (!S_ISREG(status.st_mode))
        refuse(path, "is not a plain file, so it cannot be mapped", 0, "an image file on a disk");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = nullptr;
    if (size > 0) {
        address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor.number(), 0);
        if (address == MAP_FAILED) refuse(path, "cannot be mapped", errno, "a file system that maps files");
    }
    return std::make_shared<const Mapping>(std::move(descriptor), size, address);
}

/// The file under its temporary name; removed unless it was given its real one.
class PartialFile {
 public:
    explicit PartialFile(std::filesystem::path target)
        : target_(std::move(target)),
          path_(target_.string() + ".partial-" + std::to_string(::getpid())),
          descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666)) {
        if (descriptor_.number() < 0)
            refuse(target_, "cannot be written", errno, "an existing directory that you may write to");
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;
    ~PartialFile() {
        if (!renamed_) ::unlink(path_.c_str());
    }

    void write(std::span<const std::byte> bytes, std::uint64_t offset) {
        while (!bytes.empty()) {
            const ssize_t written = ::pwrite(descriptor_.number(), bytes.data(),
                                             std::min(bytes.size(), write_chunk_bytes), static_cast<off_t>(offset));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail();
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            offset += static_cast<std::uint64_t>(written);
        }
    }
    /// Gives the file its length (what was not written is zero) and its name.
    void finish(std::uint64_t size) {
        if (::ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0 || !descriptor_.close()) fail();
        if (::rename(path_.c_str(), target_.c_str()) != 0) fail();
        renamed_ = true;
    }

 private:
    [[noreturn]] void fail() const {
        throw RequestError({"cannot be written: " + std::generic_category().message(errno), target_.string(),
                            "room on the device, or another place"});
    }

    std::filesystem::path target_, path_;
    Descriptor descriptor_;
    bool renamed_ = false;
};

}  // namespace

void write_image(const MachineImage& image, const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);  // a link stays a link
    if (error) refuse(path, "cannot be written", error.value(), "an existing directory that you may write to");
    if (const auto status = std::filesystem::status(target, error);
        std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        refuse(path, "is not a plain file, so an image cannot take its place", 0,
               "the path of a file, such as out/net.spimg");

    const EncodedImage encoded = encode_image(image);
    PartialFile file(target);
    file.write(std::as_bytes(std::span(encoded.head)), 0);
    for (const EncodedImage::Piece& piece : encoded.pieces) file.write(piece.bytes, piece.offset);
    file.finish(encoded.file_bytes);
}

MachineImage read_image(const std::filesystem::path& path) {
    const std::shared_ptr<const Mapping> mapping = map_file(path);
    MachineImage image = decode_image(mapping->bytes(), mapping, path.string());
    for (ImageSegment& segment : image.segments)
        segment.file = ImageSegment::FileRange{
            mapping->descriptor(), static_cast<std::uint64_t>(segment.bytes.data() - mapping->bytes().data())};
    return image;
}

}  // namespace spinn
