#include <algorithm>

#include "runtime/core_block.hpp"
#include "runtime/programs.hpp"

namespace spinn {

void DelayProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    delay_ = block.need(decode_delay_region(block.words(Region::program)), "delay region");
    // A spike waits at most n_stages * slots ticks; it may be handed over up to `slots` ticks after it was sent.
    arrivals_.resize(std::size_t{delay_.n_stages + 1} * delay_.slots + 1);
}

void DelayProgram::multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) {
    std::vector<Arrival>& arrivals = arrivals_[value(sent) % arrivals_.size()];
    for (const MulticastPacket& packet : packets) {
        const std::uint32_t neuron = value(packet.key) - delay_.source_keys.key;
        if (neuron >= system_.n_atoms) {
            ++counters_.unknown_keys;
            continue;
        }
        const std::uint32_t count = packet.has_payload ? packet.payload : 1;
        if (count > 255) counters_.delay_overflows += count - 255;
        arrivals.push_back({neuron, std::min(count, 255u)});
    }
}

void DelayProgram::timer_tick(CoreServices& services, Tick tick) {
    packets_.clear();
    for (std::uint32_t stage = 0; stage < delay_.n_stages; ++stage) {
        const std::uint32_t wait = (stage + 1) * delay_.slots;
        if (value(tick) < wait) break;
        for (const Arrival& arrival : arrivals_[(value(tick) - wait) % arrivals_.size()]) {
            packets_.push_back({Key{system_.keys.key + stage * delay_.atoms_per_core + arrival.neuron}, arrival.count,
                                arrival.count > 1});
        }
    }
    // The slot that the furthest future arrivals will use: its spikes have passed the last stage.
    const std::uint32_t last_wait = delay_.n_stages * delay_.slots;
    if (value(tick) >= last_wait) arrivals_[(value(tick) - last_wait) % arrivals_.size()].clear();
    if (!packets_.empty()) services.send_multicast(packets_);
}

std::vector<DelayProgram::Waiting> DelayProgram::waiting(Tick next) const {
    std::vector<Waiting> spikes;
    for (std::uint32_t stage = 0; stage < delay_.n_stages; ++stage) {
        const std::uint32_t wait = (stage + 1) * delay_.slots;
        for (std::uint32_t sent = value(next) - std::min(value(next), wait); sent < value(next); ++sent)
            for (const Arrival& arrival : arrivals_[sent % arrivals_.size()])
                spikes.push_back({sent + wait, Key{system_.keys.key + stage * delay_.atoms_per_core + arrival.neuron},
                                  arrival.count});
    }
    return spikes;
}

}  // namespace spinn
