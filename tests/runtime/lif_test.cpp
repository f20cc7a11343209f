#include "runtime/lif.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "runtime/random.hpp"

namespace spinn {
namespace {

using Values = std::map<std::string, double, std::less<>>;

/// A region of n equal neurons: the model's defaults, with some values changed.
NeuronRegion region_of(ModelKind model, std::uint32_t n, double timestep_ms, const Values& changes = {}) {
    NeuronRegion region;
    region.model = model;
    region.n_atoms = n;
    region.timestep_ms = to_accum(timestep_ms);
    const auto value_of = [&changes](const ParameterDescription& d) {
        const auto found = changes.find(d.name);
        return to_accum(found == changes.end() ? d.default_value : found->second);
    };
    for (const auto& d : describe(model).parameters) region.parameters.emplace_back(n, value_of(d));
    for (const auto& d : describe(model).state) region.state.emplace_back(n, value_of(d));
    return region;
}

std::uint32_t step(LifSlice& slice, std::uint32_t tick, std::vector<std::uint32_t>& spiking,
                   Rounding rounding = Rounding::truncate) {
    spiking.resize(slice.n_atoms);
    return update(slice, Tick{tick}, rounding, spiking);
}

TEST(Lif, RelaxesAsTheBoardDoes) {  // neural runtime, 2.4: tau_m 20, cm 1, v_rest -65, I 0.8 (raw 26214)
    NeuronRegion region = region_of(ModelKind::if_curr_exp, 1, 1.0);
    region.parameters[6][0] = {26214};
    LifSlice slice = load_lif(region);
    std::vector<std::uint32_t> spiking;
    EXPECT_EQ(slice.v[0], to_accum(-65.0));
    for (const std::int32_t raw : {-2104352, -2080031, -2056896, -2034889, -2013955}) {
        EXPECT_EQ(step(slice, 0, spiking), 0u);
        EXPECT_EQ(slice.v[0].raw, raw);
    }
}

TEST(Lif, ConstantsAreThoseOfTheBoard) {
    const LifConstants c =
        lif_constants(to_accum(20), to_accum(0.25), to_accum(2), to_accum(5), to_accum(10), to_accum(1));
    EXPECT_EQ(c.resistance, to_accum(80));
    EXPECT_EQ(c.exp_tc.raw, 31170);
    EXPECT_EQ(c.refractory_steps, 2);
    EXPECT_EQ(c.decay[0].raw, 3516490311u);
    EXPECT_EQ(c.decay[1].raw, 3886339153u);
    EXPECT_EQ(c.init[0].raw, 3892384920u);
    EXPECT_EQ(c.init[1].raw, 4086281420u);
}

TEST(Lif, RefractoryTimeIsRoundedUpToWholeSteps) {
    const auto steps = [](double tau_refrac, double timestep) {
        return lif_constants(to_accum(20), to_accum(1), to_accum(tau_refrac), to_accum(5), to_accum(5),
                             to_accum(timestep))
            .refractory_steps;
    };
    EXPECT_EQ(steps(0.1, 1.0), 1);
    EXPECT_EQ(steps(0.0, 1.0), 0);
    EXPECT_EQ(steps(2.0, 0.1), 20);
    EXPECT_EQ(steps(5.0, 0.1), 50);
    EXPECT_EQ(steps(2.01, 1.0), 3);
}

TEST(Lif, IsSilentForExactlyItsRefractorySteps) {
    LifSlice slice = load_lif(region_of(ModelKind::if_curr_exp, 1, 1.0, {{"i_offset", 1000}, {"tau_refrac", 3}}));
    std::vector<std::uint32_t> spiking;
    std::string train;
    for (std::uint32_t tick = 0; tick < 9; ++tick) train += step(slice, tick, spiking) == 1 ? '|' : '.';
    EXPECT_EQ(train, "|...|...|");
}

TEST(Lif, TheThresholdIsTestedInRefractorinessToo) {
    // A reset at the threshold spikes in every step, on the held membrane.
    LifSlice slice = load_lif(
        region_of(ModelKind::if_curr_exp, 1, 1.0, {{"v", -50}, {"v_reset", -50}, {"v_rest", -50}, {"tau_refrac", 3}}));
    std::vector<std::uint32_t> spiking;
    for (std::uint32_t tick = 0; tick < 5; ++tick) EXPECT_EQ(step(slice, tick, spiking), 1u);
}

TEST(Lif, AnInputIsRecordedInItsTickAndScaledByInit) {
    LifSlice slice = load_lif(region_of(ModelKind::if_curr_exp, 2, 1.0));
    add_input(slice, 0, std::vector<std::uint16_t>{0, 16384}, 1, Rounding::truncate, Tick{0});
    EXPECT_EQ(recorded_gsyn(slice, 0, 0).raw, 0);
    EXPECT_EQ(recorded_gsyn(slice, 0, 1).raw, 29696);  // floor(0.90627 * 32768)
    EXPECT_EQ(recorded_gsyn(slice, 1, 1).raw, 0);
    EXPECT_EQ(slice.v[1], to_accum(-65.0));
}

TEST(Lif, ConductancesAreRecordedInMicrosiemens) {
    LifSlice slice = load_lif(region_of(ModelKind::if_cond_exp, 1, 1.0, {{"isyn_inh", 10.24}}));
    EXPECT_EQ(recorded_gsyn(slice, 1, 0).raw, to_accum(10.24).raw >> 10);
    EXPECT_EQ(state_scale(ModelKind::if_cond_exp, 0), 1.0);
    EXPECT_EQ(state_scale(ModelKind::if_cond_exp, 1), 1024.0);
    EXPECT_EQ(state_scale(ModelKind::if_curr_exp, 1), 1.0);
}

TEST(Lif, StoredStateContinuesExactly) {
    NeuronRegion region =
        region_of(ModelKind::if_curr_exp, 1, 1.0, {{"i_offset", 1.1}, {"isyn_exc", 3}, {"tau_refrac", 7}});
    LifSlice whole = load_lif(region);
    std::vector<std::uint32_t> spiking;
    std::uint32_t tick = 0;
    while (step(whole, tick, spiking) == 0) ++tick;
    step(whole, ++tick, spiking);
    region.state = {whole.v, whole.synapse[0], whole.synapse[1]};
    region.refractory_timer = whole.refractory_timer;
    EXPECT_GT(region.refractory_timer[0], 0);
    LifSlice resumed = load_lif(region);
    for (++tick; tick < 200; ++tick) {
        ASSERT_EQ(step(whole, tick, spiking), step(resumed, tick, spiking));
        ASSERT_EQ(whole.v, resumed.v);
    }
}

/// The 1,000-step sequences of tests/runtime/lif_golden.py, which works in unbounded integers.
struct Golden {
    ModelKind model;
    double timestep;
    Values changes;
    std::uint64_t hash;
    std::uint32_t spikes;
    std::int32_t last_v;
};

TEST(Lif, EqualsAnIndependentIntegerScriptForAThousandSteps) {
    const Values base = {{"v_reset", -67.5}, {"tau_refrac", 2}, {"i_offset", 0.3}, {"tau_syn_I", 10}, {"e_rev_I", -70}};
    const Golden cases[] = {{ModelKind::if_curr_exp, 1.0, {}, 0x67e0a44ca0a26c8d, 85, -2189134},
                            {ModelKind::if_curr_exp,
                             0.1,
                             {{"tau_m", 10}, {"cm", 0.25}, {"tau_syn_E", 0.5}, {"tau_syn_I", 1}},
                             0xe8f7a59b5869f3ec,
                             24,
                             -2203391},
                            {ModelKind::if_cond_exp, 1.0, {}, 0x6da34e7f4f7ccde1, 46, -1931012},
                            {ModelKind::if_cond_exp,
                             0.1,
                             {{"cm", 0.2}, {"i_offset", -0.1}, {"e_rev_I", -80}},
                             0xee84d821527558fa,
                             42,
                             -2211840}};
    for (const Golden& golden : cases) {
        Values changes = golden.changes;
        changes.insert(base.begin(), base.end());
        LifSlice slice = load_lif(region_of(golden.model, 1, golden.timestep, changes));
        std::uint32_t lcg = 12345, spikes = 0;
        std::uint64_t hash = 0xcbf29ce484222325u;
        std::vector<std::uint32_t> spiking;
        for (std::uint32_t tick = 0; tick < 1000; ++tick) {
            for (const int receptor : {0, 1}) {
                lcg = lcg * 1664525u + 1013904223u;
                const std::uint32_t ring = (lcg >> 8) % 4 == 0 ? (lcg >> 16) >> (4 * receptor) : 0;
                add_input(slice, receptor, std::vector{static_cast<std::uint16_t>(ring)},
                          golden.model == ModelKind::if_cond_exp ? 4 : 1, Rounding::truncate, Tick{tick});
            }
            const std::uint32_t spiked = step(slice, tick, spiking);
            spikes += spiked;
            for (const std::int32_t raw : {slice.v[0].raw, slice.synapse[0][0].raw, slice.synapse[1][0].raw,
                                           static_cast<std::int32_t>(spiked)}) {
                for (int byte = 0; byte < 4; ++byte)
                    hash = (hash ^ (static_cast<std::uint32_t>(raw) >> (8 * byte) & 0xffu)) * 0x100000001b3u;
            }
        }
        EXPECT_EQ(hash, golden.hash);
        EXPECT_EQ(spikes, golden.spikes);
        EXPECT_EQ(slice.v[0].raw, golden.last_v);
    }
}

/// One neuron, written from the page step by step: 64-bit products, one operation a line.
struct PlainNeuron {
    std::int64_t v, synapse[2], timer;
    bool spiked = false;
};

std::int64_t wrapped(std::int64_t x) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(x)));
}

struct PlainRounding {
    Rounding rounding;
    std::uint64_t seed;
    std::uint32_t population, neuron, tick;

    std::int64_t offset(LifProduct product, int bits) const {
        if (rounding == Rounding::truncate) return 0;
        if (rounding == Rounding::nearest) return std::int64_t{1} << (bits - 1);
        const auto p = static_cast<std::uint32_t>(product);
        return random_block(seed, DrawUse::stochastic_rounding, tick, neuron, population, p / 4)[p % 4] >> (32 - bits);
    }
    std::int64_t mul(std::int64_t a, std::int64_t b, LifProduct product) const {
        return wrapped((a * b + offset(product, 15)) >> 15);
    }
    std::int64_t decay(std::int64_t x, std::uint32_t d, LifProduct product) const {
        return (x * static_cast<std::int64_t>(d) + offset(product, 32)) >> 32;
    }
};

void plain_step(PlainNeuron& n, const LifSlice& p, std::size_t i, const std::uint16_t (&ring)[2], int shift,
                const PlainRounding& round) {
    for (std::size_t r = 0; r < 2; ++r) {
        const std::int64_t input = static_cast<std::int64_t>(ring[r]) << shift;
        n.synapse[r] = wrapped(n.synapse[r] + round.decay(input, p.init[r][i].raw,
                                                          r == 0 ? LifProduct::input_exc : LifProduct::input_inh));
    }
    std::int64_t exc = n.synapse[0], inh = n.synapse[1];
    if (p.model == ModelKind::if_cond_exp) {
        exc = round.mul(exc >> 10, wrapped(p.e_rev[0][i].raw - n.v), LifProduct::conductance_exc);
        inh = wrapped(-round.mul(inh >> 10, wrapped(p.e_rev[1][i].raw - n.v), LifProduct::conductance_inh));
    }
    if (n.timer <= 0) {
        const std::int64_t input = wrapped(exc - inh + p.i_offset[i].raw);
        const std::int64_t alpha = wrapped(round.mul(input, p.resistance[i].raw, LifProduct::drive) + p.v_rest[i].raw);
        n.v = wrapped(alpha - round.mul(p.exp_tc[i].raw, wrapped(alpha - n.v), LifProduct::relaxation));
    } else {
        n.timer -= 1;
    }
    n.spiked = n.v >= p.v_thresh[i].raw;
    if (n.spiked) {
        n.v = p.v_reset[i].raw;
        n.timer = p.refractory_steps[i];
    }
    n.synapse[0] = round.decay(n.synapse[0], p.decay[0][i].raw, LifProduct::decay_exc);
    n.synapse[1] = round.decay(n.synapse[1], p.decay[1][i].raw, LifProduct::decay_inh);
}

class LifTwin : public testing::TestWithParam<std::tuple<ModelKind, Rounding>> {};

TEST_P(LifTwin, EqualsTheVectorLoopsOnRandomStatesAndCorners) {
    const auto [model, rounding] = GetParam();
    constexpr std::uint32_t n = 2003;  // not a multiple of any vector length
    std::mt19937 random(static_cast<std::uint32_t>(model) * 10 + static_cast<std::uint32_t>(rounding));
    const std::int32_t corners[] = {-0x7fffffff - 1, -0x7fffffff, -32768, -1, 0, 1, 32767, 32768, 0x7fffffff};
    const auto any = [&]() -> std::int32_t {
        const auto draw = static_cast<std::int32_t>(random());
        switch (random() % 4) {
            case 0:
                return corners[random() % 9];
            case 1:
                return draw >> 8;
            case 2:
                return -65 * 32768 + (draw >> 12);
            default:
                return draw;
        }
    };
    NeuronRegion region = region_of(model, n, 0.1);
    region.seed = 77;
    region.population = 3;
    region.first_atom = 5000;
    LifSlice slice = load_lif(region);
    for (int round = 0; round < 100; ++round) {  // fresh states, then five steps on: a million neuron steps a case
        std::vector<PlainNeuron> plain(n);
        for (std::uint32_t i = 0; i < n; ++i) {
            for (auto* values : {&slice.v, &slice.synapse[0], &slice.synapse[1], &slice.v_rest, &slice.v_reset,
                                 &slice.v_thresh, &slice.i_offset, &slice.resistance}) {
                (*values)[i] = {any()};
            }
            if (model == ModelKind::if_cond_exp) slice.e_rev[0][i] = {any()}, slice.e_rev[1][i] = {any()};
            slice.exp_tc[i] = {static_cast<std::int32_t>(random() % 32769)};
            slice.refractory_timer[i] = static_cast<std::int32_t>(random() % 4) - 1;
            slice.refractory_steps[i] = static_cast<std::int32_t>(random() % 4);
            for (std::size_t r = 0; r < 2; ++r) {
                slice.decay[r][i] = {random() % 8 == 0 ? 0xffffffffu : static_cast<std::uint32_t>(random())};
                slice.init[r][i] = {random() % 8 == 0 ? 0u : static_cast<std::uint32_t>(random())};
            }
            plain[i] = {slice.v[i].raw, {slice.synapse[0][i].raw, slice.synapse[1][i].raw}, slice.refractory_timer[i]};
        }
        const int shift = static_cast<int>(random() % 16);
        for (std::uint32_t tick = 0; tick < 5; ++tick) {
            std::vector<std::uint16_t> rings[2] = {std::vector<std::uint16_t>(n), std::vector<std::uint16_t>(n)};
            for (auto& ring : rings) {
                for (auto& weight : ring)
                    weight = static_cast<std::uint16_t>(random() % 3 == 0 ? random() : random() % 2 * 0xffffu);
            }
            for (const int receptor : {0, 1}) add_input(slice, receptor, rings[receptor], shift, rounding, Tick{tick});
            std::vector<std::uint32_t> spiking(n), expected;
            spiking.resize(update(slice, Tick{tick}, rounding, spiking));
            for (std::uint32_t i = 0; i < n; ++i) {
                plain_step(plain[i], slice, i, {rings[0][i], rings[1][i]}, shift, {rounding, 77, 3, 5000 + i, tick});
                ASSERT_EQ(slice.v[i].raw, plain[i].v);
                ASSERT_EQ(slice.synapse[0][i].raw, plain[i].synapse[0]);
                ASSERT_EQ(slice.synapse[1][i].raw, plain[i].synapse[1]);
                ASSERT_EQ(slice.refractory_timer[i], plain[i].timer);
                if (plain[i].spiked) expected.push_back(i);
            }
            ASSERT_EQ(spiking, expected);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllModelsAndRoundings, LifTwin,
                         testing::Combine(testing::Values(ModelKind::if_curr_exp, ModelKind::if_cond_exp),
                                          testing::Values(Rounding::truncate, Rounding::nearest,
                                                          Rounding::stochastic)));

TEST(Lif, StochasticRoundingDoesNotDependOnTheSlice) {
    NeuronRegion whole_region = region_of(ModelKind::if_cond_exp, 20, 1.0, {{"isyn_exc", 5}});
    NeuronRegion part_region = region_of(ModelKind::if_cond_exp, 8, 1.0, {{"isyn_exc", 5}});
    part_region.first_atom = 12;
    LifSlice whole = load_lif(whole_region), part = load_lif(part_region);
    std::vector<std::uint32_t> spiking;
    for (std::uint32_t tick = 0; tick < 20; ++tick) {
        step(whole, tick, spiking, Rounding::stochastic);
        step(part, tick, spiking, Rounding::stochastic);
    }
    EXPECT_EQ(std::vector<Accum>(whole.v.begin() + 12, whole.v.end()), part.v);
    EXPECT_NE(whole.v[0], whole.v[1]);
}

}  // namespace
}  // namespace spinn
