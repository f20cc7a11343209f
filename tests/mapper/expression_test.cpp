#include "mapper/expression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace spinn {
namespace {

constexpr std::array<std::string_view, 3> names = {"i", "j", "d[0]"};
constexpr std::array<double, 3> values = {7.0, 3.0, -2.5};

double of(std::string_view text) {
    const auto parsed = parse_expression(text, names);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) {
        ADD_FAILURE() << text << ": " << error->position << ": " << error->what;
        return std::nan("");
    }
    return evaluate(std::get<Expression>(parsed), values);
}

std::size_t error_at(std::string_view text) {
    const auto parsed = parse_expression(text, names);
    const auto* error = std::get_if<ExpressionError>(&parsed);
    return error == nullptr ? 9999 : error->position;
}

TEST(Expression, HasThePrecedenceOfPython) {
    EXPECT_EQ(of("1 + 2 * 3"), 7.0);
    EXPECT_EQ(of("(1 + 2) * 3"), 9.0);
    EXPECT_EQ(of("8 - 3 - 2"), 3.0);
    EXPECT_EQ(of("2 ** 3 ** 2"), 512.0);
    EXPECT_EQ(of("-2 ** 2"), -4.0);
    EXPECT_EQ(of("2 ** -1"), 0.5);
    EXPECT_EQ(of("7 // 2 + 7 % 4"), 6.0);
    EXPECT_EQ(of("-7 // 2"), -4.0);
    EXPECT_EQ(of("-7 % 4"), 1.0);
    EXPECT_EQ(of("7 % -4"), -1.0);
    EXPECT_EQ(of("1.5e1 / 3"), 5.0);
    EXPECT_EQ(of("1 < 2 and 2 < 1 or 3 == 3"), 1.0);
    EXPECT_EQ(of("not 1 < 2"), 0.0);
    EXPECT_EQ(of("0.5 * (i >= 7)"), 0.5);
}

TEST(Expression, KnowsItsVariablesAndFunctions) {
    EXPECT_EQ(of("i - j"), 4.0);
    EXPECT_EQ(of("(i + j) % 3 == 1"), 1.0);
    EXPECT_EQ(of("abs(d[0])"), 2.5);
    EXPECT_EQ(of("exp(-j / 3)"), std::exp(-1.0));
    EXPECT_EQ(of("max(i, 2 * j) + min(1, 2)"), 8.0);
    EXPECT_EQ(of("sqrt(i + 2) + floor(d[0]) + ceil(d[0]) + log(1) + sin(0) + cos(0) + tanh(0)"), -1.0);
}

TEST(Expression, SaysWhereItGoesWrong) {
    EXPECT_EQ(error_at(""), 0u);
    EXPECT_EQ(error_at("1 +"), 3u);
    EXPECT_EQ(error_at("1 + k"), 4u);
    EXPECT_EQ(error_at("d[1]"), 0u);
    EXPECT_EQ(error_at("(1"), 2u);
    EXPECT_EQ(error_at("1 2"), 2u);
    EXPECT_EQ(error_at("exp 1"), 4u);
    EXPECT_EQ(error_at("max(1)"), 5u);
    EXPECT_EQ(error_at("1 $ 2"), 2u);
    EXPECT_LT(error_at(std::string(500, '(') + "1"), 9999u);
    EXPECT_LT(error_at(std::string(500, '-') + "1"), 9999u);
    EXPECT_LT(error_at(std::string(2000, '1')), 9999u);
    EXPECT_LT(error_at("d[0"), 9999u);
}

}  // namespace
}  // namespace spinn
