/// Arithmetic in words, as PyNN's connectors take it: "exp(-d / 20)", "(i + j) % 3 == 0", "0.5 * (d < 10)".
///
/// Numbers; the named variables; + - * / // % ** and unary -; < <= > >= == != (1 or 0); and, or, not, & and |;
/// parentheses; abs, ceil, cos, exp, floor, log, max, min, sin, sqrt, tanh. Precedence and the sign of % and // are
/// Python's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spinn {

struct ExpressionError {
    std::size_t position = 0;  ///< in the text, from 0
    std::string what;
};

/// A parsed expression: operations for a stack.
struct Expression {
    enum class Operation : std::uint8_t {
        number,
        variable,
        add,
        subtract,
        multiply,
        divide,
        floor_divide,
        modulo,
        power,
        negate,
        less,
        less_equal,
        greater,
        greater_equal,
        equal,
        not_equal,
        logical_and,
        logical_or,
        logical_not,
        abs,
        ceil,
        cos,
        exp,
        floor,
        log,
        max,
        min,
        sin,
        sqrt,
        tanh
    };
    struct Step {
        Operation operation = Operation::number;
        double number = 0.0;      ///< of `number`
        std::uint32_t index = 0;  ///< of `variable`
    };
    std::vector<Step> steps;
};

/// @param variables  their names; "d[0]" is a name too. At most 1000 characters and 64 levels of nesting.
std::variant<Expression, ExpressionError> parse_expression(std::string_view text,
                                                           std::span<const std::string_view> variables);

/// @param values  as many as variables were named
double evaluate(const Expression& expression, std::span<const double> values);

}  // namespace spinn
