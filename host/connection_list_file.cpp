#include "host/connection_list_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "host/problem_report.hpp"

namespace spinn {

namespace {

constexpr std::size_t max_columns = 4;

bool is_separator(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

struct Numbers {
    std::array<double, max_columns + 1> values{};
    std::size_t count = 0;
    bool readable = true;
};

Numbers parse_line(std::string_view line) {
    Numbers numbers;
    const char* at = line.data();
    const char* const end = at + line.size();
    for (;;) {
        while (at != end && is_separator(*at)) ++at;
        if (at == end || *at == '#') return numbers;
        if (numbers.count == numbers.values.size()) return numbers;  // too many; the caller sees it by the count
        if (*at == '+') ++at;
        const auto [next, error] = std::from_chars(at, end, numbers.values[numbers.count]);
        numbers.readable = error == std::errc{} && (next == end || is_separator(*next) || *next == '#');
        if (!numbers.readable) return numbers;
        ++numbers.count;
        at = next;
    }
}

bool is_index(double value) { return value >= 0.0 && value <= 0x7fffffff && value == std::floor(value); }

}  // namespace

std::vector<ListColumn> default_columns(std::size_t n) {
    std::vector<ListColumn> columns{ListColumn::pre, ListColumn::post, ListColumn::weight, ListColumn::delay};
    columns.resize(std::min(n, max_columns));
    return columns;
}

ConnectionList parse_connection_list(std::string_view text, const std::string& file_name,
                                     const std::vector<ListColumn>& columns, const Connector::Row& row) {
    const std::vector<ListColumn> standard = default_columns(max_columns);
    ConnectionList list;
    std::uint32_t line_number = 0;
    while (!text.empty() && list.problems.size() < 10) {
        ++line_number;
        const std::size_t length = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, length);
        text.remove_prefix(std::min(length + 1, text.size()));
        const Numbers numbers = parse_line(line);
        const auto wrong = [&](std::string what, std::string fix) {
            list.problems.push_back({std::move(what), file_name + ':' + std::to_string(line_number), std::move(fix)});
        };
        if (!numbers.readable) {
            wrong("cannot be read as numbers: " + in_quotes(line),
                  "write pre, post, weight (nA or uS) and delay (ms), separated by blanks");
            continue;
        }
        if (numbers.count == 0) continue;
        const bool right_count =
            columns.empty() ? numbers.count >= 2 && numbers.count <= max_columns : numbers.count == columns.size();
        if (!right_count) {
            wrong("a row of " +
                      (numbers.count > max_columns ? "more than " + std::to_string(max_columns)
                                                   : std::to_string(numbers.count)) +
                      " numbers",
                  columns.empty() ? "write pre, post, and if you like weight and delay"
                                  : "write " + std::to_string(columns.size()) + " numbers, as `columns` says");
            continue;
        }
        Connector::Row next = row;
        bool indices_fit = true, has_weight = false, has_delay = false;
        for (std::size_t i = 0; i < numbers.count; ++i) {
            const double value = numbers.values[i];
            switch (columns.empty() ? standard[i] : columns[i]) {
                case ListColumn::pre:
                case ListColumn::post: {
                    indices_fit = indices_fit && is_index(value);
                    const std::uint32_t index = is_index(value) ? static_cast<std::uint32_t>(value) : 0;
                    ((columns.empty() ? standard[i] : columns[i]) == ListColumn::pre ? next.pre : next.post) = index;
                    break;
                }
                case ListColumn::weight:
                    next.weight = value;
                    has_weight = true;
                    break;
                case ListColumn::delay:
                    next.delay_ms = value;
                    has_delay = true;
                    break;
            }
        }
        list.has_weight = list.has_weight && has_weight;
        list.has_delay = list.has_delay && has_delay;
        if (!indices_fit) {
            wrong("pre and post must be whole numbers from 0, found " + in_quotes(line),
                  "count neurons within the views, from 0");
            continue;
        }
        list.rows.push_back(next);
        list.line_of_row.push_back(line_number);
    }
    return list;
}

}  // namespace spinn
