/// Collects the synapses that connectors choose, draws their weights and delays a batch at a time, and hands them over.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "runtime/connection_rule.hpp"
#include "runtime/delay_ticks.hpp"
#include "runtime/random_words.hpp"

namespace spinn {

class SynapseWriter {
 public:
    using Visit = std::function<void(const SynapseBatch&)>;

    /// Most synapses that one `room` may be asked for.
    static constexpr std::size_t largest_room = 512;

    SynapseWriter(const ConnectionRule& rule, const Visit& visit);

    /// The following synapses belong to the cell (a, b).
    void begin_cell(std::uint32_t a, std::uint32_t b) {
        a_ = a;
        b_ = b;
        block_ = no_block;
    }

    /// @param rank  index of the synapse among all of its cell, wanted or not
    void put(std::uint32_t pre, std::uint32_t post, std::uint64_t rank) {
        if (used_ == batch_size) flush();
        pre_[used_] = pre;
        post_[used_] = post;
        if (random_) {
            if (block_ != rank / 4) {
                block_ = rank / 4;
                counters_.push(a_, b_, static_cast<std::uint32_t>(block_));
            }
            draw_at_[used_] = static_cast<std::uint32_t>(4 * (counters_.size() - 1) + rank % 4);
        }
        ++used_;
    }

    /// Where to write the neurons of up to n more synapses, which `put_run` then takes over.
    struct Room {
        std::uint32_t *pre, *post;
    };
    Room room(std::size_t n) {
        if (batch_size - used_ < n) flush();
        return {pre_.data() + used_, post_.data() + used_};
    }

    /// The first n synapses of the room have the ranks from first_rank on.
    void put_run(std::size_t n, std::uint64_t first_rank);

    /// A synapse whose weight and delay are given. Not to be mixed with the others.
    void put_given(const Synapse& synapse);

    /// To be called in the end: after `put` and `put_run`, or after `put_given`.
    void flush();
    void flush_given();

 private:
    static constexpr std::size_t batch_size = 2048;
    static constexpr std::uint64_t no_block = ~std::uint64_t{0};

    /// The draws of the batch, into draws_.
    std::span<const std::uint32_t> draw(DrawUse use);

    const Visit& visit_;
    std::uint64_t seed_;
    std::uint32_t projection_, a_ = 0, b_ = 0;
    PreparedDistribution weight_;
    DelayTicks delay_;
    bool random_weight_, random_delay_, random_;
    std::size_t used_ = 0;
    std::vector<std::uint32_t> pre_, post_, delay_ticks_;  ///< of the batch
    std::vector<double> weights_;
    std::uint64_t block_ = no_block;      ///< of the cell: the one drawn last, by `put`
    Counters counters_;                   ///< (a, b, rank / 4): four synapses each
    std::vector<std::uint32_t> draw_at_;  ///< of the batch: word of the counters' blocks
    std::vector<std::uint32_t> words_, draws_;
};

}  // namespace spinn
