#include "host/reference/plasticity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "mapper/plasticity_tables.hpp"
#include "runtime/recurrent_update.hpp"

namespace spinn::reference {

namespace {

constexpr std::size_t most_remembered = 4096;  ///< post spikes of a neuron between two pre spikes of a row

/// Adds a spike to the traces of its side.
TracedSpike added(const TracedSpike* last, std::uint32_t tick, double tau, double slow_tau) {
    if (last == nullptr) return {tick, 1.0, 0.0};
    const double since = tick - last->tick;
    return {tick, last->first * std::exp(-since / tau) + 1.0, (last->second + 1.0) * std::exp(-since / slow_tau)};
}

/// The weight rules.
struct Changes {
    const StdpRule& rule;
    double w_min, w_max, a_plus, a_minus, a3_plus = 0.0, a3_minus = 0.0;

    explicit Changes(const StdpRule& of)
        : rule(of),
          w_min(value_of(of, "w_min")),
          w_max(value_of(of, "w_max")),
          a_plus(value_of(of, "A_plus")),
          a_minus(value_of(of, "A_minus")) {
        if (of.weight != WeightRule::additive_triplet) return;
        a3_plus = value_of(of, "A3_plus");
        a3_minus = value_of(of, "A3_minus");
    }
    double potentiated(double w, double x, double x3) const {
        if (rule.weight == WeightRule::multiplicative) return w + (w_max - w) * a_plus * x;
        return std::min(w + a_plus * x + a3_plus * x3, w_max);
    }
    double depressed(double w, double x, double x3) const {
        if (rule.weight == WeightRule::multiplicative) return w - (w - w_min) * a_minus * x;
        return std::max(w - a_minus * x - a3_minus * x3, w_min);
    }
};

/// The weight after a pre spike.
/// @param last  the pre spike before, when there was one. @param back  ticks after which post spikes are at the synapse
double updated(const Learning& learning, const Changes& changes, double weight, std::span<const TracedSpike> posts,
               const TracedSpike* last, const TracedSpike& pre, std::uint32_t back) {
    const bool nearest = learning.rule.timing == TimingRule::spike_nearest_pair;
    const bool vogels = learning.rule.timing == TimingRule::vogels_2011;
    const auto known = [&](std::uint32_t tick) {  // posts that were at the synapse by then
        return std::upper_bound(posts.begin(), posts.end(), tick,
                                [&](std::uint32_t t, const TracedSpike& post) { return t < post.tick + back; });
    };
    const auto end = known(pre.tick);
    if (last != nullptr) {
        const auto first = known(last->tick);
        for (auto post = first; post != end; ++post) {
            const double r1 = (nearest ? (post == first ? 1.0 : 0.0) : last->first) *
                              std::exp(-static_cast<double>(post->tick + back - last->tick) / learning.tau_plus);
            weight = changes.potentiated(weight, r1, r1 * post->second);
        }
    }
    if (end != posts.begin()) {
        const TracedSpike& post = *(end - 1);
        const double o1 = (nearest ? 1.0 : post.first) *
                          std::exp(-static_cast<double>(pre.tick - (post.tick + back)) / learning.tau_minus);
        weight = vogels ? changes.potentiated(weight, o1 - value_of(learning.rule, "alpha"), 0.0)
                        : changes.depressed(weight, o1, o1 * pre.second);
    }
    return weight < 0.0 ? changes.w_min : weight;
}

/// The same for the recurrent rule, whose windows are the machine's own draws.
double updated_recurrent(const Learning& learning, const Changes& changes, std::int16_t& accumulator, double weight,
                         std::span<const TracedSpike> posts, const TracedSpike* last, const TracedSpike& pre,
                         std::uint32_t back) {
    const auto limit = [&](const char* name) { return std::abs(static_cast<int>(value_of(learning.rule, name))); };
    const TracedSpike* before = nullptr;
    for (const TracedSpike& post : posts) {
        const std::uint32_t arrival = post.tick + back;
        if (arrival > pre.tick) break;
        before = &post;
        if (last == nullptr || arrival <= last->tick || arrival - last->tick >= last->first) continue;
        if (++accumulator < limit("accumulator_potentiation")) continue;
        accumulator = 0;
        weight = changes.potentiated(weight, 1.0, 0.0);
    }
    if (before != nullptr && pre.tick - (before->tick + back) < before->first &&
        --accumulator <= -limit("accumulator_depression")) {
        accumulator = 0;
        weight = changes.depressed(weight, 1.0, 0.0);
    }
    return weight < 0.0 ? changes.w_min : weight;
}

double tau_ticks(const StdpRule& rule, const char* name, double timestep_ms) {
    if (rule.timing == TimingRule::recurrent) return 1.0;
    return value_of(rule, rule.timing == TimingRule::vogels_2011 ? "tau" : name) / timestep_ms;
}

}  // namespace

PostSpikes::PostSpikes(const StdpRule& rule, std::uint32_t n_neurons, double timestep_ms, std::uint64_t seed,
                       std::uint32_t population)
    : seed_(seed), population_(population), tau_ticks_(tau_ticks(rule, "tau_minus", timestep_ms)), spikes_(n_neurons) {
    if (rule.timing == TimingRule::pfister_triplet) slow_tau_ticks_ = tau_ticks(rule, "tau_y", timestep_ms);
    if (rule.timing == TimingRule::recurrent) windows_ = window_table(timestep_ms, value_of(rule, "mean_post_window"));
}

void PostSpikes::enter(std::uint32_t tick, std::span<const std::uint32_t> spiking) {
    for (const std::uint32_t neuron : spiking) {
        std::vector<TracedSpike>& spikes = spikes_[neuron];
        if (spikes.size() >= most_remembered)
            spikes.erase(spikes.begin(), spikes.begin() + static_cast<std::ptrdiff_t>(most_remembered / 2));
        if (!windows_.entries.empty())
            spikes.push_back({tick, double(drawn_post_window(windows_, seed_, population_, neuron, tick)), 0.0});
        else
            spikes.push_back(added(spikes.empty() ? nullptr : &spikes.back(), tick, tau_ticks_, slow_tau_ticks_));
    }
}

Learning make_learning(const StdpRule& rule, const ProjectionRows& rows, double timestep_ms, std::uint64_t seed,
                       std::uint32_t projection) {
    const std::size_t n_pre = rows.offsets.size() - 1;
    Learning learning{rule, tau_ticks(rule, "tau_plus", timestep_ms), tau_ticks(rule, "tau_minus", timestep_ms)};
    if (rule.timing == TimingRule::pfister_triplet) learning.tau_x = tau_ticks(rule, "tau_x", timestep_ms);
    learning.last_pre.resize(n_pre);
    learning.has_spiked.assign(n_pre, 0);
    learning.seed = seed;
    learning.projection = projection;
    if (rule.timing == TimingRule::recurrent) {
        learning.windows = window_table(timestep_ms, value_of(rule, "mean_pre_window"));
        learning.accumulators.assign(rows.targets.size(), 0);
    }
    return learning;
}

std::uint64_t learn_and_add_row(Learning& learning, ProjectionRows& rows, const PostSpikes& posts, std::uint32_t pre,
                                std::uint32_t tick, std::uint32_t repeats, DelayedInput& input) {
    const Changes changes(learning.rule);
    for (std::uint32_t i = 0; i < repeats; ++i) {
        const TracedSpike before = learning.last_pre[pre];
        const TracedSpike* const last = learning.has_spiked[pre] != 0 ? &before : nullptr;
        const bool recurrent = learning.rule.timing == TimingRule::recurrent;
        const TracedSpike spike = recurrent ? TracedSpike{tick,
                                                          double(drawn_pre_window(learning.windows, learning.seed,
                                                                                  learning.projection, pre, tick, i)),
                                                          0.0}
                                            : added(last, tick, learning.tau_plus, learning.tau_x);
        for (std::uint64_t s = rows.offsets[pre]; s < rows.offsets[std::size_t{pre} + 1]; ++s) {
            const std::uint32_t back = learning.rule.backprop_delay ? rows.delays[s] : 0;
            const std::span<const TracedSpike> of = posts.of(rows.targets[s]);
            rows.weights[s] = recurrent ? updated_recurrent(learning, changes, learning.accumulators[s],
                                                            rows.weights[s], of, last, spike, back)
                                        : updated(learning, changes, rows.weights[s], of, last, spike, back);
        }
        learning.last_pre[pre] = spike;
        learning.has_spiked[pre] = 1;
        add_row(rows, pre, tick, 1, input);
    }
    return (rows.offsets[std::size_t{pre} + 1] - rows.offsets[pre]) * repeats;
}

}  // namespace spinn::reference
