#include "protocols/routing_entry.hpp"

namespace spinn {

std::optional<std::size_t> lookup(std::span<const RoutingEntry> table, Key key) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if ((value(key) & table[i].mask) == table[i].key) return i;
    }
    return std::nullopt;
}

std::string to_string(const RoutingEntry& entry) {
    constexpr std::array<const char*, link_count> link_names{"E", "NE", "N", "W", "SW", "S"};
    std::string text;
    for (int bit = 31; bit >= 0; --bit) {
        const bool key_bit = (entry.key >> bit & 1) != 0, mask_bit = (entry.mask >> bit & 1) != 0;
        text += mask_bit ? (key_bit ? '1' : '0') : (key_bit ? '!' : 'X');
    }
    text += " ->";
    for (int link = 0; link < link_count; ++link) {
        if ((entry.route >> link & 1) != 0) text += std::string(" ") + link_names[static_cast<std::size_t>(link)];
    }
    for (int core = 0; core < physical_cores_per_chip; ++core) {
        if ((entry.route & route_bit_of_core(core)) != 0) text += " " + std::to_string(core);
    }
    return text;
}

}  // namespace spinn
