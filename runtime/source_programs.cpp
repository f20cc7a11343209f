#include "runtime/core_block.hpp"
#include "runtime/programs.hpp"

namespace spinn {

namespace {

Recorder open_recorder_of(const CoreBlock& block, const SystemRegion& system, CoreServices& services) {
    return open_recorder(block.need(decode_recording_plan(block.words(Region::recording_index)), "recording plan"),
                         block.address(Region::recording), system.n_atoms, services);
}

/// Records and sends what a source emitted in a tick. @returns the number of spikes
std::uint64_t record_and_send(CoreServices& services, Recorder& recorder, const SystemRegion& system, Tick tick,
                              std::span<const std::uint32_t> atoms, std::span<const std::uint32_t> counts,
                              std::vector<MulticastPacket>& packets) {
    if (atoms.empty()) return 0;
    std::uint64_t spikes = 0;
    packets.clear();
    for (std::size_t i = 0; i < atoms.size(); ++i) {
        spikes += counts[i];
        packets.push_back({Key{system.keys.key + atoms[i]}, counts[i], true});
    }
    record_repeated_spikes(recorder, tick, atoms, counts);
    if (system.sends) services.send_multicast(packets);
    return spikes;
}

}  // namespace

void PoissonProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    sources_ = load_poisson(block.need(decode_poisson_region(block.words(Region::program)), "Poisson region"));
    recorder_ = open_recorder_of(block, system_, services);
}

void PoissonProgram::timer_tick(CoreServices& services, Tick tick) {
    atoms_.clear();
    counts_.clear();
    emit(sources_, tick, atoms_, counts_);
    spikes_ += record_and_send(services, recorder_, system_, tick, atoms_, counts_, packets_);
}

void PoissonProgram::multicast_received(CoreServices&, Tick, std::span<const MulticastPacket> packets) {
    unknown_keys_ += packets.size();
}

ProgramCounters PoissonProgram::counters() const {
    return {.spikes = spikes_, .unknown_keys = unknown_keys_, .recordings_lost = recorder_.lost};
}

void ArrayProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    sources_ = load_array(block.need(decode_array_region(block.words(Region::program)), "array region"));
    recorder_ = open_recorder_of(block, system_, services);
}

void ArrayProgram::timer_tick(CoreServices& services, Tick tick) {
    atoms_.clear();
    counts_.clear();
    for (const std::uint32_t atom : emit(sources_, tick)) {
        if (atoms_.empty() || atoms_.back() != atom) {
            atoms_.push_back(atom);
            counts_.push_back(0);
        }
        ++counts_.back();
    }
    spikes_ += record_and_send(services, recorder_, system_, tick, atoms_, counts_, packets_);
}

void ArrayProgram::multicast_received(CoreServices&, Tick, std::span<const MulticastPacket> packets) {
    unknown_keys_ += packets.size();
}

ProgramCounters ArrayProgram::counters() const {
    return {.spikes = spikes_, .unknown_keys = unknown_keys_, .recordings_lost = recorder_.lost};
}

std::unique_ptr<CoreProgram> make_program(ProgramKind kind, const ProgramOptions& options) {
    switch (kind) {
        case ProgramKind::neurons:
            return std::make_unique<NeuronProgram>(options);
        case ProgramKind::poisson_source:
            return std::make_unique<PoissonProgram>();
        case ProgramKind::array_source:
            return std::make_unique<ArrayProgram>();
        case ProgramKind::delay_extension:
            return std::make_unique<DelayProgram>();
    }
    return nullptr;
}

ProgramCounters& ProgramCounters::operator+=(const ProgramCounters& other) {
    spikes += other.spikes;
    synaptic_events += other.synaptic_events;
    saturations += other.saturations;
    unknown_keys += other.unknown_keys;
    synapses += other.synapses;
    matrix_bytes += other.matrix_bytes;
    weights_masked += other.weights_masked;
    delay_overflows += other.delay_overflows;
    recordings_lost += other.recordings_lost;
    return *this;
}

}  // namespace spinn
