/// Regions of equal neurons, one neuron on the board's numbers, and an integrator to hold it against.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cells.hpp"

namespace spinn {

using Values = std::map<std::string, double, std::less<>>;

template <class Number>
Number number(double value);
template <>
inline Accum number<Accum>(double value) {
    return to_accum(value);
}
template <>
inline double number<double>(double value) {
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
inline NeuronRegion board_region(std::string_view name, std::uint32_t n, double timestep_ms,
                                 const Values& changes = {}) {
    return region_as<NeuronRegion, Accum>(name, n, timestep_ms, changes);
}
inline RealRegion real_region(std::string_view name, std::uint32_t n, double timestep_ms, const Values& changes = {}) {
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

}  // namespace spinn
