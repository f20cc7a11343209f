/// step() against add_input() and update(), which tests/runtime/lif_test.cpp holds to unbounded integers.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "runtime/lif.hpp"

namespace spinn {
namespace {

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

/// Neuron states a test case goes through; the eight cases together: 10^8.
#if defined(__SANITIZE_ADDRESS__) || defined(SPINN_NO_VECTOR_CLONES) || !defined(__OPTIMIZE__)
constexpr std::uint64_t states_per_case = 250'000;
#else
constexpr std::uint64_t states_per_case = 12'600'000;
#endif

/// SplitMix64: the draws are most of the time that these tests take.
struct Random {
    std::uint64_t state = 0;
    std::uint64_t operator()() {
        std::uint64_t z = state += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// Corners, small numbers, numbers about -65 mV, and any.
    std::int32_t raw() {
        static constexpr std::int32_t corners[] = {lowest, lowest + 1, -32768, -1, 0, 1, 32767, highest};
        const std::uint64_t draw = (*this)();
        const auto any = static_cast<std::int32_t>(draw >> 32);
        const std::int32_t choice[] = {corners[draw / 4 % 8], any >> 8, -65 * 32768 + (any >> 11), any};
        return choice[draw % 4];
    }
    std::uint16_t sum() {
        const std::uint64_t draw = (*this)();
        const std::uint16_t choice[] = {0, 1, 0xffff, static_cast<std::uint16_t>(draw >> 16)};
        return choice[draw % 4];
    }
};

NeuronRegion region_of(ModelKind model, std::uint32_t n) {
    NeuronRegion region;
    region.model = model;
    region.n_atoms = n;
    region.timestep_ms = to_accum(0.1);
    for (const auto& d : describe(model).parameters) region.parameters.emplace_back(n, to_accum(d.default_value));
    for (const auto& d : describe(model).state) region.state.emplace_back(n, to_accum(d.default_value));
    return region;
}

/// What a tick takes and what it leaves.
struct Ticked {
    LifSlice slice;
    std::vector<std::uint16_t> sums[2];
    std::vector<std::uint32_t> spiking;
};

void tick_in_pieces(Ticked& t, std::array<std::uint32_t, 2> shift, Rounding rounding, Tick tick) {
    t.spiking.resize(t.slice.n_atoms);
    for (const int r : {0, 1})
        add_input(t.slice, r, t.sums[r], static_cast<int>(shift[static_cast<std::size_t>(r)]), rounding, tick);
    for (auto& sums : t.sums) std::fill(sums.begin(), sums.end(), std::uint16_t{0});
    t.spiking.resize(update(t.slice, tick, rounding, t.spiking));
}

void tick_at_once(Ticked& t, std::array<std::uint32_t, 2> shift, Rounding rounding, Tick tick) {
    t.spiking.resize(t.slice.n_atoms);
    t.spiking.resize(step(t.slice, t.sums[0], t.sums[1], shift, rounding, tick, t.spiking));
}

void expect_equal(const Ticked& a, const Ticked& expected, const std::string& where) {
    ASSERT_EQ(a.slice.v, expected.slice.v) << where;
    ASSERT_EQ(a.slice.synapse[0], expected.slice.synapse[0]) << where;
    ASSERT_EQ(a.slice.synapse[1], expected.slice.synapse[1]) << where;
    ASSERT_EQ(a.slice.refractory_timer, expected.slice.refractory_timer) << where;
    ASSERT_EQ(a.spiking, expected.spiking) << where;
    ASSERT_EQ(a.sums[0], expected.sums[0]) << where;
    ASSERT_EQ(a.sums[1], expected.sums[1]) << where;
}

std::vector<InstructionSet> instruction_sets() {
    std::vector<InstructionSet> sets;
    for (std::uint32_t set = 0; set <= static_cast<std::uint32_t>(best_instruction_set()); ++set)
        sets.push_back(InstructionSet{set});
    return sets;
}

/// Does the tick in pieces, and at once in every instruction set, from the same state; goes on from the result.
void compare_tick(Ticked& plain, std::array<std::uint32_t, 2> shift, Rounding rounding, Tick tick) {
    const Ticked before = plain;
    tick_in_pieces(plain, shift, rounding, tick);
    for (const InstructionSet set : instruction_sets()) {
        Ticked fused = before;
        fused.slice.instructions = set;
        tick_at_once(fused, shift, rounding, tick);
        expect_equal(fused, plain,
                     "instruction set " + std::to_string(static_cast<std::uint32_t>(set)) + ", atoms " +
                         std::to_string(before.slice.n_atoms));
        if (testing::Test::HasFatalFailure()) return;
    }
}

/// Calls `set(values)` for each parameter array but i_offset.
template <typename Set>
void for_each_parameter(LifSlice& s, const Set& set) {
    for (auto* values : {&s.v_rest, &s.v_reset, &s.v_thresh, &s.e_rev[0], &s.e_rev[1], &s.resistance, &s.exp_tc})
        set(*values);
    for (auto* values : {&s.decay[0], &s.decay[1], &s.init[0], &s.init[1]}) set(*values);
    set(s.refractory_steps);
}

template <typename T>
T from_raw(std::int32_t raw) {
    if constexpr (requires(T t) { t.raw; })
        return T{static_cast<decltype(T::raw)>(raw)};
    else
        return raw;
}

class LifStep : public testing::TestWithParam<std::tuple<ModelKind, bool, Rounding>> {};

TEST_P(LifStep, EqualsTheStepInPiecesOnRandomStates) {
    const auto [model, is_uniform, rounding] = GetParam();
    const bool uniform = is_uniform;
    Random random{static_cast<std::uint64_t>(model) * 100 + static_cast<std::uint64_t>(rounding) * 10 + uniform};
    constexpr std::uint32_t sizes[] = {1, 7, 15, 16, 17, 100, 255, 256, 1000, 1021, 1024, 2003};
    std::uint64_t done = 0;
    for (std::size_t round = 0; done < states_per_case; ++round) {
        const std::uint32_t n = sizes[round % std::size(sizes)];
        Ticked plain;
        LifSlice& s = plain.slice;
        s = load_lif(region_of(model, n));
        for (auto* values : {&s.v, &s.synapse[0], &s.synapse[1], &s.i_offset})
            for (Accum& x : *values) x = {random.raw()};
        for (std::int32_t& timer : s.refractory_timer) timer = random() % 2 == 0 ? 0 : random.raw();
        for_each_parameter(s, [&](auto& values) {
            using Value = typename std::decay_t<decltype(values)>::value_type;
            if (uniform)
                std::fill(values.begin(), values.end(), from_raw<Value>(random.raw()));
            else
                std::generate(values.begin(), values.end(), [&] { return from_raw<Value>(random.raw()); });
        });
        if (round % 2 == 0) {  // as parameters mostly are: decays and exp_tc in [1/2, 1), and their edges
            const auto draw = static_cast<std::uint32_t>(random());
            const auto one = [&](std::uint32_t i, std::uint32_t any) { return (uniform ? draw >> i : any); };
            for (Accum& x : s.exp_tc) {
                const std::uint32_t any = one(3, static_cast<std::uint32_t>(random()));
                const std::int32_t edges[] = {16383, 16384, 32767, 32768};
                x.raw = any % 4 == 0 ? edges[any / 4 % 4] : 16384 + static_cast<std::int32_t>(any / 4 % 16384);
            }
            for (std::size_t r = 0; r < 2; ++r)
                for (UFract& x : s.decay[r]) {
                    const std::uint32_t any = one(5, static_cast<std::uint32_t>(random()));
                    const std::uint32_t edges[] = {0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
                    x.raw = any % 4 == 0 ? edges[any / 4 % 4] : any * 65537u | 0x80000000u;
                }
        }
        find_uniform(s);
        ASSERT_EQ(s.uniform, uniform || n == 1);
        for (std::uint32_t tick = 0; tick < 2; ++tick, done += n) {
            for (auto& sums : plain.sums) {
                sums.resize(n + n % 3);  // a slot may be longer than the slice
                std::generate(sums.begin(), sums.end(), [&] { return random.sum(); });
            }
            const auto shift = static_cast<std::uint32_t>(random());
            compare_tick(plain, {shift % 16, shift / 16 % 16}, rounding, Tick{tick});
            if (HasFatalFailure()) return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllModelsParametersAndRoundings, LifStep,
                         testing::Combine(testing::Values(ModelKind::if_curr_exp, ModelKind::if_cond_exp),
                                          testing::Bool(), testing::Values(Rounding::truncate, Rounding::nearest)));

TEST(LifStep, EqualsTheStepInPiecesWhereCornersMeet) {
    const std::int32_t corners[] = {lowest, lowest + 1, -1, 0, 1, highest};
    const std::int32_t timers[] = {lowest, -1, 0, 1, highest};
    const std::uint16_t sums[] = {0, 1, 0xffff};
    Ticked all;  // every state with every pair of sums
    for (const std::int32_t v : corners)
        for (const std::int32_t exc : corners)
            for (const std::int32_t inh : corners)
                for (const std::int32_t timer : timers)
                    for (const std::uint16_t exc_sum : sums)
                        for (const std::uint16_t inh_sum : sums) {
                            all.slice.v.push_back({v});
                            all.slice.synapse[0].push_back({exc});
                            all.slice.synapse[1].push_back({inh});
                            all.slice.refractory_timer.push_back(timer);
                            all.sums[0].push_back(exc_sum);
                            all.sums[1].push_back(inh_sum);
                        }
    const auto n = static_cast<std::uint32_t>(all.slice.v.size());
    for (const ModelKind model : {ModelKind::if_curr_exp, ModelKind::if_cond_exp}) {
        for (const Rounding rounding : {Rounding::truncate, Rounding::nearest}) {
            for (std::uint32_t shift = 0; shift < 16; ++shift) {
                Ticked plain = all;
                plain.slice = load_lif(region_of(model, n));
                plain.slice.v = all.slice.v;
                plain.slice.synapse[0] = all.slice.synapse[0];
                plain.slice.synapse[1] = all.slice.synapse[1];
                plain.slice.refractory_timer = all.slice.refractory_timer;
                if (const std::int32_t extreme = corners[shift % 6]; shift >= 4) {  // 0 .. 3: a model's defaults
                    for_each_parameter(plain.slice, [&](auto& values) {
                        using Value = typename std::decay_t<decltype(values)>::value_type;
                        std::fill(values.begin(), values.end(), from_raw<Value>(extreme));
                    });
                    std::fill(plain.slice.i_offset.begin(), plain.slice.i_offset.end(), Accum{extreme});
                }
                compare_tick(plain, {shift, 15 - shift}, rounding, Tick{0});
                if (HasFatalFailure()) return;
            }
        }
    }
}

TEST(LifStep, RoundsStochasticallyAsTheStepInPiecesDoes) {
    Random random{5};
    for (const ModelKind model : {ModelKind::if_curr_exp, ModelKind::if_cond_exp}) {
        Ticked plain;
        plain.slice = load_lif(region_of(model, 100));
        for (std::uint32_t tick = 0; tick < 50; ++tick) {
            for (auto& sums : plain.sums) {
                sums.resize(128);
                std::generate(sums.begin(), sums.end(), [&] { return random.sum(); });
            }
            compare_tick(plain, {3, 4}, Rounding::stochastic, Tick{tick});
            if (HasFatalFailure()) return;
        }
    }
}

TEST(LifStep, ReadsOneValueForAllOnlyWhenAllAreEqual) {
    NeuronRegion region = region_of(ModelKind::if_cond_exp, 40);
    EXPECT_TRUE(load_lif(region).uniform);
    const auto parameters = describe(ModelKind::if_cond_exp).parameters;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        region.parameters[p][39] = {region.parameters[p][39].raw + 32768};
        EXPECT_EQ(load_lif(region).uniform, parameters[p].name == "i_offset") << parameters[p].name;
        region.parameters[p][39] = region.parameters[p][0];
    }
}

TEST(LifStep, TakesASliceWithoutAtoms) {
    Ticked empty;
    empty.slice = load_lif(region_of(ModelKind::if_curr_exp, 0));
    for (auto& sums : empty.sums) sums.assign(4, 9);
    tick_at_once(empty, {0, 0}, Rounding::truncate, Tick{0});
    EXPECT_TRUE(empty.spiking.empty());
    EXPECT_EQ(empty.sums[1], std::vector<std::uint16_t>(4, 0));
}

}  // namespace
}  // namespace spinn
