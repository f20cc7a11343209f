/// Charts as inline SVG for reports: a frame with axes, and what is drawn into it. Colours come from the page's style
/// sheet by class, so that one drawing serves light, dark and paper.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spinn::svg {

struct Range {
    double low = 0.0, high = 1.0;
};

/// Widens a range so that it is not empty and ends at round numbers.
Range nice_range(Range range);
/// Round numbers inside the range, about `wanted` of them.
std::vector<double> nice_ticks(Range range, int wanted);
/// A tick's label: as few digits as tell `step` apart.
std::string tick_text(double value, double step);

/// Text for HTML and SVG: the five special characters written as entities.
std::string escaped(std::string_view text);

using Point = std::pair<double, double>;

/// One chart. Sizes are in pixels at its natural width; the page scales it.
class Chart {
 public:
    struct Layout {
        double width = 560.0, height = 220.0;
        Range x, y;
        std::string x_label, y_label, description;  ///< the description is for those who cannot see it
        int x_ticks = 6, y_ticks = 4;               ///< about; 0: none
        double left = 54.0, right = 14.0, top = 12.0, bottom = 40.0;
    };
    explicit Chart(Layout layout);

    /// A line through points with ascending x, thinned to what the width can show. NaN breaks it; values outside the
    /// frame are drawn on its edge.
    void line(std::span<const Point> points, std::string_view style);
    /// One dot each.
    void dots(std::span<const Point> points, double diameter, std::string_view style);
    /// The outline of a histogram: heights[i] over the i-th of equal bins across the x range.
    void steps(std::span<const double> heights, bool filled, std::string_view style);
    /// A vertical line over the whole height with a word at its top.
    void marker(double x, std::string_view label);
    /// A band from x to the right edge.
    void shade_from(double x);
    /// A horizontal line, and a word at the left of the y axis.
    void rule(double y, std::string_view style);
    void row_label(double y, std::string_view label);
    /// Words in the upper right corner.
    void note(std::string_view text, std::string_view style);

    std::string finish() &&;

 private:
    double px(double x) const;
    double py(double y) const;
    void axes();

    Layout layout_;
    std::string out_;
};

}  // namespace spinn::svg
