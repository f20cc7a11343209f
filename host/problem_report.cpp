#include "host/problem_report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace spinn {

namespace {

constexpr std::size_t max_problems = 200;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Levenshtein distance with neighbouring letters swapped counted once; letter case is ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

DocumentPath operator/(DocumentPath path, std::string_view key) {
    path.steps.push_back({std::string(key), 0});
    return path;
}

DocumentPath operator/(DocumentPath path, std::size_t index) {
    path.steps.push_back({"", index});
    return path;
}

std::string to_string(const DocumentPath& path) {
    std::string text;
    for (const PathStep& step : path.steps) {
        if (step.key.empty()) {
            text += '[' + std::to_string(step.index) + ']';
        } else {
            if (!text.empty()) text += '.';
            const std::string shown = in_quotes(step.key);
            text.append(shown, 1, shown.size() - 2);
        }
    }
    return text;
}

void ProblemReport::add(const DocumentPath& path, std::string what, std::string fix) {
    if (!paths_.insert(to_string(path)).second) return;
    if (entries_.size() >= max_problems)
        ++left_out_;  // without asking for its line
    else
        add_at(locate_(path), path, std::move(what), std::move(fix));
}

void ProblemReport::add_at(const FileLocation& location, const DocumentPath& path, std::string what, std::string fix) {
    if (entries_.size() >= max_problems) {
        ++left_out_;
        return;
    }
    const std::string path_text = to_string(path);
    std::string where = location.file;
    if (location.line > 0) where += ':' + std::to_string(location.line);
    if (!path_text.empty()) where += ": " + path_text;
    entries_.push_back({location, {std::move(what), std::move(where), std::move(fix)}});
}

void ProblemReport::throw_if_any() const {
    if (entries_.empty()) return;
    std::vector<const Entry*> order;
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::stable_sort(order.begin(), order.end(),
                     [](const Entry* a, const Entry* b) { return a->location.line < b->location.line; });
    std::vector<Problem> problems;
    for (const Entry* entry : order) problems.push_back(entry->problem);
    if (left_out_ > 0) {
        problems.push_back({"and " + std::to_string(left_out_) + " more mistakes", entries_.front().location.file,
                            "mend those above first"});
    }
    throw InputError(std::move(problems));
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.size() > 64) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates.first(std::min<std::size_t>(candidates.size(), 2000))) {
        const std::size_t longer = std::max(candidate.size(), word.size()),
                          shorter = std::min(candidate.size(), word.size());
        if (longer > 64 || longer - shorter >= best_distance) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
    if (candidates.empty()) return "leave it out; there is nothing to choose from here";
    if (const std::string_view best = nearest(word, candidates); !best.empty())
        return "did you mean '" + std::string(best) + "'?";
    constexpr std::size_t shown = 20;
    std::string text = candidates.size() == 1 ? "it can only be: " : "one of: ";
    for (std::size_t i = 0; i < std::min(shown, candidates.size()); ++i)
        text += (i == 0 ? "" : ", ") + std::string(candidates[i]);
    if (candidates.size() > shown) text += ", ... (" + std::to_string(candidates.size()) + " in all)";
    return text;
}

std::string number_text(double value) {
    if (std::isnan(value)) return ".nan";
    if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
    char buffer[40];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string{};
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string out = "'";
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    if (text.size() > longest) out += "...";
    return out + '\'';
}

}  // namespace spinn
