// The composed models, against values computed without them: closed forms, integrations in double precision, and the
// fused step. Membranes, synapses and their numbers: neural runtime, 2.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "runtime/cells.hpp"
#include "runtime/models/compositions.hpp"
#include "runtime/models/powers_of_two.hpp"

namespace spinn {
namespace {

using Values = std::map<std::string, double, std::less<>>;

template <class Number>
Number number(double value);
template <>
Accum number<Accum>(double value) {
    return to_accum(value);
}
template <>
double number<double>(double value) {
    return value;
}

/// A region of n equal neurons: the model's defaults, with some values changed.
template <class Region, class Number>
Region region_as(std::string_view name, std::uint32_t n, double timestep_ms, const Values& changes) {
    Region region;
    region.model = model_by_name(name).value();
    region.n_atoms = n;
    region.timestep_ms = number<Number>(timestep_ms);
    region.seed = 5;
    region.population = 3;
    const auto value_of = [&](const ParameterDescription& d, double scale) {
        const auto found = changes.find(d.name);
        return number<Number>((found == changes.end() ? d.default_value : found->second) * scale);
    };
    const ModelDescription& model = describe(region.model);
    for (const auto& d : model.parameters) region.parameters.emplace_back(n, value_of(d, 1.0));
    for (std::size_t i = 0; i < model.state.size(); ++i) {
        const double scale = std::is_same_v<Number, Accum> ? state_scale(region.model, i) : 1.0;
        region.state.emplace_back(n, value_of(model.state[i], scale));
    }
    return region;
}
NeuronRegion board_region(std::string_view name, std::uint32_t n, double timestep_ms, const Values& changes = {}) {
    return region_as<NeuronRegion, Accum>(name, n, timestep_ms, changes);
}
RealRegion real_region(std::string_view name, std::uint32_t n, double timestep_ms, const Values& changes = {}) {
    return region_as<RealRegion, double>(name, n, timestep_ms, changes);
}

/// One neuron of a model on the board's numbers, and what happens to it tick by tick.
class Neuron {
 public:
    Neuron(std::string_view model, double timestep_ms, const Values& changes = {})
        : cells_(make_cells(board_region(model, 1, timestep_ms, changes), Rounding::truncate)),
          n_receptors_(describe(model_by_name(model).value()).receptors.size()) {}

    /// Inputs in raw s16.15, by receptor. @return whether it spiked
    bool tick(const std::map<std::size_t, std::uint16_t>& inputs = {}, std::int32_t injected_raw = 0) {
        for (std::size_t r = 0; r < n_receptors_; ++r) {
            const auto found = inputs.find(r);
            const std::uint16_t sum = found == inputs.end() ? std::uint16_t{0} : found->second;
            cells_->add_input(r, std::span(&sum, 1), 0, Tick{tick_});
        }
        v.push_back(to_double(cells_->v()[0]));
        exc.push_back(to_double(cells_->gsyn(false)[0]));
        inh.push_back(to_double(cells_->gsyn(true)[0]));
        const Accum injected{injected_raw};
        std::uint32_t spiking[1];
        const std::span<const Accum> currents(&injected, injected_raw == 0 ? 0 : 1);
        return cells_->update(Tick{tick_++}, currents, spiking) == 1;
    }
    std::vector<double> state() const {
        std::vector<double> values;
        for (const auto& column : cells_->state()) values.push_back(to_double(column[0]));
        return values;
    }
    std::vector<double> v, exc, inh;  ///< as recorded, by tick

 private:
    std::unique_ptr<Cells> cells_;
    std::size_t n_receptors_;
    std::uint32_t tick_ = 0;
};

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

/// Izhikevich's equations by the classic Runge-Kutta rule with steps of 1 us. @return spike times in ms
std::vector<double> izhikevich_spikes(double a, double b, double c, double d, double current, double end_ms) {
    double v = -70.0, u = -14.0;
    std::vector<double> spikes;
    constexpr double h = 0.001;
    const auto dv = [&](double x, double y) { return 0.04 * x * x + 5.0 * x + 140.0 - y + current; };
    const auto du = [&](double x, double y) { return a * (b * x - y); };
    for (double t = 0.0; t < end_ms; t += h) {
        const double k1 = dv(v, u), l1 = du(v, u), k2 = dv(v + h / 2 * k1, u + h / 2 * l1),
                     l2 = du(v + h / 2 * k1, u + h / 2 * l1), k3 = dv(v + h / 2 * k2, u + h / 2 * l2),
                     l3 = du(v + h / 2 * k2, u + h / 2 * l2), k4 = dv(v + h * k3, u + h * l3),
                     l4 = du(v + h * k3, u + h * l3);
        v += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        u += h / 6 * (l1 + 2 * l2 + 2 * l3 + l4);
        if (v >= 30.0) {
            spikes.push_back(t);
            v = c;
            u += d;
        }
    }
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

TEST(AlphaConductance, RisesToTheWeightAtItsTimeConstant) {
    constexpr double dt = 0.1, tau = 2.0, weight = 0.02;
    Neuron neuron("IF_cond_alpha", dt, {{"tau_syn_E", tau}, {"tau_syn_I", 5.0}, {"v_thresh", 0.0}});
    neuron.tick({{0, static_cast<std::uint16_t>(std::lround(weight * 1024.0 * 32768.0 / 16.0))}});
    EXPECT_EQ(neuron.exc[0], 0.0);
    double largest = 0.0;
    for (int k = 1; k < 100; ++k) {
        neuron.tick();
        const double t = dt * k, expected = weight / 16.0 * t / tau * std::exp(1.0 - t / tau);
        EXPECT_NEAR(neuron.exc[static_cast<std::size_t>(k)], expected, 4e-5) << k;
        largest = std::max(largest, neuron.exc[static_cast<std::size_t>(k)]);
    }
    EXPECT_NEAR(largest, weight / 16.0, 4e-5);
}

/// Integrates dy/dt = f(y) by the classic Runge-Kutta rule; after each step `event` may change y.
template <std::size_t n, class F, class Event>
void integrate(std::array<double, n>& y, double h, double end, const F& f, const Event& event) {
    const auto moved = [&](const std::array<double, n>& k, double by) {
        std::array<double, n> to = y;
        for (std::size_t i = 0; i < n; ++i) to[i] += by * k[i];
        return to;
    };
    for (double t = 0.0; t < end; t += h) {
        const auto k1 = f(y), k2 = f(moved(k1, h / 2)), k3 = f(moved(k2, h / 2)), k4 = f(moved(k3, h));
        for (std::size_t i = 0; i < n; ++i) y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        event(t, y);
    }
}

TEST(AdaptiveExponential, SpikesWhenAFineIntegrationDoes) {
    // PyNN's defaults, 0.7 nA: 30 MOhm, spikes that come further and further apart.
    std::vector<double> exact, spikes;
    std::array<double, 2> y = {-70.6, 0.0};
    const double g = 0.281 / 9.3667;
    integrate(
        y, 0.001, 400.0,
        [&](const std::array<double, 2>& s) {
            const double current = g * (-70.6 - s[0]) + g * 2.0 * std::exp((s[0] + 50.4) / 2.0) - s[1] + 0.7;
            return std::array{current / 0.281, (0.004 * (s[0] + 70.6) - s[1]) / 144.0};
        },
        [&](double t, std::array<double, 2>& s) {
            if (s[0] < -40.0) return;
            exact.push_back(t);
            s = {-70.6, s[1] + 0.0805};
        });
    Neuron neuron("EIF_cond_exp_isfa_ista", 0.1, {{"i_offset", 0.7}, {"tau_refrac", 0.0}});
    for (int tick = 0; tick < 4000; ++tick)
        if (neuron.tick()) spikes.push_back(0.1 * tick);
    ASSERT_GE(exact.size(), 5u);
    ASSERT_NEAR(static_cast<double>(spikes.size()), static_cast<double>(exact.size()), 1.0);
    EXPECT_NEAR(spikes[0], exact[0], 0.5);
    EXPECT_GT(exact[4] - exact[3], 1.2 * (exact[1] - exact[0])) << "it adapts";
    for (std::size_t i = 1; i < std::min(spikes.size(), exact.size()); ++i)
        EXPECT_NEAR((spikes[i] - spikes[i - 1]) / (exact[i] - exact[i - 1]), 1.0, 0.05) << i;
}

TEST(GeneralisedIf, SpikesWithItsIntensity) {
    // v held at the threshold, no traces: 200 Hz, and 4 ms of silence after each spike.
    constexpr std::uint32_t n = 256, ticks = 2000;
    for (const double above : {0.0, 1.0, -0.5}) {
        const Values parameters = {{"v_rest", -48.0 + above}, {"v_reset", -48.0 + above},
                                   {"v", -48.0 + above},      {"lambda0", 200.0},
                                   {"a_eta1", 0.0},           {"a_eta2", 0.0},
                                   {"a_eta3", 0.0},           {"a_gamma1", 0.0},
                                   {"a_gamma2", 0.0},         {"a_gamma3", 0.0}};
        const auto cells = make_cells(board_region("GIF_cond_exp", n, 0.1, parameters), Rounding::truncate);
        std::vector<std::uint32_t> spiking(n);
        double spikes = 0.0;
        for (std::uint32_t tick = 0; tick < ticks; ++tick) spikes += cells->update(Tick{tick}, {}, spiking);
        const double rate = 0.2 * std::exp(above / 0.5), expected = n * ticks * 0.1 / (1.0 / rate + 4.0);
        EXPECT_NEAR(spikes / expected, 1.0, 0.05) << above;
    }
}

TEST(GeneralisedIf, ASpikeStartsItsTraces) {
    Neuron neuron("GIF_cond_exp", 0.1, {{"v", 0.0}, {"a_gamma2", 3.0}, {"a_eta3", 0.5}});
    EXPECT_TRUE(neuron.tick()) << "far above the threshold";
    const auto trace = [&](std::size_t state) { return neuron.state()[state]; };  // v, synapses, gamma, eta
    EXPECT_EQ(trace(4), 3.0);
    EXPECT_EQ(trace(8), 0.5);
    for (int i = 0; i < 50; ++i) neuron.tick();
    EXPECT_NEAR(trace(4), 3.0 * std::exp(-0.5), 3e-3);
    EXPECT_NEAR(trace(8), 0.5 * std::exp(-0.05), 3e-3);
}

TEST(HodgkinHuxley, SpikesWhenAFineIntegrationDoes) {
    std::vector<double> exact, spikes, trace;
    std::array<double, 4> y = {-65.0, 0.0, 1.0, 0.0};  // v, m, h, n
    const auto linoid = [](double x, double k) { return std::abs(x) < 1e-9 ? k : x / std::expm1(x / k); };
    bool above = false;
    integrate(
        y, 0.001, 100.0,
        [&](const std::array<double, 4>& s) {
            const double u = s[0] + 63.0;
            const double am = 0.32 * linoid(13.0 - u, 4.0), bm = 0.28 * linoid(u - 40.0, 5.0);
            const double ah = 0.128 * std::exp((17.0 - u) / 18.0), bh = 4.0 / (1.0 + std::exp((40.0 - u) / 5.0));
            const double an = 0.032 * linoid(15.0 - u, 5.0), bn = 0.5 * std::exp((10.0 - u) / 40.0);
            const double current = 0.01 * (-65.0 - s[0]) + 20.0 * s[1] * s[1] * s[1] * s[2] * (50.0 - s[0]) +
                                   6.0 * s[3] * s[3] * s[3] * s[3] * (-90.0 - s[0]) + 0.3;
            return std::array{current / 0.2, am * (1 - s[1]) - bm * s[1], ah * (1 - s[2]) - bh * s[2],
                              an * (1 - s[3]) - bn * s[3]};
        },
        [&](double t, const std::array<double, 4>& s) {
            if (s[0] >= -40.0 && !above) exact.push_back(t);
            above = s[0] >= -40.0;
        });
    Neuron neuron("HH_cond_exp", 0.1, {{"i_offset", 0.3}});
    for (int tick = 0; tick < 1000; ++tick)
        if (neuron.tick()) spikes.push_back(0.1 * tick);
    ASSERT_GE(exact.size(), 3u);
    ASSERT_NEAR(static_cast<double>(spikes.size()), static_cast<double>(exact.size()), 1.0);
    EXPECT_NEAR(spikes[0], exact[0], 0.3);
    const double interval = (spikes.back() - spikes[0]) / static_cast<double>(spikes.size() - 1);
    EXPECT_NEAR(interval / ((exact.back() - exact[0]) / static_cast<double>(exact.size() - 1)), 1.0, 0.04);
    EXPECT_NEAR(*std::max_element(neuron.v.begin(), neuron.v.end()), 45.0, 8.0) << "the height of a spike";
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
