/// Views as text: `exc`, `exc[0:80]`, `exc[0:80:2]`, `exc[:5]`, `exc[-5:]`, `exc[3, 5, 8]`, `exc[7]`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/connection_rule.hpp"

namespace spinn {

/// "exc[0:80]" -> "exc" and "[0:80]"; the second part is empty where the view is the whole population.
struct ViewText {
    std::string_view population, brackets;
};
ViewText split_view(std::string_view text);

struct ViewError {
    std::string what, fix;
};

/// The neurons that `brackets` selects from a population of `size`. Python's rules for slices and negative numbers,
/// except that a bound outside the population, an empty view and a neuron named twice are errors.
std::variant<NeuronSelection, ViewError> parse_selection(std::string_view brackets, std::uint32_t size);

/// The text that parse_selection reads back as the same selection; "" for the whole population.
std::string selection_text(const NeuronSelection& selection, std::uint32_t size);

/// What is wrong with a selection from a population of `size`, or an empty `what`.
ViewError selection_error(const NeuronSelection& selection, std::uint32_t size);

/// How many neurons two selections share.
std::uint64_t overlap(const NeuronSelection& a, const NeuronSelection& b);

}  // namespace spinn
