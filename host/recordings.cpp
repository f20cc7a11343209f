#include "host/recordings.hpp"

namespace spinn {

namespace {

/// Whether `later` goes on where `earlier` ends.
bool continues(const RecordedMatrix& earlier, const RecordedMatrix& later) {
    return earlier.neurons == later.neurons && earlier.interval_ticks == later.interval_ticks &&
           earlier.first_tick + earlier.n_times() * earlier.interval_ticks == later.first_tick;
}

}  // namespace

void add(Recordings& recordings, const Recorded& recorded) {
    for (const SpikeEvent& spike : recorded.spikes) {
        Recordings::Spikes& spikes = recordings.spikes[spike.population];
        spikes.ticks.push_back(spike.tick);
        spikes.neurons.push_back(spike.neuron);
    }
    for (const auto& [which, parts] : recorded.samples) {
        RecordedMatrix matrix = side_by_side(parts);
        if (matrix.n_times() == 0) continue;
        std::vector<RecordedMatrix>& matrices = recordings.samples[which];
        if (!matrices.empty() && continues(matrices.back(), matrix))
            matrices.back().raw.insert(matrices.back().raw.end(), matrix.raw.begin(), matrix.raw.end());
        else
            matrices.push_back(std::move(matrix));
    }
}

void clear(Recordings& recordings, std::uint32_t population) {
    recordings.spikes.erase(population);
    std::erase_if(recordings.samples, [&](const auto& entry) { return entry.first.first == population; });
}

}  // namespace spinn
