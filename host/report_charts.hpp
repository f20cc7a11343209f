/// The figures of a comparison report: which spikes, bins and samples are shown, and how.
#pragma once

#include <string>

#include "host/compare.hpp"

namespace spinn {

/// All that a figure may show.
struct ReportData {
    const Network& network;
    const Results& results;
    const ReferenceResult& reference;
    const Comparison& comparison;
};

/// Spikes of both runs side by side: the same neurons, evenly chosen so that the page stays small. Empty without
/// spikes.
std::string raster_figure(const ReportData& data);

/// Mean rate over time of every population, both runs.
std::string rate_figures(const ReportData& data);

/// Membrane potentials of a few neurons, both runs, with their difference below.
std::string trace_figures(const ReportData& data);

/// Histograms of rate, interval variation and correlation of every population, both runs, with their distance.
std::string distribution_figures(const ReportData& data);

}  // namespace spinn
