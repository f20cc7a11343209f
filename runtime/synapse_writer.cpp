#include "runtime/synapse_writer.hpp"

#include <numeric>

namespace spinn {

SynapseWriter::SynapseWriter(const ConnectionRule& rule, const Visit& visit)
    : visit_(visit),
      seed_(rule.seed),
      projection_(rule.projection),
      weight_(prepare(rule.weight)),
      delay_(rule.delay_ms, rule.timestep_ms),
      random_weight_(rule.weight.kind != DistributionKind::constant),
      random_delay_(!delay_.fixed()),
      random_(random_weight_ || random_delay_),
      pre_(batch_size),
      post_(batch_size),
      delay_ticks_(batch_size, delay_.smallest()),
      weights_(batch_size, rule.weight.a) {
    if (!random_) return;
    draw_at_.resize(batch_size);
    draws_.resize(batch_size);
}

void SynapseWriter::put_run(std::size_t n, std::uint64_t first_rank) {
    if (random_ && n != 0) {
        const auto first = static_cast<std::uint32_t>(4 * counters_.size() + first_rank % 4);
        std::iota(draw_at_.begin() + static_cast<std::ptrdiff_t>(used_),
                  draw_at_.begin() + static_cast<std::ptrdiff_t>(used_ + n), first);
        const std::uint64_t block = first_rank / 4;
        counters_.push_run(a_, b_, static_cast<std::uint32_t>(block), (first_rank + n - 1) / 4 - block + 1);
        block_ = no_block;
    }
    used_ += n;
}

void SynapseWriter::put_given(const Synapse& synapse) {
    if (used_ == batch_size) flush_given();
    pre_[used_] = synapse.pre;
    post_[used_] = synapse.post;
    weights_[used_] = synapse.weight;
    delay_ticks_[used_] = synapse.delay_ticks;
    ++used_;
}

std::span<const std::uint32_t> SynapseWriter::draw(DrawUse use) {
    random_words(seed_, use, projection_, counters_, words_);
    for (std::size_t i = 0; i < used_; ++i) draws_[i] = words_[draw_at_[i]];
    return std::span(draws_).first(used_);
}

void SynapseWriter::flush() {
    if (used_ == 0) return;
    if (random_weight_) quantiles(weight_, draw(DrawUse::weight), std::span(weights_).first(used_));
    if (random_delay_) delay_.ticks(draw(DrawUse::delay), std::span(delay_ticks_).first(used_));
    counters_.clear();
    block_ = no_block;
    flush_given();
}

void SynapseWriter::flush_given() {
    const auto first = [this](const auto& all) { return std::span(all).first(used_); };
    if (used_ != 0) visit_({first(pre_), first(post_), first(weights_), first(delay_ticks_)});
    used_ = 0;
}

}  // namespace spinn
