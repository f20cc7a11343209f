#include "runtime/core_program.hpp"

#include "runtime/programs.hpp"

namespace spinn {

std::unique_ptr<CoreProgram> make_program(ProgramKind kind, const ProgramOptions& options) {
    switch (kind) {
        case ProgramKind::neurons:
            return std::make_unique<NeuronProgram>(options);
        case ProgramKind::poisson_source:
        case ProgramKind::array_source:
            return std::make_unique<SourceProgram>(options);
        case ProgramKind::delay_extension:
            return std::make_unique<DelayProgram>();
        case ProgramKind::live_gatherer:
            return std::make_unique<GathererProgram>();
    }
    return nullptr;
}

void CoreProgram::message_received(int, std::span<const std::byte>) {}

ProgramCounters& ProgramCounters::operator+=(const ProgramCounters& other) {
    const auto mine = counter_fields(*this);
    const auto more = counter_fields(other);
    for (std::size_t i = 0; i < mine.size(); ++i) *mine[i] += *more[i];
    return *this;
}

}  // namespace spinn
