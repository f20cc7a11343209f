#include "host/spike_hash.hpp"

#include <algorithm>

namespace spinn {

std::uint64_t spike_hash(std::vector<SpikeEvent> spikes) {
    std::ranges::sort(spikes);
    SpikeHash hash;
    for (const SpikeEvent& spike : spikes) hash.add(spike);
    return hash.value();
}

std::string hash_text(std::uint64_t hash) {
    std::string text(16, '0');
    for (std::size_t digit = 16; digit-- > 0; hash >>= 4) text[digit] = "0123456789abcdef"[hash & 0xf];
    return text;
}

}  // namespace spinn
