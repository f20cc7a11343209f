#include "host/tables_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "host/json_reader.hpp"
#include "host/text_file.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::uint64_t all_bits = 0xffffffff;

std::optional<std::uint32_t> read_word(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '"' || text.back() == '\r')) text.remove_suffix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2), base = 16;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// A minimiser may reorder what it is given, so two entries that match one key must agree. Entries that can never match
/// are left out; of entries that are hidden behind others of the same route nothing is lost.
void require_orthogonal(ProblemReport& report, const NamedTable& table) {
    // Sorted by key, a block can only meet those that begin before it ends; other masks are compared with all.
    const auto is_block = [](const TableEntry& entry) { return (~entry.entry.mask & (~entry.entry.mask + 1)) == 0; };
    std::vector<const TableEntry*> blocks, others;
    for (const TableEntry& entry : table.entries) (is_block(entry) ? blocks : others).push_back(&entry);
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const TableEntry* a, const TableEntry* b) { return a->entry.key < b->entry.key; });
    const auto compare = [&](const TableEntry& a, const TableEntry& b) {
        if (a.entry.route != b.entry.route && intersect(a.entry, b.entry))
            report.add({},
                       table.name + ": " + to_string(a.entry) + " and " + to_string(b.entry) + " match the same keys",
                       "give a table whose entries do not depend on their order");
    };
    for (std::size_t i = 0; i < blocks.size() && !report.is_full(); ++i) {
        const std::uint64_t end = std::uint64_t{blocks[i]->entry.key} + ~blocks[i]->entry.mask;
        for (std::size_t j = i + 1; j < blocks.size() && blocks[j]->entry.key <= end; ++j) {
            compare(*blocks[i], *blocks[j]);
            if (!report.empty()) return;
        }
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
        for (const TableEntry* block : blocks) compare(*others[i], *block);
        for (std::size_t j = i + 1; j < others.size(); ++j) compare(*others[i], *others[j]);
        if (!report.empty()) return;
    }
}

void add_entry(NamedTable& table, const RoutingEntry& entry, bool defaultable) {
    if ((entry.key & ~entry.mask) != 0) return;  // matches nothing: an empty entry
    table.entries.push_back({entry, defaultable});
}

}  // namespace

std::vector<NamedTable> read_tables_csv(std::string_view text, const std::string& file_name) {
    NamedTable table;
    const std::string stem = std::filesystem::path(file_name).stem().string();
    table.name = stem;
    unsigned x = 0, y = 0;
    if (std::sscanf(stem.c_str(), "chip_%3u_%3u", &x, &y) == 2 && x < 256 && y < 256)
        table.chip = {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)};
    ProblemReport report([&](const DocumentPath&) { return FileLocation{file_name, 0}; });
    std::size_t line_number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line_number;
        if (line.empty() || line == "\r" || (line_number == 1 && !read_word(line.substr(0, line.find(','))))) continue;
        std::array<std::optional<std::uint32_t>, 3> words;
        std::size_t n = 0;
        for (; n < words.size(); ++n) {
            const std::size_t comma = line.find(',');
            words[n] = read_word(line.substr(0, comma));
            if (!words[n]) break;
            line = comma == std::string_view::npos ? std::string_view{} : line.substr(comma + 1);
        }
        if (n < words.size()) {
            report.add_at({file_name, line_number}, {}, "expected key,mask,route, each 32 bits",
                          "write such as 0x00000100,0xFFFFFF00,0x00000041");
            if (report.is_full()) break;
            continue;
        }
        add_entry(table, {*words[0], *words[1], *words[2]}, false);
    }
    report.throw_if_any();
    require_orthogonal(report, table);
    report.throw_if_any();
    return {std::move(table)};
}

std::vector<NamedTable> read_tables_json(std::string_view text, const std::string& file_name) {
    const json root = parse_json(text, file_name);
    JsonReader in(file_name);
    std::vector<NamedTable> tables;
    const json::array_t* list = in.list(root, [] { return DocumentPath{}; });
    for (std::size_t t = 0; list != nullptr && t < list->size(); ++t) {
        const json& item = (*list)[t];
        const DocumentPath at = DocumentPath{} / t;
        if (!item.is_object()) {
            in.expected(at, "{\"x\", \"y\", \"entries\"}", item);
            continue;
        }
        const auto field = [&](const json& object, const DocumentPath& path, const char* key,
                               std::uint64_t most) -> std::uint32_t {
            const json* value = in.find(object, path, key, true, "0");
            if (value == nullptr) return 0;
            return static_cast<std::uint32_t>(in.whole(*value, most, [&] { return path / key; }).value_or(0));
        };
        NamedTable table;
        table.chip = {static_cast<std::uint8_t>(field(item, at, "x", 255)),
                      static_cast<std::uint8_t>(field(item, at, "y", 255))};
        table.name = "chip " + to_string(table.chip);
        const json::array_t* entries = in.find_list(item, at, "entries", true);
        for (std::size_t e = 0; entries != nullptr && e < entries->size(); ++e) {
            const json& entry = (*entries)[e];
            const DocumentPath path = at / "entries" / e;
            if (!entry.is_object()) {
                in.expected(path, "{\"key\", \"mask\", \"spinnaker_route\"}", entry);
                continue;
            }
            add_entry(table,
                      {field(entry, path, "key", all_bits), field(entry, path, "mask", all_bits),
                       field(entry, path, "spinnaker_route", (1u << 24) - 1)},
                      false);
        }
        tables.push_back(std::move(table));
    }
    in.report.throw_if_any();
    for (const NamedTable& table : tables) require_orthogonal(in.report, table);
    in.report.throw_if_any();
    return tables;
}

std::vector<NamedTable> read_tables(const std::string& path) {
    const auto text = read_text_file(path);
    if (!text)
        throw InputError({{"there is no readable file of this name", path, "name a *.csv or *.json file of tables"}});
    return path.ends_with(".json") ? read_tables_json(*text, path) : read_tables_csv(*text, path);
}

}  // namespace spinn
