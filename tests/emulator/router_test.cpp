#include "emulator/router.hpp"

#include <gtest/gtest.h>

#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(Router, SendsAPacketWithoutAnEntryStraightOn) {
    Router router;
    for (int link = 0; link < link_count; ++link) {
        const RouterDecision decision = decide(router, Key{0x1234}, static_cast<Link>(link));
        EXPECT_EQ(decision.route, route_bit(static_cast<Link>((link + 3) % 6)));
        EXPECT_TRUE(decision.default_routed);
        EXPECT_FALSE(decision.dropped);
    }
}

TEST(Router, DropsALocalPacketWithoutAnEntry) {
    Router router;
    const RoutingEntry entry{0x10, 0xfffffff0, route_bit(Link::north)};
    router.load({&entry, 1});
    const RouterDecision lost = decide(router, Key{0x20}, std::nullopt);
    EXPECT_TRUE(lost.dropped && lost.default_routed);
    EXPECT_EQ(lost.route, 0u);
    const RouterDecision kept = decide(router, Key{0x1f}, std::nullopt);
    EXPECT_FALSE(kept.dropped || kept.default_routed);
    EXPECT_EQ(kept.route, route_bit(Link::north));
}

TEST(Router, HoldsAsManyEntriesAsTheChipLeavesToApplicationsAndNoMore) {
    Router router;
    std::vector<RoutingEntry> entries(routing_table_capacity, RoutingEntry{1, 0xffffffff, 1});
    const std::uint64_t before = router.version();
    router.load(entries);
    EXPECT_NE(router.version(), before);
    entries.push_back({2, 0xffffffff, 1});
    EXPECT_THROW(router.load(entries), RequestError);
    EXPECT_EQ(router.table().size(), static_cast<std::size_t>(routing_table_capacity))
        << "a refused table changes nothing";
}

TEST(Router, CounterRegistersHave32BitsThatWrap) {
    Router router;
    router.count(RouterCounter::external_multicast, 0x1'0000'0005);
    EXPECT_EQ(router.counter_register(1), 5u);
    EXPECT_EQ(router.counter(RouterCounter::external_multicast), 0x1'0000'0005u);
}

}  // namespace
}  // namespace spinn
