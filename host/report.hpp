/// The comparison as one HTML page that needs nothing but itself: no scripts, no fonts, no network.
#pragma once

#include <filesystem>
#include <string>

#include "host/report_charts.hpp"

namespace spinn {

std::string html_report(const ReportData& data);

/// @throws InputError when the file cannot be written
void write_report(const ReportData& data, const std::filesystem::path& path);

}  // namespace spinn
