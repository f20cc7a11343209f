/// A logger for tests that read no log.
#pragma once

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace spinn {

inline spdlog::logger& silent() {
    static spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
    return log;
}

}  // namespace spinn
