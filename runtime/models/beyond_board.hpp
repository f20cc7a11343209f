/// Parts of models that no board has: PyNN's conductance models with more than a leaky membrane, in s16.15.
///
/// Their equations are stiff or steep, so a tick is cut into steps of at most 25 us, of which there are at most 64; the
/// state of synapses and currents is constant over a tick, as in all models.
#pragma once

#include "runtime/models/lif.hpp"
#include "runtime/models/parts.hpp"

namespace spinn::models {

/// The steps of a tick.
template <class N>
struct SubSteps {
    std::uint32_t n = 1;
    typename N::Value length{};  ///< ms
    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        const auto enough = m.literal(1.01, 33096);  // 25 us, and what rounding adds to 40 times it
        while (n < 64 && enough < m.times(source.timestep, N::whole(static_cast<std::int32_t>(40 / n)))) n *= 2;
        length = m.quotient(source.timestep, N::whole(static_cast<std::int32_t>(n)));
    }
};

/// Alpha-shaped conductances: g(t) = weight t / tau e^(1 - t / tau), largest (the weight) at tau. Exact: with z the
/// slope times the timestep, g <- (g + z) d, z <- z d, d = e^(-dt / tau).
template <class N>
struct AlphaConductance {
    static constexpr std::array<std::string_view, 2> receptors{"excitatory", "inhibitory"};
    static constexpr std::size_t n_excitatory = 1;
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau_syn_E", "ms", 0.3, 0.01, longest},
        {"tau_syn_I", "ms", 0.5, 0.01, longest},
    }};
    static constexpr std::array<ParameterDescription, 4> state = {{
        {"isyn_exc", "uS", 0.0, lowest / 1024, highest / 1024},
        {"isyn_exc_slope", "uS", 0.0, lowest / 1024, highest / 1024},
        {"isyn_inh", "uS", 0.0, lowest / 1024, highest / 1024},
        {"isyn_inh_slope", "uS", 0.0, lowest / 1024, highest / 1024},
    }};
    using V = typename N::Value;
    Column<N> value[2], slope[2], rise[2];
    std::vector<typename N::Fraction> decay_of[2];

    template <class SourceOf>
    void load(const SourceOf& source, const N& m) {
        for (std::size_t r = 0; r < 2; ++r) {
            value[r] = source.state(state[2 * r].name);
            slope[r] = source.state(state[2 * r + 1].name);
            for (const V tau : source.parameter(parameters[r].name)) {
                decay_of[r].push_back(m.decay(source.timestep, tau));
                // e dt / tau
                rise[r].push_back(m.times(m.literal(2.718281828459045, 89073), m.quotient(source.timestep, tau)));
            }
        }
    }
    void save(std::vector<Column<N>>& columns) const {
        for (std::size_t r = 0; r < 2; ++r) {
            columns.push_back(value[r]);
            columns.push_back(slope[r]);
        }
    }
    std::size_t n_atoms() const { return value[0].size(); }
    const V* seen(const N&, std::size_t receptor) const { return value[receptor].data(); }

    void add_input(const N& m, std::size_t receptor, const typename N::Arriving* sums, int shift) {
        const std::size_t count = n_atoms();
        V* const z = slope[receptor].data();
        const V* const scale = rise[receptor].data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i)
            z[i] = m.add(z[i], m.mul(m.arriving(sums[i], shift), scale[i], product::input(receptor), i));
    }
    void decay(const N& m) {
        for (std::size_t r = 0; r < 2; ++r) {
            const std::size_t count = n_atoms();
            V *const g = value[r].data(), *const z = slope[r].data();
            const auto* factor = decay_of[r].data();
            SPINN_EACH_ATOM
            for (std::size_t i = 0; i < count; ++i) {
                g[i] = m.scaled(m.add(g[i], z[i]), factor[i], product::decay(r), i);
                z[i] = m.scaled(z[i], factor[i], product::shape + static_cast<std::uint32_t>(r), i);
            }
        }
    }
};

template <class N>
using ConductanceInput80 = ConductanceInputTo<N, -80>;

}  // namespace spinn::models
