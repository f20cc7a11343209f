/// Draws the STDP curves of docs/plasticity.md: its output is docs/stdp-curves.svg
///
/// A panel for each timing rule: dots are what the machine's 16-bit weights did, the line is the reference simulator in
/// double precision. The same measurement as in tests/host/stdp_curve_test.cpp.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "../tests/host/stdp_curve.hpp"

namespace {

using spinn::CurvePoint;
using spinn::CurveSetup;

struct Panel {
    std::string title;
    CurveSetup setup;
};

constexpr double width = 330.0, height = 210.0, left = 46.0, right = 12.0, top = 26.0, bottom = 34.0;

std::string text(double x, double y, const std::string& words, const char* anchor, int size) {
    char buffer[512];
    std::snprintf(buffer, sizeof buffer, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n",
                  x, y, anchor, size, words.c_str());
    return buffer;
}

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
    char buffer[256];
    std::snprintf(buffer, sizeof buffer, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1,
                  y1, x2, y2, colour);
    return buffer;
}

std::string draw(const Panel& panel, double x0, double y0) {
    const std::vector<CurvePoint> curve = spinn::measure_curve(panel.setup);
    constexpr double extent = 0.15;
    const auto px = [&](double delta) { return x0 + left + (delta + 60.0) / 120.0 * (width - left - right); };
    const auto py = [&](double change) {
        return y0 + top + (extent - change) / (2 * extent) * (height - top - bottom);
    };
    std::string out = text(x0 + left, y0 + 16.0, panel.title, "start", 12);
    for (const double delta : {-60.0, -30.0, 0.0, 30.0, 60.0}) {
        out += line(px(delta), py(-extent), px(delta), py(extent), delta == 0.0 ? "#999" : "#e4e4e4");
        out += text(px(delta), y0 + height - bottom + 14.0, std::to_string(static_cast<int>(delta)), "middle", 10);
    }
    for (const double change : {-0.1, 0.0, 0.1}) {
        out += line(px(-60.0), py(change), px(60.0), py(change), change == 0.0 ? "#999" : "#e4e4e4");
        char label[16];
        std::snprintf(label, sizeof label, "%+.1f", change);
        out += text(x0 + left - 5.0, py(change) + 3.5, change == 0.0 ? "0" : label, "end", 10);
    }
    for (const bool before : {true, false}) {  // the window jumps at 0
        out += "<polyline fill=\"none\" stroke=\"#d1495b\" stroke-width=\"1.4\" points=\"";
        for (const CurvePoint& point : curve) {
            if ((point.delta_ms <= 0.0) != before) continue;
            char xy[64];
            std::snprintf(xy, sizeof xy, "%.1f,%.1f ", px(point.delta_ms), py(point.reference));
            out += xy;
        }
        out += "\"/>\n";
    }
    for (const CurvePoint& point : curve) {
        if (static_cast<int>(point.delta_ms) % 3 != 0) continue;
        char circle[128];
        std::snprintf(circle, sizeof circle, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.9\" fill=\"#1f4e79\"/>\n",
                      px(point.delta_ms), py(point.machine));
        out += circle;
    }
    return out;
}

}  // namespace

int main() {
    const std::string pair = "{tau_plus: 16.8, tau_minus: 33.7, A_plus: 0.1, A_minus: 0.12}}";
    const std::string triplet =
        "{PfisterSpikeTriplet: {tau_plus: 16.8, tau_minus: 33.7, tau_x: 101, tau_y: 125, A_plus: 0.1, A_minus: 0.12}}";
    const std::string triplet_weights = "{AdditiveTriplet: {w_max: 2.0, A3_plus: 0.08, A3_minus: 0.06}}";
    const std::vector<Panel> panels = {
        {"SpikePair, Additive", {"{SpikePair: " + pair, "{Additive: {w_max: 2.0}}", {}}},
        {"SpikePair, Multiplicative", {"{SpikePair: " + pair, "{Multiplicative: {w_min: 0.25, w_max: 2.0}}", {}}},
        {"SpikeNearestPair, a post spike at -70 ms",
         {"{SpikeNearestPair: " + pair, "{Additive: {w_max: 2.0}}", {-70.0}}},
        {"SpikePair, a post spike at -70 ms", {"{SpikePair: " + pair, "{Additive: {w_max: 2.0}}", {-70.0}}},
        {"PfisterSpikeTriplet, a post spike at -70 ms", {triplet, triplet_weights, {-70.0}}},
        {"Vogels2011, two pre spikes",
         {"{Vogels2011: {alpha: 0.25, tau: 20.0, A_plus: 0.1}}", "{Additive: {w_max: 2.0}}", {-280.0}}},
    };
    const std::size_t columns = 2, rows = (panels.size() + columns - 1) / columns;
    std::printf(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
        "fill=\"#222\">\n<title>Change of a weight against the distance of a pair of spikes</title>\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
        columns * width, static_cast<double>(rows) * height + 26.0);
    for (std::size_t i = 0; i < panels.size(); ++i)
        std::fputs(draw(panels[i], static_cast<double>(i % columns) * width, static_cast<double>(i / columns) * height)
                       .c_str(),
                   stdout);
    std::fputs(text(columns * width / 2.0, static_cast<double>(rows) * height + 12.0,
                    "post spike at the synapse less pre spike (ms) against change of the weight (nA); "
                    "dots: machine, line: double precision",
                    "middle", 11)
                   .c_str(),
               stdout);
    std::puts("</svg>");
    return 0;
}
