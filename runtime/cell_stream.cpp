#include "runtime/cell_stream.hpp"

#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

constexpr std::size_t largest_refill = 256;  ///< blocks

/// out[i] = the integer below n that the word stands for. @returns false when one must be drawn again
SPINN_VECTOR_CLONES bool all_below(const std::uint32_t* __restrict words, std::size_t count, std::uint32_t n,
                                   std::uint32_t biased, std::uint32_t* __restrict out) {
    std::uint32_t rejected = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t product = std::uint64_t{words[i]} * n;
        rejected |= static_cast<std::uint32_t>(product) < biased ? 1u : 0u;
        out[i] = static_cast<std::uint32_t>(product >> 32);
    }
    return rejected == 0;
}

SPINN_VECTOR_CLONES bool all_pairs_below(const std::uint32_t* __restrict words, std::size_t count, std::uint32_t n0,
                                         std::uint32_t n1, std::uint32_t biased0, std::uint32_t biased1,
                                         std::uint32_t* __restrict first, std::uint32_t* __restrict second) {
    std::uint32_t rejected = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t product0 = std::uint64_t{words[2 * i]} * n0,
                            product1 = std::uint64_t{words[2 * i + 1]} * n1;
        rejected |= static_cast<std::uint32_t>(product0) < biased0 ? 1u : 0u;
        rejected |= static_cast<std::uint32_t>(product1) < biased1 ? 1u : 0u;
        first[i] = static_cast<std::uint32_t>(product0 >> 32);
        second[i] = static_cast<std::uint32_t>(product1 >> 32);
    }
    return rejected == 0;
}

}  // namespace

void CellStream::refill() {
    if (!more_words_.empty()) {
        next_ = more_words_.data();
        end_ = next_ + more_words_.size();
        more_words_ = {};
        return;
    }
    if (expected_blocks_ < 2) {
        words_ = random_block(seed_, use_, projection_, a_, b_, index_++);
        next_ = words_.data();
        end_ = next_ + 4;
        return;
    }
    const std::size_t n = std::min<std::uint64_t>(expected_blocks_, largest_refill);
    std::array<std::uint32_t, largest_refill> a, b, index;
    for (std::size_t i = 0; i < n; ++i) {
        a[i] = a_;
        b[i] = b_;
        index[i] = index_ + static_cast<std::uint32_t>(i);
    }
    if (buffer_->size() < 4 * largest_refill) buffer_->resize(4 * largest_refill);
    random_words(seed_, use_, projection_, a.data(), b.data(), index.data(), n, buffer_->data());
    index_ += static_cast<std::uint32_t>(n);
    expected_blocks_ -= n;
    next_ = buffer_->data();
    end_ = next_ + 4 * n;
}

void draw_below(CellStream& stream, std::uint32_t n, std::span<std::uint32_t> out) {
    const std::uint32_t biased = (0u - n) % n;
    while (!out.empty()) {
        const std::span<const std::uint32_t> words = stream.ahead(out.size());
        const std::size_t count = words.size();
        if (all_below(words.data(), count, n, biased, out.data()))
            stream.skip(count);
        else
            for (std::size_t i = 0; i < count; ++i) out[i] = stream.next_below(n);
        out = out.subspan(count);
    }
}

void draw_pairs_below(CellStream& stream, std::uint32_t n_first, std::uint32_t n_second, std::span<std::uint32_t> first,
                      std::span<std::uint32_t> second) {
    const std::uint32_t biased_first = (0u - n_first) % n_first, biased_second = (0u - n_second) % n_second;
    for (std::size_t done = 0; done < first.size();) {
        const std::span<const std::uint32_t> words = stream.ahead(2 * (first.size() - done));
        const std::size_t pairs = words.size() / 2;
        if (pairs != 0 && all_pairs_below(words.data(), pairs, n_first, n_second, biased_first, biased_second,
                                          first.data() + done, second.data() + done)) {
            stream.skip(2 * pairs);
            done += pairs;
            continue;
        }
        // A rejected word, or the two words of a pair lie apart.
        for (const std::size_t end = done + std::max<std::size_t>(pairs, 1); done < end; ++done) {
            first[done] = stream.next_below(n_first);
            second[done] = stream.next_below(n_second);
        }
    }
}

}  // namespace spinn
