/// No spike gets past the routers: an entry taken out of a table on the way of some keys, and nothing else is
/// different.
#include <gtest/gtest.h>

#include <optional>

#include "emulator/functional_engine.hpp"
#include "emulator/key_paths.hpp"
#include "mixed_network.hpp"
#include "plain_engine.hpp"

namespace spinn {
namespace {

/// A router that packets come to over a link and do not leave as they came, and their key.
struct OnTheWay {
    ChipCoord chip;
    Key key{0};
};
std::optional<OnTheWay> entry_on_the_way(Machine& machine) {
    const CoreIndex index = core_index(machine);
    for (const Core& core : machine.cores) {
        for (const KeyPath& path : key_paths(machine, index, core))
            for (const RouterVisit& visit : path.visits)
                if (!visit.local && !visit.default_routed) return OnTheWay{visit.chip->coord, Key{path.first_key}};
    }
    return std::nullopt;
}

void take_out(Machine& machine, const OnTheWay& place) {
    Router& router = chip_of(machine, place.chip).router;
    std::vector<RoutingEntry> less;
    bool found = false;
    for (const RoutingEntry& entry : router.table()) {
        const bool matches = (value(place.key) & entry.mask) == entry.key;
        if (!matches || found) less.push_back(entry);
        found = found || matches;
    }
    ASSERT_TRUE(found);
    router.load(less);
}

TEST(TableChange, AnEntryTakenOutLosesExactlyTheSpikesThatItRouted) {
    const Mapping mapping = map_text(mixed_network, "spinn5", 32);
    Machine fast = make_machine_of(mapping.machine), plain = make_machine_of(mapping.machine),
            whole = make_machine_of(mapping.machine);
    for (Machine* machine : {&fast, &plain, &whole}) load(*machine, mapping.image, {});
    FunctionalEngine engine(fast, {.threads = 2}), untouched(whole, {.threads = 2});
    engine.start();
    untouched.start();
    PlainEngine twin(plain);
    const std::optional<OnTheWay> found = entry_on_the_way(fast);
    ASSERT_TRUE(found);
    const OnTheWay place = *found;

    engine.run(60);
    untouched.run(60);
    twin.run(60);
    EXPECT_EQ(engine.counters().synaptic_events, untouched.counters().synaptic_events);
    take_out(fast, place);
    take_out(plain, place);
    engine.run(120);
    untouched.run(120);
    twin.run(120);

    // What is gone is gone: the network goes on with less.
    EXPECT_LT(engine.counters().synaptic_events, untouched.counters().synaptic_events);
    // And it is exactly what a machine loses whose every packet is taken from router to router.
    EXPECT_GT(expect_same(fast, plain), 500u);
    // The packets are not lost from the books: the router sent them straight on instead.
    EXPECT_GT(chip_of(fast, place.chip).router.counter(RouterCounter::default_routed_external_multicast),
              chip_of(whole, place.chip).router.counter(RouterCounter::default_routed_external_multicast));
}

}  // namespace
}  // namespace spinn
