// The composed models, against values computed without them: closed forms, integrations in double precision, and the
// fused step. Membranes, synapses and their numbers: neural runtime, 2.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "one_neuron.hpp"
#include "runtime/cells.hpp"
#include "runtime/models/compositions.hpp"
#include "runtime/models/powers_of_two.hpp"

namespace spinn {
namespace {

constexpr double lsb = 0x1p-15;

TEST(Models, TheFusedStepHasTheBitsOfTheComposition) {
    for (const auto& [name, plain] :
         {std::pair{"IF_curr_exp", &models::plain_if_curr_exp}, std::pair{"IF_cond_exp", &models::plain_if_cond_exp}}) {
        for (const Rounding rounding : {Rounding::truncate, Rounding::nearest, Rounding::stochastic}) {
            constexpr std::uint32_t n = 37;
            NeuronRegion region = board_region(name, n, 0.1, {{"tau_refrac", 0.5}, {"cm", 0.2}});
            std::mt19937 random(11);
            for (auto& tau : region.parameters[7]) tau = to_accum(0.5 + 0.01 * static_cast<double>(random() % 1000));
            const auto fused = make_cells(region, rounding);
            const auto composed = plain->make(region, rounding);
            std::vector<std::uint32_t> of_fused(n), of_composed(n);
            std::uint32_t spikes = 0;
            for (std::uint32_t tick = 0; tick < 300; ++tick) {
                std::vector<std::uint16_t> exc(n), inh(n);
                for (auto& sum : exc) sum = static_cast<std::uint16_t>(random() % 9000);
                for (auto& sum : inh) sum = static_cast<std::uint16_t>(random() % 4000);
                std::vector<std::uint16_t> exc_again = exc, inh_again = inh;
                const std::uint32_t shift[2] = {3, 2};
                const std::vector<Accum> injected(tick % 3 == 0 ? n : 0, Accum{static_cast<std::int32_t>(tick * 50)});
                std::span<std::uint16_t> first[2] = {exc, inh}, second[2] = {exc_again, inh_again};
                const std::uint32_t a = fused->step(first, shift, Tick{tick}, injected, of_fused);
                const std::uint32_t b = composed->step(second, shift, Tick{tick}, injected, of_composed);
                spikes += a;
                ASSERT_EQ(a, b) << name << " tick " << tick;
                ASSERT_EQ(fused->state(), composed->state()) << name << " tick " << tick;
                ASSERT_EQ(fused->refractory_timer(), composed->refractory_timer());
                ASSERT_EQ(exc, std::vector<std::uint16_t>(n));
                ASSERT_EQ(exc_again, exc);
                for (std::uint32_t i = 0; i < a; ++i) ASSERT_EQ(of_fused[i], of_composed[i]);
            }
            EXPECT_GT(spikes, 50u) << name;
        }
    }
}

/// Every model on random input: as a whole, as two slices, resumed from its state, and in doubles.
class EveryModel : public testing::TestWithParam<std::string_view> {
 protected:
    static constexpr std::uint32_t n = 24, cut = 16;
    const ModelDescription& model = describe(model_by_name(GetParam()).value());

    std::vector<std::vector<std::uint16_t>> inputs(std::mt19937& random) const {
        std::vector<std::vector<std::uint16_t>> sums(model.receptors.size(), std::vector<std::uint16_t>(n));
        for (std::size_t r = 0; r < sums.size(); ++r)
            for (auto& sum : sums[r])
                if (random() % 8 == 0)
                    sum = static_cast<std::uint16_t>(
                        random() % (is_inhibitory(model, static_cast<std::uint32_t>(r)) ? 4000 : 16000));
        return sums;
    }
};

TEST_P(EveryModel, IsTheSameWholeAndInSlices) {
    for (const Rounding rounding : {Rounding::truncate, Rounding::stochastic}) {
        const NeuronRegion whole = board_region(GetParam(), n, 1.0, {{"tau_syn_E", 3.0}, {"tau_syn_I", 4.0}});
        NeuronRegion first = whole, second = whole;
        first.n_atoms = cut;
        second.n_atoms = n - cut;
        second.first_atom = cut;
        for (auto* rows : {&first.parameters, &first.state})
            for (auto& row : *rows) row.resize(cut);
        for (auto* rows : {&second.parameters, &second.state})
            for (auto& row : *rows) row.erase(row.begin(), row.begin() + cut);
        const std::unique_ptr<Cells> cells[3] = {make_cells(whole, rounding), make_cells(first, rounding),
                                                 make_cells(second, rounding)};
        std::mt19937 random(3);
        std::uint32_t spikes = 0;
        const int shift = model.conductance ? 9 : 4;
        for (std::uint32_t tick = 0; tick < 200; ++tick) {
            const auto sums = inputs(random);
            std::vector<std::uint32_t> spiking[3];
            for (std::size_t part = 0; part < 3; ++part) {
                const std::size_t begin = part == 2 ? cut : 0, end = part == 1 ? cut : n;
                for (std::size_t r = 0; r < sums.size(); ++r)
                    cells[part]->add_input(r, std::span(sums[r]).subspan(begin, end - begin), shift, Tick{tick});
                spiking[part].resize(n);
                spiking[part].resize(cells[part]->update(Tick{tick}, {}, spiking[part]));
            }
            spikes += static_cast<std::uint32_t>(spiking[0].size());
            for (const std::uint32_t atom : spiking[2]) spiking[1].push_back(atom + cut);
            ASSERT_EQ(spiking[0], spiking[1]) << "tick " << tick;
        }
        EXPECT_GT(spikes, 0u);
        const auto states = cells[0]->state();
        ASSERT_EQ(states.size(), model.state.size());
        for (std::size_t s = 0; s < states.size(); ++s) {
            auto joined = cells[1]->state()[s];
            const auto rest = cells[2]->state()[s];
            joined.insert(joined.end(), rest.begin(), rest.end());
            EXPECT_EQ(states[s], joined);
        }
    }
}

TEST_P(EveryModel, AgreesWithDoublesUntilTheFirstDifferentSpike) {
    // Below threshold, with few and small inputs: the difference is what fixed point does, and stays small.
    const Values changes = {{"tau_syn_E", 3.0}, {"tau_syn_I", 4.0}, {"v_thresh", 100.0}, {"tau_syn_E2", 6.0}};
    const auto board = make_cells(board_region(GetParam(), n, 1.0, changes), Rounding::nearest);
    RealRegion real = real_region(GetParam(), n, 1.0, changes);
    real.quantised = true;
    const auto exact = make_cells(real);
    std::mt19937 random(7);
    std::vector<std::uint32_t> spiking(n), spiking_exact(n);
    double largest = 0.0;
    const bool conductance = model.conductance;
    const bool steep = GetParam() == "Izhikevich" || GetParam() == "IZK_cond_exp" || !model.on_board;
    for (std::uint32_t tick = 0; tick < 60; ++tick) {
        const auto sums = inputs(random);
        for (std::size_t r = 0; r < sums.size(); ++r) {
            std::vector<double> as_doubles(n);
            for (std::uint32_t i = 0; i < n; ++i) as_doubles[i] = sums[r][i] * lsb / (conductance ? 1024.0 : 1.0);
            board->add_input(r, sums[r], 0, Tick{tick});
            exact->add_input(r, as_doubles, 0, Tick{tick});
        }
        for (std::uint32_t i = 0; i < n; ++i) {
            if (steep && exact->v()[i] > -55.0) continue;  // on the way to a spike
            largest = std::max(largest, std::abs(to_double(board->v()[i]) - exact->v()[i]));
        }
        const std::uint32_t a = board->update(Tick{tick}, {}, spiking),
                            b = exact->update(Tick{tick}, {}, spiking_exact);
        if (a != b) break;
    }
    EXPECT_LT(largest, steep ? 0.5 : 0.05);
}

std::vector<std::string_view> neuron_names() {
    std::vector<std::string_view> names;
    for (const ModelDescription& model : all_models())
        if (is_neuron(model.kind)) names.push_back(model.name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(Models, EveryModel, testing::ValuesIn(neuron_names()),
                         [](const auto& of) { return std::string(of.param); });

TEST(Delta, AnInputIsOneStepOfItsCharge) {
    // 0.5 nA ms in a step of dt: I = 0.5 / dt; v = R I (1 - e^(-dt/tau)), R = tau / cm = 80 MOhm.
    for (const double dt : {1.0, 0.1}) {
        Neuron neuron("IF_curr_delta", dt, {{"cm", 0.25}});
        neuron.tick({{0, 16384}});
        for (int i = 0; i < 5; ++i) neuron.tick();
        const double jump = 80.0 * 0.5 / dt * -std::expm1(-dt / 20.0);
        EXPECT_NEAR(neuron.exc[0], 0.5, lsb);
        EXPECT_EQ(neuron.exc[1], 0.0);
        EXPECT_NEAR(neuron.v[1] + 65.0, jump, 0.02) << dt;
        EXPECT_NEAR(neuron.v[5] + 65.0, jump * std::exp(-4.0 * dt / 20.0), 0.02) << dt;
    }
}

TEST(TruncatedDelta, AddsUpWithoutALeakAndStaysAboveReset) {
    Neuron neuron("IFTruncDelta", 1.0, {{"v_thresh", 10.0}, {"tau_refrac", 2.0}});
    neuron.tick({{0, 32768}});  // R = 1: v = 1
    neuron.tick({{0, 16384}});  // 1.5
    neuron.tick({{1, 32768}});  // 0.5
    neuron.tick({{1, 65535}});  // below v_reset: 0
    neuron.tick();
    EXPECT_EQ(std::vector<double>(neuron.v.begin() + 1, neuron.v.end()), (std::vector<double>{1.0, 1.5, 0.5, 0.0}));
    Neuron spiking("IFTruncDelta", 1.0, {{"v_thresh", 1.0}, {"tau_refrac", 2.0}});
    std::vector<bool> spikes;
    for (int i = 0; i < 6; ++i) spikes.push_back(spiking.tick({{0, 32768}}));
    EXPECT_EQ(spikes, (std::vector<bool>{true, false, false, true, false, false}));
}

TEST(DualExponential, EachReceptorHasItsTimeConstant) {
    Neuron neuron("IF_curr_dual_exp", 1.0, {{"tau_syn_E", 2.0}, {"tau_syn_E2", 10.0}, {"tau_syn_I", 5.0}});
    neuron.tick({{0, 32768}, {1, 16384}, {2, 8192}});
    for (int i = 0; i < 10; ++i) neuron.tick();
    for (const std::size_t k : {0u, 3u, 10u}) {
        const auto trace = [k](double weight, double tau) {  // area-preserving start, then exponential
            return weight * tau * -std::expm1(-1.0 / tau) * std::exp(-static_cast<double>(k) / tau);
        };
        EXPECT_NEAR(neuron.exc[k], trace(1.0, 2.0) + trace(0.5, 10.0), 5e-4) << k;
        EXPECT_NEAR(neuron.inh[k], trace(0.25, 5.0), 5e-4) << k;
    }
}

TEST(AlphaSynapse, HasTheShapeOfAnAlphaFunction) {
    // w t / tau^2 e^(-t / tau), whose area is w * 1 ms.
    constexpr double dt = 0.1, tau = 2.0;
    Neuron neuron("IF_curr_alpha", dt, {{"tau_syn_E", tau}, {"tau_syn_I", 4.0}});
    neuron.tick({{0, 49152}, {1, 32768}});
    for (int i = 0; i < 100; ++i) neuron.tick();
    double largest = 0.0;
    for (std::size_t k = 0; k < 100; ++k) {
        const double t = dt * static_cast<double>(k);
        EXPECT_NEAR(neuron.exc[k], 1.5 * t / (tau * tau) * std::exp(-t / tau), 5e-3) << k;
        EXPECT_NEAR(neuron.inh[k], t / 16.0 * std::exp(-t / 4.0), 5e-3) << k;
        largest = std::max(largest, neuron.exc[k]);
    }
    EXPECT_NEAR(largest, 1.5 / tau / std::exp(1.0), 5e-3);
}

TEST(AlphaSynapse, ASecondInputAddsToTheFirst) {
    constexpr double dt = 0.1, tau = 2.0;
    Neuron neuron("IF_curr_alpha", dt, {{"tau_syn_E", tau}});
    neuron.tick({{0, 32768}});
    for (int i = 1; i < 12; ++i) neuron.tick();
    neuron.tick({{0, 32768}});  // tick 12
    for (int i = 13; i < 60; ++i) neuron.tick();
    const auto alpha = [](double t) { return t < 0.0 ? 0.0 : t / (tau * tau) * std::exp(-t / tau); };
    for (std::size_t k = 0; k < 60; ++k) {
        const double t = dt * static_cast<double>(k);
        EXPECT_NEAR(neuron.exc[k], alpha(t) + alpha(t - 1.2), 5e-3) << k;
    }
}

/// Izhikevich's equations with steps of 1 us. @return spike times in ms
std::vector<double> izhikevich_spikes(double a, double b, double c, double d, double current, double end_ms) {
    using State = std::array<double, 2>;  // v, u
    State y{-70.0, -14.0};
    std::vector<double> spikes;
    const auto slope = [&](const State& at) {
        const auto [v, u] = at;
        return State{0.04 * v * v + 5.0 * v + 140.0 - u + current, a * (b * v - u)};
    };
    integrate(y, 0.001, end_ms, slope, [&](double t, State& at) {
        if (at[0] < 30.0) return;
        spikes.push_back(t);
        at[0] = c;
        at[1] += d;
    });
    return spikes;
}

TEST(Izhikevich, SpikesWhenAFineIntegrationDoes) {
    // Regular spiking with adaptation, fast spiking; Hopkins and Furber's step stays within 2 % of the interval.
    const struct {
        double a, b, c, d, current;
    } cells[] = {{0.02, 0.2, -65.0, 8.0, 10.0}, {0.1, 0.2, -65.0, 2.0, 10.0}};
    for (const auto& cell : cells) {
        const std::vector<double> exact = izhikevich_spikes(cell.a, cell.b, cell.c, cell.d, cell.current, 300.0);
        Neuron neuron("Izhikevich", 0.1,
                      {{"a", cell.a}, {"b", cell.b}, {"c", cell.c}, {"d", cell.d}, {"i_offset", cell.current}});
        std::vector<double> spikes;
        for (int tick = 0; tick < 3000; ++tick)
            if (neuron.tick()) spikes.push_back(0.1 * tick);
        ASSERT_GT(exact.size(), 4u);
        ASSERT_NEAR(static_cast<double>(spikes.size()), static_cast<double>(exact.size()), 1.0);
        EXPECT_NEAR(spikes[0], exact[0], 0.3);
        const double interval = (spikes.back() - spikes[0]) / static_cast<double>(spikes.size() - 1);
        const double exact_interval = (exact.back() - exact[0]) / static_cast<double>(exact.size() - 1);
        EXPECT_NEAR(interval / exact_interval, 1.0, 0.02);
    }
}

TEST(Izhikevich, OneStepIsTheBoards) {
    // By hand from neural runtime 2.5, dt 1, v -70, u -14, I 0: every product floors.
    const auto mul = [](std::int64_t a, std::int64_t b) { return (a * b) >> 15; };
    constexpr std::int64_t one = 32768;
    const std::int64_t v = -70 * one, u = -14 * one, a = 655, b = 6554, h = one, m = 1311;
    const std::int64_t p = 140 * one - u, alpha = p + mul(5 * one + mul(m, v), v), eta = v + (mul(h, alpha) >> 1);
    const std::int64_t beta = mul(h, mul(mul(b, v) - u, a)) >> 1;
    const std::int64_t v1 = v + mul(h, p - beta + mul(5 * one + mul(m, eta), eta));
    const std::int64_t u1 = u + mul(mul(a, h), -u - beta + mul(b, eta));
    Neuron neuron("Izhikevich", 1.0);
    neuron.tick();
    EXPECT_EQ(neuron.state()[0], static_cast<double>(v1) * lsb);
    EXPECT_EQ(neuron.state()[1], static_cast<double>(u1) * lsb);
}

TEST(Ca2Adaptation, EachSpikeAddsToACurrentThatDecays) {
    Neuron neuron("IFCurrExpCa2Adaptive", 1.0, {{"i_offset", 2.0}, {"tau_ca2", 50.0}, {"i_alpha", 0.3}});
    double calcium = 0.0;
    int spikes = 0;
    std::vector<int> intervals;
    for (int tick = 0, last = 0; tick < 500; ++tick) {
        calcium *= std::exp(-1.0 / 50.0);
        if (neuron.tick()) {
            calcium += 0.3;
            intervals.push_back(tick - last);
            last = tick;
            ++spikes;
        }
        ASSERT_NEAR(neuron.state()[3], calcium, 3e-3) << tick;
    }
    ASSERT_GT(spikes, 5);
    EXPECT_GT(intervals.back(), intervals[1]);
    // What it does to the membrane: the first step after a spike of v_reset = v_rest sees i_offset - i_ca2.
    Neuron quiet("IFCurrExpCa2Adaptive", 1.0, {{"i_ca2", 0.5}, {"tau_ca2", 50.0}});
    quiet.tick();
    quiet.tick();
    EXPECT_NEAR(quiet.v[1] + 65.0, -0.5 * std::exp(-0.02) * 20.0 * -std::expm1(-0.05), 2e-3);
}

TEST(MaassThreshold, SpikesWithItsProbability) {
    // v held at v_rest: exponent e = (v - v_thresh) / du_thresh.
    for (const double e : {-1.0, 0.0, 2.0, 6.0}) {
        constexpr std::uint32_t n = 256;
        const auto cells =
            make_cells(board_region("IFCondExpStoc", n, 1.0,
                                    {{"v_thresh", -65.0 - 0.5 * e}, {"tau_refrac", 0.0}, {"tau_thresh", 2.0}}),
                       Rounding::truncate);
        std::vector<std::uint32_t> spiking(n);
        double spikes = 0.0;
        constexpr int ticks = 400;
        for (std::uint32_t tick = 0; tick < ticks; ++tick) spikes += cells->update(Tick{tick}, {}, spiking);
        const double p = e < 5.0 ? 0.8 * -std::expm1(-std::exp(e) / 2.0 * 0.1) : 0.8, draws = n * ticks;
        EXPECT_NEAR(spikes / draws, p, 4.0 * std::sqrt(p * (1.0 - p) / draws) + 1e-4) << e;
    }
}

TEST(Semd, TheSecondInputCountsByWhatTheFirstHasLeft) {
    const Values parameters = {{"tau_syn_E", 20.0}, {"tau_syn_E2", 20.0}, {"scaling_factor", 4.0}, {"v_thresh", 0.0}};
    Neuron neuron("IF_curr_exp_sEMD", 1.0, parameters);
    neuron.tick({{0, 16384}});
    for (int i = 1; i < 5; ++i) neuron.tick();
    neuron.tick({{1, 16384}});  // tick 5
    neuron.tick();
    neuron.tick();
    const double start = 0.5 * 20.0 * -std::expm1(-1.0 / 20.0);
    EXPECT_NEAR(neuron.state()[4], start * std::exp(-5.0 / 20.0), 1e-3);  // multiplicator: exc at tick 5, kept
    // The membrane by double precision: v' = v_rest + R I - e^(-1/20) (v_rest + R I - v), R = 20.
    double v = -65.0, mult = 0.0;
    for (int k = 0; k < 7; ++k) {
        const double exc = start * std::exp(-k / 20.0), exc2 = k < 5 ? 0.0 : start * std::exp(-(k - 5) / 20.0);
        if (k == 5) mult = exc;
        const double drive = -65.0 + 20.0 * (exc + exc2 * mult * 4.0);
        v = drive - std::exp(-0.05) * (drive - v);
    }
    EXPECT_NEAR(neuron.v[7], v, 0.02);
    // Without the first input the second one counts by nothing.
    Neuron alone("IF_curr_exp_sEMD", 1.0, parameters);
    alone.tick({{1, 16384}});
    alone.tick();
    EXPECT_EQ(alone.v[1], -65.0);
}

TEST(PowersOfTwo, AreWithinTheirTables) {
    for (double p = -15.9; p < 15.9; p += 0.173)
        EXPECT_NEAR(models::power_of_two(to_accum(p)) * 0x1p-16, std::exp2(p), 2e-4 + 4e-4 * std::exp2(p)) << p;
    EXPECT_EQ(models::power_of_two(to_accum(16.0)), 0xffffffffu);
    EXPECT_EQ(models::power_of_two(to_accum(-16.0)), 0u);
    EXPECT_EQ(models::power_of_two(to_accum(0.0)), 65536u);
    for (double v = -8.0; v < 3.3; v += 0.217)
        EXPECT_NEAR(models::probability_of(models::u1616_of(to_accum(0.1)), to_accum(v)) * 0x1p-32,
                    std::min(1.0, 0.1 * std::exp2(v)), 1e-3)
            << v;
    EXPECT_EQ(models::probability_of(models::u1616_of(to_accum(0.5)), to_accum(1.0)), 0xffffffffu);
    for (double v = -4.0; v < 8.0; v += 0.31)
        EXPECT_NEAR(models::sigma_probability(to_accum(v)) * 0x1p-32, std::exp2(-std::exp2(-v)), 1e-3) << v;
}

/// Spikes per step of n neurons that are not in a run of spikes after a spike.
double probability_of(std::string_view model, const Values& changes, int ticks) {
    constexpr std::uint32_t n = 512;
    const auto cells = make_cells(board_region(model, n, 1.0, changes), Rounding::truncate);
    std::vector<std::uint32_t> spiking(n);
    double spikes = 0.0;
    for (std::uint32_t tick = 0; tick < static_cast<std::uint32_t>(ticks); ++tick)
        spikes += cells->update(Tick{tick}, {}, spiking);
    return spikes / (n * ticks);
}

TEST(StochasticModels, SpikeWithTheirProbability) {
    constexpr int ticks = 200;
    const auto tolerance = [](double p) { return 4.0 * std::sqrt(p * (1.0 - p) / (512 * ticks)) + 1e-3; };
    // tau just above one step: no run of spikes longer than two steps; each spike is followed by one.
    const double p = std::exp2(-2.0) / 1.5, rate = 2.0 * p / (1.0 + p);
    EXPECT_NEAR(probability_of("StocExp", {{"tau", 1.5}, {"bias", -2.0}}, ticks), rate, 2.0 * tolerance(rate));
    const double sigma = std::exp2(-std::exp2(-0.5));
    EXPECT_NEAR(probability_of("StocSigma", {{"bias", 0.5}}, ticks), sigma, tolerance(sigma));
    EXPECT_NEAR(probability_of("StocExpStable", {{"tau", 0.2}}, ticks), 0.2, tolerance(0.2));
}

TEST(StochasticModels, SpikeInEveryStepOfTheirRefractoryTime) {
    Neuron neuron("StocExp", 1.0, {{"tau", 4.0}, {"bias", -100.0}});
    std::vector<bool> spikes;
    spikes.push_back(neuron.tick({{0, 65535}}));
    for (int i = 0; i < 2; ++i) spikes.push_back(neuron.tick());
    EXPECT_EQ(spikes, (std::vector<bool>{false, false, false}));
    EXPECT_NEAR(neuron.v[0], -98.0, lsb) << "v is bias + exc - inh of this step";
    EXPECT_EQ(neuron.v[1], -100.0);
    Neuron sure("StocExp", 1.0, {{"tau", 4.0}, {"bias", 0.0}});
    spikes.assign(1, sure.tick({{0, 65535}}));  // 2^2 / 4: certain
    EXPECT_TRUE(spikes[0]);
    for (int i = 1; i < 4; ++i) EXPECT_TRUE(sure.tick()) << i;
    EXPECT_EQ(sure.v[1], 0.0) << "0 while it spikes";
}

TEST(StochasticModels, TheStableOneKeepsItsVoltage) {
    Neuron neuron("StocExpStable", 1.0, {{"tau", 0.0}, {"v_reset", -1.0}});
    neuron.tick({{0, 32768}});
    neuron.tick({{0, 16384}});
    neuron.tick({{1, 65535}});
    neuron.tick({{1, 65535}});
    neuron.tick();
    EXPECT_EQ(neuron.v[0], 1.0);
    EXPECT_EQ(neuron.v[1], 1.5);
    EXPECT_NEAR(neuron.v[2], -0.5, 2 * lsb);
    EXPECT_NEAR(neuron.v[4], -1.0, lsb) << "no lower than v_reset";
}

}  // namespace
}  // namespace spinn
