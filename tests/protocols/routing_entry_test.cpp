#include "protocols/routing_entry.hpp"

#include <gtest/gtest.h>

namespace spinn {
namespace {

TEST(RouterLookup, TheFirstMatchingEntryWins) {
    const RoutingEntry table[] = {{0x10, 0xff, 1u << 2}, {0x10, 0xf0, 1u << 7}};
    EXPECT_EQ(lookup(table, Key{0x10}), 0u);  // the second matches too
    EXPECT_EQ(lookup(table, Key{0x11}), 1u);
    EXPECT_EQ(lookup(table, Key{0x21}), std::nullopt);
    EXPECT_EQ(lookup({}, Key{0}), std::nullopt);
}

TEST(RouterLookup, AnEmptyEntryNeverMatches) {
    const RoutingEntry table[] = {{0xffffffff, 0, 1}};
    EXPECT_EQ(lookup(table, Key{0xffffffff}), std::nullopt);
    EXPECT_EQ(lookup(table, Key{0}), std::nullopt);
}

TEST(RoutingEntry, IsPrintedAsPeopleDrawIt) {
    const RoutingEntry entry{0x80000002, 0xfffffffa,
                             route_bit(Link::north) | route_bit(Link::north_east) | route_bit_of_core(5)};
    EXPECT_EQ(to_string(entry), "10000000000000000000000000000X1X -> NE N 5");
    EXPECT_EQ(to_string(RoutingEntry{1, 0, 0}).substr(31), "! ->");
}

TEST(RoutingEntry, RouteBitsAreThoseOfTheRouter) {
    EXPECT_EQ(route_bit(Link::south), 0x20u);
    EXPECT_EQ(route_bit_of_core(0), 0x40u);
    EXPECT_EQ(route_bit_of_core(17), 0x800000u);
}

}  // namespace
}  // namespace spinn
