#include "emulator/large_pages.hpp"

#include <sys/mman.h>

#include <new>
#include <utility>

namespace spinn {

namespace {
constexpr std::size_t large_page_bytes = std::size_t{2} << 20;
}

void prefer_large_pages(std::span<std::byte> range) {
    const auto start = reinterpret_cast<std::uintptr_t>(range.data());
    const std::uintptr_t first = (start + large_page_bytes - 1) / large_page_bytes * large_page_bytes;
    const std::uintptr_t end = (start + range.size()) / large_page_bytes * large_page_bytes;
    if (end > first) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

LargeBuffer::LargeBuffer(std::size_t n_bytes) {
    if (n_bytes == 0) return;
    // Room for whole large pages at the end, which are not used beyond n_bytes.
    const std::size_t reserved = n_bytes >= large_page_bytes ? n_bytes + 2 * large_page_bytes : n_bytes;
    void* const memory = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<std::byte*>(memory);
    n_bytes_ = reserved;
    prefer_large_pages({start_, reserved});
}

LargeBuffer::~LargeBuffer() {
    if (start_ != nullptr) munmap(start_, n_bytes_);
}

LargeBuffer::LargeBuffer(LargeBuffer&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), n_bytes_(std::exchange(other.n_bytes_, 0)) {}

LargeBuffer& LargeBuffer::operator=(LargeBuffer&& other) noexcept {
    std::swap(start_, other.start_);
    std::swap(n_bytes_, other.n_bytes_);
    return *this;
}

}  // namespace spinn
