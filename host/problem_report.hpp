/// Collects every mistake of an input, each with its place in the file, and throws them together.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/error.hpp"

namespace spinn {

/// One step into a document: a key of a mapping, or (key empty) an index of a list.
struct PathStep {
    std::string key;
    std::size_t index = 0;
};

/// Where a value stands: populations / cells / parameters / tau_m.
struct DocumentPath {
    std::vector<PathStep> steps;
};
DocumentPath operator/(DocumentPath path, std::string_view key);
DocumentPath operator/(DocumentPath path, std::size_t index);
std::string to_string(const DocumentPath& path);  ///< "projections[2].synapse.weight"

/// A line of a file. Line 0: the file has no lines (protobuf).
struct FileLocation {
    std::string file;
    std::size_t line = 0;
};
using Locator = std::function<FileLocation(const DocumentPath&)>;

class ProblemReport {
 public:
    explicit ProblemReport(Locator locate) : locate_(std::move(locate)) {}

    /// One mistake a path: what is said later of a path that has one already is a consequence, and dropped.
    void add(const DocumentPath& path, std::string what, std::string fix);
    /// A mistake beside others of its path, at a line that is known better than the path tells.
    void add_at(const FileLocation& location, const DocumentPath& path, std::string what, std::string fix);

    FileLocation locate(const DocumentPath& path) const { return locate_(path); }
    bool empty() const { return entries_.empty(); }
    /// No more mistakes will be shown: their messages need not be worked out.
    bool is_full() const { return left_out_ > 0; }
    /// How many mistakes were added so far.
    std::size_t count() const { return entries_.size() + left_out_; }
    /// What will be said of this path is a consequence of a mistake below it: drop it.
    void mute(const DocumentPath& path) { paths_.insert(to_string(path)); }

    /// @throws InputError with all mistakes in the order of the file (at most 200 of them, and how many more)
    void throw_if_any() const;

 private:
    struct Entry {
        FileLocation location;
        Problem problem;
    };
    Locator locate_;
    std::vector<Entry> entries_;
    std::set<std::string> paths_;
    std::size_t left_out_ = 0;
};

/// The candidate that `word` most likely misspells, or "" when none is near (edit distance, letter case ignored). Only
/// the first 2000 candidates are looked at.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "did you mean 'tau_m'?" or "one of: a, b, c" when nothing is near.
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

/// The shortest decimal text that reads back as the same number: "0.1", "1e+300", ".inf", "-.inf", ".nan" as YAML has
/// them.
std::string number_text(double value);

/// Foreign text fit for a message: in quotes, cut at 60 bytes, unprintable bytes shown as '?'.
std::string in_quotes(std::string_view text);

}  // namespace spinn
