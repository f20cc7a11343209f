/// Connectors that are written as a pattern and become a list of synapses: those that sPyNNaker's host makes, and its
/// regular ones (neural runtime, 6).
///
/// What a pattern draws is keyed by (seed, projection, pre, post), so that partitioning cannot change it. Patterns are
/// described by one table, which readers, writers and checks go by.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connection_rule.hpp"

namespace spinn {

enum class PatternKind : std::uint32_t {
    none = 0,
    one_to_one_offset,
    all_but_me,
    small_world,
    index_based,
    distance_dependent,
    displacement_dependent,
    array,
    kernel,
    convolution,
    pool_dense,
    clone,
};

/// A pattern with its parameters, by PyNN's names.
struct ConnectionPattern {
    PatternKind kind = PatternKind::none;
    std::map<std::string, double> numbers;             ///< only those given
    std::map<std::string, std::vector<double>> lists;  ///< tables row by row
    std::string text;                                  ///< the expression, or the projection to clone
    bool operator==(const ConnectionPattern&) const = default;
};

struct PatternDescription {
    struct Number {
        std::string_view name;
        double default_value, minimum, maximum;
        bool whole;
    };
    struct List {
        std::string_view name;
        bool required;
    };
    PatternKind kind;
    std::string_view name;  ///< PyNN's, without Connector
    std::span<const Number> numbers;
    std::span<const List> lists;
    std::string_view text;                        ///< name of the text; empty: there is none
    std::span<const std::string_view> variables;  ///< of the expression that the text is; none: it is a name
    std::string_view example;
};
std::span<const PatternDescription> all_patterns();
const PatternDescription* find_pattern(PatternKind kind);

/// Where neurons are, um: a line or a grid of PyNN's, or a place each.
struct Structure {
    enum class Kind : std::uint32_t { line = 0, grid_2d = 1, list = 2 };
    Kind kind = Kind::line;
    double dx = 1.0, dy = 1.0, aspect_ratio = 1.0;  ///< grid: nx = round(sqrt(n aspect_ratio)), y runs fastest
    double x0 = 0.0, y0 = 0.0, z0 = 0.0;
    std::vector<std::array<double, 3>> positions;  ///< list: [neuron]
    bool operator==(const Structure&) const = default;
};
std::vector<std::array<double, 3>> positions_of(const Structure& structure, std::uint32_t n);

/// What makes a pattern impossible between its two selections, in words; nullopt for a good one. Names and limits of
/// single parameters have been checked by the readers.
std::optional<std::string> problem_of(const ConnectionPattern& pattern, const ConnectionRule& rule);

/// The synapses of a good pattern, sorted by (pre, post); indices count within the rule's selections. Weights and
/// delays are drawn from the rule's distributions where the pattern has none of its own.
/// @param pre, post  positions of the selected neurons, for patterns of distance
std::vector<ListedSynapse> synapses_of(const ConnectionPattern& pattern, const ConnectionRule& rule,
                                       std::span<const std::array<double, 3>> pre,
                                       std::span<const std::array<double, 3>> post);

/// The same pairs with weights and delays drawn from the rule's distributions.
std::vector<ListedSynapse> redrawn(std::span<const ListedSynapse> synapses, const ConnectionRule& rule);

}  // namespace spinn
