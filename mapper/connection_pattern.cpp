#include "mapper/connection_pattern.hpp"

#include <algorithm>
#include <cmath>

#include "mapper/expression.hpp"
#include "runtime/random.hpp"

namespace spinn {

namespace {

using Number = PatternDescription::Number;
using List = PatternDescription::List;

constexpr double most = 2147483647.0;
constexpr std::array<Number, 3> offset_numbers = {
    {{"offset", 0.0, -most, most, true}, {"wrap", 0.0, 0.0, 1.0, true}, {"n_neurons_per_group", 0.0, 0.0, most, true}}};
constexpr std::array<Number, 1> group_numbers = {{{"n_neurons_per_group", 0.0, 0.0, most, true}}};
constexpr std::array<List, 1> weights_optional = {{{"weights", false}}};
constexpr std::array<Number, 3> world_numbers = {{{"degree", 0.0, 0.0, 1e300, false},
                                                  {"rewiring", 0.0, 0.0, 1.0, false},
                                                  {"allow_self_connections", 1.0, 0.0, 1.0, true}}};
constexpr std::array<Number, 1> self_numbers = {{{"allow_self_connections", 1.0, 0.0, 1.0, true}}};
constexpr std::array<std::string_view, 2> index_variables = {"i", "j"};
constexpr std::array<std::string_view, 1> distance_variables = {"d"};
constexpr std::array<std::string_view, 3> displacement_variables = {"d[0]", "d[1]", "d[2]"};
constexpr std::array<List, 1> array_lists = {{{"array", true}}};
constexpr std::array<List, 9> kernel_lists = {{
    {"shape_pre", true},
    {"shape_post", true},
    {"shape_kernel", true},
    {"weight_kernel", false},
    {"delay_kernel", false},
    {"pre_sample_steps_in_post", false},
    {"pre_start_coords_in_post", false},
    {"post_sample_steps_in_pre", false},
    {"post_start_coords_in_pre", false},
}};
constexpr std::array<List, 7> convolution_lists = {{
    {"shape_pre", true},
    {"kernel_shape", true},
    {"kernel_weights", true},
    {"strides", false},
    {"padding", false},
    {"pool_shape", false},
    {"pool_stride", false},
}};
constexpr std::array<List, 4> pool_lists = {
    {{"shape_pre", true}, {"weights", true}, {"pool_shape", false}, {"pool_stride", false}}};
constexpr std::array<Number, 1> part_numbers = {{{"part", 0.0, -1.0, 1.0, true}}};

constexpr std::array<PatternDescription, 11> patterns = {{
    {PatternKind::one_to_one_offset, "OneToOneOffset", offset_numbers, {}, "", {}, "{OneToOneOffset: {offset: 1}}"},
    {PatternKind::all_but_me, "AllButMe", group_numbers, weights_optional, "", {}, "AllButMe"},
    {PatternKind::small_world, "SmallWorld", world_numbers, {}, "", {}, "{SmallWorld: {degree: 2, rewiring: 0.1}}"},
    {PatternKind::index_based,
     "IndexBasedProbability",
     self_numbers,
     {},
     "index_expression",
     index_variables,
     "{IndexBasedProbability: {index_expression: \"(i + j) % 3 == 0\"}}"},
    {PatternKind::distance_dependent,
     "DistanceDependentProbability",
     self_numbers,
     {},
     "d_expression",
     distance_variables,
     "{DistanceDependentProbability: {d_expression: \"exp(-d / 5)\"}}"},
    {PatternKind::displacement_dependent,
     "DisplacementDependentProbability",
     self_numbers,
     {},
     "disp_function",
     displacement_variables,
     "{DisplacementDependentProbability: {disp_function: \"d[0] > 0\"}}"},
    {PatternKind::array, "Array", {}, array_lists, "", {}, "{Array: {array: [[1, 0], [0, 1]]}}"},
    {PatternKind::kernel,
     "Kernel",
     {},
     kernel_lists,
     "",
     {},
     "{Kernel: {shape_pre: [8, 8], shape_post: [8, 8], shape_kernel: [3, 3]}}"},
    {PatternKind::convolution,
     "Convolution",
     part_numbers,
     convolution_lists,
     "",
     {},
     "{Convolution: {shape_pre: [8, 8], kernel_shape: [3, 3], kernel_weights: [...]}}"},
    {PatternKind::pool_dense,
     "PoolDense",
     part_numbers,
     pool_lists,
     "",
     {},
     "{PoolDense: {shape_pre: [8, 8], pool_shape: [2, 2], weights: [...]}}"},
    {PatternKind::clone, "Clone", {}, {}, "projection", {}, "{Clone: {projection: NAME}}"},
}};

struct Shape {
    std::int64_t rows = 1, columns = 1;
    std::int64_t size() const { return rows * columns; }
};

double number_of(const ConnectionPattern& pattern, std::string_view name) {
    if (const auto found = pattern.numbers.find(std::string(name)); found != pattern.numbers.end())
        return found->second;
    for (const Number& number : find_pattern(pattern.kind)->numbers)
        if (number.name == name) return number.default_value;
    return 0.0;
}

const std::vector<double>* list_of(const ConnectionPattern& pattern, std::string_view name) {
    const auto found = pattern.lists.find(std::string(name));
    return found == pattern.lists.end() ? nullptr : &found->second;
}

/// Two whole numbers, rows and columns; one stands for both.
Shape shape_of(const ConnectionPattern& pattern, std::string_view name, Shape otherwise) {
    const std::vector<double>* list = list_of(pattern, name);
    if (list == nullptr || list->empty()) return otherwise;
    return {static_cast<std::int64_t>(list->front()), static_cast<std::int64_t>(list->back())};
}

/// How a 2-D source is pooled and what comes of it.
struct Pooling {
    Shape area, stride, pooled;
    Pooling(const ConnectionPattern& pattern, const Shape& pre)
        : area(shape_of(pattern, "pool_shape", {1, 1})), stride(shape_of(pattern, "pool_stride", area)) {
        pooled = {(pre.rows - area.rows + 1) / stride.rows + 1, (pre.columns - area.columns + 1) / stride.columns + 1};
        if (list_of(pattern, "pool_shape") == nullptr) pooled = pre;
    }
    double share() const { return 1.0 / static_cast<double>(area.size()); }
};

struct Convolution {
    Shape pre, kernel, stride, padding, post;
    Pooling pooling;
    explicit Convolution(const ConnectionPattern& pattern)
        : pre(shape_of(pattern, "shape_pre", {})),
          kernel(shape_of(pattern, "kernel_shape", {})),
          stride(shape_of(pattern, "strides", {1, 1})),
          padding(shape_of(pattern, "padding", {0, 0})),
          pooling(pattern, pre) {
        const auto extent = [](std::int64_t from, std::int64_t size, std::int64_t pad, std::int64_t step) {
            return std::max<std::int64_t>((from - size + 2 * pad) / step + 1, 1);
        };
        post = {extent(pooling.pooled.rows, kernel.rows, padding.rows, stride.rows),
                extent(pooling.pooled.columns, kernel.columns, padding.columns, stride.columns)};
    }
};

/// Draws and numbers of one projection's synapses.
struct Maker {
    const ConnectionRule& rule;
    std::vector<ListedSynapse> synapses;

    double drawn(const Distribution& distribution, DrawUse use, std::uint32_t pre, std::uint32_t post) const {
        if (distribution.kind == DistributionKind::constant) return distribution.a;
        const RandomBlock draw = random_block(rule.seed, use, pre, post, rule.projection, 1);
        return quantile(distribution, open_unit(draw[0], draw[1]));
    }
    double uniform(std::uint32_t pre, std::uint32_t post, std::uint32_t which) const {
        const RandomBlock draw = random_block(rule.seed, DrawUse::connectivity, pre, post, rule.projection, which);
        return open_unit(draw[0], draw[1]);
    }
    bool forbidden(std::uint32_t pre, std::uint32_t post) const {
        return rule.same_population && !rule.allow_self_connections &&
               neuron_at(rule.pre, pre) == neuron_at(rule.post, post);
    }
    std::uint32_t ticks(double delay_ms) const {
        const double ticks = std::nearbyint(delay_ms / rule.timestep_ms);
        return ticks < 1.0 ? 1u : static_cast<std::uint32_t>(std::min(ticks, 65535.0));
    }
    void put(std::uint32_t pre, std::uint32_t post, std::optional<double> weight = {},
             std::optional<double> delay = {}) {
        synapses.push_back({pre, post, weight ? *weight : drawn(rule.weight, DrawUse::weight, pre, post),
                            ticks(delay ? *delay : drawn(rule.delay_ms, DrawUse::delay, pre, post))});
    }
};

void one_to_one_offset(const ConnectionPattern& pattern, Maker& maker) {
    const std::int64_t n = std::min(maker.rule.pre.count, maker.rule.post.count);
    const auto offset = static_cast<std::int64_t>(number_of(pattern, "offset"));
    const auto given = static_cast<std::int64_t>(number_of(pattern, "n_neurons_per_group"));
    const std::int64_t group = given == 0 ? n : given;
    const bool wrap = number_of(pattern, "wrap") != 0.0;
    for (std::int64_t pre = 0; pre < n; ++pre) {
        const std::int64_t first = pre / group * group;
        std::int64_t post = pre - first + offset;
        if (wrap) post = (post % group + group) % group;
        if (post < 0 || post >= group || first + post >= n) continue;
        maker.put(static_cast<std::uint32_t>(pre), static_cast<std::uint32_t>(first + post));
    }
}

void all_but_me(const ConnectionPattern& pattern, Maker& maker) {
    const std::uint32_t n = std::min(maker.rule.pre.count, maker.rule.post.count);
    const auto given = static_cast<std::uint32_t>(number_of(pattern, "n_neurons_per_group"));
    const std::uint32_t group = given == 0 ? n : given;
    const std::vector<double>* weights = list_of(pattern, "weights");
    for (std::uint32_t pre = 0; pre < n; ++pre) {
        const std::uint32_t first = pre / group * group;
        std::size_t next = std::size_t{pre - first} * (group - 1);
        for (std::uint32_t post = first; post < std::min(first + group, n); ++post) {
            if (post == pre) continue;
            maker.put(pre, post, weights == nullptr ? std::optional<double>{} : (*weights)[next]);
            ++next;
        }
    }
}

double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
    return std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
}

/// Each pair nearer than `degree`; its target becomes any other with probability `rewiring`.
void small_world(const ConnectionPattern& pattern, Maker& maker, std::span<const std::array<double, 3>> pre_at,
                 std::span<const std::array<double, 3>> post_at) {
    const double degree = number_of(pattern, "degree"), rewiring = number_of(pattern, "rewiring");
    const std::uint32_t n_post = maker.rule.post.count;
    for (std::uint32_t pre = 0; pre < maker.rule.pre.count; ++pre) {
        for (std::uint32_t post = 0; post < n_post; ++post) {
            if (!(distance(pre_at[pre], post_at[post]) < degree) || maker.forbidden(pre, post)) continue;
            std::uint32_t target = post;
            if (maker.uniform(pre, post, 0) < rewiring)
                target = static_cast<std::uint32_t>(maker.uniform(pre, post, 2) * n_post);
            if (!maker.forbidden(pre, target)) maker.put(pre, target);
        }
    }
}

/// Every pair with the probability that the expression gives for it.
template <class Values>
void by_expression(const ConnectionPattern& pattern, Maker& maker, const Values& values_of) {
    const auto parsed = parse_expression(pattern.text, find_pattern(pattern.kind)->variables);
    const auto* expression = std::get_if<Expression>(&parsed);
    if (expression == nullptr) return;
    for (std::uint32_t pre = 0; pre < maker.rule.pre.count; ++pre) {
        for (std::uint32_t post = 0; post < maker.rule.post.count; ++post) {
            if (maker.forbidden(pre, post)) continue;
            const double probability = evaluate(*expression, values_of(pre, post));
            if (probability >= 1.0 || (probability > 0.0 && maker.uniform(pre, post, 0) < probability))
                maker.put(pre, post);
        }
    }
}

void array(const ConnectionPattern& pattern, Maker& maker) {
    const std::vector<double>& cells = *list_of(pattern, "array");
    for (std::uint32_t pre = 0; pre < maker.rule.pre.count; ++pre)
        for (std::uint32_t post = 0; post < maker.rule.post.count; ++post)
            if (cells[std::size_t{pre} * maker.rule.post.count + post] != 0.0) maker.put(pre, post);
}

/// ceil(a / b) for whole numbers, b > 0.
std::int64_t ceil_quotient(std::int64_t a, std::int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/// Source: sPyNNaker, kernel_connector.py.
void kernel(const ConnectionPattern& pattern, Maker& maker) {
    const Shape pre = shape_of(pattern, "shape_pre", {}), post = shape_of(pattern, "shape_post", {});
    const Shape size = shape_of(pattern, "shape_kernel", {});
    const Shape pre_step = shape_of(pattern, "pre_sample_steps_in_post", {1, 1});
    const Shape pre_start = shape_of(pattern, "pre_start_coords_in_post", {0, 0});
    const Shape post_step = shape_of(pattern, "post_sample_steps_in_pre", {1, 1});
    const Shape post_start = shape_of(pattern, "post_start_coords_in_pre", {0, 0});
    const std::vector<double>*weights = list_of(pattern, "weight_kernel"), *delays = list_of(pattern, "delay_kernel");
    for (std::int64_t row = 0; row < pre.rows; ++row) {
        for (std::int64_t column = 0; column < pre.columns; ++column) {
            if ((row - pre_start.rows) % pre_step.rows != 0 || (column - pre_start.columns) % pre_step.columns != 0)
                continue;
            for (std::int64_t index = 0; index < post.size(); ++index) {
                const std::int64_t post_row = post_start.rows + index / post.columns * post_step.rows;
                const std::int64_t post_column = post_start.columns + index % post.columns * post_step.columns;
                const std::int64_t r = size.rows / 2 - (ceil_quotient(post_row - pre_start.rows, pre_step.rows) - row);
                const std::int64_t c =
                    size.columns / 2 - (ceil_quotient(post_column - pre_start.columns, pre_step.columns) - column);
                if (r < 0 || r >= size.rows || c < 0 || c >= size.columns) continue;
                const auto cell = static_cast<std::size_t>(r * size.columns + c);
                const auto at = [&](const std::vector<double>* list) {
                    return list == nullptr ? std::optional<double>{} : (*list)[cell];
                };
                maker.put(static_cast<std::uint32_t>(row * pre.columns + column), static_cast<std::uint32_t>(index),
                          at(weights), at(delays));
            }
        }
    }
}

/// Weights of one sign only, where the pattern is asked for a part.
bool wanted(double part, double weight) { return weight != 0.0 && (part == 0.0 || (part > 0.0) == (weight > 0.0)); }

/// post(R, C) sums kernel(r, c) pre(R s + r - p, C s + c - p), as convolutions of neural networks do; a pooled pre
/// stands for its area, each of whose neurons counts for its share. Source: sPyNNaker, convolution_connector.py.
void convolution(const ConnectionPattern& pattern, Maker& maker) {
    const Convolution shape(pattern);
    const std::vector<double>& weights = *list_of(pattern, "kernel_weights");
    const double part = number_of(pattern, "part");
    for (std::int64_t row = 0; row < shape.pre.rows; ++row) {
        for (std::int64_t column = 0; column < shape.pre.columns; ++column) {
            const std::int64_t pooled_row = row / shape.pooling.stride.rows,
                               pooled_column = column / shape.pooling.stride.columns;
            if (pooled_row >= shape.pooling.pooled.rows || pooled_column >= shape.pooling.pooled.columns) continue;
            for (std::int64_t post = 0; post < shape.post.size(); ++post) {
                const std::int64_t r = pooled_row + shape.padding.rows - post / shape.post.columns * shape.stride.rows;
                const std::int64_t c =
                    pooled_column + shape.padding.columns - post % shape.post.columns * shape.stride.columns;
                if (r < 0 || r >= shape.kernel.rows || c < 0 || c >= shape.kernel.columns) continue;
                const double weight =
                    weights[static_cast<std::size_t>(r * shape.kernel.columns + c)] * shape.pooling.share();
                if (wanted(part, weight))
                    maker.put(static_cast<std::uint32_t>(row * shape.pre.columns + column),
                              static_cast<std::uint32_t>(post), weight);
            }
        }
    }
}

/// Every pooled source to every target. Source: sPyNNaker, pool_dense_connector.py.
void pool_dense(const ConnectionPattern& pattern, Maker& maker) {
    const Shape pre = shape_of(pattern, "shape_pre", {});
    const Pooling pooling(pattern, pre);
    const std::vector<double>& weights = *list_of(pattern, "weights");
    const double part = number_of(pattern, "part");
    for (std::int64_t row = 0; row < pre.rows; ++row) {
        for (std::int64_t column = 0; column < pre.columns; ++column) {
            const std::int64_t pooled_row = row / pooling.stride.rows, pooled_column = column / pooling.stride.columns;
            if (pooled_row >= pooling.pooled.rows || pooled_column >= pooling.pooled.columns) continue;
            const std::int64_t from = pooled_row * pooling.pooled.columns + pooled_column;
            for (std::uint32_t post = 0; post < maker.rule.post.count; ++post) {
                const double weight =
                    weights[static_cast<std::size_t>(from) * maker.rule.post.count + post] * pooling.share();
                if (wanted(part, weight))
                    maker.put(static_cast<std::uint32_t>(row * pre.columns + column), post, weight);
            }
        }
    }
}

/// A list of two whole numbers, at least `least` each; nothing when it is one.
std::optional<std::string> problem_of_shape(const ConnectionPattern& pattern, std::string_view name, double least) {
    const std::vector<double>* list = list_of(pattern, name);
    if (list == nullptr) return std::nullopt;
    const bool good = (list->size() == 1 || list->size() == 2) && std::ranges::all_of(*list, [&](double value) {
                          return value >= least && value <= 1e6 && value == std::floor(value);
                      });
    if (good) return std::nullopt;
    return std::string(name) + " must be [rows, columns], whole numbers of " + std::to_string(static_cast<int>(least)) +
           " or more";
}

std::optional<std::string> wrong_size(std::string_view name, std::size_t found, std::int64_t expected) {
    if (static_cast<std::int64_t>(found) == expected) return std::nullopt;
    return std::string(name) + " has " + std::to_string(found) + " numbers, " + std::to_string(expected) +
           " are needed";
}

std::optional<std::string> problem_of_sizes(const ConnectionPattern& pattern, const ConnectionRule& rule) {
    const auto at_end = [&](std::string_view name, const Shape& shape, std::uint32_t n) -> std::optional<std::string> {
        if (shape.size() == n) return std::nullopt;
        return std::string(name) + " is " + std::to_string(shape.rows) + " x " + std::to_string(shape.columns) +
               ", but there are " + std::to_string(n) + " neurons";
    };
    const Shape pre = shape_of(pattern, "shape_pre", {});
    if (auto problem = at_end("shape_pre", pre, rule.pre.count)) return problem;
    if (pattern.kind == PatternKind::kernel) {
        if (auto problem = at_end("shape_post", shape_of(pattern, "shape_post", {}), rule.post.count)) return problem;
        const Shape size = shape_of(pattern, "shape_kernel", {});
        for (const std::string_view name : {"weight_kernel", "delay_kernel"})
            if (const std::vector<double>* list = list_of(pattern, name))
                if (auto problem = wrong_size(name, list->size(), size.size())) return problem;
        return std::nullopt;
    }
    const Shape area = shape_of(pattern, "pool_shape", {1, 1});
    if (area.rows > pre.rows || area.columns > pre.columns) return "pool_shape is larger than shape_pre";
    if (pattern.kind == PatternKind::convolution) {
        const Convolution shape(pattern);
        if (auto problem =
                wrong_size("kernel_weights", list_of(pattern, "kernel_weights")->size(), shape.kernel.size()))
            return problem;
        return at_end("the result", shape.post, rule.post.count);
    }
    const Pooling pooling(pattern, pre);
    return wrong_size("weights", list_of(pattern, "weights")->size(), pooling.pooled.size() * rule.post.count);
}

}  // namespace

std::span<const PatternDescription> all_patterns() { return patterns; }

const PatternDescription* find_pattern(PatternKind kind) {
    const auto found = std::ranges::find(patterns, kind, &PatternDescription::kind);
    return found == patterns.end() ? nullptr : &*found;
}

std::vector<std::array<double, 3>> positions_of(const Structure& structure, std::uint32_t n) {
    if (structure.kind == Structure::Kind::list) return structure.positions;
    std::vector<std::array<double, 3>> positions(n);
    const double across = std::max(1.0, std::round(std::sqrt(n * structure.aspect_ratio)));
    const auto along = static_cast<std::uint32_t>(std::max(1.0, std::ceil(n / across)));
    for (std::uint32_t i = 0; i < n; ++i) {
        const bool grid = structure.kind == Structure::Kind::grid_2d;
        positions[i] = {structure.x0 + structure.dx * (grid ? i / along : i),
                        structure.y0 + (grid ? structure.dy * (i % along) : 0.0), structure.z0};
    }
    return positions;
}

std::optional<std::string> problem_of(const ConnectionPattern& pattern, const ConnectionRule& rule) {
    const PatternDescription* description = find_pattern(pattern.kind);
    if (description == nullptr) return "unknown pattern";
    for (const List& list : description->lists)
        if (list.required && list_of(pattern, list.name) == nullptr) return std::string(list.name) + " is missing";
    for (const auto& [name, list] : pattern.lists)
        if (!std::ranges::all_of(list, [](double value) { return std::isfinite(value); }))
            return name + " holds a number that is not finite";
    if (!description->variables.empty()) {
        const auto parsed = parse_expression(pattern.text, description->variables);
        if (const auto* error = std::get_if<ExpressionError>(&parsed))
            return "character " + std::to_string(error->position + 1) + " of '" + pattern.text + "': " + error->what;
        return std::nullopt;
    }
    for (const std::string_view name :
         {"shape_pre", "shape_post", "shape_kernel", "kernel_shape", "strides", "pool_shape", "pool_stride",
          "pre_sample_steps_in_post", "post_sample_steps_in_pre"})
        if (auto problem = problem_of_shape(pattern, name, 1.0)) return problem;
    for (const std::string_view name : {"padding", "pre_start_coords_in_post", "post_start_coords_in_pre"})
        if (auto problem = problem_of_shape(pattern, name, 0.0)) return problem;
    const double group = number_of(pattern, "n_neurons_per_group");
    const std::uint32_t n = std::min(rule.pre.count, rule.post.count);
    switch (pattern.kind) {
        case PatternKind::one_to_one_offset:
        case PatternKind::all_but_me: {
            if (rule.pre.count != rule.post.count)
                return std::to_string(rule.pre.count) + " pre and " + std::to_string(rule.post.count) +
                       " post neurons; as many are needed of both";
            if (group != 0.0 && std::fmod(n, group) != 0.0) return "n_neurons_per_group does not divide the neurons";
            const std::int64_t size = group == 0.0 ? n : static_cast<std::int64_t>(group);
            if (const std::vector<double>* weights = list_of(pattern, "weights"))
                return wrong_size("weights", weights->size(), size * (size - 1));
            if (std::abs(number_of(pattern, "offset")) >= static_cast<double>(std::max<std::int64_t>(size, 1)) && n > 0)
                return "the offset reaches beyond the group";
            return std::nullopt;
        }
        case PatternKind::array:
            return wrong_size("array", list_of(pattern, "array")->size(),
                              std::int64_t{rule.pre.count} * rule.post.count);
        case PatternKind::kernel:
        case PatternKind::convolution:
        case PatternKind::pool_dense:
            return problem_of_sizes(pattern, rule);
        default:
            return std::nullopt;
    }
}

std::vector<ListedSynapse> synapses_of(const ConnectionPattern& pattern, const ConnectionRule& rule,
                                       std::span<const std::array<double, 3>> pre,
                                       std::span<const std::array<double, 3>> post) {
    ConnectionRule own = rule;
    if (pattern.numbers.contains("allow_self_connections"))
        own.allow_self_connections = number_of(pattern, "allow_self_connections") != 0.0;
    Maker maker{own, {}};
    std::array<double, 3> values{};
    switch (pattern.kind) {
        case PatternKind::none:
        case PatternKind::clone:
            break;
        case PatternKind::one_to_one_offset:
            one_to_one_offset(pattern, maker);
            break;
        case PatternKind::all_but_me:
            all_but_me(pattern, maker);
            break;
        case PatternKind::small_world:
            small_world(pattern, maker, pre, post);
            break;
        case PatternKind::index_based:
            by_expression(pattern, maker, [&](std::uint32_t i, std::uint32_t j) {
                values = {static_cast<double>(i), static_cast<double>(j), 0.0};
                return std::span<const double>(values);
            });
            break;
        case PatternKind::distance_dependent:
            by_expression(pattern, maker, [&](std::uint32_t i, std::uint32_t j) {
                values[0] = distance(pre[i], post[j]);
                return std::span<const double>(values);
            });
            break;
        case PatternKind::displacement_dependent:
            by_expression(pattern, maker, [&](std::uint32_t i, std::uint32_t j) {
                for (std::size_t k = 0; k < 3; ++k) values[k] = post[j][k] - pre[i][k];
                return std::span<const double>(values);
            });
            break;
        case PatternKind::array:
            array(pattern, maker);
            break;
        case PatternKind::kernel:
            kernel(pattern, maker);
            break;
        case PatternKind::convolution:
            convolution(pattern, maker);
            break;
        case PatternKind::pool_dense:
            pool_dense(pattern, maker);
            break;
    }
    std::ranges::stable_sort(maker.synapses, [](const ListedSynapse& a, const ListedSynapse& b) {
        return std::pair(a.pre, a.post) < std::pair(b.pre, b.post);
    });
    return std::move(maker.synapses);
}

std::vector<ListedSynapse> redrawn(std::span<const ListedSynapse> synapses, const ConnectionRule& rule) {
    Maker maker{rule, {}};
    for (const ListedSynapse& synapse : synapses) maker.put(synapse.pre, synapse.post);
    return std::move(maker.synapses);
}

}  // namespace spinn
