/// An image loaded and run on a board over the network: the calls of Session, with UDP in between.
///
/// The host keeps a machine of its own with the image in it, which never runs: what is read from the board is put at
/// the same addresses there, and taken out as from an embedded run.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "emulator/machine.hpp"
#include "host/board_client.hpp"
#include "host/session.hpp"

namespace spinn {

class BoardSession {
 public:
    /// Boots the board if need be, loads the image and starts its programs.
    /// @throws RequestError when the image cannot run there
    BoardSession(const MachineImage& image, const ProgramOptions& programs, Transport& scp, Transport* boot,
                 const ScpClientOptions& options, const BoardClient::Progress& progress, spdlog::logger& log);
    /// Stops the application on the board, if it still answers.
    ~BoardSession();
    BoardSession(const BoardSession&) = delete;
    BoardSession& operator=(const BoardSession&) = delete;

    /// As Session::run, in pieces as long as recordings allow; the pace is the board's. `stop` is asked now and then,
    /// and pauses the board. @returns the ticks done. @throws RequestError when a core fails or the board no longer
    /// answers
    std::uint32_t run(std::uint32_t n_ticks, const RunControl& control);

    /// Of everything since the session began, read from the cores.
    RunReport report();

    BoardClient& client() { return *client_; }
    const ScpClientCounters& network() const { return client_->scp().counters(); }

 private:
    void load(const MachineImage& image, const BoardClient::Progress& progress);
    void stop() noexcept;
    void fetch_recordings();
    void count_packets();
    std::uint32_t board_time();

    std::vector<PopulationInfo> populations_;
    std::uint32_t recording_ticks_ = 0;
    double timestep_ms_ = 1.0;
    ProgramOptions programs_;
    spdlog::logger& log_;
    Machine machine_;
    std::unique_ptr<BoardClient> client_;
    std::vector<CoreLocation> cores_;
    std::vector<ChipCoord> chips_;
    std::vector<std::array<std::uint32_t, 16>> last_count_;  ///< [chip][counter] as read last
    std::uint32_t done_ = 0;
    bool sync1_next_ = false;
    RunReport so_far_;
    SpikeHash hash_;
};

}  // namespace spinn
