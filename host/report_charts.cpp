#include "host/report_charts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/compare_verdict.hpp"
#include "host/svg_chart.hpp"
#include "mapper/recorded_view.hpp"

namespace spinn {

using svg::Chart;
using svg::Point;
using svg::Range;

namespace {

constexpr std::size_t raster_rows = 240;   ///< neurons shown, at most
constexpr std::size_t raster_dots = 9000;  ///< spikes shown in each half, about
constexpr std::size_t rate_bins = 250;
constexpr std::size_t histogram_bins = 32;
constexpr std::size_t shown_traces = 4;

std::string figure(const std::string& title, const std::string& body, const std::string& style = "") {
    return "<figure class=\"" + style + "\"><figcaption>" + title + "</figcaption>" + body + "</figure>";
}

const PopulationComparison* find(const Comparison& comparison, const std::string& name) {
    const auto found = std::ranges::find(comparison.populations, name, &PopulationComparison::name);
    return found == comparison.populations.end() ? nullptr : &*found;
}

/// Where the spikes of the network first part, ms; infinity when never.
double first_divergence_ms(const Comparison& comparison) {
    double first = std::numeric_limits<double>::infinity();
    for (const PopulationComparison& one : comparison.populations)
        if (one.first_divergence_tick) first = std::min(first, *one.first_divergence_tick * comparison.timestep_ms);
    return first;
}

struct RasterBand {
    std::size_t population = 0;
    std::vector<std::uint32_t> neurons;  ///< shown, ascending
    std::size_t first_row = 0;
};

/// The neurons of the raster: an equal share of every population by size, none without a row.
std::vector<RasterBand> raster_bands(const Network& network) {
    std::vector<RasterBand> bands;
    std::size_t recorded = 0;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        std::vector<std::uint32_t> neurons = recorded_view(network, p, Variable::spikes).neurons;
        recorded += neurons.size();
        if (!neurons.empty()) bands.push_back({.population = p, .neurons = std::move(neurons)});
    }
    std::size_t row = 0;
    for (RasterBand& band : bands) {
        const std::size_t share =
            recorded <= raster_rows ? band.neurons.size() : raster_rows * band.neurons.size() / recorded;
        const std::size_t rows =
            std::clamp<std::size_t>(share, std::min<std::size_t>(band.neurons.size(), 6), band.neurons.size());
        std::vector<std::uint32_t> chosen;
        for (std::size_t i = 0; i < rows; ++i) chosen.push_back(band.neurons[i * band.neurons.size() / rows]);
        band.neurons = std::move(chosen);
        band.first_row = row;
        row += rows;
    }
    return bands;
}

/// The length of run to show so that about raster_dots spikes fall into it, ticks.
std::uint32_t raster_ticks(const std::vector<RasterBand>& bands, const ReportData& data) {
    std::vector<std::uint32_t> ticks;
    for (const auto* populations : {&data.results.populations, &data.reference.populations})
        for (const RasterBand& band : bands) {
            const SpikeTrains trains = spike_trains((*populations)[band.population], band.neurons);
            ticks.insert(ticks.end(), trains.ticks.begin(), trains.ticks.end());
        }
    if (ticks.size() <= 2 * raster_dots) return data.comparison.ticks;
    const auto nth = ticks.begin() + 2 * raster_dots;
    std::ranges::nth_element(ticks, nth);
    return std::clamp(*nth, std::uint32_t{1}, data.comparison.ticks);
}

std::string raster(const std::vector<RasterBand>& bands, const std::vector<PopulationActivity>& populations,
                   std::uint32_t ticks, const ReportData& data, const std::string& style) {
    const double dt = data.comparison.timestep_ms;
    const std::size_t rows = bands.back().first_row + bands.back().neurons.size();
    Chart chart({.width = 560,
                 .height = 420,
                 .x = {0.0, ticks * dt},
                 .y = {0.0, static_cast<double>(rows)},
                 .x_label = "time (ms)",
                 .description = "spike raster, " + style,
                 .y_ticks = 0,
                 .left = 78});
    std::vector<Point> dots;
    for (const RasterBand& band : bands) {
        // The first population stands on top.
        const auto height = [&](double row) { return static_cast<double>(rows) - row; };
        const auto first = static_cast<double>(band.first_row), count = static_cast<double>(band.neurons.size());
        if (band.first_row > 0) chart.rule(height(first), "grid");
        std::string name = data.network.populations[band.population].name;
        if (name.size() > 11) name = name.substr(0, 10) + "\u2026";
        chart.row_label(height(first + count / 2), name);
        const SpikeTrains trains = spike_trains(populations[band.population], band.neurons);
        for (std::size_t i = 0; i < band.neurons.size(); ++i)
            for (const std::uint32_t tick : trains.of(i))
                if (tick < ticks) dots.emplace_back(tick * dt, height(first + static_cast<double>(i) + 0.5));
    }
    chart.dots(dots, rows > 120 ? 2.2 : 2.8, style);
    chart.marker(first_divergence_ms(data.comparison), "spikes part");
    return std::move(chart).finish();
}

}  // namespace

std::string raster_figure(const ReportData& data) {
    const std::vector<RasterBand> bands = raster_bands(data.network);
    if (bands.empty() || data.comparison.ticks == 0) return "";
    const std::uint32_t ticks = raster_ticks(bands, data);
    std::size_t rows = 0;
    for (const RasterBand& band : bands) rows += band.neurons.size();
    const std::string caption = with_separators(rows) +
                                (rows < raster_rows ? " neurons, the first " : " neurons, evenly chosen, the first ") +
                                fixed_text(ticks * data.comparison.timestep_ms, 0) + " ms";
    return "<p class=\"caption\">" + caption + ". The same neurons in both.</p><div class=\"grid two\">" +
           figure("Emulated machine, s16.15", raster(bands, data.results.populations, ticks, data, "machine")) +
           figure("Reference, double precision", raster(bands, data.reference.populations, ticks, data, "reference")) +
           "</div>";
}

std::string rate_figures(const ReportData& data) {
    std::string out;
    const double dt = data.comparison.timestep_ms;
    const std::uint32_t whole_ms = static_cast<std::uint32_t>(std::max(1.0, std::round(1.0 / dt)));
    std::uint32_t bin = static_cast<std::uint32_t>(data.comparison.ticks / rate_bins);
    bin = std::max((bin + whole_ms - 1) / whole_ms, std::uint32_t{1}) * whole_ms;
    for (std::size_t p = 0; p < data.network.populations.size(); ++p) {
        const PopulationComparison* one = find(data.comparison, data.network.populations[p].name);
        if (one == nullptr || !one->records_spikes || one->spikes + one->spikes_reference == 0) continue;
        const std::vector<std::uint32_t> neurons = recorded_view(data.network, p, Variable::spikes).neurons;
        const auto rate = [&](const PopulationActivity& activity) {
            std::vector<Point> points;
            const std::vector<std::uint32_t> counts =
                binned_counts(spike_trains(activity, neurons), bin, data.comparison.ticks);
            for (std::size_t i = 0; i < counts.size(); ++i) {
                const std::size_t first = i * bin;
                const auto width = static_cast<double>(std::min<std::size_t>(bin, data.comparison.ticks - first)) * dt;
                points.emplace_back(static_cast<double>(first) * dt + width / 2,
                                    counts[i] * 1000.0 / (width * static_cast<double>(neurons.size())));
            }
            return points;
        };
        const std::vector<Point> machine = rate(data.results.populations[p]),
                                 reference = rate(data.reference.populations[p]);
        double top = 0.0;
        for (const auto* points : {&machine, &reference})
            for (const Point& point : *points) top = std::max(top, point.second);
        Chart chart({.width = 560,
                     .height = 210,
                     .x = {0.0, data.comparison.ticks * dt},
                     .y = svg::nice_range({0.0, top}),
                     .x_label = "time (ms)",
                     .y_label = "rate (Hz)",
                     .description = "rate over time of " + one->name});
        chart.line(reference, "reference");
        chart.line(machine, "machine");
        if (one->first_divergence_tick) chart.marker(*one->first_divergence_tick * dt, "spikes part");
        out += figure(svg::escaped(one->name) + " <small>bins of " + fixed_text(bin * dt, 0) + " ms</small>",
                      std::move(chart).finish());
    }
    return out.empty() ? "" : "<div class=\"grid two\">" + out + "</div>";
}

namespace {

const RecordedSamples* v_of(const PopulationActivity& activity) {
    const auto found = std::ranges::find(activity.samples, Variable::v, &RecordedSamples::variable);
    return found == activity.samples.end() ? nullptr : &*found;
}

std::vector<Point> trace(const RecordedSamples& samples, std::uint32_t neuron, double dt) {
    std::vector<Point> points;
    const auto found = std::ranges::find(samples.neurons, neuron);
    if (found == samples.neurons.end()) return points;
    const auto column = static_cast<std::size_t>(found - samples.neurons.begin());
    for (std::size_t row = 0; row < samples.samples(); ++row)
        points.emplace_back((samples.first_tick + static_cast<double>(row) * samples.interval_ticks) * dt,
                            samples.values[row * samples.neurons.size() + column]);
    return points;
}

/// Machine minus reference where both have a sample.
std::vector<Point> difference(const std::vector<Point>& machine, const std::vector<Point>& reference, double dt) {
    std::vector<Point> points;
    for (std::size_t i = 0, j = 0; i < machine.size() && j < reference.size();) {
        const double ahead = machine[i].first - reference[j].first;
        if (ahead > dt / 2)
            ++j;
        else if (ahead < -dt / 2)
            ++i;
        else
            points.emplace_back(machine[i].first, machine[i].second - reference[j].second), ++i, ++j;
    }
    return points;
}

/// The stretch of the traces that is worth a look: the last of agreement and the first of divergence, or the beginning.
Range trace_window(double divergence_ms, double duration_ms) {
    if (duration_ms <= 300.0) return {0.0, duration_ms};
    if (!(divergence_ms < duration_ms)) return {0.0, 300.0};
    const double high = std::min(duration_ms, std::max(divergence_ms + 100.0, 200.0));
    return {std::max(0.0, high - 400.0), high};
}

Range extent(std::span<const Point> a, std::span<const Point> b, Range window) {
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const auto& points : {a, b})
        for (const auto& [x, y] : points)
            if (x >= window.low && x <= window.high && std::isfinite(y))
                range = {std::min(range.low, y), std::max(range.high, y)};
    return range;
}

std::string one_trace(const ReportData& data, std::size_t p, std::uint32_t neuron) {
    const double dt = data.comparison.timestep_ms, never = std::numeric_limits<double>::infinity();
    const std::vector<Point> machine = trace(*v_of(data.results.populations[p]), neuron, dt);
    const std::vector<Point> reference = trace(*v_of(data.reference.populations[p]), neuron, dt);
    if (machine.empty() || reference.empty()) return "";

    const std::vector<std::uint32_t> self = {neuron};
    const SpikeTrains spikes = spike_trains(data.results.populations[p], self);
    const SpikeTrains spikes_reference = spike_trains(data.reference.populations[p], self);
    const double parted = first_divergence_ms(data.comparison);
    const Range window = trace_window(parted, data.comparison.ticks * dt);
    Range y = extent(machine, reference, window);
    const double room = 0.14 * std::max(y.high - y.low, 0.1);  // for the spike marks
    y = {y.low, y.high + room};

    Chart membrane({.width = 560,
                    .height = 210,
                    .x = window,
                    .y = y,
                    .y_label = "v (mV)",
                    .description = "membrane potential",
                    .bottom = 24});
    if (parted < never) membrane.shade_from(parted);
    membrane.line(reference, "reference wide");
    membrane.line(machine, "machine");
    const auto marks = [&](const SpikeTrains& trains, double height) {
        std::vector<Point> points;
        for (const std::uint32_t tick : trains.ticks)
            if (tick * dt >= window.low && tick * dt <= window.high) points.emplace_back(tick * dt, height);
        return points;
    };
    membrane.dots(marks(spikes, y.high - room * 0.15), 4.0, "machine");
    membrane.dots(marks(spikes_reference, y.high - room * 0.6), 4.0, "reference");

    std::vector<Point> error = difference(machine, reference, dt);
    // To scale while all spikes agree; when that is too short to see, all of it.
    const double scaled_until = parted > window.low + 0.05 * (window.high - window.low) ? parted : window.high;
    double largest = 0.0;
    for (const auto& [time, value] : error)
        if (time >= window.low && time <= scaled_until && std::isfinite(value))
            largest = std::max(largest, std::abs(value));
    if (largest == 0.0) largest = 0.001;
    const bool micro = largest < 0.1;  // then the axis reads better in uV
    if (micro) {
        largest *= 1000.0;
        for (Point& point : error) point.second *= 1000.0;
    }
    Chart below({.width = 560,
                 .height = 120,
                 .x = window,
                 .y = svg::nice_range({-largest, largest}),
                 .x_label = "time (ms)",
                 .y_label = micro ? "\u0394v (\u00b5V)" : "\u0394v (mV)",
                 .description = "difference of the membrane potentials",
                 .y_ticks = 3});
    if (parted < never) below.shade_from(parted);
    below.line(error, "difference");
    if (parted < never) below.marker(parted, "spikes part");
    return figure(
        svg::escaped(data.network.populations[p].name) + " <small>neuron " + std::to_string(neuron) + "</small>",
        std::move(membrane).finish() + std::move(below).finish());
}

}  // namespace

std::string trace_figures(const ReportData& data) {
    std::string out;
    std::vector<std::pair<std::size_t, std::vector<std::uint32_t>>> recorded;
    for (std::size_t p = 0; p < data.network.populations.size(); ++p)
        if (const RecordedSamples* v = v_of(data.results.populations[p]);
            v != nullptr && v_of(data.reference.populations[p]))
            recorded.emplace_back(p, v->neurons);
    std::size_t shown = 0;
    for (const auto& [p, neurons] : recorded) {
        const std::size_t share = std::max<std::size_t>(1, shown_traces / recorded.size());
        for (std::size_t i = 0; i < std::min(share, neurons.size()) && shown < 2 * shown_traces; ++i, ++shown)
            out += one_trace(data, p, neurons[i]);
    }
    return out.empty() ? "" : "<div class=\"grid two\">" + out + "</div>";
}

namespace {

/// The range that holds all but 0.3 % of both samples at either end; what lies outside goes into the outermost bins.
Range bulk(const DistributionPair& pair) {
    std::vector<double> all = pair.machine;
    all.insert(all.end(), pair.reference.begin(), pair.reference.end());
    std::ranges::sort(all);
    const std::size_t tail = all.size() * 3 / 1000;
    return {all[tail], all[all.size() - 1 - tail]};
}

std::string histogram(const std::string& title, const std::string& x_label, const DistributionPair& pair) {
    if (pair.machine.empty() && pair.reference.empty()) return figure(title, "<p class=\"nothing\">too few spikes</p>");
    const Range x = svg::nice_range(bulk(pair));
    const auto heights = [&](const std::vector<double>& values) {
        std::vector<double> shares(histogram_bins, 0.0);
        for (const double value : values) {
            const double at = (value - x.low) / (x.high - x.low) * static_cast<double>(histogram_bins);
            shares[std::min(static_cast<std::size_t>(std::max(at, 0.0)), histogram_bins - 1)] +=
                1.0 / static_cast<double>(values.size());
        }
        return shares;
    };
    const std::vector<double> machine = heights(pair.machine), reference = heights(pair.reference);
    const double top = std::max(std::ranges::max(machine), std::ranges::max(reference));
    Chart chart({.width = 370,
                 .height = 190,
                 .x = x,
                 .y = {0.0, top * 1.25},
                 .x_label = x_label,
                 .y_label = "share",
                 .description = "histogram",
                 .x_ticks = 5,
                 .y_ticks = 3,
                 .left = 50});
    chart.steps(machine, true, "machine");
    chart.steps(reference, false, "reference");
    if (std::isfinite(pair.ks)) {
        const bool passed = !(pair.ks > pair.ks_allowed);
        chart.note("KS " + fixed_text(pair.ks, 3) + (passed ? " \u2264 " : " > ") + fixed_text(pair.ks_allowed, 3),
                   passed ? "good" : "bad");
    }
    return figure(title, std::move(chart).finish());
}

}  // namespace

std::string distribution_figures(const ReportData& data) {
    std::string out;
    for (const PopulationComparison& one : data.comparison.populations) {
        if (!one.records_spikes || one.is_source || one.spikes + one.spikes_reference == 0) continue;
        const std::string name = svg::escaped(one.name);
        out += "<div class=\"grid three\">" + histogram(name + " <small>firing rate</small>", "rate (Hz)", one.rates) +
               histogram(name + " <small>interval variation</small>", "CV of intervals", one.cvs) +
               histogram(name + " <small>pairwise correlation</small>", "correlation, bins of 2 ms", one.correlations) +
               "</div>";
    }
    return out;
}

}  // namespace spinn
