/// Synaptic events waiting for their tick, in the order they came: what stands before the ring buffers of a large
/// machine.
///
/// Ring buffers of many cores with many slots are larger than a processor's cache, and each event goes to another line
/// of them: most of the time is spent waiting for memory. A calendar appends the events of a tick one after another
/// instead, 4 bytes each, and adds them to the sums of the tick when it comes. So ring buffers need hardly a slot, and
/// stay in the cache. Sums are those of adding at once, and events of one sum keep their order, so that the same
/// additions are cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace spinn {

class EventCalendar {
 public:
    /// @param n_slots  a power of two; an event waits for at most as many ticks
    explicit EventCalendar(std::uint32_t n_slots);
    std::uint32_t n_slots() const { return static_cast<std::uint32_t>(tails_.size()); }

    /// @param event  weight in the upper half, place of the sum in the lower
    void enter(std::uint32_t slot, std::uint32_t event) {
        std::uint32_t* const place = tails_[slot];
        *place = event;
        tails_[slot] = place + 1;
        if (reinterpret_cast<std::uintptr_t>(place + 1) % block_bytes == 0) [[unlikely]]
            extend(slot);
    }

    /// Asks for the first events of a tick.
    void ask_for_tick(std::uint32_t tick) const;

    /// Visits the events of a tick, stretch by stretch in the order they came, and forgets them.
    template <typename Visit>
    void take(std::uint32_t tick, const Visit& visit);

 private:
    static constexpr std::size_t block_bytes = 512;
    static constexpr std::size_t block_words = block_bytes / 4;
    static constexpr std::size_t chunk_blocks = 256;
    static constexpr std::size_t blocks_ahead = 3;  ///< between the request and the use of a block
    struct alignas(block_bytes) Block {
        std::uint32_t words[block_words];
    };

    static void ask_for_block(const std::uint32_t* block) {
        for (std::size_t i = 0; i < block_words; i += 16) __builtin_prefetch(block + i);
    }
    std::uint32_t* new_block();
    void extend(std::uint32_t slot);

    std::vector<std::uint32_t*> tails_;                ///< [slot] where the next event goes
    std::vector<std::vector<std::uint32_t*>> blocks_;  ///< [slot]; never none
    std::vector<std::uint32_t*> free_;
    std::vector<std::unique_ptr<Block[]>> chunks_;
};

template <typename Visit>
void EventCalendar::take(std::uint32_t tick, const Visit& visit) {
    const std::uint32_t slot = tick & (n_slots() - 1);
    std::vector<std::uint32_t*>& blocks = blocks_[slot];
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (b + blocks_ahead < blocks.size()) ask_for_block(blocks[b + blocks_ahead]);
        const bool last = b + 1 == blocks.size();
        visit(std::span<const std::uint32_t>(blocks[b],
                                             last ? static_cast<std::size_t>(tails_[slot] - blocks[b]) : block_words));
        if (b > 0) free_.push_back(blocks[b]);
    }
    blocks.resize(1);
    tails_[slot] = blocks[0];
}

/// Adds the events of a tick to the sums: event & 0xffff tells which. @param sums  of the tick
/// @param saturated  additions that were cut: by place >> core_shift
void drain(EventCalendar& calendar, std::uint32_t tick, std::uint16_t* sums, std::uint32_t core_shift,
           std::span<std::uint64_t> saturated);

}  // namespace spinn
