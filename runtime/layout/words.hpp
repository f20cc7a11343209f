/// Little helpers to write and read regions as 32-bit words. The reader is total: past the end it yields zeros and
/// remembers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace spinn {

class WordWriter {
 public:
    void put(std::uint32_t word) { words_.push_back(word); }
    void put_u64(std::uint64_t wide) {
        put(static_cast<std::uint32_t>(wide));
        put(static_cast<std::uint32_t>(wide >> 32));
    }
    void put_double(double number) { put_u64(std::bit_cast<std::uint64_t>(number)); }
    void put_all(std::span<const std::uint32_t> words) { words_.insert(words_.end(), words.begin(), words.end()); }
    std::vector<std::uint32_t> take() { return std::move(words_); }

 private:
    std::vector<std::uint32_t> words_;
};

class WordReader {
 public:
    explicit WordReader(std::span<const std::uint32_t> words) : words_(words) {}
    std::uint32_t get() {
        if (position_ >= words_.size()) {
            ran_out_ = true;
            return 0;
        }
        return words_[position_++];
    }
    std::uint64_t get_u64() {
        const std::uint64_t low = get();
        return low | (std::uint64_t{get()} << 32);
    }
    double get_double() { return std::bit_cast<double>(get_u64()); }

    /// The next n words; empty, and ran_out(), when there are fewer.
    std::span<const std::uint32_t> get_all(std::size_t n) {
        if (n > remaining()) {
            ran_out_ = true;
            return {};
        }
        position_ += n;
        return words_.subspan(position_ - n, n);
    }
    std::size_t remaining() const { return words_.size() - position_; }
    std::size_t position() const { return position_; }
    bool ran_out() const { return ran_out_; }

 private:
    std::span<const std::uint32_t> words_;
    std::size_t position_ = 0;
    bool ran_out_ = false;
};

}  // namespace spinn
