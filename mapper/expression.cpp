#include "mapper/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace spinn {

namespace {

using Operation = Expression::Operation;

struct Function {
    std::string_view name;
    Operation operation;
    int arguments;
};
constexpr std::array<Function, 11> functions = {{
    {"abs", Operation::abs, 1},
    {"ceil", Operation::ceil, 1},
    {"cos", Operation::cos, 1},
    {"exp", Operation::exp, 1},
    {"floor", Operation::floor, 1},
    {"log", Operation::log, 1},
    {"max", Operation::max, 2},
    {"min", Operation::min, 2},
    {"sin", Operation::sin, 1},
    {"sqrt", Operation::sqrt, 1},
    {"tanh", Operation::tanh, 1},
}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent, one function a level of precedence; the first error ends it.
class Parser {
 public:
    Parser(std::string_view text, std::span<const std::string_view> variables) : text_(text), variables_(variables) {}

    std::variant<Expression, ExpressionError> parse() {
        if (text_.size() > 1000) return ExpressionError{1000, "more than 1000 characters"};
        disjunction();
        skip_blanks();
        if (!error_ && position_ < text_.size()) fail("this does not belong here");
        if (error_) return *error_;
        return std::move(expression_);
    }

 private:
    void skip_blanks() {
        while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t')) ++position_;
    }
    void fail(std::string what) {
        if (!error_) error_ = ExpressionError{position_, std::move(what)};
    }
    void emit(Operation operation) { expression_.steps.push_back({operation, 0.0, 0}); }

    /// Takes a sign or word when it stands next; a word ends where letters do.
    bool take(std::string_view token) {
        skip_blanks();
        if (error_ || !text_.substr(position_).starts_with(token)) return false;
        const std::size_t end = position_ + token.size();
        if (is_letter(token.back()) && end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end])))
            return false;
        position_ = end;
        return true;
    }
    /// Takes `token`, unless it begins a longer sign.
    bool take_alone(std::string_view token, char not_before) {
        skip_blanks();
        const std::size_t end = position_ + token.size();
        return (end >= text_.size() || text_[end] != not_before) && take(token);
    }

    /// One level deeper; false, with an error, where that is too deep.
    bool enter() {
        if (++depth_ > 64) fail("more than 64 levels of nesting");
        return !error_;
    }

    void disjunction() {
        if (!enter()) return;
        conjunction();
        while (take("or") || take("|")) {
            conjunction();
            emit(Operation::logical_or);
        }
        --depth_;
    }
    void conjunction() {
        negation();
        while (take("and") || take("&")) {
            negation();
            emit(Operation::logical_and);
        }
    }
    void negation() {
        if (!take("not")) return comparison();
        if (!enter()) return;
        negation();
        emit(Operation::logical_not);
        --depth_;
    }
    void comparison() {
        sum();
        static constexpr std::array<std::pair<std::string_view, Operation>, 6> signs = {{
            {"<=", Operation::less_equal},
            {">=", Operation::greater_equal},
            {"==", Operation::equal},
            {"!=", Operation::not_equal},
            {"<", Operation::less},
            {">", Operation::greater},
        }};
        for (const auto& [sign, operation] : signs) {
            if (!take(sign)) continue;
            sum();
            return emit(operation);
        }
    }
    void sum() {
        product();
        for (;;) {
            if (take("+")) {
                product();
                emit(Operation::add);
            } else if (take("-")) {
                product();
                emit(Operation::subtract);
            } else {
                return;
            }
        }
    }
    void product() {
        factor();
        for (;;) {
            if (take_alone("*", '*')) {
                factor();
                emit(Operation::multiply);
            } else if (take("//")) {
                factor();
                emit(Operation::floor_divide);
            } else if (take("/")) {
                factor();
                emit(Operation::divide);
            } else if (take("%")) {
                factor();
                emit(Operation::modulo);
            } else {
                return;
            }
        }
    }
    void factor() {
        if (!enter()) return;
        if (take("-")) {
            factor();
            emit(Operation::negate);
        } else if (take("+")) {
            factor();
        } else {
            atom();
            if (take("**")) {
                factor();
                emit(Operation::power);
            }
        }
        --depth_;
    }
    void atom() {
        skip_blanks();
        if (error_) return;
        if (position_ == text_.size()) return fail("something is missing at the end");
        if (take("(")) {
            disjunction();
            if (!take(")")) fail("a ')' is missing");
            return;
        }
        const char first = text_[position_];
        if (is_digit(first) || first == '.') return number();
        if (is_letter(first)) return name();
        fail("this does not belong here");
    }
    void number() {
        double value = 0.0;
        const auto [end, code] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
        if (code != std::errc{}) return fail("this is no number");
        position_ = static_cast<std::size_t>(end - text_.data());
        expression_.steps.push_back({Operation::number, value, 0});
    }
    void name() {
        const std::size_t begin = position_;
        std::size_t end = begin;
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
        const std::string_view word = text_.substr(begin, end - begin);
        if (end < text_.size() && text_[end] == '[') end = std::min(text_.find(']', end), text_.size() - 1) + 1;
        const std::string_view indexed = text_.substr(begin, end - begin);
        for (std::uint32_t i = 0; i < variables_.size(); ++i) {
            if (variables_[i] != indexed) continue;
            position_ = end;
            expression_.steps.push_back({Operation::variable, 0.0, i});
            return;
        }
        for (const Function& function : functions) {
            if (function.name != word || indexed != word) continue;
            position_ += word.size();
            if (!take("(")) return fail("a '(' is missing");
            disjunction();
            if (function.arguments == 2) {
                if (!take(",")) return fail("a second argument is missing");
                disjunction();
            }
            if (!take(")")) return fail("a ')' is missing");
            return emit(function.operation);
        }
        std::string known;
        for (const std::string_view variable : variables_) known += (known.empty() ? "" : ", ") + std::string(variable);
        fail("'" + std::string(indexed) + "' is unknown; variables are " + known);
    }

    std::string_view text_;
    std::span<const std::string_view> variables_;
    std::size_t position_ = 0;
    int depth_ = 0;
    Expression expression_;
    std::optional<ExpressionError> error_;
};

double apply(Operation operation, double a, double b) {
    switch (operation) {
        case Operation::add:
            return a + b;
        case Operation::subtract:
            return a - b;
        case Operation::multiply:
            return a * b;
        case Operation::divide:
            return a / b;
        case Operation::floor_divide:
            return std::floor(a / b);
        case Operation::modulo: {
            const double rest = std::fmod(a, b);
            return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
        }
        case Operation::power:
            return std::pow(a, b);
        case Operation::less:
            return a < b ? 1.0 : 0.0;
        case Operation::less_equal:
            return a <= b ? 1.0 : 0.0;
        case Operation::greater:
            return a > b ? 1.0 : 0.0;
        case Operation::greater_equal:
            return a >= b ? 1.0 : 0.0;
        case Operation::equal:
            return a == b ? 1.0 : 0.0;
        case Operation::not_equal:
            return a != b ? 1.0 : 0.0;
        case Operation::logical_and:
            return a != 0.0 && b != 0.0 ? 1.0 : 0.0;
        case Operation::logical_or:
            return a != 0.0 || b != 0.0 ? 1.0 : 0.0;
        case Operation::max:
            return std::max(a, b);
        case Operation::min:
            return std::min(a, b);
        default:
            return 0.0;
    }
}

double apply(Operation operation, double a) {
    switch (operation) {
        case Operation::negate:
            return -a;
        case Operation::logical_not:
            return a == 0.0 ? 1.0 : 0.0;
        case Operation::abs:
            return std::abs(a);
        case Operation::ceil:
            return std::ceil(a);
        case Operation::cos:
            return std::cos(a);
        case Operation::exp:
            return std::exp(a);
        case Operation::floor:
            return std::floor(a);
        case Operation::log:
            return std::log(a);
        case Operation::sin:
            return std::sin(a);
        case Operation::sqrt:
            return std::sqrt(a);
        case Operation::tanh:
            return std::tanh(a);
        default:
            return 0.0;
    }
}

bool takes_one(Operation operation) {
    switch (operation) {
        case Operation::negate:
        case Operation::logical_not:
        case Operation::abs:
        case Operation::ceil:
        case Operation::cos:
        case Operation::exp:
        case Operation::floor:
        case Operation::log:
        case Operation::sin:
        case Operation::sqrt:
        case Operation::tanh:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::variant<Expression, ExpressionError> parse_expression(std::string_view text,
                                                           std::span<const std::string_view> variables) {
    return Parser(text, variables).parse();
}

double evaluate(const Expression& expression, std::span<const double> values) {
    std::array<double, 1024> stack;  // an expression of 1000 characters has fewer operands
    std::size_t top = 0;
    for (const Expression::Step& step : expression.steps) {
        if (step.operation == Operation::number) {
            stack[top++] = step.number;
        } else if (step.operation == Operation::variable) {
            stack[top++] = values[step.index];
        } else if (takes_one(step.operation)) {
            stack[top - 1] = apply(step.operation, stack[top - 1]);
        } else {
            stack[top - 2] = apply(step.operation, stack[top - 2], stack[top - 1]);
            --top;
        }
    }
    return top == 0 ? 0.0 : stack[0];
}

}  // namespace spinn
