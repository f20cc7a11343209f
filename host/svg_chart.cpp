#include "host/svg_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace spinn::svg {

namespace {

std::string number(double value) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.1f", value);
    std::string text = buffer.data();
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text == "-0" ? "0" : text;
}

std::string quoted(std::string_view name, double value) {
    return " " + std::string(name) + "=\"" + number(value) + "\"";
}
std::string quoted(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

/// 1, 2 or 5 times a power of ten, about range / wanted.
double nice_step(Range range, int wanted) {
    const double rough = (range.high - range.low) / std::max(wanted, 1);
    const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * magnitude >= rough * 0.999) return factor * magnitude;
    return 10.0 * magnitude;
}

/// First, lowest, highest and last point of every half pixel: what a screen can show of a line.
std::vector<Point> thinned(std::span<const Point> points) {
    std::vector<Point> kept;
    for (std::size_t i = 0; i < points.size();) {
        std::size_t end = i, low = i, high = i;
        const double column = std::floor(points[i].first * 2.0);
        for (;
             end < points.size() && std::floor(points[end].first * 2.0) == column && std::isfinite(points[end].second);
             ++end) {
            if (points[end].second < points[low].second) low = end;
            if (points[end].second > points[high].second) high = end;
        }
        if (end == i) {
            kept.push_back(points[i++]);
            continue;
        }
        std::array<std::size_t, 4> chosen = {i, std::min(low, high), std::max(low, high), end - 1};
        const auto last = std::unique(chosen.begin(), chosen.end());
        for (auto at = chosen.begin(); at != last; ++at) kept.push_back(points[*at]);
        i = end;
    }
    return kept;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Range nice_range(Range range) {
    if (!std::isfinite(range.low) || !std::isfinite(range.high)) return {0.0, 1.0};
    if (range.high - range.low <= 1e-12 * std::max(std::abs(range.low), std::abs(range.high)) ||
        range.high <= range.low) {
        const double margin = std::max(std::abs(range.low) * 0.05, 1e-9);
        range = {range.low - margin, range.low + margin};
        if (range.high - range.low < 1e-6) range = {range.low - 0.5, range.low + 0.5};
    }
    const double step = nice_step(range, 8);
    return {std::floor(range.low / step) * step, std::ceil(range.high / step) * step};
}

std::vector<double> nice_ticks(Range range, int wanted) {
    std::vector<double> ticks;
    if (wanted <= 0 || !(range.high > range.low)) return ticks;
    const double step = nice_step(range, wanted);
    for (double tick = std::ceil(range.low / step - 1e-9) * step; tick <= range.high + step * 1e-9; tick += step)
        ticks.push_back(std::abs(tick) < step * 1e-9 ? 0.0 : tick);
    return ticks;
}

std::string tick_text(double value, double step) {
    const double magnitude = std::max(std::abs(value), std::abs(step));
    std::array<char, 64> buffer{};
    if (step <= 0.0 || magnitude < 1e-3 || magnitude >= 1e6) {
        std::snprintf(buffer.data(), buffer.size(), "%.3g", value);
    } else {
        const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
        std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    }
    std::string text = buffer.data();
    if (text.starts_with('-')) text.replace(0, 1, "\u2212");
    return text;
}

Chart::Chart(Layout layout) : layout_(std::move(layout)) {
    out_ = "<svg viewBox=\"0 0 " + number(layout_.width) + " " + number(layout_.height) + "\" role=\"img\"" +
           quoted("aria-label", layout_.description) + ">";
    axes();
}

double Chart::px(double x) const {
    const double share = std::clamp((x - layout_.x.low) / (layout_.x.high - layout_.x.low), 0.0, 1.0);
    return layout_.left + share * (layout_.width - layout_.left - layout_.right);
}

double Chart::py(double y) const {
    const double share = std::clamp((y - layout_.y.low) / (layout_.y.high - layout_.y.low), 0.0, 1.0);
    return layout_.height - layout_.bottom - share * (layout_.height - layout_.top - layout_.bottom);
}

void Chart::axes() {
    const double right = layout_.width - layout_.right, bottom = layout_.height - layout_.bottom;
    const auto step_of = [](const std::vector<double>& ticks) { return ticks.size() > 1 ? ticks[1] - ticks[0] : 0.0; };
    const std::vector<double> ys = nice_ticks(layout_.y, layout_.y_ticks), xs = nice_ticks(layout_.x, layout_.x_ticks);
    std::string grid;
    for (const double y : ys) {
        grid += "M" + number(layout_.left) + " " + number(py(y)) + "H" + number(right);
        out_ += "<text class=\"tick end\"" + quoted("x", layout_.left - 7) + quoted("y", py(y) + 3.5) + ">" +
                tick_text(y, step_of(ys)) + "</text>";
    }
    for (const double x : xs) {
        grid += "M" + number(px(x)) + " " + number(bottom) + "v4";
        out_ += "<text class=\"tick middle\"" + quoted("x", px(x)) + quoted("y", bottom + 16) + ">" +
                tick_text(x, step_of(xs)) + "</text>";
    }
    out_ += "<path class=\"grid\" d=\"" + grid + "\"/>";
    out_ += "<path class=\"axis\" d=\"M" + number(layout_.left) + " " + number(bottom) + "H" + number(right) + "\"/>";
    out_ += "<text class=\"label middle\"" + quoted("x", (layout_.left + right) / 2) + quoted("y", layout_.height - 6) +
            ">" + escaped(layout_.x_label) + "</text>";
    if (!layout_.y_label.empty()) {
        const std::string middle = number((layout_.top + bottom) / 2);
        out_ += "<text class=\"label middle\" transform=\"translate(13 " + middle + ") rotate(-90)\">" +
                escaped(layout_.y_label) + "</text>";
    }
}

void Chart::line(std::span<const Point> points, std::string_view style) {
    std::vector<Point> drawn;
    drawn.reserve(points.size());
    for (const auto& [x, y] : points)
        if (x >= layout_.x.low && x <= layout_.x.high) drawn.emplace_back(px(x), std::isfinite(y) ? py(y) : y);
    std::string path;
    bool pen_down = false;
    for (const auto& [x, y] : thinned(drawn)) {
        if (!std::isfinite(y)) {
            pen_down = false;
            continue;
        }
        path += (pen_down ? "L" : "M") + number(x) + " " + number(y);
        pen_down = true;
    }
    out_ += "<path" + quoted("class", "line " + std::string(style)) + " d=\"" + path + "\"/>";
}

void Chart::dots(std::span<const Point> points, double diameter, std::string_view style) {
    std::string path;
    for (const auto& [x, y] : points) path += "M" + number(px(x)) + " " + number(py(y)) + "h0";
    out_ += "<path" + quoted("class", "dots " + std::string(style)) + quoted("stroke-width", diameter) + " d=\"" +
            path + "\"/>";
}

void Chart::steps(std::span<const double> heights, bool filled, std::string_view style) {
    const double bin = (layout_.x.high - layout_.x.low) / static_cast<double>(std::max<std::size_t>(heights.size(), 1));
    std::string path = "M" + number(px(layout_.x.low)) + " " + number(py(0.0));
    for (std::size_t i = 0; i < heights.size(); ++i)
        path += "V" + number(py(heights[i])) + "H" + number(px(layout_.x.low + bin * static_cast<double>(i + 1)));
    path += "V" + number(py(0.0));
    out_ += "<path" + quoted("class", (filled ? "area " : "line ") + std::string(style)) + " d=\"" + path + "\"/>";
}

void Chart::marker(double x, std::string_view label) {
    if (x < layout_.x.low || x > layout_.x.high) return;
    const bool left_half = px(x) < layout_.width / 2;
    out_ += "<path class=\"marker\" d=\"M" + number(px(x)) + " " + number(layout_.top - 4) + "V" +
            number(layout_.height - layout_.bottom) + "\"/>";
    if (!label.empty())
        out_ += "<text class=\"marker-text" + std::string(left_half ? "" : " end") + "\"" +
                quoted("x", px(x) + (left_half ? 4 : -4)) + quoted("y", layout_.top + 4) + ">" + escaped(label) +
                "</text>";
}

void Chart::shade_from(double x) {
    if (x >= layout_.x.high) return;
    const double from = px(x);
    out_ += "<rect class=\"shade\"" + quoted("x", from) + quoted("y", layout_.top) +
            quoted("width", layout_.width - layout_.right - from) +
            quoted("height", layout_.height - layout_.top - layout_.bottom) + "/>";
}

void Chart::rule(double y, std::string_view style) {
    out_ += "<path" + quoted("class", style) + " d=\"M" + number(layout_.left) + " " + number(py(y)) + "H" +
            number(layout_.width - layout_.right) + "\"/>";
}

void Chart::row_label(double y, std::string_view label) {
    out_ += "<text class=\"tick end\"" + quoted("x", layout_.left - 7) + quoted("y", py(y) + 3.5) + ">" +
            escaped(label) + "</text>";
}

void Chart::note(std::string_view text, std::string_view style) {
    out_ += "<text" + quoted("class", "note end " + std::string(style)) + quoted("x", layout_.width - layout_.right) +
            quoted("y", layout_.top + 4) + ">" + escaped(text) + "</text>";
}

std::string Chart::finish() && { return std::move(out_) + "</svg>"; }

}  // namespace spinn::svg
