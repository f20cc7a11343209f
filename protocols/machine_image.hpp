/// What a mapper hands to a machine: tables, and the bytes of every core's block in SDRAM.
///
/// A core's block starts with its region table (runtime/layout/regions.hpp). Blocks are page aligned, in the file and
/// in SDRAM, so that an emulator maps them without copying.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocols/machine_shape.hpp"
#include "protocols/routing_entry.hpp"
#include "protocols/types.hpp"

namespace spinn {

/// What runs on a core.
enum class ProgramKind : std::uint32_t {
    neurons = 1,
    poisson_source = 2,
    array_source = 3,  ///< spikes at given times, and those that hosts send it
    delay_extension = 4,
    live_gatherer = 5,  ///< sends what it hears to hosts
};

constexpr std::uint32_t image_page_bytes = 4096;

struct CoreImage {
    std::string name;  ///< "exc[0:256]", for messages
    CoreLocation location;
    ProgramKind program = ProgramKind::neurons;
    std::uint32_t population = 0;  ///< index in MachineImage::populations; of the source, for a delay extension
    std::uint32_t first_atom = 0, n_atoms = 0;
    bool sends = false;  ///< false: nobody listens, `keys` is unused
    KeyBlock keys;
    std::uint32_t n_keys = 0;            ///< keys.key .. keys.key + n_keys - 1 may be sent
    std::uint32_t block_address = 0;     ///< SDRAM address of the region table
    std::uint32_t block_size_bytes = 0;  ///< reserved; the initialised part may be shorter
    bool operator==(const CoreImage&) const = default;
};

/// Bytes to put at an address of a chip's SDRAM. `file` is set when the bytes come from a mapped file.
struct ImageSegment {
    struct FileRange {
        int descriptor = -1;
        std::uint64_t offset = 0;
    };
    ChipCoord chip;
    std::uint32_t address = 0;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;  ///< keeps `bytes` (and the descriptor) alive
    std::optional<FileRange> file;
};

struct PopulationInfo {
    std::string name;
    std::string model;  ///< PyNN's name
    std::uint32_t size = 0;
    bool records_spikes = false;
    bool operator==(const PopulationInfo&) const = default;
};

struct MachineImage {
    std::string network_name;
    std::string network;  ///< the network itself, as bytes of network.proto: what the reference simulator runs
    double timestep_ms = 1.0;
    double duration_ms = 0.0;
    std::uint64_t seed = 0;
    std::uint32_t recording_ticks =
        0;  ///< ticks that the recording buffers hold for certain; 0: no limit, nothing is recorded
    MachineShape machine;
    std::vector<PopulationInfo> populations;  ///< in the order of the network file
    std::vector<CoreImage> cores;             ///< sorted by (population, first atom, program)
    RoutingTables tables;
    std::vector<ImageSegment> segments;
};

}  // namespace spinn
