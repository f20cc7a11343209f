/// Random blocks of many different counters at once, their words one block after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/random.hpp"

namespace spinn {

/// The last three words of counters whose first word is shared, side by side. Clearing keeps the memory.
class Counters {
 public:
    std::size_t size() const { return size_; }
    void clear() { size_ = 0; }

    void push(std::uint32_t b, std::uint32_t c, std::uint32_t d) {
        if (b_.size() == size_) grow(1);
        b_[size_] = b;
        c_[size_] = c;
        d_[size_] = d;
        ++size_;
    }
    /// (b, c, first_d), (b, c, first_d + 1), ...
    void push_run(std::uint32_t b, std::uint32_t c, std::uint32_t first_d, std::size_t n) {
        if (b_.size() - size_ < n) grow(n);
        for (std::size_t i = 0; i < n; ++i) {
            b_[size_ + i] = b;
            c_[size_ + i] = c;
            d_[size_ + i] = first_d + static_cast<std::uint32_t>(i);
        }
        size_ += n;
    }

    const std::uint32_t* b() const { return b_.data(); }
    const std::uint32_t* c() const { return c_.data(); }
    const std::uint32_t* d() const { return d_.data(); }

 private:
    void grow(std::size_t n) {
        const std::size_t size = 2 * b_.size() + n;
        b_.resize(size);
        c_.resize(size);
        d_.resize(size);
    }

    std::size_t size_ = 0;
    std::vector<std::uint32_t> b_, c_, d_;
};

/// random_block(seed, use, a, b[i], c[i], d[i]) for i = 0 .. n - 1. @param out  shape [n][4]
void random_words(std::uint64_t seed, DrawUse use, std::uint32_t a, const std::uint32_t* b, const std::uint32_t* c,
                  const std::uint32_t* d, std::size_t n, std::uint32_t* out);

/// The same one at a time: for processors without AVX-512, and the twin that the other is tested against.
void random_words_plain(std::uint64_t seed, DrawUse use, std::uint32_t a, const std::uint32_t* b,
                        const std::uint32_t* c, const std::uint32_t* d, std::size_t n, std::uint32_t* out);

/// The same for the counters, into `out`, which grows to 4 size() or more.
inline void random_words(std::uint64_t seed, DrawUse use, std::uint32_t a, const Counters& counters,
                         std::vector<std::uint32_t>& out) {
    if (out.size() < 4 * counters.size()) out.resize(4 * counters.size());
    random_words(seed, use, a, counters.b(), counters.c(), counters.d(), counters.size(), out.data());
}

}  // namespace spinn
