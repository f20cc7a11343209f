#include "emulator/sdram.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "protocols/error.hpp"

namespace spinn {

namespace {
/// Offset of a bus address; the two aliases differ in the buffering of writes only.
constexpr std::uint32_t offset_of(std::uint32_t address) { return (address & ~0x10000000u) - sdram_base; }

constexpr std::size_t large_page_bytes = std::size_t{2} << 20;
constexpr std::size_t reserved_bytes = sdram_size_bytes + image_page_bytes;
}  // namespace

Sdram::Sdram() {
    void* const memory = mmap(nullptr, reserved_bytes + large_page_bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw RequestError(
            {.what = std::string("cannot reserve 128 MiB of address space for a chip: ") + std::strerror(errno),
             .where = "SDRAM",
             .fix = "choose a smaller machine, or lift the limit on virtual memory (ulimit -v)"});
    auto* const start = static_cast<std::byte*>(memory);
    const std::size_t ahead =
        (large_page_bytes - reinterpret_cast<std::uintptr_t>(start) % large_page_bytes) % large_page_bytes;
    if (ahead > 0) munmap(start, ahead);
    if (ahead < large_page_bytes) munmap(start + ahead + reserved_bytes, large_page_bytes - ahead);
    base_ = start + ahead;
}

Sdram::~Sdram() {
    if (base_ != nullptr) munmap(base_, reserved_bytes);
}

Sdram::Sdram(Sdram&& other) noexcept : base_(std::exchange(other.base_, nullptr)) {}

Sdram& Sdram::operator=(Sdram&& other) noexcept {
    std::swap(base_, other.base_);
    return *this;
}

std::span<std::byte> Sdram::bytes(std::uint32_t address, std::uint32_t n_bytes) const {
    const std::uint32_t offset = offset_of(address);
    if (offset >= sdram_size_bytes || n_bytes > sdram_size_bytes - offset) return {};
    return {base_ + offset, n_bytes};
}

std::span<std::uint32_t> Sdram::words(std::uint32_t address, std::uint32_t n_words) const {
    if (address % 4 != 0 || n_words > sdram_size_bytes / 4) return {};
    const std::span<std::byte> range = bytes(address, n_words * 4);
    return {reinterpret_cast<std::uint32_t*>(range.data()), range.size() / 4};
}

void Sdram::load(const ImageSegment& segment) {
    const std::span<std::byte> target = segment.bytes.size() > sdram_size_bytes
                                            ? std::span<std::byte>{}
                                            : bytes(segment.address, static_cast<std::uint32_t>(segment.bytes.size()));
    if (target.size() != segment.bytes.size())
        throw RequestError(
            {.what = "a segment of the image lies outside SDRAM", .where = "chip " + to_string(segment.chip)});
    if (target.empty()) return;
    const bool aligned =
        segment.file && segment.address % image_page_bytes == 0 && segment.file->offset % image_page_bytes == 0;
    if (aligned) {
        const std::size_t whole_pages = target.size() / image_page_bytes * image_page_bytes;
        if (whole_pages > 0 &&
            mmap(target.data(), whole_pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
                 segment.file->descriptor, static_cast<off_t>(segment.file->offset)) == MAP_FAILED)
            throw RequestError(
                {.what = std::string("cannot map the image: ") + std::strerror(errno), .where = "image file"});
        std::copy(segment.bytes.begin() + static_cast<std::ptrdiff_t>(whole_pages), segment.bytes.end(),
                  target.begin() + static_cast<std::ptrdiff_t>(whole_pages));
        return;
    }
    std::copy(segment.bytes.begin(), segment.bytes.end(), target.begin());
}

}  // namespace spinn
