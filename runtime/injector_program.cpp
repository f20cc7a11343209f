#include <algorithm>
#include <bit>

#include "runtime/core_block.hpp"
#include "runtime/programs.hpp"

namespace spinn {

void InjectorProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    recorder_ = open_recorder(block.need(decode_recording_plan(block.words(Region::recording_index)), "recording plan"),
                              block.address(Region::recording), system_.n_atoms, services);
}

bool InjectorProgram::inject(std::span<const InjectedSpikes> spikes) {
    for (const InjectedSpikes& injected : spikes) {
        if (injected.atom >= system_.n_atoms || injected.count == 0) {
            counters_.unknown_keys += injected.count == 0 ? 0 : 1;
            continue;
        }
        waiting_.push_back(injected);
    }
    return true;
}

void InjectorProgram::multicast_received(CoreServices&, Tick, std::span<const MulticastPacket> packets) {
    // The low bits of a key say which neuron; a payload says how many spikes.
    const std::uint32_t mask = std::bit_ceil(std::max(system_.n_atoms, 1u)) - 1;
    for (const MulticastPacket& packet : packets) {
        const InjectedSpikes spikes{value(packet.key) & mask, packet.has_payload ? packet.payload : 1};
        inject(std::span(&spikes, 1));
    }
}

void InjectorProgram::timer_tick(CoreServices& services, Tick tick) {
    if (waiting_.empty()) return;
    std::ranges::stable_sort(waiting_, {}, &InjectedSpikes::atom);
    atoms_.clear();
    counts_.clear();
    for (const InjectedSpikes& spikes : waiting_) {
        if (atoms_.empty() || atoms_.back() != spikes.atom) {
            atoms_.push_back(spikes.atom);
            counts_.push_back(0);
        }
        counts_.back() += std::min(spikes.count, 0xffffffffu - counts_.back());
    }
    waiting_.clear();
    record_repeated_spikes(recorder_, tick, atoms_, counts_);
    packets_.clear();
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
        counters_.spikes += counts_[i];
        packets_.push_back({Key{system_.keys.key + atoms_[i]}, counts_[i], true});
    }
    if (system_.sends) services.send_multicast(packets_);
}

ProgramCounters InjectorProgram::counters() const {
    ProgramCounters counters = counters_;
    counters.recordings_lost = recorder_.lost;
    return counters;
}

}  // namespace spinn
