#include "host/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>

#include "host/svg_chart.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

using testing::HasSubstr;
using testing::Not;

Recording record(std::uint32_t population, std::uint32_t n, Variable variable) {
    Recording recording;
    recording.view.population = population;
    recording.view.neurons.count = n;
    recording.view.neurons.step = 1;
    recording.variables.push_back(variable);
    return recording;
}

/// Two populations with n neurons each that fire `spikes` times a neuron, with traces of two, the reference a little
/// apart.
struct Example {
    Network net;
    Results machine;
    ReferenceResult reference;
    Comparison comparison;

    Example(std::uint32_t n, std::uint32_t spikes, std::uint32_t ticks, std::string name = "cells") {
        net = {.name = name + " network", .timestep_ms = 0.5, .duration_ms = ticks * 0.5, .seed = 3};
        net.populations = {{.name = name, .size = n, .model = ModelKind::if_curr_exp},
                           {.name = "other", .size = n, .model = ModelKind::if_cond_exp}};
        for (const std::uint32_t p : {0u, 1u}) net.recordings.push_back(record(p, n, Variable::spikes));
        net.recordings.push_back(record(0, 2, Variable::v));
        machine.header = {
            .network_name = net.name, .timestep_ms = 0.5, .duration_ms = ticks * 0.5, .seed = 3, .image_hash = "abc"};
        machine.header.populations = {{name, "IF_curr_exp", n, true}, {"other", "IF_cond_exp", n, true}};
        machine.provenance =
            R"({"machine": "spinn5", "rounding": "truncate", "saturations": 1234, "version": "<1>", "x": [1]})";
        reference.ticks = ticks;
        machine.populations.resize(2);
        reference.populations.resize(2);
        for (std::size_t p : {0u, 1u}) {
            for (std::uint32_t k = 0; k < spikes; ++k)
                for (std::uint32_t i = 0; i < n; ++i) {
                    machine.populations[p].ticks.push_back(k * (ticks / std::max(spikes, 1u)));
                    machine.populations[p].neurons.push_back(i);
                }
            reference.populations[p] = machine.populations[p];
        }
        if (spikes > 0) reference.populations[0].ticks.back() += 1;
        RecordedSamples v{.variable = Variable::v, .neurons = {0, 1}};
        for (std::uint32_t tick = 0; tick < ticks; ++tick)
            for (const double shift : {0.0, 5.0}) v.values.push_back(-65.0 + 10.0 * std::sin(tick * 0.05) + shift);
        machine.populations[0].samples = {v};
        for (double& value : v.values) value += 0.001;
        reference.populations[0].samples = {v};
        comparison = compare(net, machine, reference);
    }
    std::string page() const { return html_report({net, machine, reference, comparison}); }
};

TEST(HtmlReport, HasEveryPartAndNeedsNothingFromOutside) {
    const std::string page = Example(50, 8, 400).page();
    for (const char* part :
         {"<!doctype html>", "cells network", "Spikes", "Population rates", "Membrane potentials", "Distributions",
          "Where this comes from", "How it is judged", "spinn5", "truncate", "abc", "spikes part", "KS 0."})
        EXPECT_THAT(page, HasSubstr(part));
    for (const char* outside : {"http://", "https://", "src=", "@import", "url(", "<script", "<link"})
        EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST(HtmlReport, ElementsAreClosedInOrder) {
    const std::string page = Example(20, 5, 300).page();
    const std::regex tag("<(/?)([a-z0-9]+)[^>]*?(/?)>");
    std::vector<std::string> open;
    const std::string body = page.substr(page.find("<body>"));
    for (std::sregex_iterator at(body.begin(), body.end(), tag), end; at != end; ++at) {
        if ((*at)[3].length() > 0) continue;
        if ((*at)[1].length() == 0) {
            open.push_back((*at)[2]);
            continue;
        }
        if (open.empty()) break;  // </html>
        ASSERT_EQ(open.back(), (*at)[2]) << "at " << at->position();
        open.pop_back();
    }
    EXPECT_TRUE(open.empty());
}

TEST(HtmlReport, NamesCannotBreakThePage) {
    const std::string page = Example(10, 5, 300, "<b>\"x\" & 'y'</b><script>").page();
    EXPECT_THAT(page, Not(HasSubstr("<b>\"x\"")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;"));
    EXPECT_THAT(page, HasSubstr("&lt;1&gt;")) << "nor can what the results file says";
}

TEST(HtmlReport, SaysWhatTheMachineComplainedAbout) {
    EXPECT_THAT(Example(10, 5, 300).page(), HasSubstr("1,234 additions saturated"));
}

TEST(HtmlReport, StaysSmallForLargeRuns) {
    const Example large(5000, 40, 4000);
    EXPECT_LT(large.page().size(), 1'500'000u);
}

TEST(HtmlReport, IsFineWithoutSpikesTracesOrTime) {
    for (const std::uint32_t ticks : {0u, 1u, 40u}) {
        const std::string page = Example(3, 0, ticks).page();
        EXPECT_THAT(page, HasSubstr("</html>"));
        EXPECT_THAT(page, Not(HasSubstr("nan")));
        EXPECT_THAT(page, Not(HasSubstr("inf")));
    }
    Example nothing(3, 2, 40);
    nothing.net.recordings.clear();
    nothing.machine.populations.assign(2, {});
    nothing.reference.populations.assign(2, {});
    nothing.comparison = compare(nothing.net, nothing.machine, nothing.reference);
    EXPECT_THAT(nothing.page(), HasSubstr("Nothing to compare"));
}

TEST(WriteReport, SaysWhenThereIsNoSuchDirectory) {
    const Example example(3, 2, 40);
    const ReportData data{example.net, example.machine, example.reference, example.comparison};
    EXPECT_THROW(write_report(data, "/no/such/directory/report.html"), InputError);
    const auto path = std::filesystem::temp_directory_path() / ("spinn-report-" + std::to_string(::getpid()) + ".html");
    write_report(data, path);
    EXPECT_EQ(std::filesystem::file_size(path), example.page().size());
    std::filesystem::remove(path);
}

TEST(SvgTicks, AreRoundNumbersInsideTheRange) {
    EXPECT_EQ(svg::nice_ticks({0.0, 10.0}, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
    EXPECT_EQ(svg::nice_ticks({-3.0, 7.0}, 4), (std::vector<double>{0, 5}));
    EXPECT_EQ(svg::tick_text(0.30000000000000004, 0.1), "0.3");
    EXPECT_EQ(svg::tick_text(-65.0, 5.0), "\u221265");
    EXPECT_EQ(svg::tick_text(0.0, 0.0), "0");
}

TEST(SvgTicks, AnEmptyRangeBecomesOneThatCanBeDrawn) {
    for (const svg::Range range : {svg::Range{0.0, 0.0}, {5.0, 5.0}, {-1e9, -1e9}, {std::nan(""), 1.0}, {2.0, 1.0}}) {
        const svg::Range nice = svg::nice_range(range);
        EXPECT_GT(nice.high, nice.low);
    }
}

TEST(SvgChart, ThinsALineToWhatTheWidthCanShowAndKeepsItsPeaks) {
    std::vector<svg::Point> points;
    for (int i = 0; i < 100'000; ++i) points.emplace_back(i, i == 54'321 ? 1.0 : 0.0);
    svg::Chart chart({.width = 560, .height = 220, .x = {0, 100'000}, .y = {0, 1}});
    chart.line(points, "machine");
    const std::string svg = std::move(chart).finish();
    EXPECT_LT(svg.size(), 40'000u);
    EXPECT_THAT(svg, HasSubstr(" 12")) << "the peak touches the top of the frame";
}

}  // namespace
}  // namespace spinn
