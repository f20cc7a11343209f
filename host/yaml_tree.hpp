/// A YAML document as a compact tree that remembers lines, keeps repeated keys, and cannot be made to explode.
///
/// yaml-cpp parses; its own node tree is not used, because that spends several allocations a number (a list connector
/// may have millions of rows) and leaves repeated keys and endless aliases to its reader.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/problem_report.hpp"

namespace spinn {

using YamlNodeId = std::uint32_t;

struct YamlNode {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
    Kind kind = Kind::null;
    bool plain = false;                  ///< scalar without quotes or tag: may be a number or a truth value
    std::uint32_t line = 0;              ///< from 1
    std::uint32_t first = 0, count = 0;  ///< scalar: bytes in `texts`; else entries in `children`
};

/// Aliases are edges to the node they name, so the tree is a graph without cycles.
struct YamlTree {
    std::vector<YamlNode> nodes;
    std::vector<YamlNodeId> children;  ///< of a mapping: key, value, key, value, ...
    std::string texts;
    YamlNodeId root = 0;
};

/// Most bytes of a document; large connection lists belong into a file of their own.
constexpr std::size_t max_yaml_bytes = std::size_t{1} << 30;

/// @throws InputError for text that is not one YAML document, nests deeper than 64 levels, or has an alias inside the
/// node it names
YamlTree parse_yaml(std::string_view text, const std::string& file_name);

inline const YamlNode& node_at(const YamlTree& tree, YamlNodeId id) { return tree.nodes[id]; }
std::string_view text_of(const YamlTree& tree, YamlNodeId id);                 ///< "" unless a scalar
std::span<const YamlNodeId> children_of(const YamlTree& tree, YamlNodeId id);  ///< empty unless a list or mapping

/// The line of the deepest step of `path` that exists. A step into a mapping with a single key looks through that key,
/// so synapse.weight finds `synapse: {Static: {weight: 1}}`.
std::size_t line_of(const YamlTree& tree, const DocumentPath& path);

/// What a node is, for messages: "a list", "the text 'abc'".
std::string describe_node(const YamlTree& tree, YamlNodeId id);

}  // namespace spinn
