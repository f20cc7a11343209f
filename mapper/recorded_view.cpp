#include "mapper/recorded_view.hpp"

#include <algorithm>
#include <cmath>

namespace spinn {

RecordedView recorded_view(const Network& network, std::size_t population, Variable variable) {
    RecordedView recorded{.interval_ticks = 0};
    for (const Recording& recording : network.recordings) {
        const bool asked = std::ranges::find(recording.variables, variable) != recording.variables.end();
        if (recording.view.population != population || !asked) continue;
        for (std::uint32_t i = 0; i < recording.view.neurons.count; ++i)
            recorded.neurons.push_back(neuron_at(recording.view.neurons, i));
        const double steps = std::max(1.0, std::round(recording.sampling_interval_ms / network.timestep_ms));
        const auto interval = static_cast<std::uint32_t>(std::min(steps, 4e9));
        recorded.interval_ticks = recorded.interval_ticks == 0 ? interval : std::min(recorded.interval_ticks, interval);
    }
    recorded.interval_ticks = std::max(recorded.interval_ticks, 1u);
    std::ranges::sort(recorded.neurons);
    recorded.neurons.erase(std::unique(recorded.neurons.begin(), recorded.neurons.end()), recorded.neurons.end());
    return recorded;
}

std::uint32_t run_ticks(double duration_ms, double timestep_ms) {
    const double ticks = std::ceil(duration_ms / timestep_ms - 1e-3);
    return static_cast<std::uint32_t>(std::clamp(ticks, 0.0, 4294967295.0));
}

}  // namespace spinn
