/// Typed reading of a YamlTree: each function gives a value, or reports what is wrong and gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/yaml_tree.hpp"

namespace spinn {

struct YamlReader {
    const YamlTree& tree;
    ProblemReport& report;
};

struct YamlEntry {
    std::string_view key;
    YamlNodeId value = 0;
};

/// The entries of a mapping, repeated keys reported and left out; nothing at all gives no entries.
std::vector<YamlEntry> entries_of(const YamlReader& reader, YamlNodeId node, const DocumentPath& path);

/// A mapping with fixed keys. Building it reports unknown and repeated keys.
class YamlMapping {
 public:
    YamlMapping(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                std::span<const std::string_view> keys);

    std::optional<YamlNodeId> find(std::string_view key) const;
    /// Like find, but a missing key is reported. @param example what would be right: "size: 100"
    std::optional<YamlNodeId> require(std::string_view key, std::string_view example) const;

 private:
    const YamlReader& reader_;
    DocumentPath path_;
    bool is_mapping_ = true;
    std::vector<YamlEntry> entries_;
};

/// A number in YAML's spelling (also .inf, -.inf), or nothing. Quoted text is no number.
std::optional<double> parse_number(std::string_view text);

/// `unit` goes into the message ("ms", "nA", ""). NaN is reported.
std::optional<double> read_number(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                                  std::string_view unit);
/// A whole number in [low, high].
std::optional<std::uint64_t> read_whole(const YamlReader& reader, YamlNodeId node, const DocumentPath& path,
                                        std::uint64_t low, std::uint64_t high);
std::optional<bool> read_boolean(const YamlReader& reader, YamlNodeId node, const DocumentPath& path);
std::optional<std::string> read_text(const YamlReader& reader, YamlNodeId node, const DocumentPath& path);

/// The entries of a list; a node that is none is reported. @param example "[spikes, v]"
std::optional<std::span<const YamlNodeId>> read_list(const YamlReader& reader, YamlNodeId node,
                                                     const DocumentPath& path, std::string_view example);

}  // namespace spinn
