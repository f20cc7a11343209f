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
    spikes += other.spikes;
    synaptic_events += other.synaptic_events;
    plastic_events += other.plastic_events;
    wrapped_traces += other.wrapped_traces;
    saturations += other.saturations;
    unknown_keys += other.unknown_keys;
    synapses += other.synapses;
    matrix_bytes += other.matrix_bytes;
    weights_masked += other.weights_masked;
    delay_overflows += other.delay_overflows;
    recordings_lost += other.recordings_lost;
    late_packets += other.late_packets;
    bad_messages += other.bad_messages;
    live_lost += other.live_lost;
    return *this;
}

}  // namespace spinn
