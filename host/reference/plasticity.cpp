#include "host/reference/plasticity.hpp"

#include <algorithm>
#include <cmath>

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

double tau_ticks(const StdpRule& rule, const char* name, double timestep_ms) {
    return value_of(rule, rule.timing == TimingRule::vogels_2011 ? "tau" : name) / timestep_ms;
}

}  // namespace

PostSpikes::PostSpikes(const StdpRule& rule, std::uint32_t n_neurons, double timestep_ms)
    : tau_ticks_(tau_ticks(rule, "tau_minus", timestep_ms)), spikes_(n_neurons) {
    if (rule.timing == TimingRule::pfister_triplet) slow_tau_ticks_ = tau_ticks(rule, "tau_y", timestep_ms);
}

void PostSpikes::enter(std::uint32_t tick, std::span<const std::uint32_t> spiking) {
    for (const std::uint32_t neuron : spiking) {
        std::vector<TracedSpike>& spikes = spikes_[neuron];
        if (spikes.size() >= most_remembered)
            spikes.erase(spikes.begin(), spikes.begin() + static_cast<std::ptrdiff_t>(most_remembered / 2));
        spikes.push_back(added(spikes.empty() ? nullptr : &spikes.back(), tick, tau_ticks_, slow_tau_ticks_));
    }
}

Learning make_learning(const StdpRule& rule, std::uint32_t n_pre, double timestep_ms) {
    Learning learning{rule, tau_ticks(rule, "tau_plus", timestep_ms), tau_ticks(rule, "tau_minus", timestep_ms)};
    if (rule.timing == TimingRule::pfister_triplet) learning.tau_x = tau_ticks(rule, "tau_x", timestep_ms);
    learning.last_pre.resize(n_pre);
    learning.has_spiked.assign(n_pre, 0);
    return learning;
}

std::uint64_t learn_and_add_row(Learning& learning, ProjectionRows& rows, const PostSpikes& posts, std::uint32_t pre,
                                std::uint32_t tick, std::uint32_t repeats, DelayedInput& input) {
    const Changes changes(learning.rule);
    for (std::uint32_t i = 0; i < repeats; ++i) {
        const TracedSpike before = learning.last_pre[pre];
        const TracedSpike* const last = learning.has_spiked[pre] != 0 ? &before : nullptr;
        const TracedSpike spike = added(last, tick, learning.tau_plus, learning.tau_x);
        for (std::uint64_t s = rows.offsets[pre]; s < rows.offsets[std::size_t{pre} + 1]; ++s)
            rows.weights[s] = updated(learning, changes, rows.weights[s], posts.of(rows.targets[s]), last, spike,
                                      learning.rule.backprop_delay ? rows.delays[s] : 0);
        learning.last_pre[pre] = spike;
        learning.has_spiked[pre] = 1;
        add_row(rows, pre, tick, 1, input);
    }
    return (rows.offsets[std::size_t{pre} + 1] - rows.offsets[pre]) * repeats;
}

}  // namespace spinn::reference
