#include "host/json_reader.hpp"

#include <algorithm>

namespace spinn {

nlohmann::json parse_json(std::string_view text, const std::string& file_name) {
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const std::size_t end = std::min(error.byte, text.size());
        const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
        std::string what = error.what();
        if (const std::size_t colon = what.rfind("parse error"); colon != std::string::npos) what = what.substr(colon);
        throw InputError({{.what = what.substr(0, 300),
                           .where = file_name + ":" + std::to_string(line),
                           .fix = "the file must be JSON"}});
    }
}

std::string describe_json(const nlohmann::json& value) {
    if (value.is_array()) return "a list of " + std::to_string(value.size());
    if (value.is_object()) return "an object of " + std::to_string(value.size()) + " fields";
    if (value.is_string()) return "the text " + in_quotes(value.get_ref<const std::string&>());
    if (value.is_null()) return "null";
    return value.dump();
}

}  // namespace spinn
