#include "host/view_text.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

namespace spinn {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(trimmed(text.substr(0, at)));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string shown(std::string_view brackets) {
    return brackets.size() <= 40 ? std::string(brackets) : std::string(brackets.substr(0, 40)) + "...";
}

ViewError malformed(std::string_view brackets) {
    return {"the view " + shown(brackets) + " cannot be read",
            "write [start:stop], [start:stop:step], [index] or [index, index, ...]"};
}

ViewError outside(std::string_view brackets, std::uint32_t size) {
    return {"the view " + shown(brackets) + " reaches outside its population of " + std::to_string(size) + " neurons",
            "neurons are 0 to " + std::to_string(size - 1) + "; a slice stops at " + std::to_string(size) + " at most"};
}

std::variant<NeuronSelection, ViewError> parse_slice(std::string_view brackets, std::span<const std::string_view> parts,
                                                     std::uint32_t size) {
    if (parts.size() > 3) return malformed(brackets);
    std::int64_t bounds[3] = {0, size, 1};  // start, stop, step
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) continue;
        const auto value = parse_whole(parts[i]);
        if (!value) return malformed(brackets);
        bounds[i] = *value < 0 && i < 2 ? *value + std::int64_t{size} : *value;
        if (i < 2 && (bounds[i] < 0 || bounds[i] > std::int64_t{size})) return outside(brackets, size);
    }
    const auto [start, stop, step] = bounds;
    if (step < 1 || step > std::int64_t{0xffffffff})
        return ViewError{"the view " + shown(brackets) + " has the step " + std::to_string(step),
                         "a step is 1 or more"};
    if (start >= stop) return ViewError{"the view " + shown(brackets) + " is empty", "start must lie before stop"};
    NeuronSelection selection;
    selection.start = static_cast<std::uint32_t>(start);
    selection.step = static_cast<std::uint32_t>(step);
    selection.count = static_cast<std::uint32_t>((stop - start + step - 1) / step);
    return selection;
}

bool contains(const NeuronSelection& range, std::uint32_t neuron) {
    return neuron >= range.start && (neuron - range.start) % range.step == 0 &&
           (neuron - range.start) / range.step < range.count;
}

std::uint64_t last_of(const NeuronSelection& range) {
    return range.start + std::uint64_t{range.count - 1} * range.step;
}

/// Both are ranges. Where they meet, they meet every lcm(step, step) neurons.
std::uint64_t range_overlap(const NeuronSelection& a, const NeuronSelection& b) {
    if (a.count == 0 || b.count == 0) return 0;
    // Within b.step neurons of `a` from b.start on, the pattern repeats; few steps either way round (below 2^16).
    const std::uint64_t skip = a.start >= b.start ? 0 : (std::uint64_t{b.start} - a.start + a.step - 1) / a.step;
    const std::uint64_t tries = std::min<std::uint64_t>(b.step, a.count > skip ? a.count - skip : 0);
    for (std::uint64_t i = 0; i < tries; ++i) {
        const std::uint64_t neuron = a.start + (skip + i) * a.step;
        if ((neuron - b.start) % b.step != 0) continue;
        const std::uint64_t end = std::min(last_of(a), last_of(b));
        return neuron > end ? 0 : (end - neuron) / std::lcm(std::uint64_t{a.step}, std::uint64_t{b.step}) + 1;
    }
    return 0;
}

}  // namespace

ViewText split_view(std::string_view text) {
    const auto bracket = text.find('[');
    if (bracket == std::string_view::npos) return {trimmed(text), {}};
    return {trimmed(text.substr(0, bracket)), trimmed(text.substr(bracket))};
}

std::variant<NeuronSelection, ViewError> parse_selection(std::string_view brackets, std::uint32_t size) {
    NeuronSelection selection;
    if (brackets.empty()) {
        selection.count = size;
        return selection;
    }
    if (brackets.size() < 2 || brackets.front() != '[' || brackets.back() != ']') return malformed(brackets);
    const std::string_view inside = trimmed(brackets.substr(1, brackets.size() - 2));
    if (inside.empty()) return ViewError{"the view [] is empty", "name at least one neuron, or leave the brackets out"};
    if (inside.find(':') != std::string_view::npos) return parse_slice(brackets, split(inside, ':'), size);

    std::vector<std::string_view> parts = split(inside, ',');
    const bool is_list = parts.size() > 1;
    if (is_list && parts.back().empty()) parts.pop_back();  // [7,] is a list of one, as in Python
    for (const std::string_view part : parts) {
        const auto value = parse_whole(part);
        if (!value) return malformed(brackets);
        if (*value < -std::int64_t{size} || *value >= std::int64_t{size}) return outside(brackets, size);
        selection.indices.push_back(static_cast<std::uint32_t>(*value < 0 ? *value + std::int64_t{size} : *value));
    }
    selection.count = static_cast<std::uint32_t>(selection.indices.size());
    if (!is_list) {
        selection.start = selection.indices.front();
        selection.indices.clear();
    }
    if (ViewError error = selection_error(selection, size); !error.what.empty()) return error;
    return selection;
}

std::string selection_text(const NeuronSelection& selection, std::uint32_t size) {
    std::string text = "[";
    if (!selection.indices.empty()) {
        for (const std::uint32_t index : selection.indices)
            text += (text.size() > 1 ? ", " : "") + std::to_string(index);
        return text + (selection.indices.size() == 1 ? ",]" : "]");
    }
    if (selection == NeuronSelection{0, 1, size, {}}) return {};
    text += std::to_string(selection.start);
    if (selection.count == 1 && selection.step == 1) return text + ']';
    text += ':' + std::to_string(selection.count == 0 ? selection.start : last_of(selection) + 1);
    if (selection.step != 1) text += ':' + std::to_string(selection.step);
    return text + ']';
}

ViewError selection_error(const NeuronSelection& selection, std::uint32_t size) {
    if (size == 0) return {};  // a mistake of the population, not of the view
    if (selection.count == 0) return {"the view is empty", "name at least one neuron"};
    if (selection.indices.empty()) {
        if (selection.step == 0) return {"the view has the step 0", "a step is 1 or more"};
        if (last_of(selection) >= size) return outside(selection_text(selection, size), size);
        return {};
    }
    if (selection.count != selection.indices.size())
        return {"the view counts " + std::to_string(selection.count) + " neurons but lists " +
                    std::to_string(selection.indices.size()),
                "count must be the length of the list"};
    std::vector<std::uint32_t> sorted = selection.indices;
    std::sort(sorted.begin(), sorted.end());
    if (sorted.back() >= size) return outside(selection_text(selection, size), size);
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
        return {"the view names neuron " + std::to_string(*twice) + " twice", "name each neuron once"};
    return {};
}

std::uint64_t overlap(const NeuronSelection& a, const NeuronSelection& b) {
    if (a.indices.empty() && b.indices.empty())
        return std::min(a.count, b.step) <= std::min(b.count, a.step) ? range_overlap(a, b) : range_overlap(b, a);
    if (a.indices.empty()) return overlap(b, a);
    if (b.indices.empty())
        return static_cast<std::uint64_t>(
            std::count_if(a.indices.begin(), a.indices.end(), [&](std::uint32_t i) { return contains(b, i); }));
    const std::unordered_set<std::uint32_t> members(b.indices.begin(), b.indices.end());
    return static_cast<std::uint64_t>(
        std::count_if(a.indices.begin(), a.indices.end(), [&](std::uint32_t i) { return members.contains(i); }));
}

}  // namespace spinn
