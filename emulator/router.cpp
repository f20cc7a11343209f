#include "emulator/router.hpp"

#include <string>

#include "protocols/error.hpp"

namespace spinn {

void Router::load(std::span<const RoutingEntry> entries) {
    if (entries.size() > static_cast<std::size_t>(routing_table_capacity))
        throw RequestError({.what = "a routing table of " + std::to_string(entries.size()) +
                                    " entries; the router holds " + std::to_string(routing_table_capacity),
                            .where = "router",
                            .fix = "minimise the tables when mapping"});
    table_.assign(entries.begin(), entries.end());
    ++version_;
}

RouterDecision decide(const Router& router, Key key, std::optional<Link> arrival) {
    if (const std::optional<std::size_t> entry = lookup(router.table(), key)) return {router.table()[*entry].route};
    if (!arrival) return {0, true, true};
    return {route_bit(opposite(*arrival)), true, false};
}

}  // namespace spinn
