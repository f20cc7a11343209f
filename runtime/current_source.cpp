#include "runtime/current_source.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "runtime/distribution.hpp"
#include "runtime/random.hpp"

namespace spinn {

namespace {

constexpr double highest = 65535.0;  // nA
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double for_ever = 1e12;  // PyNN's default of `stop`

constexpr std::array<ParameterDescription, 3> dc_parameters = {{
    {"amplitude", "nA", 1.0, -highest, highest},
    {"start", "ms", 0.0, 0.0, infinity},
    {"stop", "ms", for_ever, 0.0, infinity},
}};
constexpr std::array<ParameterDescription, 6> ac_parameters = {{
    {"amplitude", "nA", 1.0, -highest, highest},
    {"offset", "nA", 0.0, -highest, highest},
    {"frequency", "Hz", 10.0, 0.0, 1e6},
    {"phase", "degrees", 0.0, -1e6, 1e6},
    {"start", "ms", 0.0, 0.0, infinity},
    {"stop", "ms", for_ever, 0.0, infinity},
}};
constexpr std::array<ParameterDescription, 5> noisy_parameters = {{
    {"mean", "nA", 0.0, -highest, highest},
    {"stdev", "nA", 1.0, 0.0, highest},
    {"dt", "ms", 0.0, 0.0, 1e6},  // 0: the timestep
    {"start", "ms", 0.0, 0.0, infinity},
    {"stop", "ms", for_ever, 0.0, infinity},
}};
constexpr std::array<CurrentDescription, 4> currents = {{
    {CurrentKind::dc, "DCSource", dc_parameters},
    {CurrentKind::ac, "ACSource", ac_parameters},
    {CurrentKind::step, "StepCurrentSource", {}},
    {CurrentKind::noisy, "NoisyCurrentSource", noisy_parameters},
}};

Accum rounded(double current) { return to_accum(std::clamp(current, -65536.0, 65536.0 - 0x1p-15)); }

template <class Number, class Add>
std::span<const Number> sum_up(const Currents& slice, Tick tick, std::vector<Number>& sums, const Add& add) {
    if (std::ranges::none_of(slice.sources, [&](const CurrentSource& source) { return is_on(source, tick); }))
        return {};
    sums.assign(slice.n_atoms, Number{});
    for_each_current(slice, tick, [&](std::uint32_t atom, double current) { add(sums[atom], current); });
    return sums;
}

}  // namespace

std::span<const CurrentDescription> all_currents() { return currents; }

bool is_on(const CurrentSource& source, Tick tick) {
    if (source.kind == CurrentKind::step) return !source.ticks.empty() && value(tick) >= source.ticks.front();
    return value(tick) >= source.start_tick && value(tick) < source.stop_tick;
}

double level_at(const CurrentSource& source, Tick tick) {
    switch (source.kind) {
        case CurrentKind::dc:
        case CurrentKind::noisy:
            return source.level;
        case CurrentKind::ac:
            return source.level +
                   source.swing * std::sin(source.radians_per_tick * (value(tick) - source.start_tick) + source.phase);
        case CurrentKind::step: {
            const auto after = std::ranges::upper_bound(source.ticks, value(tick));
            return after == source.ticks.begin()
                       ? 0.0
                       : source.amplitudes[static_cast<std::size_t>(after - source.ticks.begin()) - 1];
        }
    }
    return 0.0;
}

double noise_at(const CurrentSource& source, const Currents& slice, std::uint32_t neuron, Tick tick) {
    const std::uint32_t draw_number = (value(tick) - source.start_tick) / source.hold_ticks;
    const RandomBlock draw =
        random_block(slice.seed, DrawUse::noise, draw_number, neuron, slice.population, source.index);
    return quantile(Distribution{DistributionKind::normal, 0.0, source.swing}, open_unit(draw[0], draw[1]));
}

std::span<const Accum> injected(const Currents& slice, Tick tick, std::vector<Accum>& sums) {
    return sum_up(slice, tick, sums, [](Accum& sum, double current) { sum = add_wrap(sum, rounded(current)); });
}

std::span<const double> injected(const Currents& slice, Tick tick, std::vector<double>& sums) {
    return sum_up(slice, tick, sums, [](double& sum, double current) { sum += current; });
}

}  // namespace spinn
