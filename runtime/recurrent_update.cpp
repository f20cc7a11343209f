#include "runtime/recurrent_update.hpp"

#include "runtime/plastic_row_loop.hpp"

namespace spinn {

namespace {

using namespace stdp::one_lane;

template <typename Rule>
std::uint64_t update_row(PlasticInput& input, const SynapseRegion& shape, const RingView& ring, const PlasticRow& row,
                         std::uint32_t last_tick, std::uint32_t pre_window, std::uint32_t tick) {
    return update_each_synapse(input, shape, ring, row, last_tick, tick,
                               [&](std::uint32_t s, const WeightConstants& c, const PostWindow& window,
                                   std::uint32_t back, std::int64_t weight) {
                                   for (std::uint32_t n = window.first; n != window.end; ++n) {
                                       const std::uint32_t since = window.at(n).tick + back - last_tick;
                                       if (since > 0 && since < pre_window &&
                                           moved_to_limit(row.accumulators[s], 1, input.rule.potentiation_limit))
                                           weight = Rule::potentiated(c, weight, stdp::one, 0);
                                   }
                                   if (window.end > window.oldest) {
                                       const PostEvent post = window.at(window.end - 1);
                                       if (tick - (post.tick + back) < static_cast<std::uint32_t>(post.trace.first) &&
                                           moved_to_limit(row.accumulators[s], -1, input.rule.depression_limit))
                                           weight = Rule::depressed(c, weight, stdp::one, 0);
                                   }
                                   return weight;
                               });
}

}  // namespace

std::uint64_t receive_recurrent(PlasticInput& input, const SynapseRegion& shape, const RingView& ring,
                                std::uint32_t projection, std::uint32_t pre, std::uint32_t* words, std::uint32_t tick,
                                std::uint32_t repeat) {
    const PlasticRow row = plastic_row(words);
    const std::uint32_t last_tick = row.last_pre[0], pre_window = row.last_pre[1];
    row.last_pre[0] = tick;
    row.last_pre[1] =
        static_cast<std::uint32_t>(drawn_pre_window(input.rule.tables[0], input.seed, projection, pre, tick, repeat));
    return input.rule.weight == WeightRule::multiplicative
               ? update_row<Multiplicative>(input, shape, ring, row, last_tick, pre_window, tick)
               : update_row<Additive>(input, shape, ring, row, last_tick, pre_window, tick);
}

}  // namespace spinn
