#include "host/reference/delayed_input.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "mapper/population_plan.hpp"
#include "runtime/lif.hpp"

namespace spinn::reference {

namespace {

/// What a 16-bit weight holds: rounded half to even, and masked, not clipped.
double rounded(double weight, double unit) { return std::fmod(std::nearbyint(weight / unit), 65536.0) * unit; }

}  // namespace

double weight_unit(const Network& network, std::size_t index) {
    const Projection& projection = network.projections[index];
    const std::uint32_t post = projection.post.population;
    const std::uint32_t shift = ring_buffer_shifts(network, post)[static_cast<std::size_t>(projection.receptor)];
    const double scale =
        describe(network.populations[post].model).conductance ? std::ldexp(1.0, conductance_shift) : 1.0;
    return std::ldexp(1.0, static_cast<int>(shift) - 15) / scale;
}

ProjectionRows projection_rows(const Network& network, std::size_t index, double unit) {
    const Projection& projection = network.projections[index];
    const std::uint32_t n_pre = network.populations[projection.pre.population].size;
    const std::uint32_t n_post = network.populations[projection.post.population].size;

    std::vector<Synapse> drawn;
    generate(connection_rule(network, index), 0, n_post, [&](const Synapse& synapse) { drawn.push_back(synapse); });
    std::ranges::sort(drawn, [](const Synapse& a, const Synapse& b) {
        return std::tie(a.pre, a.delay_ticks, a.post) < std::tie(b.pre, b.delay_ticks, b.post);
    });

    ProjectionRows rows{.pre_population = projection.pre.population,
                        .post_population = projection.post.population,
                        .receptor = projection.receptor};
    rows.offsets.assign(std::size_t{n_pre} + 1, 0);
    rows.targets.reserve(drawn.size());
    rows.delays.reserve(drawn.size());
    rows.weights.reserve(drawn.size());
    for (const Synapse& synapse : drawn) {
        ++rows.offsets[std::size_t{synapse.pre} + 1];
        rows.targets.push_back(synapse.post);
        rows.delays.push_back(synapse.delay_ticks);
        rows.weights.push_back(unit > 0.0 ? rounded(std::abs(synapse.weight), unit) : std::abs(synapse.weight));
        rows.max_delay_ticks = std::max(rows.max_delay_ticks, synapse.delay_ticks);
    }
    for (std::size_t pre = 0; pre < n_pre; ++pre) rows.offsets[pre + 1] += rows.offsets[pre];
    return rows;
}

void add_scaled_row(const ProjectionRows& rows, std::uint32_t pre, std::uint64_t tick, double factor,
                    DelayedInput& input) {
    const std::uint64_t first = rows.offsets[pre], end = rows.offsets[std::size_t{pre} + 1];
    for (std::uint64_t i = first; i < end;) {
        const std::uint32_t delay = rows.delays[i];
        const std::span<double> sums = input.at(tick + delay, rows.receptor);
        for (; i < end && rows.delays[i] == delay; ++i) sums[rows.targets[i]] += factor * rows.weights[i];
    }
}

std::uint64_t add_row(const ProjectionRows& rows, std::uint32_t pre, std::uint64_t tick, std::uint32_t repeats,
                      DelayedInput& input) {
    add_scaled_row(rows, pre, tick, static_cast<double>(repeats), input);
    return (rows.offsets[std::size_t{pre} + 1] - rows.offsets[pre]) * repeats;
}

}  // namespace spinn::reference
