/// The router of one chip: its multicast table, what it does with a packet, and its diagnostic counters.
///
/// Source: SpiNNaker datasheet, section 10; counters as SC&MP sets their filters up (machine, section 3.5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocols/machine_shape.hpp"
#include "protocols/routing_entry.hpp"
#include "protocols/types.hpp"

namespace spinn {

/// The 16 diagnostic counters at 0xe1000300. Multicast only so far: the others count packet types that a network does
/// not send.
enum class RouterCounter : std::uint8_t {
    local_multicast = 0,
    external_multicast = 1,
    dropped_multicast = 8,
    default_routed_external_multicast = 14,
    default_routed_local_multicast = 15,
};

struct RouterDecision {
    std::uint32_t route = 0;      ///< bits as in RoutingEntry
    bool default_routed = false;  ///< no entry matched
    bool dropped = false;         ///< came from a core of this chip and no entry matched
};

class Router {
 public:
    /// Replaces the table. @throws RequestError when it has more entries than the router holds
    void load(std::span<const RoutingEntry> entries);
    std::span<const RoutingEntry> table() const { return table_; }

    /// Changes with every change of a table; an engine that resolved keys compares it.
    std::uint64_t version() const { return version_; }

    void count(RouterCounter counter, std::uint64_t packets) {
        counters_[static_cast<std::size_t>(counter)] += packets;
    }
    std::uint64_t counter(RouterCounter counter) const { return counters_[static_cast<std::size_t>(counter)]; }

    /// What the register reads: 32 bits that wrap.
    std::uint32_t counter_register(std::size_t index) const { return static_cast<std::uint32_t>(counters_.at(index)); }
    void clear_counters() { counters_.fill(0); }

 private:
    std::vector<RoutingEntry> table_;
    std::uint64_t version_ = 0;
    std::array<std::uint64_t, 16> counters_{};
};

/// Where a multicast packet goes. @param arrival  the link it came in by; nullopt: from a core of this chip
RouterDecision decide(const Router& router, Key key, std::optional<Link> arrival);

}  // namespace spinn
