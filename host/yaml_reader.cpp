#include "host/yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace spinn {

std::vector<YamlEntry> entries_of(const YamlReader& reader, YamlNodeId node, const DocumentPath& path) {
    const YamlNode::Kind kind = node_at(reader.tree, node).kind;
    if (kind == YamlNode::Kind::null) return {};
    if (kind != YamlNode::Kind::mapping) {
        reader.report.add(path, "expected a mapping, found " + describe_node(reader.tree, node),
                          "write `key: value` pairs");
        return {};
    }
    std::vector<YamlEntry> entries;
    std::unordered_map<std::string_view, std::uint32_t> first_line;
    const auto children = children_of(reader.tree, node);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
        const YamlNode& key_node = node_at(reader.tree, children[i]);
        const std::string_view key = text_of(reader.tree, children[i]);
        const auto location = [&] { return FileLocation{reader.report.locate(path).file, key_node.line}; };
        if (key_node.kind != YamlNode::Kind::scalar || key.empty()) {
            reader.report.add_at(location(), path / "?",
                                 "a key must be a word, found " + describe_node(reader.tree, children[i]),
                                 "write `key: value`");
            continue;
        }
        const auto [before, is_new] = first_line.emplace(key, key_node.line);
        if (!is_new) {
            reader.report.add_at(location(), path / key,
                                 "the key " + in_quotes(key) + " stands here a second time; the first is in line " +
                                     std::to_string(before->second),
                                 "keep one of them");
            continue;
        }
        entries.push_back({key, children[i + 1]});
    }
    return entries;
}

YamlMapping::YamlMapping(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                         std::span<const std::string_view> keys)
    : reader_(reader), path_(path) {
    const YamlNode::Kind kind = node_at(reader.tree, node).kind;
    is_mapping_ = kind == YamlNode::Kind::mapping || kind == YamlNode::Kind::null;
    for (const YamlEntry& entry : entries_of(reader, node, path)) {
        if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
            reader.report.add(path / entry.key, "unknown key " + in_quotes(entry.key), suggestion(entry.key, keys));
        else
            entries_.push_back(entry);
    }
}

std::optional<YamlNodeId> YamlMapping::find(std::string_view key) const {
    for (const YamlEntry& entry : entries_)
        if (entry.key == key) return entry.value;
    return std::nullopt;
}

std::optional<YamlNodeId> YamlMapping::require(std::string_view key, std::string_view example) const {
    const auto found = find(key);
    if (!found && is_mapping_)
        reader_.report.add(path_ / key, "the key " + in_quotes(key) + " is missing",
                           "add it, such as `" + std::string(example) + "`");
    return found;
}

std::optional<double> parse_number(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const bool negative = digits.starts_with('-');
    const std::string_view magnitude = negative ? digits.substr(1) : digits;
    if (magnitude == ".inf" || magnitude == ".Inf" || magnitude == ".INF")
        return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
    if (magnitude.empty() || !((magnitude[0] >= '0' && magnitude[0] <= '9') || magnitude[0] == '.'))
        return std::nullopt;
    double value = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        const bool tiny =
            magnitude.find("e-") != std::string_view::npos || magnitude.find("E-") != std::string_view::npos;
        return tiny       ? 0.0
               : negative ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity();
    }
    if (error != std::errc{}) return std::nullopt;
    return value;
}

std::optional<double> read_number(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                                  std::string_view unit) {
    const std::string in_unit = unit.empty() ? "" : " in " + std::string(unit);
    if (node_at(reader.tree, node).plain) {
        if (const auto value = parse_number(text_of(reader.tree, node))) {
            if (!std::isnan(*value)) return value;
            reader.report.add(path, "'not a number' is no value here", "write a number" + in_unit);
            return std::nullopt;
        }
    }
    reader.report.add(path, "expected a number" + in_unit + ", found " + describe_node(reader.tree, node),
                      "write the number alone, without quotes or unit" +
                          (unit.empty() ? "" : " (it is read as " + std::string(unit) + ")"));
    return std::nullopt;
}

std::optional<std::uint64_t> read_whole(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                                        std::uint64_t low, std::uint64_t high) {
    const std::string range = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    const std::string_view text = text_of(reader.tree, node);
    if (node_at(reader.tree, node).plain) {
        std::uint64_t whole = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (error == std::errc{} && end == text.data() + text.size() && whole >= low && whole <= high) return whole;
        const auto value = parse_number(text);  // 1e6 is a whole number too
        if (value && *value >= 0 && *value <= 0x1p53 && *value == std::floor(*value)) {
            whole = static_cast<std::uint64_t>(*value);
            if (whole >= low && whole <= high) return whole;
        }
    }
    reader.report.add(path, "expected " + range + ", found " + describe_node(reader.tree, node), "write " + range);
    return std::nullopt;
}

std::optional<bool> read_boolean(const YamlReader& reader, YamlNodeId node, const DocumentPath& path) {
    const std::string_view text = text_of(reader.tree, node);
    if (node_at(reader.tree, node).plain) {
        if (text == "true" || text == "True" || text == "TRUE") return true;
        if (text == "false" || text == "False" || text == "FALSE") return false;
    }
    reader.report.add(path, "expected true or false, found " + describe_node(reader.tree, node), "write true or false");
    return std::nullopt;
}

std::optional<std::string> read_text(const YamlReader& reader, YamlNodeId node, const DocumentPath& path) {
    if (node_at(reader.tree, node).kind == YamlNode::Kind::scalar) return std::string(text_of(reader.tree, node));
    reader.report.add(path, "expected a word, found " + describe_node(reader.tree, node), "write a name");
    return std::nullopt;
}

std::optional<std::span<const YamlNodeId>> read_list(const YamlReader& reader, YamlNodeId node,
                                                     const DocumentPath& path, std::string_view example) {
    if (node_at(reader.tree, node).kind == YamlNode::Kind::sequence) return children_of(reader.tree, node);
    reader.report.add(path, "expected a list, found " + describe_node(reader.tree, node),
                      "write " + std::string(example));
    return std::nullopt;
}

}  // namespace spinn
