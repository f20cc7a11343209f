#include "emulator/device_registers.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t p2p_words = 8192;
constexpr std::uint32_t p2p_nowhere = 0x00db6db6;  ///< eight entries of 6

/// Number of a word in a block of n words; nothing when the address is elsewhere.
std::optional<std::uint32_t> word_of(std::uint32_t address, std::uint32_t block, std::uint32_t n_words) {
    const std::uint32_t word = (address - block) / 4;
    return address >= block && word < n_words ? std::optional(word) : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> read_register(const Router& router, const RouterRegisters& registers,
                                           std::uint32_t address) {
    if (const auto n = word_of(address, bus::router_counters, 16))
        return router.counter_register(*n) - registers.counter_zero[*n];
    if (const auto n = word_of(address, bus::router_filters, 16)) return registers.filters[*n];
    if (const auto n = word_of(address, bus::router_p2p, p2p_words))
        return registers.p2p.empty() ? p2p_nowhere : registers.p2p[*n];
    switch (address) {
        case bus::router_control:
            return registers.control;
        case bus::router_diagnostic_control:
            return registers.counters_enabled;
        case bus::router_diversion:
            return registers.diversion;
        case bus::router_fixed_route:
            return registers.fixed_route;
        case bus::system_controller_id:
            return chip_id;
        default:
            break;
    }
    // Status, error, dump and timing registers: nothing of what they report happens in the functional engine.
    if (word_of(address, bus::router_base, 32)) return 0;
    return std::nullopt;
}

bool write_register(Router& router, RouterRegisters& registers, std::uint32_t address, std::uint32_t word) {
    if (const auto n = word_of(address, bus::router_counters, 16)) {
        registers.counter_zero[*n] = router.counter_register(*n) - word;
        return true;
    }
    if (const auto n = word_of(address, bus::router_filters, 16)) {
        registers.filters[*n] = word;
        return true;
    }
    if (const auto n = word_of(address, bus::router_p2p, p2p_words)) {
        if (registers.p2p.empty()) registers.p2p.assign(p2p_words, p2p_nowhere);
        registers.p2p[*n] = word & 0x00ffffff;
        return true;
    }
    switch (address) {
        case bus::router_control:
            registers.control = word;
            return true;
        case bus::router_diagnostic_control:
            registers.counters_enabled = word & 0xffff;
            for (std::uint32_t n = 0; n < 16; ++n)
                if ((word >> (16 + n) & 1) != 0) registers.counter_zero[n] = router.counter_register(n);
            return true;
        case bus::router_diversion:
            registers.diversion = word;
            return true;
        case bus::router_fixed_route:
            registers.fixed_route = word;
            return true;
        default:
            break;
    }
    return word_of(address, bus::router_base, 32).has_value();
}

}  // namespace spinn
