/// The monitor's commands (SC&MP, native): one function a command, working on the bytes of a chip.
/// Source: spinnaker_tools, scamp-cmd.c.
#pragma once

#include "emulator/board.hpp"
#include "protocols/scp.hpp"

namespace spinn {

struct MonitorReply {
    ScpResult result = ScpResult::ok;
    Bytes payload;
};

/// What a command came with.
struct CommandContext {
    Board& board;
    std::size_t port = 0;  ///< Ethernet port that it came in by
    Endpoint host;
    Chip& chip;
    const ScpRequest& request;
};

/// Carries out a command to the monitor of a chip.
MonitorReply monitor_command(const CommandContext& context);

/// What SARK answers on an application core's port 0.
MonitorReply core_command(const CommandContext& context, int core);

// Groups of commands, each in a file of its own.

MonitorReply ip_tag_command(const CommandContext& context);
MonitorReply allocate_command(const CommandContext& context);
MonitorReply router_command(const CommandContext& context);
MonitorReply application_run_command(const CommandContext& context);
MonitorReply copy_run_command(const CommandContext& context);
MonitorReply nearest_neighbour_command(const CommandContext& context);
MonitorReply flood_data_command(const CommandContext& context);
MonitorReply signal_command(const CommandContext& context);
MonitorReply count_command(const CommandContext& context);

/// Frees the memory and the router entries that an application owns on a chip.
void free_resources(Chip& chip, std::uint32_t application);

}  // namespace spinn
