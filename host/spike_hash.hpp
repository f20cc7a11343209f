/// The fingerprint of a run: same hash, same spikes, whatever machine, threads and partitioning made them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace spinn {

/// One spike, ordered as the hash and the results file want it: by time, then population, then neuron.
struct SpikeEvent {
    std::uint32_t tick = 0;
    std::uint32_t population = 0;  ///< index in the network file
    std::uint32_t neuron = 0;
    auto operator<=>(const SpikeEvent&) const = default;
};

/// 64-bit FNV-1a over the spikes, each as three little-endian 32-bit words (tick, population, neuron).
///
/// Streaming form: feed spikes tick by tick, in (population, neuron) order within a tick. The same spike may come twice
/// (a Poisson source sends several in one tick). Source: Fowler, Noll, Vo; draft-eastlake-fnv.
class SpikeHash {
 public:
    void add(const SpikeEvent& spike) {
        add_word(spike.tick);
        add_word(spike.population);
        add_word(spike.neuron);
    }
    std::uint64_t value() const { return hash_; }

 private:
    void add_word(std::uint32_t word) {
        for (int byte = 0; byte < 4; ++byte, word >>= 8) hash_ = (hash_ ^ (word & 0xff)) * 0x100000001b3u;
    }
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// The hash of spikes in any order.
std::uint64_t spike_hash(std::vector<SpikeEvent> spikes);

/// As programs print it: 16 hexadecimal digits.
std::string hash_text(std::uint64_t hash);

}  // namespace spinn
