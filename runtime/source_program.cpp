#include <algorithm>
#include <bit>

#include "runtime/core_block.hpp"
#include "runtime/programs.hpp"

namespace spinn {

namespace {

/// Mean spikes of a source and tick from which a word per atom is less to write and read than a packet per spike.
constexpr double dense_from = 0.1;

/// The atoms that spike in a tick, ascending, and how often each does.
void emit_counts(PoissonSlice& sources, Tick tick, std::vector<std::uint32_t>& atoms,
                 std::vector<std::uint32_t>& counts) {
    emit(sources, tick, atoms, counts);
}

void emit_counts(ArraySlice& sources, Tick tick, std::vector<std::uint32_t>& atoms,
                 std::vector<std::uint32_t>& counts) {
    for (const std::uint32_t atom : emit(sources, tick)) {
        if (atoms.empty() || atoms.back() != atom) {
            atoms.push_back(atom);
            counts.push_back(0);
        }
        ++counts.back();
    }
}

}  // namespace

void SourceProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    load_sources(block);
    recorder_ = open_recorder(block.need(decode_recording_plan(block.words(Region::recording_index)), "recording plan"),
                              block.address(Region::recording), system_.n_atoms, services);
}

void SourceProgram::reload(CoreServices& services, std::uint32_t block_address) {
    load_sources(CoreBlock(services, block_address));
}

void SourceProgram::load_sources(const CoreBlock& block) {
    const std::span<const std::uint32_t> words = block.words(Region::program);
    if (system_.program == ProgramKind::poisson_source)
        sources_ = load_poisson(block.need(decode_poisson_region(words), "Poisson region"), options_.poisson);
    else
        sources_ = load_array(block.need(decode_array_region(words), "array region"));
    const auto* const poisson = std::get_if<PoissonSlice>(&sources_);
    const std::size_t n_sources = poisson != nullptr ? poisson->n_atoms : std::get<ArraySlice>(sources_).region.n_atoms;
    block.require(n_sources == system_.n_atoms, "system region", "the core has another number of sources than atoms");
    mostly_spiking_ = poisson != nullptr && mean_per_source(*poisson) >= dense_from;
    if (mostly_spiking_) by_atom_.resize(system_.n_atoms);
}

/// Events as the board's reverse tag source takes them: with a time they wait for it, without one they go with the next
/// tick.
void SourceProgram::message_received(int port, std::span<const std::byte> data) {
    constexpr int events_port = 1;
    const auto decoded = decode_eieio(data);
    const auto* message = std::get_if<EieioMessage>(&decoded);
    const auto* events = message == nullptr ? nullptr : std::get_if<EieioData>(message);
    if (!std::holds_alternative<ArraySlice>(sources_) || port != events_port || events == nullptr) {
        ++bad_messages_;
        return;
    }
    for (const EieioEvent& event : events->events) {
        const std::uint32_t atom = whole_key(*events, event, system_.keys.key) - system_.keys.key;
        const std::uint32_t tick = events->payloads_are_times ? whole_payload(*events, event).value_or(now_) : now_;
        if (atom >= system_.n_atoms)
            ++bad_messages_;
        else if (tick < now_)
            ++late_packets_;
        else
            injected_[tick].push_back(atom);
    }
}

void SourceProgram::merge_injected(Tick tick) {
    const auto due = injected_.find(value(tick));
    if (due == injected_.end()) return;
    std::map<std::uint32_t, std::uint32_t> counts;
    for (std::size_t i = 0; i < atoms_.size(); ++i) counts[atoms_[i]] += counts_[i];
    for (const std::uint32_t atom : due->second) ++counts[atom];
    atoms_.clear();
    counts_.clear();
    for (const auto& [atom, count] : counts) {
        atoms_.push_back(atom);
        counts_.push_back(count);
    }
    injected_.erase(due);
}

void SourceProgram::timer_tick(CoreServices& services, Tick tick) {
    now_ = value(tick) + 1;
    atoms_.clear();
    counts_.clear();
    if (mostly_spiking_)
        send_dense(services, tick, std::get<PoissonSlice>(sources_));
    else
        send_sparse(services, tick);
}

void SourceProgram::send_dense(CoreServices& services, Tick tick, PoissonSlice& sources) {
    const std::uint64_t sum = emit(sources, tick, by_atom_);
    if (sum == 0) return;
    spikes_ += sum;
    if (!recorder_.channels.empty()) {
        list_spikes(by_atom_, atoms_, counts_);
        record_repeated_spikes(recorder_, tick, atoms_, counts_);
    }
    if (system_.sends) services.send_counts(Key{system_.keys.key}, by_atom_);
}

void SourceProgram::send_sparse(CoreServices& services, Tick tick) {
    std::visit([&](auto& sources) { emit_counts(sources, tick, atoms_, counts_); }, sources_);
    if (!injected_.empty()) merge_injected(tick);
    if (atoms_.empty()) return;
    record_repeated_spikes(recorder_, tick, atoms_, counts_);
    packets_.clear();
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
        spikes_ += counts_[i];
        packets_.push_back({Key{system_.keys.key + atoms_[i]}, counts_[i], true});
    }
    if (system_.sends) services.send_multicast(packets_);
}

/// A packet with a payload sets a rate, in Hz and s16.15; the low bits of its key say whose. It holds from the next
/// tick on (neural runtime, 5).
void SourceProgram::multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) {
    auto* const poisson = std::get_if<PoissonSlice>(&sources_);
    const std::uint32_t mask = std::bit_ceil(std::max(system_.n_atoms, 1u)) - 1;
    for (const MulticastPacket& packet : packets) {
        const std::uint32_t atom = value(packet.key) & mask;
        const bool is_rate = poisson != nullptr && packet.has_payload && atom < system_.n_atoms &&
                             packet.payload <= static_cast<std::uint32_t>(accum_max.raw);
        if (!is_rate) {
            ++unknown_keys_;
            continue;
        }
        const ULongAccum rate_hz{std::uint64_t{packet.payload} << 17};
        set_rate(*poisson, atom, rate_hz, Tick{value(sent) + 1});
    }
}

ProgramCounters SourceProgram::counters() const {
    return {.spikes = spikes_,
            .unknown_keys = unknown_keys_,
            .recordings_lost = recorder_.lost,
            .late_packets = late_packets_,
            .bad_messages = bad_messages_};
}

}  // namespace spinn
