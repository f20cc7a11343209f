/// What a host does with a board, on top of single commands: boot it, look at it, move memory, load, start, wait.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "emulator/chip.hpp"
#include "host/scp_client.hpp"
#include "protocols/application_image.hpp"
#include "protocols/endpoint.hpp"
#include "protocols/machine_shape.hpp"
#include "protocols/routing_entry.hpp"

namespace spinn {

/// A piece of a chip's memory, in the host's.
struct MemoryBlock {
    ChipCoord chip;
    std::uint32_t address = 0;
    std::span<std::byte> bytes;
};
struct ConstMemoryBlock {
    ChipCoord chip;
    std::uint32_t address = 0;
    std::span<const std::byte> bytes;
};

class BoardClient {
 public:
    /// Finds the monitor, and boots the board when none answers. @param boot  where boot packets go; may be nullptr
    /// @throws RequestError when there is no board, or another firmware runs on it
    BoardClient(Transport& scp, Transport* boot, const ScpClientOptions& options);

    /// @throws RequestError when the machine is smaller, or a core that is wanted is not there or not idle
    void check_machine(const MachineShape& shape, std::span<const CoreLocation> cores);

    using Progress = std::function<void(std::uint64_t done_bytes)>;
    void write(std::span<const ConstMemoryBlock> blocks, const Progress& progress = {});
    void read(std::span<const MemoryBlock> blocks);

    /// Reserves [begin, end) of a chip's SDRAM. @throws RequestError when something else lies there
    void reserve(ChipCoord chip, std::uint32_t begin, std::uint32_t end);
    void load_table(const RoutingTable& table);
    void clear_router_counters(ChipCoord chip);

    /// What leaves by a tag of the root chip goes to a host, without SDP headers.
    void set_tag(std::uint32_t tag, const Endpoint& host);
    /// IPv4 of the root chip, as the board says it.
    std::uint32_t root_address();

    /// Starts a program on cores, held until the start signal.
    void start(const ApplicationImage& program, std::span<const CoreLocation> cores);
    void signal(Signal signal);

    /// Tells the cores to run to a tick, at the next barrier. @param now  tick that they are at
    void set_run_time(std::span<const CoreLocation> cores, std::uint32_t end_tick, std::uint32_t now);

    /// Waits until all cores are in a state. @param stop  asked now and then; true ends the waiting
    /// @returns whether they are. @throws RequestError when one had a run-time error; says what the core printed
    bool wait_for(CoreState state, std::span<const CoreLocation> cores, const std::function<bool()>& stop);

    /// Stops the application and frees all that it has.
    void stop();

    ScpClient& scp() { return scp_; }

 private:
    std::uint32_t count(CoreState state);
    [[noreturn]] void report_failure(std::span<const CoreLocation> cores);
    void boot(Transport& transport);

    ScpClient scp_;
    std::uint32_t block_bytes_ = scp_data_bytes;  ///< of one read or write
    bool bulk_ = false;
    std::vector<ChipCoord> ethernet_;
    std::uint32_t application_ = 0;
};

}  // namespace spinn
