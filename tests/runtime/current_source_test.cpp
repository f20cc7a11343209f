#include "runtime/current_source.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "runtime/layout/currents_region.hpp"

namespace spinn {
namespace {

using Words = std::vector<std::uint32_t>;

CurrentSource dc(double amplitude, std::uint32_t start, std::uint32_t stop, Words atoms) {
    CurrentSource source{.kind = CurrentKind::dc, .start_tick = start, .stop_tick = stop, .level = amplitude};
    source.atoms = std::move(atoms);
    return source;
}

Currents slice(std::vector<CurrentSource> sources, std::uint32_t n_atoms = 4) {
    return {.seed = 3, .population = 1, .first_atom = 8, .n_atoms = n_atoms, .sources = std::move(sources)};
}

/// nA at an atom in a tick.
double at(const Currents& currents, std::uint32_t atom, std::uint32_t tick) {
    std::vector<double> sums;
    const auto span = injected(currents, Tick{tick}, sums);
    return span.empty() ? 0.0 : span[atom];
}

TEST(CurrentSource, ADirectCurrentIsOnFromStartUntilStop) {
    const Currents currents = slice({dc(0.5, 3, 6, {0, 2})});
    for (std::uint32_t tick = 0; tick < 9; ++tick) {
        const bool on = tick >= 3 && tick < 6;
        EXPECT_EQ(at(currents, 0, tick), on ? 0.5 : 0.0) << tick;
        EXPECT_EQ(at(currents, 1, tick), 0.0);
    }
    std::vector<Accum> sums;
    EXPECT_TRUE(injected(currents, Tick{2}, sums).empty()) << "nothing to add costs nothing";
    EXPECT_EQ(injected(currents, Tick{3}, sums)[2], to_accum(0.5));
}

TEST(CurrentSource, SourcesOfOneNeuronAddUp) {
    const Currents currents = slice({dc(0.5, 0, 10, {1}), dc(-0.2, 5, 10, {0, 1})});
    EXPECT_EQ(at(currents, 1, 0), 0.5);
    EXPECT_DOUBLE_EQ(at(currents, 1, 5), 0.3);
    EXPECT_EQ(at(currents, 0, 5), -0.2);
    std::vector<Accum> sums;
    EXPECT_EQ(injected(currents, Tick{5}, sums)[1], add_wrap(to_accum(0.5), to_accum(-0.2)));
}

TEST(CurrentSource, AnAlternatingCurrentIsASineFromItsStartOn) {
    CurrentSource source{.kind = CurrentKind::ac, .start_tick = 10, .stop_tick = 60, .level = 0.3, .swing = 0.7};
    source.radians_per_tick = 2.0 * std::numbers::pi * 50.0 * 0.1 * 1e-3;  // 50 Hz, 0.1 ms
    source.phase = std::numbers::pi / 2.0;
    source.atoms = {0};
    const Currents currents = slice({source});
    EXPECT_EQ(at(currents, 0, 9), 0.0);
    EXPECT_NEAR(at(currents, 0, 10), 1.0, 1e-12);
    EXPECT_NEAR(at(currents, 0, 30), 0.3 + 0.7 * std::cos(2.0 * std::numbers::pi * 0.1), 1e-12);
    EXPECT_EQ(at(currents, 0, 60), 0.0);
}

TEST(CurrentSource, AStepHoldsUntilTheNext) {
    CurrentSource source{.kind = CurrentKind::step};
    source.ticks = {2, 5, 5, 8};
    source.amplitudes = {0.1, 0.2, 0.3, 0.0};
    source.atoms = {3};
    const Currents currents = slice({source});
    const double expected[] = {0.0, 0.0, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.0, 0.0};
    for (std::uint32_t tick = 0; tick < 10; ++tick) EXPECT_EQ(at(currents, 3, tick), expected[tick]) << tick;
}

TEST(CurrentSource, NoiseHasItsMeanAndSpreadAndIsEachNeuronsOwn) {
    CurrentSource source{.kind = CurrentKind::noisy, .index = 2, .level = 0.4, .swing = 0.2};
    source.atoms = {0, 1};
    const Currents currents = slice({source});
    double sum = 0.0, squares = 0.0, product = 0.0;
    constexpr int n = 20000;
    for (std::uint32_t tick = 0; tick < n; ++tick) {
        const double a = at(currents, 0, tick) - 0.4, b = at(currents, 1, tick) - 0.4;
        sum += a;
        squares += a * a;
        product += a * b;
    }
    EXPECT_NEAR(sum / n, 0.0, 4.0 * 0.2 / std::sqrt(n));
    EXPECT_NEAR(std::sqrt(squares / n), 0.2, 0.005);
    EXPECT_NEAR(product / n, 0.0, 4.0 * 0.04 / std::sqrt(n));
    // A draw lasts hold_ticks, and belongs to the neuron: another cut gives the same.
    source.hold_ticks = 5;
    Currents held = slice({source}), moved = held;
    moved.first_atom = 9;
    moved.sources[0].atoms = {0};
    EXPECT_EQ(at(held, 0, 10), at(held, 0, 14));
    EXPECT_NE(at(held, 0, 14), at(held, 0, 15));
    EXPECT_EQ(at(held, 1, 12), at(moved, 0, 12));
}

TEST(CurrentSource, IsCutOffWhereTheFormatEnds) {
    CurrentSource source{.kind = CurrentKind::noisy, .level = 65000.0, .swing = 65000.0};
    source.atoms = {0};
    const Currents currents = slice({source});
    std::vector<Accum> sums;
    bool cut = false;
    for (std::uint32_t tick = 0; tick < 50; ++tick) cut |= injected(currents, Tick{tick}, sums)[0] == accum_max;
    EXPECT_TRUE(cut);
}

TEST(CurrentsRegion, SurvivesARoundTripWithEveryValueDifferent) {
    CurrentSource step{.kind = CurrentKind::step, .index = 7};
    step.ticks = {1, 9};
    step.amplitudes = {0.25, -0.5};
    step.atoms = {1, 3};
    CurrentSource ac{.kind = CurrentKind::ac,
                     .index = 8,
                     .start_tick = 4,
                     .stop_tick = 5,
                     .level = 1.5,
                     .swing = 2.5,
                     .radians_per_tick = 0.125,
                     .phase = 0.75,
                     .hold_ticks = 6};
    ac.atoms = {0};
    const Currents currents = slice({step, ac});
    const Words words = encode(currents);
    EXPECT_EQ(std::get<Currents>(decode_currents_region(words)), currents);
    for (std::size_t n = 0; n < words.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_currents_region(std::span(words).first(n)))) << n;
}

TEST(CurrentsRegion, RefusesWhatCannotBe) {
    const auto refused = [](auto change) {
        CurrentSource source{.kind = CurrentKind::step, .swing = 1.0};
        source.ticks = {1, 9};
        source.amplitudes = {0.25, -0.5};
        source.atoms = {1, 3};
        Currents currents = slice({source});
        change(currents.sources[0]);
        return std::holds_alternative<DecodeError>(decode_currents_region(encode(currents)));
    };
    EXPECT_FALSE(refused([](CurrentSource&) {}));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.kind = CurrentKind{9}; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.hold_ticks = 0; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.level = std::nan(""); }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.amplitudes[1] = INFINITY; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.ticks = {9, 1}; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.atoms = {3, 1}; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.atoms = {1, 4}; }));
    EXPECT_TRUE(refused([](CurrentSource& s) { s.kind = CurrentKind::noisy, s.swing = -1.0; }));
}

}  // namespace
}  // namespace spinn
