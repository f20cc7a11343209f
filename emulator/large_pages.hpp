/// Memory on large pages where the system has them: for what is read or written at random.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace spinn {

/// Advises large pages for the whole ones within a range. Advice that the system may not know or take: nothing depends
/// on it but speed.
void prefer_large_pages(std::span<std::byte> range);

/// Zeroed memory of its own, on large pages when it is long enough.
class LargeBuffer {
 public:
    LargeBuffer() = default;
    /// @throws std::bad_alloc
    explicit LargeBuffer(std::size_t n_bytes);
    ~LargeBuffer();
    LargeBuffer(LargeBuffer&& other) noexcept;
    LargeBuffer& operator=(LargeBuffer&& other) noexcept;
    LargeBuffer(const LargeBuffer&) = delete;
    LargeBuffer& operator=(const LargeBuffer&) = delete;

    std::span<std::byte> bytes() const { return {start_, n_bytes_}; }

 private:
    std::byte* start_ = nullptr;
    std::size_t n_bytes_ = 0;
};

}  // namespace spinn
