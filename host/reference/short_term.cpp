#include "host/reference/short_term.hpp"

#include <cmath>

namespace spinn::reference {

ShortTerm make_short_term(const ShortTermRule& rule, std::uint32_t n_pre, double timestep_ms) {
    return {rule, timestep_ms, std::vector<ShortTerm::Source>(n_pre)};
}

double enter_spike(ShortTerm& plasticity, std::uint32_t pre, std::uint32_t tick) {
    const ShortTermRule& rule = plasticity.rule;
    ShortTerm::Source& source = plasticity.sources[pre];
    const double since_ms = (tick - source.tick) * plasticity.timestep_ms;
    const auto decay = [since_ms](double tau_ms) { return tau_ms > 0.0 ? std::exp(-since_ms / tau_ms) : 0.0; };
    if (source.has_spiked) {
        source.x = 1.0 - (1.0 - source.x * (1.0 - source.u)) * decay(rule.tau_rec_ms);
        source.u = rule.u + source.u * (1.0 - rule.u) * decay(rule.tau_facil_ms);
    } else {
        source = {true, tick, 1.0, rule.u};
    }
    source.tick = tick;
    return source.u * source.x;
}

std::uint64_t transmit(ShortTerm& plasticity, const ProjectionRows& rows, std::uint32_t pre, std::uint32_t tick,
                       std::uint32_t repeats, DelayedInput& input) {
    double factor = 0.0;
    for (std::uint32_t i = 0; i < repeats; ++i) factor += enter_spike(plasticity, pre, tick);
    add_scaled_row(rows, pre, tick, factor, input);
    return (rows.offsets[std::size_t{pre} + 1] - rows.offsets[pre]) * repeats;
}

}  // namespace spinn::reference
