/// JSON files of others: typed access to their values, every mistake collected with its place.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "host/problem_report.hpp"

namespace spinn {

/// Parses a JSON text. @throws InputError with the line where it stops being JSON
nlohmann::json parse_json(std::string_view text, const std::string& file_name);

/// "a list of 3", "the text 'x'": what a value is, for messages.
std::string describe_json(const nlohmann::json& value);

/// Reads values and reports what they should have been. `path` is a function that makes the DocumentPath, so that
/// millions of good values cost nothing.
class JsonReader {
 public:
    explicit JsonReader(std::string file_name)
        : report([file = std::move(file_name)](const DocumentPath&) {
              return FileLocation{file, 0};
          }) {}

    /// A field of an object; nullptr, and a mistake where it is required, when there is none.
    const nlohmann::json* find(const nlohmann::json& object, const DocumentPath& at, std::string_view key,
                               bool required, std::string_view example) {
        const auto found = object.find(key);
        if (found != object.end()) return &*found;
        if (required) report.add(at / key, "is missing", "write such as " + std::string(example));
        return nullptr;
    }
    /// A list that a field of an object holds.
    const nlohmann::json::array_t* find_list(const nlohmann::json& object, const DocumentPath& at, std::string_view key,
                                             bool required) {
        const nlohmann::json* value = find(object, at, key, required, "[...]");
        if (value == nullptr) return nullptr;
        return list(*value, [&] { return at / key; });
    }
    const nlohmann::json* find_object(const nlohmann::json& object, const DocumentPath& at, std::string_view key,
                                      bool required) {
        const nlohmann::json* value = find(object, at, key, required, "{...}");
        if (value == nullptr || value->is_object()) return value;
        expected(at / key, "an object", *value);
        return nullptr;
    }

    template <typename Path>
    const nlohmann::json::array_t* list(const nlohmann::json& value, const Path& path) {
        if (value.is_array()) return &value.get_ref<const nlohmann::json::array_t&>();
        expected(path(), "a list", value);
        return nullptr;
    }
    /// A whole number of 0 .. most.
    template <typename Path>
    std::optional<std::uint64_t> whole(const nlohmann::json& value, std::uint64_t most, const Path& path) {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() <= most) return value.get<std::uint64_t>();
        if (value.is_number_float() && value.get<double>() >= 0.0 && value.get<double>() <= 0x1p53) {
            const auto number = static_cast<std::uint64_t>(value.get<double>());  // Rig writes 1.0 for 1
            if (static_cast<double>(number) == value.get<double>() && number <= most) return number;
        }
        expected(path(), "a whole number of 0 .. " + std::to_string(most), value);
        return std::nullopt;
    }
    /// A finite number, at least 0.
    template <typename Path>
    std::optional<double> positive(const nlohmann::json& value, const Path& path) {
        if (value.is_number()) {
            const double number = value.get<double>();
            if (number >= 0.0 && number <= 1e300) return number;
        }
        expected(path(), "a number that is not negative", value);
        return std::nullopt;
    }
    template <typename Path>
    const std::string* text(const nlohmann::json& value, const Path& path) {
        if (value.is_string()) return &value.get_ref<const std::string&>();
        expected(path(), "a text", value);
        return nullptr;
    }

    void expected(const DocumentPath& at, const std::string& what, const nlohmann::json& found) {
        report.add(at, "expected " + what + ", found " + describe_json(found), "write " + what);
    }

    ProblemReport report;
};

}  // namespace spinn
