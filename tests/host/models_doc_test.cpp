// docs/models.md is what the table of models says. When a row changes, this test prints the page to put there.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/problem_report.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {
namespace {

std::string row(std::string_view kind, const ParameterDescription& d) {
    const double format_ends = d.unit == "uS" ? 63.9 : 65535.0;
    const auto limit = [&](double value) { return std::abs(value) >= format_ends ? "" : number_text(value); };
    const std::string low = limit(d.minimum), high = limit(d.maximum);
    const std::string range = low.empty()    ? high.empty() ? "" : "up to " + high
                              : high.empty() ? low + " or more"
                                             : low + " to " + high;
    return "| " + std::string(kind) + " | `" + std::string(d.name) + "` | " + std::string(d.unit) + " | " +
           number_text(d.default_value) + " | " + range + " |\n";
}

std::string described(const ModelDescription& model) {
    std::string text = "\n## " + std::string(model.name) + "\n\n";
    if (!model.on_board) text += "Not on SpiNNaker. ";
    if (!model.receptors.empty()) {
        text += "Receptors: ";
        for (std::size_t i = 0; i < model.receptors.size(); ++i)
            text += (i > 0 ? ", `" : "`") + std::string(model.receptors[i]) + "`";
        text += model.conductance ? "; weights in uS.\n" : "; weights in nA.\n";
    } else {
        text += "A source of spikes.\n";
    }
    if (model.parameters.empty() && model.state.empty()) return text;
    text += "\n| | name | unit | default | limits |\n| --- | --- | --- | ---: | --- |\n";
    for (const ParameterDescription& d : model.parameters) text += row("parameter", d);
    for (const ParameterDescription& d : model.state) text += row("initial", d);
    return text;
}

TEST(ModelsPage, IsWhatTheTableSays) {
    const std::filesystem::path file = std::filesystem::path(SPINN_SOURCE_DIR) / "docs/models.md";
    std::ifstream stream(file);
    const std::string page{std::istreambuf_iterator<char>(stream), {}};
    const std::string mark = "<!-- from here on: what tests/host/models_doc_test.cpp prints -->\n";
    const std::size_t begin = page.find(mark);
    ASSERT_NE(begin, std::string::npos) << file;
    std::string expected;
    for (const ModelDescription& model : all_models()) expected += described(model);
    EXPECT_EQ(page.substr(begin + mark.size()), expected);
}

}  // namespace
}  // namespace spinn
