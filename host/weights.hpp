/// Plastic weights while a network runs: read back at the intervals that projections ask for, and at the end.
#pragma once

#include <cstdint>
#include <vector>

#include "emulator/exchange.hpp"
#include "emulator/machine.hpp"
#include "emulator/plastic_weights.hpp"
#include "host/results.hpp"
#include "host/run_report.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// The synapses of a plastic projection as they are now, sorted by (pre, post): what PyNN's Projection.get() asks for.
/// Between runs of the engine, as often as one likes.
/// @param exchange  as of plastic_synapses(); only process 0 gets something. @param projection  index in the network
std::vector<WeightSample> projection_weights(Machine& machine, const Network& network, std::size_t projection,
                                             Exchange* exchange = nullptr);

/// Whether the network in the image has synapses that learn: seen from its cores' region tables, without the network.
bool learns(const MachineImage& image);

class WeightReader {
 public:
    /// Looks at nothing when the image's network has no plastic projection.
    /// @param writer  none: nothing is written
    WeightReader(const MachineImage& image, Machine& machine, Exchange* exchange, ResultsWriter* writer);

    /// Ticks from `done` to the next look that was asked for.
    std::uint32_t ticks_to_next(std::uint32_t done) const;
    /// Writes the weights of the projections whose interval ends at `done`.
    void take(std::uint32_t done);
    /// Writes the weights of all plastic projections, and sums them up.
    std::vector<WeightSummary> finish(std::uint32_t done);

 private:
    struct Plan {
        std::uint32_t projection = 0, interval_ticks = 0;  ///< 0: at the end only
    };
    void write(const Plan& plan, std::uint32_t done, const std::vector<PlasticSynapse>& all);

    Machine& machine_;
    Exchange* exchange_;
    ResultsWriter* writer_;
    Network network_;
    std::vector<Plan> plans_;
};

}  // namespace spinn
