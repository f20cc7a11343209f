/// Errors that a user can do something about: what is wrong, where, and what would be right.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace spinn {

struct Problem {
    std::string what;   ///< "routing table needs 1187 entries, the router holds 1023"
    std::string where;  ///< "chip (3, 5)", "va.yaml:14: populations.cells.parameters"
    std::string fix;    ///< "raise the neurons per core, or choose a machine with more chips"
};

std::string to_string(const Problem& problem);

/// The request cannot be done (does not fit, a run failed): exit code 1.
class RequestError : public std::runtime_error {
 public:
    explicit RequestError(Problem problem) : std::runtime_error(to_string(problem)), problem_(std::move(problem)) {}
    const Problem& problem() const { return problem_; }

 private:
    Problem problem_;
};

/// Bad input or usage: exit code 2. Carries every mistake found.
class InputError : public std::runtime_error {
 public:
    explicit InputError(std::vector<Problem> problems);
    const std::vector<Problem>& problems() const { return problems_; }

 private:
    std::vector<Problem> problems_;
};

}  // namespace spinn
