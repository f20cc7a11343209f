#include "host/board_session.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "emulator/chip_memory.hpp"
#include "emulator/core_memory.hpp"
#include "emulator/provenance.hpp"
#include "protocols/error.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t pause_command = 10, get_time_command = 11, run_control_port = 3;
constexpr std::uint32_t recording_channel_bytes = 12;

double seconds(Transport::Time time) { return std::chrono::duration<double>(time).count(); }

RegionEntry entry(const Machine& machine, const Core& core, Region region) {
    return region_table(machine, core)[static_cast<std::size_t>(region)];
}

/// Bytes of the host's own machine that stand for the board's.
MemoryBlock mirror(Machine& machine, ChipCoord chip, std::uint32_t address, std::uint32_t n_bytes) {
    return {chip, address, memory(chip_of(machine, chip), address, n_bytes)};
}

}  // namespace

BoardSession::BoardSession(const MachineImage& image, const ProgramOptions& programs, Transport& scp, Transport* boot,
                           const ScpClientOptions& options, const BoardClient::Progress& progress, spdlog::logger& log)
    : populations_(image.populations),
      recording_ticks_(image.recording_ticks),
      timestep_ms_(image.timestep_ms),
      programs_(programs),
      log_(log),
      machine_(make_machine_of(image.machine)) {
    const Transport::Time begin = scp.now();
    spinn::load(machine_, image, programs);
    client_ = std::make_unique<BoardClient>(scp, boot, options);
    try {
        load(image, progress);
    } catch (...) {
        stop();  // what is there already is of no use
        throw;
    }
    so_far_.load_s = seconds(scp.now() - begin);
    so_far_.window_ticks = 0;
    std::uint64_t n_bytes = 0;
    for (const ImageSegment& segment : image.segments) n_bytes += segment.bytes.size();
    log_.info("load: board={} cores={} bytes={} commands={} sent_again={} time_s={:.3f}", scp.name(), cores_.size(),
              n_bytes, network().commands, network().sent_again, so_far_.load_s);
}

BoardSession::~BoardSession() { stop(); }

void BoardSession::stop() noexcept {
    try {
        client_->stop();
    } catch (const std::exception& error) {
        log_.warn("the application is still on the board: {}", error.what());
    }
}

void BoardSession::load(const MachineImage& image, const BoardClient::Progress& progress) {
    struct Range {
        std::uint32_t begin = ~0u, end = 0;
    };
    std::map<ChipCoord, Range> ranges;
    for (const Core& core : machine_.cores) {
        cores_.push_back(core.location);
        Range& range = ranges[core.location.chip];
        const RegionEntry matrices = entry(machine_, core, Region::synaptic_matrix);
        range.begin = std::min(range.begin, core.block_address);
        range.end = std::max(range.end, matrices.pointer + 4 * matrices.n_words);
    }
    for (const CoreImage& core : image.cores) {
        Range& range = ranges[core.location.chip];
        range.end = std::max(range.end, core.block_address + core.block_size_bytes);
    }
    for (const auto& [chip, range] : ranges) chips_.push_back(chip);
    last_count_.resize(chips_.size());

    client_->check_machine(image.machine, cores_);
    for (const auto& [chip, range] : ranges) client_->reserve(chip, range.begin, range.end);
    for (const RoutingTable& table : image.tables) client_->load_table(table);
    std::vector<ConstMemoryBlock> blocks;
    for (const ImageSegment& segment : image.segments) blocks.push_back({segment.chip, segment.address, segment.bytes});
    client_->write(blocks, progress);
    std::vector<Bytes> pointers(machine_.cores.size());
    blocks.clear();
    for (std::size_t c = 0; c < machine_.cores.size(); ++c) {
        append_u32(pointers[c], machine_.cores[c].block_address);
        blocks.push_back({cores_[c].chip, vcpu::address_of(cores_[c].core) + vcpu::user0, pointers[c]});
    }
    client_->write(blocks);
    client_->start(
        {static_cast<std::uint32_t>(programs_.rounding), static_cast<std::uint32_t>(programs_.poisson), "spinn"},
        cores_);
    client_->wait_for(CoreState::ready, cores_, {});
    client_->signal(Signal::start);
    client_->wait_for(CoreState::paused, cores_, {});
    for (const ChipCoord chip : chips_) client_->clear_router_counters(chip);
}

std::uint32_t BoardSession::board_time() {
    const Bytes ticks = client_->scp().call(
        {{run_control_port, cores_[0].core, cores_[0].chip}, static_cast<ScpCommand>(get_time_command)});
    return ticks.size() >= 4 ? load_u32(ticks, 0) : done_;
}

std::uint32_t BoardSession::run(std::uint32_t n_ticks, const RunControl& control) {
    Transport& transport = client_->scp().transport();
    const std::uint32_t begin = done_, end = done_ + n_ticks;
    so_far_.stopped = false;
    while (done_ < end && !so_far_.stopped) {
        std::uint32_t piece = end - done_;
        if (recording_ticks_ != 0) piece = std::min(piece, recording_ticks_);
        const Transport::Time started = transport.now();
        client_->set_run_time(cores_, done_ + piece, done_);
        client_->signal(sync1_next_ ? Signal::sync1 : Signal::sync0);
        sync1_next_ = !sync1_next_;
        const bool ended = client_->wait_for(CoreState::ready, cores_, [&] {
            if (control.progress) control.progress((board_time() - begin) * timestep_ms_, n_ticks * timestep_ms_);
            return control.stop && control.stop();
        });
        if (!ended) {
            so_far_.stopped = true;
            client_->scp().call_all(
                cores_.size(),
                [&](std::size_t i) {
                    return ScpCommandTo{{run_control_port, cores_[i].core, cores_[i].chip},
                                        static_cast<ScpCommand>(pause_command)};
                },
                [](std::size_t, std::span<const std::byte>) {});
            client_->wait_for(CoreState::ready, cores_, {});
        }
        done_ = ended ? done_ + piece : board_time();
        so_far_.run_s += seconds(transport.now() - started);
        const Transport::Time extracting = transport.now();
        fetch_recordings();
        count_packets();
        const Recorded recorded = take_all(machine_, nullptr);
        for (const SpikeEvent& spike : recorded.spikes) hash_.add(spike);
        if (control.recorded) control.recorded(recorded);
        so_far_.extract_s += seconds(transport.now() - extracting);
        if (control.progress) control.progress((done_ - begin) * timestep_ms_, n_ticks * timestep_ms_);
    }
    return done_ - begin;
}

/// Brings the recorded bytes over into the host's machine, and empties the board's buffers.
void BoardSession::fetch_recordings() {
    std::vector<MemoryBlock> headers;
    for (const Core& core : machine_.cores) {
        const std::uint32_t region = entry(machine_, core, Region::recording).pointer;
        if (region == 0) continue;
        const std::uint32_t n = load_word(chip_of(machine_, core.location.chip), region);
        headers.push_back(mirror(machine_, core.location.chip, region + 4, n * recording_channel_bytes));
    }
    client_->read(headers);
    std::vector<MemoryBlock> contents;
    std::vector<ConstMemoryBlock> emptied;
    constexpr std::array<std::byte, 4> empty{};
    for (const MemoryBlock& header : headers)
        for (std::size_t i = 0; i < header.bytes.size(); i += recording_channel_bytes) {
            const std::uint32_t space = load_u32(header.bytes, i), size = load_u32(header.bytes, i + 4);
            if (size == 0) continue;
            const std::uint32_t used = std::min(size & ~recording_lost_flag, space);
            contents.push_back(mirror(machine_, header.chip, load_u32(header.bytes, i + 8), used));
            emptied.push_back({header.chip, header.address + static_cast<std::uint32_t>(i) + 4, empty});
        }
    client_->read(contents);
    client_->write(emptied);
}

void BoardSession::count_packets() {
    std::vector<std::array<std::byte, 64>> counters(chips_.size());
    std::vector<MemoryBlock> blocks;
    for (std::size_t c = 0; c < chips_.size(); ++c) blocks.push_back({chips_[c], bus::router_counters, counters[c]});
    client_->read(blocks);
    for (std::size_t c = 0; c < chips_.size(); ++c)
        for (std::size_t i = 0; i < 16; ++i) {
            const std::uint32_t now = load_u32(counters[c], 4 * i);
            const std::uint32_t more = now - std::exchange(last_count_[c][i], now);  // they count modulo 2^32
            if (i == static_cast<std::size_t>(RouterCounter::local_multicast)) so_far_.packets_sent += more;
            if (i == static_cast<std::size_t>(RouterCounter::external_multicast)) so_far_.packet_hops += more;
            if (i == static_cast<std::size_t>(RouterCounter::dropped_multicast)) so_far_.packets_dropped += more;
        }
}

RunReport BoardSession::report() {
    RunReport report = so_far_;
    report.biological_s = done_ * timestep_ms_ * 1e-3;
    report.spike_hash = hash_.value();
    for (const PopulationInfo& population : populations_)
        report.populations.push_back({population.name, population.size});
    std::vector<std::array<std::byte, 4>> pointers(cores_.size());
    std::vector<std::array<std::byte, provenance_bytes>> counted(cores_.size());
    std::vector<MemoryBlock> blocks;
    for (std::size_t c = 0; c < cores_.size(); ++c)
        blocks.push_back({cores_[c].chip, vcpu::address_of(cores_[c].core) + vcpu::user1, pointers[c]});
    client_->read(blocks);
    for (std::size_t c = 0; c < cores_.size(); ++c) {
        blocks[c].address = load_u32(pointers[c], 0);
        blocks[c].bytes = counted[c];
    }
    client_->read(blocks);
    for (std::size_t c = 0; c < cores_.size(); ++c) {
        const std::optional<Provenance> provenance = decode_provenance(counted[c]);
        if (!provenance)
            throw RequestError({.what = "the core counted nothing", .where = "core " + to_string(cores_[c])});
        report.counters += provenance->counters;
        if (machine_.cores[c].kind != ProgramKind::delay_extension)
            report.populations[machine_.cores[c].population].spikes += provenance->counters.spikes;
    }
    set_rates(report);
    report.peak_rss_bytes = peak_rss_bytes();
    report.peak_rss_bytes_per_process = {report.peak_rss_bytes};
    return report;
}

}  // namespace spinn
