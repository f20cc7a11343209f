/// The parts of the YAML reader, for network_yaml.cpp alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/yaml_reader.hpp"
#include "mapper/network.hpp"

namespace spinn {

/// Lines of the rows of a connection list that stands in a file of its own.
struct ListFileLines {
    std::string file;
    std::vector<std::uint32_t> line_of_row;
};

struct NetworkReader {
    YamlReader yaml;
    Network& network;
    std::unordered_map<std::string, std::uint32_t>& population_index;  ///< by name
    std::string folder;                                ///< where relative names start; empty: the working directory
    std::map<std::size_t, ListFileLines>& list_files;  ///< by projection
    /// Numbers that lists may still yield. Aliases let a small file name one list a million times; this keeps what is
    /// stored in proportion to what was written.
    std::uint64_t& numbers_left;
};

/// Takes `count` from the budget; reports and says no when it is used up.
bool take_numbers(const NetworkReader& reader, std::uint64_t count, const DocumentPath& path);

Distribution read_distribution(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path,
                               std::string_view unit);
/// A list of numbers; what is none is reported and read as 0.
std::vector<double> read_number_list(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path,
                                     std::string_view unit);
Value read_value(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, std::string_view unit);
/// One list of numbers, or a list of lists.
std::vector<std::vector<double>> read_number_lists(const NetworkReader& reader, YamlNodeId node,
                                                   const DocumentPath& path, std::string_view unit);
std::vector<std::vector<double>> read_spike_times(const NetworkReader& reader, YamlNodeId node,
                                                  const DocumentPath& path);

/// A view such as `cells[0:80]`; a name that does not exist is reported, and the view's population then is 0xffffffff.
View read_view(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path);
constexpr std::uint32_t no_population = 0xffffffff;

ConnectionPattern read_pattern(const NetworkReader& reader, const PatternDescription& description,
                               std::optional<YamlNodeId> arguments, const DocumentPath& path);
Structure read_structure(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path);

InjectedCurrent read_current(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path);
/// PyNN's class names end in Connector, Synapse, Rule or WeightDependence; both spellings are read.
std::string_view without_suffix(std::string_view name, std::string_view suffix);

/// `Name`, `{Name: {...}}` or `{Name: }`.
struct NamedNode {
    std::string name;
    std::optional<YamlNodeId> arguments;
};
/// @param example  what would be right where it is none of these
std::optional<NamedNode> read_named(const YamlReader& yaml, YamlNodeId node, const DocumentPath& path,
                                    std::string_view example);

/// `Static: {weight: ..., delay: ...}`, or STDP with its rules.
void read_synapse(const NetworkReader& reader, YamlNodeId node, const DocumentPath& path, Projection& projection);

Projection read_projection(const NetworkReader& reader, std::size_t index, YamlNodeId node, const DocumentPath& path);

}  // namespace spinn
