// The model of docs/adding-a-model.md: the lines between the marks are the file that the page shows.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

// --- quadratic_if.cpp
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

/// tau_m dv/dt = a (v - v_rest) (v - v_crit) + I tau_m / cm, by Euler's rule.
template <class N>
struct QuadraticIf {
    static constexpr std::array<ParameterDescription, 8> parameters = {{
        {"v_rest", "mV", -65.0, lowest, highest},
        {"v_crit", "mV", -50.0, lowest, highest},
        {"v_reset", "mV", -65.0, lowest, highest},
        {"v_thresh", "mV", 0.0, lowest, highest},
        {"a", "1/mV", 0.05, lowest, highest},
        {"tau_m", "ms", 20.0, smallest, longest},
        {"cm", "nF", 1.0, smallest, highest},
        {"i_offset", "nA", 0.0, lowest, highest},
    }};
    static constexpr std::array<ParameterDescription, 1> state = {{{"v", "mV", -65.0, lowest, highest}}};
    using V = typename N::Value;

    Column<N> v, v_rest, v_crit, v_reset, a, i_offset;
    Column<N> resistance, step;  ///< MOhm; timestep / tau_m

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        v = source.state("v");
        v_rest = source.parameter("v_rest");
        v_crit = source.parameter("v_crit");
        v_reset = source.parameter("v_reset");
        a = source.parameter("a");
        i_offset = source.parameter("i_offset");
        for (std::size_t i = 0; i < v.size(); ++i) {
            const V tau_m = source.parameter("tau_m")[i];
            resistance.push_back(numbers.quotient(tau_m, source.parameter("cm")[i]));
            step.push_back(numbers.quotient(source.timestep, tau_m));
        }
    }
    void save(std::vector<Column<N>>& columns) const { columns.push_back(v); }
    std::vector<std::int32_t> refractory_timer() const { return std::vector<std::int32_t>(v.size()); }

    void update(const N& m, const V* current) {
        const std::size_t count = v.size();
        V* const x = v.data();
        const V *rest = v_rest.data(), *crit = v_crit.data(), *slope = a.data(), *offset = i_offset.data();
        const V *r = resistance.data(), *h = step.data();
        using product::neuron;
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) {
            const V pull = m.mul(slope[i], m.sub(x[i], rest[i]), neuron, i);
            const V drift = m.mul(pull, m.sub(x[i], crit[i]), neuron + 1, i);
            const V drive = m.mul(m.add(current[i], offset[i]), r[i], product::drive, i);
            x[i] = m.add(x[i], m.mul(m.add(drift, drive), h[i], neuron + 2, i));
        }
    }
    void reset(const N& m, const std::uint32_t* spiked) {
        const std::size_t count = v.size();
        V* const x = v.data();
        const V* const to = v_reset.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i) x[i] = m.choose(spiked[i] != 0, to[i], x[i]);
    }
};

}  // namespace

constinit const Composition quadratic_if =
    compose<QuadraticIf, ExponentialCurrent, CurrentInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models
// --- end

namespace spinn {
namespace {

template <class Region, class Convert>
Region region_of(const Convert& convert) {
    Region region;
    region.n_atoms = 20;
    region.timestep_ms = convert(0.1);
    for (const ParameterDescription& d : models::quadratic_if.parameters)
        region.parameters.emplace_back(region.n_atoms, convert(d.name == "i_offset" ? 0.9 : d.default_value));
    for (const ParameterDescription& d : models::quadratic_if.state)
        region.state.emplace_back(region.n_atoms, convert(d.default_value));
    return region;
}

TEST(AddingAModel, TheModelOfThePageRunsInBothKindsOfNumbers) {
    const auto board =
        models::quadratic_if.make(region_of<NeuronRegion>([](double x) { return to_accum(x); }), Rounding::nearest);
    const auto exact = models::quadratic_if.make_real(region_of<RealRegion>([](double x) { return x; }));
    std::vector<std::uint32_t> spiking(20);
    double v = -65.0;  // the page's equation, by hand
    int spikes = 0;
    bool rises = true;  // to its first spike, whose steep end magnifies every difference
    for (std::uint32_t tick = 0; tick < 1500; ++tick) {
        EXPECT_NEAR(exact->v()[3], v, 1e-9) << tick;
        rises = rises && v < -40.0;
        if (rises) {
            EXPECT_NEAR(to_double(board->v()[3]), v, 0.5) << tick;
        }
        v += 0.1 / 20.0 * (0.05 * (v + 65.0) * (v + 50.0) + 0.9 * 20.0);
        const bool spikes_now = v >= 0.0;
        if (spikes_now) v = -65.0;
        EXPECT_EQ(exact->update(Tick{tick}, {}, spiking), spikes_now ? 20u : 0u) << tick;
        spikes += board->update(Tick{tick}, {}, spiking) != 0 ? 1 : 0;
    }
    EXPECT_GT(spikes, 2);
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(AddingAModel, ThePageShowsThisFile) {
    const std::filesystem::path source = SPINN_SOURCE_DIR;
    const std::string file = text_of(source / "tests/runtime/adding_a_model_test.cpp");
    const std::string begin = "// --- quadratic_if.cpp\n", end = "// --- end\n";
    const std::size_t from = file.find(begin) + begin.size();
    const std::string model = file.substr(from, file.find(end) - from);
    EXPECT_GT(model.size(), 1000u);
    EXPECT_NE(text_of(source / "docs/adding-a-model.md").find("```cpp\n" + model + "```"), std::string::npos)
        << "put the lines between the marks of tests/runtime/adding_a_model_test.cpp on the page";
}

}  // namespace
}  // namespace spinn
