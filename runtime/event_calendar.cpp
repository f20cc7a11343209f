#include "runtime/event_calendar.hpp"

#include <algorithm>

namespace spinn {

EventCalendar::EventCalendar(std::uint32_t n_slots) {
    for (std::uint32_t slot = 0; slot < n_slots; ++slot) {
        blocks_.push_back({new_block()});
        tails_.push_back(blocks_.back().front());
    }
}

std::uint32_t* EventCalendar::new_block() {
    if (free_.empty()) {
        chunks_.push_back(std::make_unique<Block[]>(chunk_blocks));
        for (std::size_t i = chunk_blocks; i-- > 0;) free_.push_back(chunks_.back()[i].words);
    }
    std::uint32_t* const block = free_.back();
    free_.pop_back();
    return block;
}

void EventCalendar::extend(std::uint32_t slot) {
    blocks_[slot].push_back(new_block());
    tails_[slot] = blocks_[slot].back();
}

void EventCalendar::ask_for_tick(std::uint32_t tick) const {
    const std::vector<std::uint32_t*>& blocks = blocks_[tick & (n_slots() - 1)];
    for (std::size_t b = 0; b < std::min(blocks_ahead, blocks.size()); ++b) ask_for_block(blocks[b]);
}

void drain(EventCalendar& calendar, std::uint32_t tick, std::uint16_t* sums, std::uint32_t core_shift,
           std::span<std::uint64_t> saturated) {
    calendar.take(tick, [&](std::span<const std::uint32_t> events) {
        const auto add = [&](std::uint32_t event) {
            std::uint32_t sum = sums[event & 0xffff] + (event >> 16);
            if (sum > 0xffff) [[unlikely]] {
                sum = 0xffff;
                ++saturated[(event & 0xffff) >> core_shift];
            }
            sums[event & 0xffff] = static_cast<std::uint16_t>(sum);
        };
        constexpr std::size_t at_once = 8;
        std::size_t i = 0;
        for (; i + at_once <= events.size(); i += at_once) {
#pragma GCC unroll 8
            for (std::size_t k = 0; k < at_once; ++k) add(events[i + k]);
        }
        for (; i < events.size(); ++i) add(events[i]);
    });
}

}  // namespace spinn
