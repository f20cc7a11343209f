#include "runtime/connection_rule.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/connectors.hpp"
#include "runtime/post_blocks.hpp"
#include "runtime/synapse_writer.hpp"

namespace spinn {

namespace {

std::optional<std::string> problem_of(const NeuronSelection& selection) {
    if (selection.indices.empty()) {
        if (selection.step == 0) return "the step is 0";
        const std::uint64_t last = selection.count == 0 ? 0 : selection.count - std::uint64_t{1};
        if (selection.start + last * selection.step > 0xfffffffeu) return "neurons beyond 2^32 - 2 are selected";
        return std::nullopt;
    }
    if (selection.indices.size() != selection.count) return "the count is not the number of indices";
    std::vector<std::uint32_t> sorted = selection.indices;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return "a neuron is selected twice";
    if (sorted.back() > 0xfffffffeu) return "neurons beyond 2^32 - 2 are selected";
    return std::nullopt;
}

/// The fixed-number connectors: is there room for n?
std::optional<std::string> problem_of_count(const ConnectionRule& rule) {
    const std::uint64_t pres = rule.pre.count, posts = rule.post.count;
    if (rule.n > std::uint64_t{1} << 40) return "n is above 2^40";
    const SelfPairs self(rule);
    std::uint64_t room = 0;
    switch (rule.kind) {
        case ConnectorKind::fixed_total_number:
            room = pres * posts - self.count();
            break;
        case ConnectorKind::fixed_number_pre:
            room = posts == 0 ? rule.n : pres - (self.count() != 0 ? 1 : 0);
            break;
        case ConnectorKind::fixed_number_post:
            room = pres == 0 ? rule.n : posts - (self.count() != 0 ? 1 : 0);
            break;
        default:
            return std::nullopt;
    }
    if (rule.n != 0 && room == 0) return "there is no cell to choose from";
    if (!rule.with_replacement && rule.n > room)
        return "n is " + std::to_string(rule.n) + ", but without replacement there are only " + std::to_string(room) +
               " to choose from";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_of(const ConnectionRule& rule) {
    if (static_cast<std::uint32_t>(rule.kind) > static_cast<std::uint32_t>(ConnectorKind::list))
        return "unknown connector";
    if (const auto problem = problem_of(rule.pre)) return "pre neurons: " + *problem;
    if (const auto problem = problem_of(rule.post)) return "post neurons: " + *problem;
    if (!(rule.timestep_ms > 0.0) || !std::isfinite(rule.timestep_ms)) return "the timestep is not above 0";
    if (const auto problem = problem_of(rule.weight)) return "weight: " + *problem;
    if (const auto problem = problem_of(rule.delay_ms)) return "delay: " + *problem;
    if (!(rule.probability >= 0.0 && rule.probability <= 1.0)) return "the probability is outside [0, 1]";
    for (const ListedSynapse& synapse : rule.synapses) {
        if (synapse.pre >= rule.pre.count || synapse.post >= rule.post.count)
            return "a listed synapse lies outside the selections";
        if (!std::isfinite(synapse.weight)) return "a listed weight is not finite";
        if (synapse.delay_ticks == 0) return "a listed delay is 0 ticks";
    }
    return problem_of_count(rule);
}

void generate_batches(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
                      const std::function<void(const SynapseBatch&)>& visit) {
    SynapseWriter out(rule, visit);
    connect(rule, first_post, n_posts, out);
}

void generate(const ConnectionRule& rule, std::uint32_t first_post, std::uint32_t n_posts,
              const std::function<void(const Synapse&)>& visit) {
    generate_batches(rule, first_post, n_posts, [&visit](const SynapseBatch& batch) {
        for (std::size_t i = 0; i < batch.size(); ++i) visit(batch[i]);
    });
}

}  // namespace spinn
