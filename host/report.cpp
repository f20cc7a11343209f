#include "host/report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "host/compare_verdict.hpp"
#include "host/report_style.hpp"
#include "host/svg_chart.hpp"
#include "protocols/error.hpp"

namespace spinn {

using svg::escaped;

namespace {

std::string section(const std::string& title, const std::string& caption, const std::string& body) {
    if (body.empty()) return "";
    return "<section><h2>" + title + "</h2>" + (caption.empty() ? "" : "<p class=\"caption\">" + caption + "</p>") +
           body + "</section>";
}

std::string verdict_card(const Comparison& comparison) {
    const auto [style, word] = [&]() -> std::pair<const char*, const char*> {
        switch (comparison.agreement) {
            case Agreement::identical:
                return {"good", "Identical"};
            case Agreement::statistical:
                return {"good", "Same statistics"};
            case Agreement::different:
                return {"bad", "Different"};
            case Agreement::nothing_recorded:
                break;
        }
        return {"", "Nothing to compare"};
    }();
    return std::string("<div class=\"verdict ") + style + "\"><strong>" + word + "</strong>" +
           escaped(comparison.verdict) + "</div>";
}

std::string tile(const std::string& value, const std::string& what) {
    return "<div class=\"tile\"><b>" + value + "</b><span>" + what + "</span></div>";
}

std::string tiles(const ReportData& data) {
    const Comparison& comparison = data.comparison;
    std::uint64_t spikes = 0, spikes_reference = 0;
    std::optional<std::uint32_t> first;
    for (const PopulationComparison& one : comparison.populations) {
        spikes += one.spikes;
        spikes_reference += one.spikes_reference;
        if (one.first_divergence_tick)
            first = std::min(first.value_or(*one.first_divergence_tick), *one.first_divergence_tick);
    }
    return "<div class=\"tiles\">" + tile(with_separators(spikes), "spikes, emulated machine") +
           tile(with_separators(spikes_reference), "spikes, reference") +
           tile(fixed_text(100.0 * comparison.identical_spikes, comparison.identical_spikes == 1.0 ? 0 : 2) + " %",
                "of spikes in the same step") +
           tile(first ? fixed_text(*first * comparison.timestep_ms, 1) + " ms" : "never", "spikes first part") +
           tile(with_separators(data.reference.synapses), "synapses") + "</div>";
}

std::string population_table(const Comparison& comparison) {
    std::string rows;
    for (const PopulationComparison& one : comparison.populations) {
        const auto cell = [](const std::string& text, const std::string& style = "") {
            return "<td class=\"" + style + "\">" + text + "</td>";
        };
        const auto spiking = [&](double value, int decimals) {
            return one.records_spikes ? fixed_text(value, decimals) : "-";
        };
        const auto distance = [&](const DistributionPair& pair) {
            if (!one.records_spikes || !std::isfinite(pair.ks)) return cell("-");
            return cell(fixed_text(pair.ks, 3), pair.ks > pair.ks_allowed ? "bad" : "good");
        };
        const std::uint64_t most = std::max(one.spikes, one.spikes_reference);
        const double same =
            most == 0 ? 100.0 : 100.0 * static_cast<double>(one.spikes_identical) / static_cast<double>(most);
        rows +=
            "<tr><td>" + escaped(one.name) + "</td>" +
            cell(one.records_spikes ? with_separators(one.recorded_neurons) : "-") + cell(spiking(one.rate_hz, 2)) +
            cell(spiking(one.rate_hz_reference, 2)) + cell(spiking(mean(one.cvs.machine), 3)) +
            cell(spiking(mean(one.cvs.reference), 3)) + cell(one.records_spikes ? fixed_text(same, 2) + " %" : "-") +
            cell(one.first_divergence_tick ? fixed_text(*one.first_divergence_tick * comparison.timestep_ms, 1) + " ms"
                 : one.records_spikes      ? "never"
                                           : "-") +
            distance(one.rates) + distance(one.cvs) + distance(one.correlations) +
            cell(one.v ? fixed_text(one.v->rmse, 4) : "-") + cell(one.v ? fixed_text(one.v->max_abs, 4) : "-") +
            "</tr>";
    }
    if (rows.empty()) return "";
    const std::string machine = "<th class=\"machine-ink\">machine</th>",
                      reference = "<th class=\"reference-ink\">reference</th>";
    return "<div class=\"scroll\"><table><thead><tr><th></th><th></th><th colspan=\"2\">rate (Hz)</th>"
           "<th colspan=\"2\">CV of intervals</th><th>same</th><th>spikes</th><th "
           "colspan=\"3\">Kolmogorov\u2013Smirnov distance</th>"
           "<th colspan=\"2\">\u0394v before any spike differs (mV)</th></tr><tr><th>population</th><th>neurons</th>" +
           machine + reference + machine + reference +
           "<th>spikes</th><th>part "
           "at</th><th>rate</th><th>CV</th><th>correlation</th><th>rms</th><th>largest</th></tr></thead><tbody>" +
           rows + "</tbody></table></div>";
}

std::string entry(const std::string& name, const std::string& value) {
    return value.empty() ? "" : "<dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd>";
}

/// What the run says of itself; an empty object when it says nothing that can be read.
nlohmann::json run_provenance(const Results& results) {
    nlohmann::json run = nlohmann::json::parse(results.provenance, nullptr, false);
    return run.is_object() ? run : nlohmann::json::object();
}

/// A member as text; empty when there is none.
std::string member(const nlohmann::json& run, const char* key) {
    const auto found = run.find(key);
    if (found == run.end()) return "";
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number_unsigned()) return with_separators(found->get<std::uint64_t>());
    if (found->is_number()) return fixed_text(found->get<double>(), 3);
    return found->is_boolean() ? found->dump() : "";
}

std::string provenance(const ReportData& data) {
    const ResultsHeader& header = data.results.header;
    const nlohmann::json run = run_provenance(data.results);
    const auto with_unit = [&](const char* key, const char* unit) {
        const std::string text = member(run, key);
        return text.empty() ? text : text + unit;
    };
    return "<dl>" + entry("Network", header.network_name) + entry("Seed", std::to_string(header.seed)) +
           entry("Time step", svg::tick_text(header.timestep_ms, 0.001) + " ms") +
           entry("Duration", fixed_text(data.network.duration_ms, 1) + " ms, " +
                                 with_separators(data.comparison.ticks) + " steps") +
           entry("Image", header.image_hash) + entry("Machine", member(run, "machine")) +
           entry("Rounding", member(run, "rounding")) + entry("Poisson sources", member(run, "poisson")) +
           entry("Run by", member(run, "program") + " " + member(run, "version")) +
           entry("Threads", member(run, "threads")) + entry("Run time", with_unit("run_s", " s")) +
           entry("Synaptic events", member(run, "synaptic_events")) +
           entry("Packets sent", member(run, "packets_sent")) + entry("Spike hash", member(run, "spike_hash")) +
           entry("Reference",
                 std::string("double precision, exponential Euler, ") +
                     (data.reference.quantised.constants ? "constants as the board computes them, "
                                                         : "exact constants, ") +
                     (data.reference.quantised.weights ? "weights in the board's 16 bits" : "exact weights") + "; " +
                     with_separators(data.reference.synaptic_events) + " synaptic events in " +
                     fixed_text(data.reference.seconds, 2) + " s") +
           "</dl>";
}

/// What went wrong on the machine and may explain a difference.
std::string complaints(const ReportData& data) {
    const std::pair<const char*, const char*> counters[] = {
        {"saturations", "additions saturated a ring buffer: the input of some neurons was cut"},
        {"weights_masked", "weights did not fit 16 bits and wrapped"},
        {"packets_dropped", "packets were dropped by routers"},
        {"delay_overflows", "spikes were lost in delay extensions"},
        {"recordings_lost", "records were lost because a recording buffer was full"},
        {"late_packets", "packets came too late"},
        {"timer_overruns", "time steps took longer than they had"}};
    const nlohmann::json run = run_provenance(data.results);
    std::string list;
    for (const auto& [key, what] : counters)
        if (const auto found = run.find(key);
            found != run.end() && found->is_number_unsigned() && found->get<std::uint64_t>() > 0)
            list += "<li>" + with_separators(found->get<std::uint64_t>()) + " " + what + "</li>";
    if (run.value("stopped", nlohmann::json()) == true)
        list += "<li>the run ended early, after " + fixed_text(data.network.duration_ms, 1) + " of " +
                fixed_text(data.results.header.duration_ms, 1) + " ms</li>";
    return list.empty() ? ""
                        : "<div class=\"verdict warn\"><strong>The machine reports</strong><ul>" + list + "</ul></div>";
}

constexpr const char* method = R"html(<ul class="notes">
<li>Both runs have the same synapses, weights, delays, initial values and source spikes, drawn from the same counter-based random
numbers, and the same order of work within a time step. The machine computes in s16.15 fixed point with 16-bit weights, the
reference in double precision.</li>
<li>A recurrent network is chaotic: once a single spike has moved by one step, the runs part and become two samples of the same
statistics. Spikes are therefore compared one by one until they part, the runs as wholes by their distributions.</li>
<li>Mean rates are held against three standard errors; Kolmogorov&ndash;Smirnov distances against the critical value at
&alpha; = 0.01 for all tests together, plus what a shift of the mean by three standard errors causes, because neurons of a network
fluctuate together. Correlations are those of 200 neurons at most, in bins of 2 ms; CVs those of neurons with three
spikes or more.</li>
<li>Differences of membrane potentials count until the first spike differs anywhere: from there on they show the networks
parting, not the arithmetic. In the figures the stretch before is drawn to scale, the shaded one after it is cut off.</li>
</ul>)html";

constexpr const char* legend =
    R"html(<div class="legend"><span><i style="background:var(--machine)"></i>emulated machine, s16.15</span>
<span><i style="background:var(--reference)"></i>reference, double precision</span></div>)html";

}  // namespace

std::string html_report(const ReportData& data) {
    const ResultsHeader& header = data.results.header;
    const std::string name = header.network_name.empty() ? "Network" : header.network_name;
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" "
           "content=\"light dark\">"
           "<title>" +
           escaped(name) + " against the reference</title><style>" + std::string(report_style) +
           "</style></head>\n<body><main><h1>" + escaped(name) +
           "</h1><p class=\"subtitle\">Fixed point against double precision: " + fixed_text(header.duration_ms, 0) +
           " ms in steps of " + svg::tick_text(header.timestep_ms, 0.1) + " ms, seed " + std::to_string(header.seed) +
           "</p>" + verdict_card(data.comparison) + complaints(data) + tiles(data) + population_table(data.comparison) +
           legend + section("Spikes", "", raster_figure(data)) +
           section("Population rates", "Mean over the recorded neurons.", rate_figures(data)) +
           section("Membrane potentials", "Above: both runs, dots are spikes. Below: machine minus reference.",
                   trace_figures(data)) +
           section("Distributions",
                   "Filled: machine. Outline: reference. The distance of the two and what sampling explains.",
                   distribution_figures(data)) +
           section("Where this comes from", "", provenance(data)) + section("How it is judged", "", method) +
           "</main></body></html>\n";
}

void write_report(const ReportData& data, const std::filesystem::path& path) {
    std::ofstream out(path, std::ios::binary);
    out << html_report(data);
    out.close();
    if (!out)
        throw InputError({{.what = "cannot write the report",
                           .where = path.string(),
                           .fix = "name a file in a directory that exists and that you may write to"}});
}

}  // namespace spinn
